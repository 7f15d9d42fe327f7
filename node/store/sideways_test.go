package store

import (
	"errors"
	"testing"

	"bough/crdt"
	"bough/node/crm"
	"bough/sync/journal"
	"bough/sync/wire"
)

// colleague writes at another workstation of the branch.
type colleague struct {
	clock crdt.Clock
	hash  journal.Hash
	seq   uint64
}

func newColleague() *colleague { return &colleague{clock: crdt.Clock{Origin: there}} }

// writes makes a range of one change, so many ms after the start.
func (c *colleague) writes(ms int64, ops ...crdt.Op) journal.Range {
	ch := journal.Change{Origin: c.clock.Origin, Seq: c.seq + 1, Stamp: c.clock.Now(startMS + ms), Session: crdt.MakeID(there, 1)}
	for _, op := range ops {
		ch.Bodies = append(ch.Bodies, journal.Body{Op: op})
	}
	r := journal.Range{Prev: c.hash}
	c.hash, _ = ch.Seal(c.hash, nil)
	c.seq = ch.Seq
	r.Changes = []journal.Change{ch}
	r.Head = journal.Head{Origin: ch.Origin, Seq: ch.Seq, Hash: c.hash, Signature: make([]byte, 64)}
	return r
}

func (l *till) receive(ranges ...journal.Range) (int, error) {
	l.t.Helper()
	return l.Receive(ctx(), map[crdt.Origin][]byte{there: {1}}, ranges)
}

func (l *till) name(id crdt.ID) string {
	l.t.Helper()
	if r := l.row(crm.Party, id); r != nil {
		return r.Get(crm.PartyName).S
	}
	return ""
}

func TestAChangeAheadOfTimeWaitsUntilItIsDueAlsoOverARestart(t *testing.T) {
	l, c := open(t), newColleague()
	early, late := crdt.MakeID(there, 1), crdt.MakeID(there, 2)
	if n, err := l.receive(c.writes(10*60*1000, prospect(early, "from the future")), c.writes(0, prospect(late, "after it"))); n != 2 || err != nil {
		t.Fatal(n, err)
	}
	if l.name(early) != "" || l.name(late) != "" || l.Held()[there] != 2 {
		t.Errorf("%q, %q, %v", l.name(early), l.name(late), l.Held())
	}
	if up, err := l.Upward(ctx(), 0, 10, func([]byte) []byte { return nil }); len(up) != 0 || err != nil {
		t.Errorf("it goes up before it is due: %v, %v", up, err)
	}
	l.reopen()
	if waiting, err := l.Due(ctx()); waiting != 2 || err != nil {
		t.Errorf("%d wait, %v", waiting, err)
	}
	*l.now += 6 * 60 * 1000
	if waiting, err := l.Due(ctx()); waiting != 0 || err != nil || l.name(early) != "from the future" || l.name(late) != "after it" {
		t.Errorf("%d wait, %v; %q, %q", waiting, err, l.name(early), l.name(late))
	}
	l.checkDigests()
	l.reopen()
	if !l.Pending(crm.Party, early) || !l.Safe(crm.Party, early) {
		t.Error("what a neighbour wrote is not known as such after a restart")
	}
}

func TestWhatWaitedForItsTimeAndCentralRefusedIsNotMergedWhenItIsDueBetweenTwoPages(t *testing.T) {
	l, c, f := open(t), newColleague(), newFeed()
	ada := crdt.MakeID(office, 1)
	l.apply(page(0, 0, f.take(prospect(ada, "Ada"), by(office, 0))))
	_, err := l.receive(c.writes(10*60*1000, field(crm.Party, ada, crm.PartyMemo, crdt.TextValue("from the future"))))
	must(t, err)
	memo := func() string { return l.row(crm.Party, ada).Get(crm.PartyMemo).S }
	sentBack := page(1, 0, f.take(field(crm.Party, ada, crm.PartyGreeting, crdt.TextValue("Madam")), by(office, 1)))
	sentBack.Vector[there], sentBack.More = 1, true // refused: its row goes out as central has it
	l.apply(sentBack)
	*l.now += 6 * 60 * 1000
	_, err = l.Due(ctx())
	must(t, err)
	if got := memo(); got != "" {
		t.Errorf("head office has judged it, and %q stands here", got)
	}
	last := page(2, 0)
	last.Vector[there] = 1
	l.apply(last)
	if waiting, err := l.Due(ctx()); waiting != 0 || err != nil || memo() != "" {
		t.Errorf("%d wait, %v; %q", waiting, err, memo())
	}
	l.checkDigests()
}

// Its author signed both at once, so that nothing goes up without the one that
// waits: there is nothing to push, and nobody may say that there is.
func TestWhatIsSignedTogetherWithAChangeAheadOfTimeWaitsWithIt(t *testing.T) {
	l, c := open(t), newColleague()
	first, ahead := c.writes(0, prospect(crdt.MakeID(there, 1), "in time")), c.writes(10*60*1000, prospect(crdt.MakeID(there, 2), "from the future"))
	both := ahead
	both.Changes = append(first.Changes, ahead.Changes...)
	if n, err := l.receive(both); n != 2 || err != nil {
		t.Fatal(n, err)
	}
	for range 2 {
		l.Relayable()
		*l.now += relayAfterMS
		if up, err := l.Upward(ctx(), 0, 10, func([]byte) []byte { return nil }); len(up) != 0 || err != nil || l.Relayable() != 0 {
			t.Errorf("%d ranges go up, %v; %d changes are said to be due", len(up), err, l.Relayable())
		}
		l.reopen()
	}
	*l.now += 10 * 60 * 1000
	_, err := l.Due(ctx())
	must(t, err)
	l.Relayable()
	*l.now += relayAfterMS
	if up, err := l.Upward(ctx(), 0, 10, func([]byte) []byte { return nil }); len(up) != 1 || err != nil || l.Relayable() != 2 {
		t.Errorf("%d ranges go up, %v; %d changes are said to be due", len(up), err, l.Relayable())
	}
}

func TestWhatOnlyCentralWritesIsNotBelievedOfANeighbour(t *testing.T) {
	l, c := open(t), newColleague()
	boss, plain := crdt.MakeID(there, 1), crdt.MakeID(there, 2)
	_, err := l.receive(c.writes(0,
		crdt.Op{Kind: crm.Person, ID: boss, Set: []crdt.FieldSet{{Field: crm.PersonRole, Value: crdt.TextValue("admin")}}},
		crdt.Op{Kind: 200, ID: boss, Set: []crdt.FieldSet{{Field: 1, Value: crdt.IntValue(1)}}},
		crdt.Op{Kind: crm.Party, ID: crdt.MakeID(there, 3), Set: []crdt.FieldSet{{Field: crm.PartyName, Value: crdt.IntValue(7)}, {Field: crm.PartyHome, Value: crdt.IntValue(branch)}}},
		prospect(plain, "plain")))
	must(t, err)
	if l.row(crm.Person, boss) != nil || l.row(crm.Party, crdt.MakeID(there, 3)) != nil || l.name(plain) != "plain" {
		t.Error("more stands in the rows than may")
	}
	if certificates, ranges, err := l.Sideways(ctx(), nil, 10, func([]byte) []byte { return nil }); err != nil || len(ranges) != 1 || len(ranges[0].Changes[0].Bodies) != 4 || certificates[there] == nil {
		t.Errorf("it is not passed on as it was: %v, %v", ranges, err)
	}
}

func TestAnEditOfSomebodyWhoIsNotHereMakesNoHalfRecordAndStandsWhenTheyCome(t *testing.T) {
	l, c, f := open(t), newColleague(), newFeed()
	id := crdt.MakeID(office, 1)
	_, err := l.receive(c.writes(1, field(crm.Party, id, crm.PartyMemo, crdt.TextValue("likes trains"))))
	must(t, err)
	if r := l.row(crm.Party, id); r != nil {
		t.Errorf("%+v: a customer without a name, whom somebody would name", r)
	}
	l.apply(page(0, 0, f.take(prospect(id, "Ada"), by(office, 0))))
	if r := l.row(crm.Party, id); r == nil || r.Get(crm.PartyName).S != "Ada" || r.Get(crm.PartyMemo).S != "likes trains" {
		t.Errorf("%+v", r)
	}
	l.checkDigests()
}

func TestTwoHistoriesOfANeighbourAreToldApartAndHoldNobodyUp(t *testing.T) {
	l, c, twin := open(t), newColleague(), newColleague()
	id := crdt.MakeID(there, 1)
	_, err := l.receive(c.writes(0, prospect(id, "one")))
	must(t, err)
	fork := []journal.Range{twin.writes(1, party(id, "other")), twin.writes(2, party(id, "other still"))}
	for _, r := range fork {
		if n, err := l.receive(r); n != 0 || !errors.Is(err, ErrForked) {
			t.Errorf("%d, %v", n, err)
		}
	}
	if n, err := l.receive(fork[1], c.writes(3, party(id, "two"))); n != 1 || !errors.Is(err, ErrForked) {
		t.Errorf("%d, %v", n, err)
	}
	if l.name(id) != "two" {
		t.Errorf("the party is called %q", l.name(id))
	}
}

func TestWhatCentralTookOfANeighbourIsForgottenWithTheLastPage(t *testing.T) {
	l, c, f := open(t), newColleague(), newFeed()
	id := crdt.MakeID(there, 1)
	first, second := c.writes(0, party(id, "one")), c.writes(1, party(id, "two", at(there, 0)))
	_, err := l.receive(first, second)
	must(t, err)
	p := page(0, 0, f.take(first.Changes[0].Bodies[0].Op, first.Changes[0].Written(0)))
	p.Vector = map[crdt.Origin]uint64{here: 0, there: 1}
	l.apply(p)
	if l.name(id) != "two" || l.Held()[there] != 2 || !l.Pending(crm.Party, id) {
		t.Errorf("%q, %v", l.name(id), l.Held())
	}
	if n, err := l.receive(first); n != 0 || err != nil {
		t.Errorf("what central took is new again: %d, %v", n, err)
	}
	p = &wire.Page{Scope: branch, Epoch: 1, Since: 1, Until: 2, Vector: map[crdt.Origin]uint64{here: 0, there: 2},
		Rows: []wire.PageRow{f.take(second.Changes[0].Bodies[0].Op, second.Changes[0].Written(0))}}
	l.apply(p)
	if l.name(id) != "two" || len(l.Held()) != 0 || l.Pending(crm.Party, id) || len(l.row(crm.Party, id).Conflicts) != 0 {
		t.Errorf("%q, %v, %v", l.name(id), l.Held(), l.row(crm.Party, id).Conflicts)
	}
	l.reopen()
	if n, err := l.receive(c.writes(2, party(id, "three"))); n != 1 || err != nil || l.name(id) != "three" {
		t.Errorf("%d, %v, %q", n, err, l.name(id))
	}
}
