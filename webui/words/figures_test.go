package words

import (
	"testing"

	"pgregory.net/rapid"
)

func TestMoneyFollowsTheCurrency(t *testing.T) {
	l := load(t).Language("en")
	for _, row := range []struct {
		minor    int64
		currency string
		want     string
	}{
		{12648050, "CZK", "CZK 126,480.50"}, {5, "EUR", "EUR 0.05"}, {-48950, "EUR", "EUR −489.50"}, {250000, "JPY", "JPY 250,000"},
		{1234567, "KWD", "KWD 1,234.567"}, {0, "CNY", "CNY 0.00"}, {7, "???", "??? 0.07"}, {100, "", "1.00"},
		{-9223372036854775808, "USD", "USD −92,233,720,368,547,758.08"},
	} {
		if got := l.Money(row.minor, row.currency); got != row.want {
			t.Errorf("%d %s: %q, want %q", row.minor, row.currency, got, row.want)
		}
	}
}

func TestNumbersLoseNothingToTheirCommas(t *testing.T) {
	l := load(t).Language("en")
	rapid.Check(t, func(r *rapid.T) {
		n := rapid.Int64().Draw(r, "n")
		var back int64
		negative := false
		for _, d := range l.Number(n) {
			switch {
			case d == '−':
				negative = true
			case d != ',':
				back = back*10 - int64(d-'0')
			}
		}
		if !negative {
			back = -back
		}
		if back != n {
			r.Errorf("%d shows as %s", n, l.Number(n))
		}
	})
}

func TestTimesFollowTheLanguage(t *testing.T) {
	c := load(t)
	en, zh := c.Language("en"), c.Language("zh")
	const earlier = 1795270800000 - 17*60*1000
	for got, want := range map[string]string{
		en.Moment(1795270800000): "21 Nov 2026, 22:20", zh.Moment(1795270800000): "2026-11-21 22:20",
		en.Clock(earlier): "22:03", zh.Day(earlier): "2026-11-21", en.Ago(earlier): "17 minutes ago", zh.Ago(earlier): "17 分钟前",
		en.Date("1961-04-17"): "17 Apr 1961", en.Date("unknown"): "unknown", en.Age("1961-04-17"): "65 years old",
		en.Age("1961-11-22"): "64 years old", zh.Age("1961-11-21"): "65 岁", en.Age("?"): "", en.Span(60 * 1000): "1 minute",
		en.Share(3750): "37.5%", en.Share(10000): "100%", en.Clock(0): "", en.Clock(1795270800000 - 2*dayMS): "19 Nov 2026, 22:20",
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestFormsGiveBackTheTimeTheyShow(t *testing.T) {
	for _, code := range []string{"en", "zh"} {
		l := load(t).Language(code)
		rapid.Check(t, func(r *rapid.T) {
			ms := rapid.Int64Range(60000, 1795267200000).Draw(r, "ms") / 60000 * 60000
			if back, err := l.ReadMoment(l.Moment(ms)); err != nil || back != ms {
				r.Errorf("%d is shown as %s and became %d: %v", ms, l.Moment(ms), back, err)
			}
			iso := l.at(ms).Format(FormDate)
			if back, err := l.ReadDate(l.Date(iso)); err != nil || back != iso {
				r.Errorf("%s is shown as %s and became %s: %v", iso, l.Date(iso), back, err)
			}
		})
	}
}

func TestASumIsReadAsPeopleTypeIt(t *testing.T) {
	l := load(t).Language("en")
	for typed, want := range map[string]int64{"129": 12900, "129.5": 12950, "1,234.50": 123450, "1 234,50": 123450, "1.234,50": 123450, "1'234.05": 123405, "1,234": 123400, "0.07": 7} {
		if got, err := l.ReadAmount(typed, "EUR"); err != nil || got != want {
			t.Errorf("%q reads as %d: %v", typed, got, err)
		}
	}
	if got, err := l.ReadAmount("12,500", "JPY"); err != nil || got != 12500 {
		t.Errorf("yen: %d %v", got, err)
	}
	for _, typed := range []string{"", "-5", "abc", "1.2.x", ".5", "99999999999999999"} {
		if got, err := l.ReadAmount(typed, "EUR"); err == nil {
			t.Errorf("%q reads as %d", typed, got)
		}
	}
}
