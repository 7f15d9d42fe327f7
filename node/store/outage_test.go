package store

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"bough/sync/rows"
)

func TestOutagesAreRememberedAndAShortReturnOfTheLineIsNone(t *testing.T) {
	l := open(t)
	say := func(up bool, at int64) { t.Helper(); must(t, l.LineIs(ctx(), up, at)) }
	of := func() (out []Outage) {
		t.Helper()
		must(t, l.File.Read(ctx(), func(tx *rows.Tx) (err error) {
			out, err = Outages(tx, 10)
			return err
		}))
		return out
	}
	say(true, 1000)
	if got := of(); len(got) != 0 {
		t.Errorf("a line that was never cut: %v", got)
	}
	const minute = 60 * 1000
	say(false, minute)
	say(false, 2*minute) // said twice, after a restart
	say(true, 10*minute)
	say(false, 10*minute+5000) // not back yet
	say(true, 20*minute)
	l.reopen()
	say(false, 90*minute)
	if diff := cmp.Diff([]Outage{{90 * minute, 0}, {minute, 20 * minute}}, of()); diff != "" {
		t.Error(diff)
	}
	say(true, 20*minute+outageKeptMS+1)
	if got := of(); len(got) != 1 {
		t.Errorf("an outage of more than a year ago: %v", got)
	}
}
