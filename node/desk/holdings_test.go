package desk

import (
	"testing"
	"time"

	"bough/node/calendar"
)

func TestBalancesAgeInBusinessDays(t *testing.T) {
	week := &calendar.Calendar{}
	for _, c := range []struct {
		asOf, now string
		want      Age
	}{
		{"Mon 2026-09-21 18:00", "Mon 2026-09-21 18:00", Fresh},
		{"Mon 2026-09-21 18:00", "Tue 2026-09-22 23:59", Fresh}, // one business day
		{"Mon 2026-09-21 18:00", "Wed 2026-09-23 00:00", Amber},
		{"Mon 2026-09-21 18:00", "Thu 2026-09-24 23:59", Amber}, // three
		{"Mon 2026-09-21 18:00", "Fri 2026-09-25 00:00", Stale},
		{"Fri 2026-09-18 18:00", "Sat 2026-09-19 12:00", Fresh}, // the weekend does not count
		{"Fri 2026-09-18 18:00", "Sun 2026-09-20 23:59", Fresh},
		{"Fri 2026-09-18 18:00", "Mon 2026-09-21 23:59", Fresh},
		{"Fri 2026-09-18 18:00", "Tue 2026-09-22 09:00", Amber},
		{"Fri 2026-09-18 18:00", "Wed 2026-09-23 09:00", Amber},
		{"Fri 2026-09-18 18:00", "Thu 2026-09-24 09:00", Stale},
		{"Sat 2026-09-19 10:00", "Mon 2026-09-21 09:00", Fresh},
		{"Sun 2026-09-20 10:00", "Tue 2026-09-22 09:00", Amber},
		{"Thu 2026-12-31 18:00", "Mon 2027-01-04 09:00", Amber}, // no holiday in this calendar
		{"Mon 2026-09-21 18:00", "Mon 2036-09-22 09:00", Stale},
		{"Tue 2026-09-22 18:00", "Mon 2026-09-21 18:00", Fresh}, // the core's clock is ahead
	} {
		read := func(s string) int64 {
			at, err := time.Parse("Mon 2006-01-02 15:04", s)
			if err != nil {
				t.Fatal(err)
			}
			if at.Format("Mon") != s[:3] {
				t.Fatalf("%s is a %s", s, at.Weekday())
			}
			return at.UnixMilli()
		}
		if got := ageOf(week, read(c.asOf), read(c.now)); got != c.want {
			t.Errorf("as of %s, at %s: %d, want %d", c.asOf, c.now, got, c.want)
		}
	}
	if ageOf(week, 0, 1) != Stale || ageOf(week, 0, 1_790_000_000_000) != Stale {
		t.Error("a balance of no date is not stale")
	}
}

func TestPeopleAgeOnTheirBirthday(t *testing.T) {
	now := time.Date(2026, 9, 21, 12, 0, 0, 0, time.UTC).UnixMilli()
	for birth, want := range map[string]int{"1990-09-21": 36, "1990-09-22": 35, "1990-10-01": 35, "2026-09-21": 0, "2030-01-01": 0, "": -1, "1990": -1} {
		if got := ageYears(birth, now); got != want {
			t.Errorf("born %q: %d, want %d", birth, got, want)
		}
	}
}

func TestAMessageIsCutBetweenCharacters(t *testing.T) {
	if got := clip("王小明王小明王小明王小明王小明王小明"); len(got) > 44 || got[:3] != "王" || got[len(got)-3:] != "…" {
		t.Errorf("%q", got)
	}
	if got := clip("short"); got != "short" {
		t.Errorf("%q", got)
	}
}
