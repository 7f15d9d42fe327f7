package store

import (
	"testing"

	"bough/crdt"
	"bough/node/anchor"
	"bough/node/crm"
	"bough/sync/rows"
)

const hourMS = 60 * 60 * 1000

// talk writes an interaction that happened at a time.
func (l *till) talk(happenedMS int64, mark int64) crdt.ID {
	set := []crdt.FieldSet{{Field: crm.InteractionHappened, Value: crdt.IntValue(happenedMS)}}
	if mark != 0 {
		set = append(set, crdt.FieldSet{Field: crm.InteractionClock, Value: crdt.IntValue(mark)})
	}
	return l.act(crdt.Op{Kind: crm.Interaction, Set: set}).Ops[0].ID
}

func TestWhatWasWrittenAtAWrongTimeIsDatedRightOnceCentralIsHeard(t *testing.T) {
	for _, later := range []int64{14 * hourMS, -3 * hourMS, 2 * 365 * 24 * hourMS} {
		l := open(t)
		before := l.talk(*l.now, 0)
		must(t, l.KeepClock(ctx(), anchor.Kept{Boot: "a", SteadyMS: *l.now}))
		must(t, l.Unvouched(ctx()))
		*l.now += 4 * hourMS
		written := *l.now
		l.talk(written, crm.ClockUnsure)
		l.talk(written-20*hourMS, 0)
		must(t, l.Vouched(ctx(), later))
		*l.now += later
		l.reopen() // it is not forgotten
		fork, wrong := l.Poisoned(*l.now)
		if !wrong || fork != 1 {
			t.Fatalf("%d ms later: to be written again after %d: %t", later, fork, wrong)
		}
		_, err := l.Renew(ctx(), Renewing{Origin: there, Fork: fork, Reason: Clock, UntilMS: *l.now, Sign: func([]byte) []byte { return []byte{1} }})
		must(t, err)
		if _, wrong := l.Poisoned(*l.now); wrong {
			t.Error("it is wrong still")
		}
		for _, want := range []struct {
			id           crdt.ID
			happened, is int64
		}{{before, startMS, 0}, {crdt.MakeID(there, 1), written + later, crm.ClockRighted}, {crdt.MakeID(there, 3), min(written-20*hourMS, *l.now), 0}} {
			r := l.row(crm.Interaction, want.id)
			if r == nil || r.Get(crm.InteractionHappened).I != want.happened || r.Get(crm.InteractionClock).I != want.is {
				t.Errorf("%d ms later: %d is %+v, want %+v", later, want.id, r, want)
			}
			if r != nil && want.id != before && r.Clocks.Latest().Millis() > *l.now {
				t.Errorf("%d ms later: %d is stamped ahead: %v", later, want.id, r.Clocks)
			}
		}
		l.checkDigests()
	}
}

func TestWhatWasWrittenAtARightTimeIsLeftAlone(t *testing.T) {
	l := open(t)
	must(t, l.KeepClock(ctx(), anchor.Kept{Boot: "a", SteadyMS: *l.now, Jumps: 3, WrongMS: -7}))
	must(t, l.Unvouched(ctx()))
	l.talk(*l.now, 0)
	if _, wrong := l.Poisoned(*l.now + maxAheadMS/2); wrong {
		t.Error("some minutes are too many")
	}
	must(t, l.Vouched(ctx(), maxAheadMS/2))
	if _, wrong := l.Poisoned(*l.now + maxAheadMS/2); wrong {
		t.Error("some minutes are too many")
	}
	k, err := l.Clock(ctx())
	if must(t, err); k.Boot != "a" || k.Jumps != 3 || k.WrongMS != -7 {
		t.Errorf("kept: %+v", k)
	}
}

// The machine starts with a clock that is a quarter of an hour behind, which may be
// right, and no line tells otherwise: what the file says was written later than now
// is put back, and nobody knows whether that was right.
func TestWhatIsPutBackToATimeThatNobodyVouchesForIsMarked(t *testing.T) {
	l := open(t)
	*l.now += hourMS
	written := *l.now
	must(t, l.Unvouched(ctx()))
	l.talk(written, 0)
	l.talk(written-hourMS, 0)
	*l.now -= hourMS / 4
	l.reopen()
	must(t, l.Unvouched(ctx()))
	fork, wrong := l.Poisoned(*l.now)
	if !wrong || fork != 0 {
		t.Fatalf("to be written again after %d: %t", fork, wrong)
	}
	until := *l.now
	_, err := l.Renew(ctx(), Renewing{Origin: there, Fork: fork, Reason: Clock, UntilMS: until, Sign: func([]byte) []byte { return []byte{1} }})
	must(t, err)
	for _, want := range []struct{ counter, happened, mark int64 }{{1, until, crm.ClockUnsure}, {3, written - hourMS, 0}} {
		r := l.row(crm.Interaction, crdt.MakeID(there, uint32(want.counter)))
		if r == nil || r.Get(crm.InteractionHappened).I != want.happened || r.Get(crm.InteractionClock).I != want.mark {
			t.Errorf("%d is %+v, want %+v", want.counter, r, want)
		}
	}
	must(t, l.File.Read(ctx(), func(tx *rows.Tx) error {
		_, changes, err := tx.Changes(there, 0, 1)
		must(t, err)
		set := changes[0].Bodies[0].Op.Set
		if mark := set[len(set)-1]; mark.Field != crm.InteractionClock || mark.Value != crdt.IntValue(crm.ClockUnsure) {
			t.Errorf("central is not told: %+v", set)
		}
		return nil
	}))
	l.checkDigests()
}
