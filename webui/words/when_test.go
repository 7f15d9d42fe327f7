package words

import (
	"testing"
	"time"
)

// saturday is 21 November 2026, a Saturday, 14:20 in Prague.
const saturday = int64(1795267200000)

func TestADayIsReadAsPeopleSayIt(t *testing.T) {
	zone, err := time.LoadLocation("Europe/Prague")
	if err != nil {
		t.Fatal(err)
	}
	c, err := Load(zone, func() int64 { return saturday })
	if err != nil {
		t.Fatal(err)
	}
	l := c.Language("en")
	for typed, want := range map[string]string{
		"today": "2026-11-21", " Tomorrow ": "2026-11-22", "day after tomorrow": "2026-11-23", "Friday": "2026-11-27", "sat": "2026-11-28",
		"this saturday": "2026-11-21", "next friday": "2026-11-27", "next mon": "2026-11-23", "thurs": "2026-11-26", "by wednesday": "2026-11-25",
		"in 3 days": "2026-11-24", "2w": "2026-12-05", "two weeks": "2026-12-05", "in a month": "2026-12-21", "10 d": "2026-12-01", "next week": "2026-11-28",
		"25 nov": "2026-11-25", "25th of November": "2026-11-25", "Nov 25": "2026-11-25", "nov 20": "2027-11-20", "25 nov 2027": "2027-11-25",
		"25.11.": "2026-11-25", "25. 11. 2027": "2027-11-25", "25/11": "2026-11-25", "2026-11-25": "2026-11-25", "end of month": "2026-11-30", "year end": "2026-12-31",
		"今天": "2026-11-21", "明天": "2026-11-22", "后天": "2026-11-23", "周五": "2026-11-27", "下周五": "2026-11-27", "下星期一": "2026-11-23", "星期天": "2026-11-22",
		"3天后": "2026-11-24", "两周后": "2026-12-05", "一个月后": "2026-12-21", "11月25日": "2026-11-25", "11月25号": "2026-11-25", "2027年1月5日": "2027-01-05", "月底": "2026-11-30",
	} {
		got, err := l.ReadWhen(typed)
		if err != nil {
			t.Errorf("%q was not understood", typed)
			continue
		}
		if end := time.UnixMilli(got+1).In(zone).AddDate(0, 0, -1).Format(FormDate); end != want {
			t.Errorf("%q is read as %s, not %s", typed, end, want)
		}
	}
	for _, typed := range []string{"", "soon", "31 feb", "30.2.", "25 nove 20261", "in days", "2126-01-01", "0 nov", "13月1日", "周八", "1/13"} {
		if got, err := l.ReadWhen(typed); err == nil {
			t.Errorf("%q is read as %s", typed, time.UnixMilli(got).In(zone))
		}
	}
}

func FuzzReadWhen(f *testing.F) {
	f.Add("next friday")
	f.Add("两周后")
	f.Add("25. 11. 2027")
	c, err := Load(time.UTC, func() int64 { return saturday })
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		if got, err := c.Language("zh").ReadWhen(typed); err == nil && (got+1)%dayMS != 0 {
			t.Errorf("%q is %d, which ends no day", typed, got)
		}
	})
}
