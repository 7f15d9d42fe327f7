package mapping

import (
	"math"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"bough/crdt"
)

func fieldOf(t testing.TB, as As, layout string, n Numbers) *Field {
	t.Helper()
	d, err := NewDates(layout, 1950)
	if err != nil {
		t.Fatal(err)
	}
	return &Field{As: as, Dates: d, Numbers: n}
}

func TestDatesAreReadInEveryForm(t *testing.T) {
	for _, c := range []struct {
		as           As
		layout, text string
		want         string // empty: refused
	}{
		{AsDate, "YYMMDD", "500228", "1950-02-28"},
		{AsDate, "YYMMDD", "490228", "2049-02-28"},
		{AsDate, "YYMMDD", "990229", ""},
		{AsDate, "YYMMDD", "000229", "2000-02-29"},
		{AsDate, "YYMMDD", "9902", ""},
		{AsDate, "YYMMDD", "9902011", ""},
		{AsDate, "YYMMDD", "99O201", ""},
		{AsDate, "YYYY-MM-DD", "1799-12-31", ""},
		{AsDate, "YYYY-MM-DD", "2200-01-01", ""},
		{AsDate, "YYYY/M/D", "2024/2/9", "2024-02-09"},
		{AsDate, "YYYY/M/D", "2024/12/31", "2024-12-31"},
		{AsDate, "YYYY/M/D", "2024//31", ""},
		{AsDate, "YYYY年MM月DD日", "2024年01月31日", "2024-01-31"},
		{AsDate, "YYMMDD hh:mm:ss", "981229 23:59:59", "1998-12-29"},
		{AsDate, "YYMMDD hh:mm:ss", "981229 23:59:60", ""},
		{AsMonth, "DD.MM.YYYY", "31.01.1998", "1998-01"},
		{AsTime, "YYYY-MM-DD", "1970-01-02", "86400000"},
		{AsTime, "YYYY-MM-DDThh:mm", "1970-01-01T01:30", "5400000"},
		{AsDate, "YYWWDD", "706213", "1970-12-13"},
		{AsDate, "YYWWDD", "701213", "1970-12-13"},
		{AsDate, "YYWWDD", "705013", ""},
		{AsDate, "YYWWDD", "706313", ""},
		{AsSex, "YYWWDD", "706213", "f"},
		{AsSex, "YYWWDD", "701213", "m"},
		{AsSex, "YYWWDD", "701313", ""},
	} {
		v, err := fieldOf(t, c.as, c.layout, Numbers{}).Convert(c.text)
		if got := v.String(); got != c.want || (err == nil) != (c.want != "") {
			t.Errorf("%s of %q as %s: %q (%v), want %q", c.layout, c.text, c.as, got, err, c.want)
		}
	}
}

func TestAmountsAreExactMinorUnits(t *testing.T) {
	plain, german, yen := Numbers{Decimal: '.', Digits: 2}, Numbers{Decimal: ',', Thousands: '.', Digits: 2}, Numbers{Decimal: '.', Thousands: ',', Digits: 0}
	for _, c := range []struct {
		n    Numbers
		text string
		want string
	}{
		{plain, "0", "0"}, {plain, "700.00", "70000"}, {plain, "96396", "9639600"}, {plain, "18.9", "1890"},
		{plain, "-0.01", "-1"}, {plain, "+3.50", "350"}, {plain, "1.500", "150"}, {plain, "1.505", ""}, {plain, ".5", ""},
		{plain, "5.", ""}, {plain, "1e3", ""}, {plain, "1,50", ""}, {plain, "1 000", ""}, {plain, "", ""}, {plain, "-", ""},
		{german, "1.234.567,89", "123456789"}, {german, "12,5", "1250"}, {german, "1.23,45", ""}, {german, "1234.567", ""}, {german, ".123", ""},
		{yen, "12,345", "12345"}, {yen, "12.00", "12"}, {yen, "12.5", ""},
		{plain, "92233720368547758.07", "9223372036854775807"}, {plain, "92233720368547758.08", ""},
	} {
		v, err := fieldOf(t, AsMoney, "YYMMDD", c.n).Convert(c.text)
		if got := v.String(); (err == nil) != (c.want != "") || err == nil && got != c.want {
			t.Errorf("%q: %s (%v), want %q", c.text, got, err, c.want)
		}
	}
}

func TestWhatIsWrittenAsAnAmountIsReadAsItWas(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		n := rapid.Int64Range(-math.MaxInt64, math.MaxInt64).Draw(rt, "minor")
		digits := rapid.IntRange(0, maxDigits).Draw(rt, "digits")
		text := strconv.FormatInt(n, 10)
		negative, text := sign(text)
		for len(text) <= digits {
			text = "0" + text
		}
		whole, fraction := text[:len(text)-digits], text[len(text)-digits:]
		for i := len(whole) - 3; i > 0; i -= 3 {
			whole = whole[:i] + "'" + whole[i:]
		}
		if text = whole; digits > 0 {
			text += "," + fraction
		}
		if negative {
			text = "-" + text
		}
		f := fieldOf(t, AsMoney, "YYMMDD", Numbers{Decimal: ',', Thousands: '\'', Digits: digits})
		if v, err := f.Convert(text); err != nil || v != crdt.IntValue(n) {
			rt.Fatalf("%s: %v %v, want %d", text, v, err, n)
		}
	})
}

func TestWhatIsWrittenAsADateIsReadAsItWas(t *testing.T) {
	f := fieldOf(t, AsTime, "DD/MM/YYYY hh.mm.ss", Numbers{})
	rapid.Check(t, func(rt *rapid.T) {
		at := time.Unix(rapid.Int64Range(-5_000_000_000, 7_000_000_000).Draw(rt, "seconds"), 0).UTC()
		if v, err := f.Convert(at.Format("02/01/2006 15.04.05")); err != nil || v.I != at.UnixMilli() {
			rt.Fatalf("%s: %v %v", at, v, err)
		}
	})
}

func TestCodesAndWords(t *testing.T) {
	f := &Field{Values: map[string]string{"OWNER": "owner", "NONE": ""}, Words: []string{"owner", "signatory"}}
	for _, c := range []struct {
		text, other string
		want, err   string
	}{
		{"OWNER", "", "owner", ""}, {"NONE", "", "", ""}, {"owner", "", "", `unknown code "owner"`},
		{"X", "signatory", "signatory", ""}, {"X", "boss", "", `"boss" is not one of owner, signatory`},
	} {
		f.Other, f.HasOther = c.other, c.other != ""
		v, err := f.Convert(c.text)
		if v.S != c.want || err == nil && c.err != "" || err != nil && err.Error() != c.err {
			t.Errorf("%s: %q %v", c.text, v.S, err)
		}
	}
}

func TestReasonsRepeatAShortenedText(t *testing.T) {
	if got := Shown(strings.Repeat("国", 50)); got != `"`+strings.Repeat("国", 40)+`"…` {
		t.Error(got)
	}
}

func TestTemplates(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"Client {id}", "Client <id>"}, {"{a}{b}", "<a><b>"}, {"{{x}}", "{x}"}, {"{l.a} {l.} {m.a}", "<l|a> <l.> <m.a>"},
		{"{记账金额(收入)}", "<记账金额(收入)>"}, {"", ""}, {"{", "error"}, {"}", "error"}, {"{a{b}", "error"}, {"{}", "error"}, {"{ }", "error"},
	} {
		tpl, err := parseTemplate(c.text, []string{"l"})
		var b strings.Builder
		for _, p := range tpl.Parts {
			switch {
			case p.Source.Lookup != "":
				b.WriteString("<" + p.Source.Lookup + "|" + p.Source.Column + ">")
			case p.Source.Column != "":
				b.WriteString("<" + p.Source.Column + ">")
			default:
				b.WriteString(p.Literal)
			}
		}
		got := b.String()
		if err != nil {
			got = "error"
		}
		if got != c.want {
			t.Errorf("%q: %q, want %q", c.text, got, c.want)
		}
	}
}
