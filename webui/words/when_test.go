package words

import (
	"testing"
	"time"
)

// saturday is 21 November 2026, a Saturday, 14:20 in Prague.
const saturday = int64(1795267200000)

// prague is English in Prague, on that day.
func prague(t *testing.T) *Language {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Prague")
	if err != nil {
		t.Fatal(err)
	}
	c, err := Load(zone, func() int64 { return saturday })
	if err != nil {
		t.Fatal(err)
	}
	return c.Language("en")
}

func TestADayIsReadAsPeopleSayIt(t *testing.T) {
	l := prague(t)
	zone := l.Zone()
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

func TestADayThatIsOverIsTheLastSuchDay(t *testing.T) {
	l := prague(t)
	for typed, want := range map[string]string{
		"today": "2026-11-21", "yesterday": "2026-11-20", "day before yesterday": "2026-11-19", "friday": "2026-11-20", "saturday": "2026-11-14", "last saturday": "2026-11-14",
		"this saturday": "2026-11-21", "last friday": "2026-11-20", "3 days ago": "2026-11-18", "a week ago": "2026-11-14", "22 nov": "2025-11-22", "20 nov": "2026-11-20", "21.11.": "2026-11-21",
		"昨天": "2026-11-20", "前天": "2026-11-19", "周五": "2026-11-20", "上周五": "2026-11-13", "3天前": "2026-11-18", "11月22日": "2025-11-22", "29 mar": "2026-03-29", "17 apr 1961": "1961-04-17",
	} {
		first, last, err := l.ReadPast(typed)
		if err != nil || l.at(first).Format(FormDate) != want || l.at(last).Format(FormDate) != want || l.at(first).Hour() != 0 || l.at(last+1).Hour() != 0 {
			t.Errorf("%q is read as %s to %s, not %s: %v", typed, l.at(first), l.at(last), want, err)
		}
	}
}

func TestAMomentIsReadAsPeopleSayIt(t *testing.T) {
	l := prague(t)
	for typed, want := range map[string]string{
		"now": "2026-11-21 14:20", "20 minutes ago": "2026-11-21 14:00", "an hour ago": "2026-11-21 13:20", "half an hour ago": "2026-11-21 13:50", "9:05": "2026-11-21 09:05", "today 9:05": "2026-11-21 09:05",
		"yesterday at 9:05": "2026-11-20 09:05", "friday, 2pm": "2026-11-20 14:00", "20 Nov 2026, 14:20": "2026-11-20 14:20", "2026-11-20T14:20": "2026-11-20 14:20", "20.11. 14:20": "2026-11-20 14:20",
		"12 am": "2026-11-21 00:00", "12:30pm": "2026-11-21 12:30", "20 nov": "2026-11-20 12:00", "today": "2026-11-21 14:20", "29 mar 2026 2:30": "2026-03-29 03:30", // a time that a change of clocks left out
		"刚才": "2026-11-21 14:20", "半小时前": "2026-11-21 13:50", "昨天下午2点半": "2026-11-20 14:30", "11月20日 14:20": "2026-11-20 14:20", "上午9点5分": "2026-11-21 09:05", "前天": "2026-11-19 12:00",
	} {
		got, err := l.ReadMoment(typed)
		if at := l.at(got).Format("2006-01-02 15:04"); err != nil || at != want {
			t.Errorf("%q is read as %s, not %s: %v", typed, at, want, err)
		}
	}
	for _, typed := range []string{"", "then", "24:00", "9:75", "13 pm 5", "31 feb 9:00", "soon 9:00", ":30"} {
		if got, err := l.ReadMoment(typed); err == nil {
			t.Errorf("%q is read as %s", typed, l.at(got))
		}
	}
}

func TestADateIsReadWithItsYear(t *testing.T) {
	l := prague(t)
	for _, typed := range []string{"1961-04-17", "17 Apr 1961", "17.4.1961", "17/4/1961", "19610417", "1961年4月17日", "April 17, 1961"} {
		if got, err := l.ReadDate(typed); err != nil || got != "1961-04-17" {
			t.Errorf("%q is read as %s: %v", typed, got, err)
		}
	}
	for _, typed := range []string{"", "17.4.", "17.4.61", "friday", "29 feb 1961", "today"} {
		if got, err := l.ReadDate(typed); err == nil {
			t.Errorf("%q is read as %s", typed, got)
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
