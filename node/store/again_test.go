package store

import (
	"testing"

	"bough/crdt"
	"bough/node/crm"
	"bough/sync/journal"
)

// again makes a range in which another origin writes again what a neighbour wrote
// first: its one party under a new number.
func (c *colleague) again(first *journal.Range, was, is crdt.ID, ops ...crdt.Op) journal.Range {
	f := &journal.Former{Origin: first.Head.Origin, Seq: first.Head.Seq, Hash: first.Head.Hash, Stamp: first.Changes[0].Stamp, IDs: map[crdt.ID]crdt.ID{was: is}}
	return c.writes(1000, append(ops, TellFormer(crdt.MakeID(c.clock.Origin, 99), branch, f))...)
}

func TestWhatANeighbourWroteAgainIsClosedWhenItsCustomerLeaves(t *testing.T) {
	l, twin, f := open(t), &colleague{clock: crdt.Clock{Origin: office}}, newFeed()
	l.enclosing = func(b []byte) ([]byte, error) { return []byte{byte(len(b))}, nil }
	was, is := crdt.MakeID(there, 1), crdt.MakeID(office, 1)
	first := newColleague().writes(0, prospect(was, "Quetzalcoatl"))
	second := twin.again(&first, was, is, prospect(is, "Quetzalcoatl"))
	_, err := l.receive(first, second)
	must(t, err)
	if l.name(is) != "Quetzalcoatl" || l.name(was) != "" {
		t.Fatalf("%q, %q", l.name(is), l.name(was))
	}

	// Central has the second form, and another history under the first number.
	p := page(0, 0, f.take(second.Changes[0].Bodies[0].Op, second.Changes[0].Written(0)), f.take(second.Changes[0].Bodies[1].Op, second.Changes[0].Written(0)))
	p.Vector[office] = 1
	l.apply(p)
	l.sayWhole()
	since := f.n
	p = page(since, 0, f.void(crm.Party, is))
	p.Vector[office] = 1
	l.apply(p)
	if n, err := l.Purge(ctx()); n != 1 || err != nil {
		t.Fatalf("purged %d, %v", n, err)
	}
	if found := l.lies("Quetzalcoatl"); len(found) > 0 {
		t.Errorf("after the purge there stand %v", found)
	}

	// A central that lost the second form can still be given the first.
	up, err := l.Upward(ctx(), 0, 10, func([]byte) []byte { return nil })
	must(t, err)
	if len(up) != 1 || up[0].Head.Hash != first.Head.Hash {
		t.Fatalf("%v goes up", up)
	}
	if e, err := l.Enclosed(ctx(), up); len(e) != 1 || err != nil || e[0].Origin != uint32(there) {
		t.Errorf("%v, %v", e, err)
	}
}

// The first form came from a neighbour, ahead of the time here; the second one with
// the feed, before the first was due.
func TestWhatWaitsForItsTimeAndWasWrittenAgainNeverComes(t *testing.T) {
	l, twin, f := open(t), &colleague{clock: crdt.Clock{Origin: office}}, newFeed()
	was, is := crdt.MakeID(there, 1), crdt.MakeID(office, 1)
	first := newColleague().writes(10*60*1000, prospect(was, "Quetzalcoatl"))
	_, err := l.receive(first)
	must(t, err)
	second := twin.again(&first, was, is, prospect(is, "Quetzalcoatl")).Changes[0]
	l.apply(page(0, 0, f.take(second.Bodies[0].Op, second.Written(0)), f.take(second.Bodies[1].Op, second.Written(0))))
	*l.now += 20 * 60 * 1000
	if waiting, err := l.Due(ctx()); waiting != 0 || err != nil || l.name(was) != "" || l.name(is) != "Quetzalcoatl" {
		t.Errorf("%d wait, %v; %q in the first form, %q in the second", waiting, err, l.name(was), l.name(is))
	}
	l.checkDigests()
}

// A neighbour holds the first form of a change; the third comes, and never the second.
func TestWhatWasWrittenAgainTwiceStandsOnceThoughTheFormBetweenNeverComes(t *testing.T) {
	was, mid, is := crdt.MakeID(there, 1), crdt.MakeID(office+1, 1), crdt.MakeID(office, 1)
	first := newColleague().writes(0, prospect(was, "Quetzalcoatl"))
	between := &colleague{clock: crdt.Clock{Origin: office + 1}}
	second := between.again(&first, was, mid, prospect(mid, "Quetzalcoatl"))
	f := journal.Former{Origin: second.Head.Origin, Seq: 1, Hash: second.Head.Hash, Stamp: second.Changes[0].Stamp, IDs: map[crdt.ID]crdt.ID{mid: is}}
	ops := []crdt.Op{prospect(is, "Quetzalcoatl")}
	for i, told := range Told(f, &second.Changes[0]) {
		ops = append(ops, TellFormer(crdt.MakeID(office, uint32(90+i)), branch, &told))
	}
	third := (&colleague{clock: crdt.Clock{Origin: office}}).writes(2000, ops...)
	for _, came := range [][]journal.Range{{first, third}, {third, first}} {
		l := open(t)
		for i := range came {
			_, err := l.receive(came[i])
			must(t, err)
		}
		if l.name(was) != "" || l.name(is) != "Quetzalcoatl" {
			t.Errorf("%d first: %q in the first form, %q in the third", came[0].Head.Origin, l.name(was), l.name(is))
		}
	}
}
