package store

import (
	"testing"

	"bough/crdt"
	"bough/node/crm"
)

// lent counts the own changes that go to a neighbour who has them up to a number.
func (l *till) lent(have uint64) (n int) {
	l.t.Helper()
	at := map[crdt.Origin]uint64{here: have}
	_, ranges, err := l.Sideways(ctx(), at, 10, func([]byte) []byte { return make([]byte, 64) })
	must(l.t, err)
	for i := range ranges {
		n += len(ranges[i].Changes)
	}
	if l.Beyond(at) != (n > 0) {
		l.t.Errorf("%d changes follow number %d, and it says %t", n, have, n == 0)
	}
	return n
}

func TestWhatCentralAloneCanOpenDoesNotGoToNeighboursForCentralMayLackIt(t *testing.T) {
	l, f := open(t), newFeed()
	l.enclosing = func(b []byte) ([]byte, error) { return []byte{byte(len(b))}, nil }
	ada := crdt.MakeID(office, 1)
	l.apply(page(0, 0, f.take(prospect(ada, "Ada"), by(office, 0))))
	l.act(prospect(0, "Bob"))
	l.act(field(crm.Party, ada, crm.PartyMemo, crdt.TextValue("likes trains")))
	l.sayWhole()
	l.apply(page(1, 2, f.void(crm.Party, ada)))
	if n, err := l.Purge(ctx()); n != 1 || err != nil {
		t.Fatalf("purged %d, %v", n, err)
	}
	l.act(prospect(0, "Eve"))
	for range 2 {
		if got := [3]int{l.lent(0), l.lent(1), l.lent(2)}; got != [3]int{1, 0, 1} {
			t.Errorf("%v changes go to neighbours: what is closed goes, or what follows it does not go to who has it", got)
		}
		l.reopen()
	}
}
