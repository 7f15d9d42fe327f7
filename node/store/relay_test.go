package store

import (
	"testing"

	"bough/crdt"
	"bough/node/crm"
	"bough/sync/journal"
	"bough/sync/wire"
)

// upward is what would be pushed of the colleague: the numbers of the changes.
func (l *till) upward() (seqs []uint64) {
	l.t.Helper()
	l.Relayable() // from now on its author has time to send it
	*l.now += 2 * relayAfterMS
	if l.Relayable() == 0 {
		return nil
	}
	ranges, err := l.Upward(ctx(), 0, 100, func(m []byte) []byte { return m })
	must(l.t, err)
	for i := range ranges {
		for j := range ranges[i].Changes {
			seqs = append(seqs, ranges[i].Changes[j].Seq)
		}
	}
	return seqs
}

// restored is a page of a central that has so much of the colleague, in an epoch;
// 0: it does not know that workstation.
func (l *till) restored(epoch, knows uint64) {
	l.t.Helper()
	must(l.t, l.Rewind(ctx(), branch, epoch, false))
	p := page(0, 0)
	p.Epoch = epoch
	if knows > 0 {
		p.Vector[there] = knows
	}
	l.apply(p)
}

func TestWhatARestoredCentralDoesNotKnowOfANeighbourIsKept(t *testing.T) {
	l, c := open(t), newColleague()
	id := crdt.MakeID(there, 1)
	_, err := l.receive(c.writes(0, prospect(id, "one")), c.writes(1, party(id, "two", at(there, 0))))
	must(t, err)
	p := page(0, 0)
	p.Vector[there], p.More = 2, true // central took it; the page that brings it back never comes
	l.apply(p)
	l.restored(2, 0)
	if got := l.upward(); len(got) != 2 || !l.Pending(crm.Party, id) || l.name(id) != "two" {
		t.Errorf("changes %v go up, the party is called %q", got, l.name(id))
	}
	l.reopen()
	if got := l.upward(); len(got) != 2 || l.name(id) != "two" {
		t.Errorf("after a restart changes %v go up, the party is called %q", got, l.name(id))
	}
}

func TestWhatWentUpOfANeighbourGoesUpAgainOnceCentralWasRestored(t *testing.T) {
	l, c := open(t), newColleague()
	first, second := c.writes(0, prospect(crdt.MakeID(there, 1), "one")), c.writes(1, prospect(crdt.MakeID(there, 2), "two"))
	_, err := l.receive(first, second)
	must(t, err)
	l.Pushed([]journal.Range{first, second}, map[crdt.Origin]uint64{there: 2})
	if got := l.upward(); got != nil {
		t.Errorf("what central has goes up again: %v", got)
	}
	l.restored(2, 1)
	if got := l.upward(); len(got) != 1 || got[0] != 2 {
		t.Errorf("of what central lacks %v goes up", got)
	}
}

func TestAnAnswerToWhatIsNotSentThatWayAnyMoreHoldsNothingBack(t *testing.T) {
	l, c := open(t), newColleague()
	first, second := c.writes(0, prospect(crdt.MakeID(there, 1), "one")), c.writes(1, prospect(crdt.MakeID(there, 2), "two"))
	_, err := l.receive(first, second)
	must(t, err)
	// Central had the first, and lost it. The second is on its way while we hear of that.
	p := page(0, 0)
	p.Vector[there], p.More = 1, true
	l.apply(p)
	l.restored(2, 0)
	l.Pushed([]journal.Range{second}, map[crdt.Origin]uint64{})
	if got := l.upward(); len(got) != 2 {
		t.Errorf("%v goes up", got)
	}
	// What central passes over though it follows what it has is not tried again.
	l.Pushed([]journal.Range{first, second}, map[crdt.Origin]uint64{})
	if got := l.upward(); got != nil {
		t.Errorf("%v goes up again and again", got)
	}
	// Until the feed says that a change of theirs came under another number.
	p = page(0, 0)
	tell := TellFormer(crdt.MakeID(there+1, 1), branch, &journal.Former{Origin: there, Seq: 7, Stamp: at(there, 0)})
	p.Epoch, p.Rows, p.Until = 2, []wire.PageRow{newFeed().take(tell, by(there+1, 1))}, 1
	l.apply(p)
	if got := l.upward(); len(got) != 2 {
		t.Errorf("%v goes up though central may take it now", got)
	}
}
