package crdt_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"bough/crdt"
)

// consents draws the events of one party, purpose and channel; grants name
// some of the withdrawals before them.
func consents(t *rapid.T) []crdt.ConsentEvent {
	var events []crdt.ConsentEvent
	for i, kind := range rapid.SliceOfN(rapid.IntRange(0, 2), 0, 8).Draw(t, "events") {
		e := crdt.ConsentEvent{ID: crdt.MakeID(1, uint32(i+1)), Withdraws: kind == 0}
		for _, w := range events {
			if !e.Withdraws && w.Withdraws && (kind == 1 || rapid.Bool().Draw(t, "names")) {
				e.Overrides = append(e.Overrides, w.ID)
			}
		}
		events = append(events, e)
	}
	return events
}

func TestConsentIsTheSameInWhateverOrderAndHoweverOftenEventsCame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		events := consents(t)
		again := rapid.Permutation(slices.Concat(events, events)).Draw(t, "order")
		if crdt.ConsentOf(again) != crdt.ConsentOf(events) {
			t.Fatalf("%v from %+v, %v from %+v", crdt.ConsentOf(again), again, crdt.ConsentOf(events), events)
		}
	})
}

func TestConsentIsGrantedOnlyWhenEveryWithdrawalIsNamed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		events := consents(t)
		grants, unnamed := 0, 0
		for _, e := range events {
			if !e.Withdraws {
				grants++
				continue
			}
			if !slices.ContainsFunc(events, func(g crdt.ConsentEvent) bool { return slices.Contains(g.Overrides, e.ID) }) {
				unnamed++
			}
		}
		want := crdt.ConsentGranted
		if unnamed > 0 {
			want = crdt.ConsentWithdrawn
		} else if grants == 0 {
			want = crdt.ConsentUnknown
		}
		if got := crdt.ConsentOf(events); got != want {
			t.Fatalf("%v, want %v: %+v", got, want, events)
		}
	})
}

func TestANewWithdrawalWinsOverEveryGrantThatDoesNotNameIt(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		events := append(consents(t), crdt.ConsentEvent{ID: crdt.MakeID(2, 1), Withdraws: true})
		blind := append(slices.Clone(events), crdt.ConsentEvent{ID: crdt.MakeID(3, 1)})
		if crdt.ConsentOf(events) != crdt.ConsentWithdrawn || crdt.ConsentOf(blind) != crdt.ConsentWithdrawn {
			t.Fatalf("%+v", blind)
		}
	})
}

func TestAWithdrawalThatNamesAnotherOverridesNothing(t *testing.T) {
	first, second := crdt.MakeID(1, 1), crdt.MakeID(1, 2)
	got := crdt.ConsentOf([]crdt.ConsentEvent{
		{ID: first, Withdraws: true},
		{ID: second, Withdraws: true, Overrides: []crdt.ID{first}},
		{ID: crdt.MakeID(1, 3), Overrides: []crdt.ID{second}},
	})
	if got != crdt.ConsentWithdrawn {
		t.Errorf("got %v", got)
	}
}
