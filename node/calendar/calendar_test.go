package calendar

import (
	"testing"
	"time"
	_ "time/tzdata"

	"pgregory.net/rapid"
)

// china2026 are the days around the National Day of 2026 and the Spring
// Festival, as the State Council sets such days: the holiday, and the weekend
// days that are worked for it.
var china2026 = []Day{
	{Date: "2026-10-01", Name: "国庆节"}, {Date: "2026-10-02", Name: "国庆节"}, {Date: "2026-10-05", Name: "国庆节"},
	{Date: "2026-10-06", Name: "国庆节"}, {Date: "2026-10-07", Name: "国庆节"},
	{Date: "2026-09-20", Works: true, Name: "调休"}, {Date: "2026-10-10", Works: true, Name: "调休"},
}

func zone(t interface{ Fatal(...any) }, name string) *time.Location {
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func at(t interface{ Fatal(...any) }, z *time.Location, s string) int64 {
	ms, err := time.ParseInLocation("2006-01-02 15:04", s, z)
	if err != nil {
		t.Fatal(err)
	}
	return ms.UnixMilli()
}

func make1(t interface{ Fatal(...any) }, z *time.Location, days []Day) *Calendar {
	c, err := New(1, z, days)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestBusinessDaysAreCountedFromTheDayAfter(t *testing.T) {
	z := zone(t, "Europe/Prague")
	c := make1(t, z, []Day{{Date: "2026-11-17", Name: "Den boje za svobodu"}})
	for _, x := range []struct {
		from string
		n    int
		ends string
	}{
		{"2026-11-13 23:59", 1, "2026-11-17 00:00"},  // Friday: Monday ends
		{"2026-11-13 23:59", 2, "2026-11-19 00:00"},  // Tuesday is a holiday
		{"2026-11-14 10:00", 1, "2026-11-17 00:00"},  // said on a Saturday
		{"2026-11-13 08:00", 10, "2026-12-01 00:00"}, // Reg E's ten business days
		{"2026-11-16 08:00", 0, "2026-11-17 00:00"},
	} {
		if got, want := c.AddBusinessDays(at(t, z, x.from), x.n), at(t, z, x.ends)-1; got != want {
			t.Errorf("%d business days after %s end at %s", x.n, x.from, time.UnixMilli(got).In(z))
		}
	}
}

func TestWeekendsThatAreWorkedCountAsInChina(t *testing.T) {
	z := zone(t, "Asia/Shanghai")
	c := make1(t, z, china2026)
	if got, want := c.AddBusinessDays(at(t, z, "2026-09-30 17:00"), 3), at(t, z, "2026-10-11 00:00")-1; got != want {
		t.Errorf("three business days over National Day end at %s", time.UnixMilli(got).In(z))
	}
	if n := c.BusinessDays(at(t, z, "2026-09-18 09:00"), at(t, z, "2026-09-21 09:00")); n != 2 {
		t.Errorf("%d business days from Friday to Monday with a worked Sunday between", n)
	}
	if works, name := c.Works(at(t, z, "2026-10-10 09:00")); !works || name != "调休" {
		t.Errorf("the worked Saturday: %t %q", works, name)
	}
}

func TestTheBranchsOwnDayBeatsTheBanks(t *testing.T) {
	for _, days := range [][]Day{
		{{Date: "2026-07-03"}, {Date: "2026-07-03", Branch: 1, Works: true}},
		{{Date: "2026-07-03", Branch: 1, Works: true}, {Date: "2026-07-03"}},
	} {
		mine := make1(t, nil, days)
		if works, _ := mine.Works(at(t, time.UTC, "2026-07-03 12:00")); !works {
			t.Error("the branch works, the bank's holiday won")
		}
		other, err := New(2, nil, days)
		if err != nil {
			t.Fatal(err)
		}
		if works, _ := other.Works(at(t, time.UTC, "2026-07-03 12:00")); works {
			t.Error("another branch works on the bank's holiday")
		}
	}
}

func TestADayThatIsNoDateIsRefused(t *testing.T) {
	if _, err := New(1, nil, []Day{{Date: "1.10.2026"}}); err == nil {
		t.Error("1.10.2026 was taken for a date")
	}
}

func TestADayOfTwentyThreeHoursIsADay(t *testing.T) {
	z := zone(t, "Europe/Prague")
	c := make1(t, z, nil)
	from, to := at(t, z, "2026-03-28 12:00"), at(t, z, "2026-03-30 12:00") // the clock goes forward on the 29th
	if c.Days(from, to) != 2 || c.AddDays(from, 2) != at(t, z, "2026-03-31 00:00")-1 {
		t.Errorf("%d days, ends %s", c.Days(from, to), time.UnixMilli(c.AddDays(from, 2)).In(z))
	}
}

func TestAddingAndCountingAgree(t *testing.T) {
	z := zone(t, "Asia/Shanghai")
	rapid.Check(t, func(t *rapid.T) {
		var days []Day
		for range rapid.IntRange(0, 30).Draw(t, "days") {
			d := time.Date(2026, 1, rapid.IntRange(1, 365).Draw(t, "day"), 0, 0, 0, 0, time.UTC)
			days = append(days, Day{Date: d.Format(time.DateOnly), Works: rapid.Bool().Draw(t, "works")})
		}
		c := make1(t, z, days)
		from := time.Date(2026, 1, 1, 0, 0, 0, 0, z).UnixMilli() + rapid.Int64Range(0, 300*dayMS).Draw(t, "ms")
		n := rapid.IntRange(1, 40).Draw(t, "n")
		end := c.AddBusinessDays(from, n)
		if got := c.BusinessDays(from, end); got != n {
			t.Fatalf("%d business days were added, %d counted", n, got)
		}
		if works, _ := c.Works(end); !works {
			t.Fatal("it ends on a day that is not worked")
		}
		if c.BusinessDays(end, from) != -n {
			t.Fatal("backwards it is another number")
		}
		if !c.SameDay(end, end-1) || c.SameDay(end, end+1) {
			t.Fatal("it does not end at the last millisecond of its day")
		}
	})
}
