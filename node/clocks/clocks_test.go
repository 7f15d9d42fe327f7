package clocks

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"bough/node/calendar"
	"bough/node/crm"
)

func day(t *testing.T, s string) int64 {
	t.Helper()
	at, err := time.Parse("2006-01-02 15:04", s)
	if err != nil {
		t.Fatal(err)
	}
	return at.UnixMilli()
}

func TestTheClocksOfATransferErrorFollowRegE(t *testing.T) {
	cal := &calendar.Calendar{}
	rule, found := For(Defaults(), "transfer_error", "US")
	if !found {
		t.Fatal("no rule")
	}
	said := day(t, "2026-03-02 11:00") // a Monday
	for _, x := range []struct {
		name string
		f    Facts
		due  string // the day after, 00:00
	}{
		{"10 business days", Facts{}, "2026-03-17"},
		{"20 for a new account", Facts{NewAccount: true}, "2026-03-31"},
		{"45 days after a provisional credit", Facts{CreditedMS: day(t, "2026-03-10 09:00")}, "2026-04-17"},
		{"a credit on the last day counts", Facts{CreditedMS: day(t, "2026-03-16 23:59")}, "2026-04-17"},
		{"one given too late does not", Facts{CreditedMS: day(t, "2026-03-17 00:00")}, "2026-03-17"},
		{"a mere reply does not", Facts{ExtendedMS: day(t, "2026-03-10 09:00")}, "2026-03-17"},
		{"90 for a new account", Facts{NewAccount: true, CreditedMS: day(t, "2026-03-30 09:00")}, "2026-06-01"},
		{"90 for a foreign one", Facts{Far: true, CreditedMS: day(t, "2026-03-10 09:00")}, "2026-06-01"},
		{"a foreign one without a credit has 10", Facts{Far: true}, "2026-03-17"},
	} {
		x.f.HappenedMS = said
		next, runs := Next(Of(rule, cal, x.f))
		if want := day(t, x.due+" 00:00") - 1; !runs || next.DueMS != want {
			t.Errorf("%s: due %s", x.name, time.UnixMilli(next.DueMS).UTC())
		}
	}
}

func TestTheResultIsReportedWithinThreeBusinessDays(t *testing.T) {
	rule, _ := For(Defaults(), "transfer_error", "")
	f := Facts{HappenedMS: day(t, "2026-03-02 11:00"), DecidedMS: day(t, "2026-03-06 10:00")}
	next, runs := Next(Of(rule, &calendar.Calendar{}, f))
	if !runs || next.Name != Report || next.DueMS != day(t, "2026-03-12 00:00")-1 {
		t.Errorf("next: %+v", next)
	}
	f.ToldMS = day(t, "2026-03-12 10:00")
	all := Of(rule, &calendar.Calendar{}, f)
	if _, runs := Next(all); runs || !all[0].Missed(f.ToldMS) || all[1].Missed(f.ToldMS) {
		t.Errorf("told a day late: %+v", all)
	}
}

func TestAComplaintHasTheDaysOfItsCountry(t *testing.T) {
	said := day(t, "2026-03-02 11:00")
	for country, due := range map[string]string{"CZ": "2026-03-24", "CN": "2026-03-18"} {
		rule, _ := For(Defaults(), "complaint", country)
		clocks := Of(rule, &calendar.Calendar{}, Facts{HappenedMS: said, AcknowledgedMS: said})
		next, _ := Next(clocks)
		if next.Name != Answer || next.DueMS != day(t, due+" 00:00")-1 || !next.CanExtend {
			t.Errorf("%s: %+v", country, next)
		}
	}
}

func TestAnAnswerNeedsNoAcknowledgement(t *testing.T) {
	rule, _ := For(Defaults(), "complaint", "CZ")
	said := day(t, "2026-03-02 11:00")
	clocks := Of(rule, &calendar.Calendar{}, Facts{HappenedMS: said, DecidedMS: said + 1})
	if _, runs := Next(clocks); runs || clocks[0].Missed(said) {
		t.Errorf("%+v", clocks)
	}
}

func TestTheLastRuleForTheCountryWins(t *testing.T) {
	own := append(Defaults(), Rule{Type: "complaint", Country: "CZ", Answer: calendarDays(30)}, Rule{Type: "complaint", Answer: calendarDays(7)})
	for country, days := range map[string]int{"CZ": 30, "AT": 7, "CN": 15} {
		if r, _ := For(own, "complaint", country); r.Answer.N != days {
			t.Errorf("%s: %+v", country, r)
		}
	}
	if _, found := For(own, "nothing", "CZ"); found {
		t.Error("a rule for a type that is none")
	}
}

func TestEveryTypeOfCaseHasARule(t *testing.T) {
	for _, typ := range crm.CaseTypes {
		if _, found := For(Defaults(), typ, "CN"); !found {
			t.Errorf("%s has none", typ)
		}
	}
}

func TestADeadlineNeverComesEarlierBecauseOfAnExtension(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rules := Defaults()
		rule := rules[rapid.IntRange(0, len(rules)-1).Draw(t, "rule")]
		said := rapid.Int64Range(1_700_000_000_000, 1_900_000_000_000).Draw(t, "said")
		f := Facts{HappenedMS: said, NewAccount: rapid.Bool().Draw(t, "new"), Far: rapid.Bool().Draw(t, "far")}
		before := Of(rule, &calendar.Calendar{}, f)
		f.CreditedMS = said + rapid.Int64Range(0, 100*24*3600*1000).Draw(t, "after")
		f.ExtendedMS = f.CreditedMS
		after := Of(rule, &calendar.Calendar{}, f)
		if len(before) != len(after) {
			t.Fatal("clocks came or went")
		}
		for i := range after {
			if after[i].DueMS < before[i].DueMS {
				t.Fatal(cmp.Diff(before, after))
			}
		}
	})
}

func TestASpanReadsBackAsItIsWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := Span{rapid.IntRange(1, MaxSpan).Draw(t, "n"), rapid.Bool().Draw(t, "business")}
		if got, err := ParseSpan(s.String()); err != nil || got != s {
			t.Fatalf("%v reads as %v: %v", s, got, err)
		}
	})
	for _, s := range []string{"10", "b", "-1b", "0d", "10x", "800d", "1 0b", "十b"} {
		if got, err := ParseSpan(s); err == nil {
			t.Errorf("%q reads as %v", s, got)
		}
	}
	if got, err := ParseSpan(" "); err != nil || got != (Span{}) {
		t.Errorf("nothing reads as %v: %v", got, err)
	}
}
