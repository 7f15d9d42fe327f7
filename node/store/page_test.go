package store

import (
	"fmt"
	"slices"
	"sync"
	"testing"

	"bough/crdt"
	"bough/node/crm"
	"bough/sync/rows"
	"bough/sync/wire"
)

func by(o crdt.Origin, ms int64) crdt.Written { return crdt.Written{Stamp: at(o, ms), By: 1} }

func TestAFeedRowReplacesAndUntakenWorkIsMergedOnTop(t *testing.T) {
	l, f := open(t), newFeed()
	id := crdt.MakeID(office, 1)
	base := by(office, -10)
	l.apply(page(0, 0, f.take(party(id, "Ada"), base)))
	mine := l.act(party(id, "Ada L.", base.Stamp)).Stamp
	// Somebody else renamed her too, and central has not seen mine.
	other := party(id, "Countess", base.Stamp)
	l.apply(page(1, 0, f.take(other, by(there, -5))))
	r := l.row(crm.Party, id)
	if r.Get(crm.PartyName).S != "Ada L." || len(r.Conflicts) != 1 || r.Conflicts[0].Value.S != "Countess" {
		t.Errorf("%+v", r)
	}
	if !l.Pending(crm.Party, id) {
		t.Error("my change is not pending any more")
	}
	// Central takes mine: what it gives is the row, conflict and all.
	l.apply(page(2, 1, f.take(party(id, "Ada L.", base.Stamp), crdt.Written{Stamp: mine, By: 1})))
	r = l.row(crm.Party, id)
	if r.N != 3 || len(r.Conflicts) != 1 || l.Pending(crm.Party, id) {
		t.Errorf("%+v", r)
	}
	if got, want := r.Digest(), f.rows[key{crm.Party, id}].Digest(); got != want {
		t.Error("node and central do not agree")
	}
	l.checkDigests()
}

func TestTheOverlayIsThereAfterTheFileIsOpenedAgain(t *testing.T) {
	l, f := open(t), newFeed()
	id := l.act(party(0, "Ada")).Ops[0].ID
	l.act(field(crm.Party, id, crm.PartyMemo, crdt.TextValue("likes trains")))
	l.reopen()
	if p := l.progress(); p.Unsent != 2 || !l.Pending(crm.Party, id) || !slices.Equal(l.Untaken(9), []uint64{2, 1}) {
		t.Errorf("%+v, untaken %v", p, l.Untaken(9))
	}
	l.apply(page(0, 1, f.take(party(id, "Ada"), by(here, 1))))
	if r := l.row(crm.Party, id); r.Get(crm.PartyMemo).S != "likes trains" {
		t.Errorf("the page swept the untaken memo away: %+v", r)
	}
	l.checkDigests()
}

func TestAPageThatIsRepeatedOldOrEarlyIsHarmless(t *testing.T) {
	l, f := open(t), newFeed()
	one := page(0, 0, f.take(party(5, "one"), by(there, 1)))
	two := page(1, 0, f.take(party(5, "two"), by(there, 2)))
	l.apply(two, one, one, two, one, two)
	if got := l.row(crm.Party, 5).Get(crm.PartyName).S; got != "two" {
		t.Errorf("the name is %q", got)
	}
	if sc, err := l.Cursor(ctx(), branch); err != nil || sc.Feed != 2 || sc.Epoch != 1 {
		t.Errorf("%+v %v", sc, err)
	}
	l.checkDigests()
}

func TestAVoidRowGoesAndTheTypedWordsStayInItsRefusal(t *testing.T) {
	l, f := open(t), newFeed()
	r := l.act(party(0, "Ada"), field(crm.Reach, 0, crm.ReachValue, crdt.TextValue("+4912345")))
	lady, reach := r.Ops[0].ID, r.Ops[1].ID
	refusal := crdt.Op{Kind: crm.Refusal, ID: crdt.MakeID(office, 9), Set: []crdt.FieldSet{
		{Field: crm.RefusalOrigin, Value: crdt.IntValue(int64(here))}, {Field: crm.RefusalTyped, Value: crdt.TextValue("name=Ada\n")}}}
	first := page(0, 1, f.take(refusal, by(office, 5)), f.void(crm.Party, lady))
	first.More = true
	l.apply(first)
	if l.row(crm.Party, lady) != nil || l.row(crm.Reach, reach) == nil {
		t.Error("the void row stayed, or another went")
	}
	l.apply(page(2, 1, f.void(crm.Reach, reach)), page(3, 1, f.void(crm.Party, 12345)))
	if l.row(crm.Reach, reach) != nil || l.row(crm.Party, 12345) != nil {
		t.Error("a void row is there")
	}
	if got := l.row(crm.Refusal, refusal.ID).Get(crm.RefusalTyped).S; got != "name=Ada\n" {
		t.Errorf("typed: %q", got)
	}
	if p := l.progress(); p.Written != 1 || p.Taken != 1 || p.Refused != 1 || p.Unsent != 0 {
		t.Errorf("%+v", p)
	}
	l.checkDigests()
}

func TestWhatIsHeldOfAnotherCopyOfThisFileIsNotCountedAsItsOwn(t *testing.T) {
	l, f := open(t), newFeed()
	l.act(party(0, "Ada"))
	l.apply(page(0, 1, f.take(crdt.Op{Kind: crm.Refusal, ID: crdt.MakeID(office, 9), Set: []crdt.FieldSet{{Field: crm.RefusalOrigin, Value: crdt.IntValue(int64(here))},
		{Field: crm.RefusalCode, Value: crdt.TextValue("stranded")}, {Field: crm.RefusalState, Value: crdt.TextValue(crm.RefusalHeld)}}}, by(office, 5))))
	if p := l.progress(); p.Written != 1 || p.Taken != 1 || p.Held != 0 || p.Refused != 0 {
		t.Errorf("%+v", p)
	}
}

func TestARowThatLeftIsHiddenAtOnceAndTheUntakenWorkOnItGoesUp(t *testing.T) {
	l, f := open(t), newFeed()
	id := crdt.MakeID(office, 1)
	l.apply(page(0, 0, f.take(party(id, "Ada"), by(office, 1))))
	l.act(field(crm.Party, id, crm.PartyMemo, crdt.TextValue("mine")))
	l.apply(page(1, 0, f.void(crm.Party, id)))
	if r := l.row(crm.Party, id); r != nil || !l.Pending(crm.Party, id) || l.progress().Unsent != 1 {
		t.Errorf("%+v, %+v", r, l.progress())
	}
	if n, err := l.Purge(ctx()); n != 0 || err != nil {
		t.Errorf("%d orders are carried out though untaken work names the row: %v", n, err)
	}
	l.apply(page(2, 1, f.void(crm.Party, id)))
	if r := l.row(crm.Party, id); r != nil {
		t.Errorf("%+v", r)
	}
	l.checkDigests()
}

func TestOnlyTheLastPageAcknowledges(t *testing.T) {
	l, f := open(t), newFeed()
	id := l.act(party(0, "Ada")).Ops[0].ID
	met := func() bool {
		m, err := l.Met(ctx())
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	ofOffice := page(0, 1)
	ofOffice.Scope = OfficeScope
	first := page(0, 1, f.take(party(5, "x"), by(there, 1)))
	first.More = true
	l.apply(ofOffice, first)
	if p := l.progress(); p.Taken != 0 || p.Unsent != 1 || !l.Pending(crm.Party, id) || met() {
		t.Errorf("acknowledged too early: %+v", p)
	}
	l.reopen() // killed between the pages
	l.apply(page(1, 1, f.take(party(id, "Ada"), by(here, 1))))
	if p := l.progress(); p.Taken != 1 || p.Unsent != 0 || l.Pending(crm.Party, id) || !met() {
		t.Errorf("not acknowledged: %+v", p)
	}
	l.reopen()
	if p := l.progress(); p.Taken != 1 || p.Unsent != 0 {
		t.Errorf("forgotten: %+v", p)
	}
}

func TestACentralThatWasRestoredGetsTheWorkAgain(t *testing.T) {
	l, f := open(t), newFeed()
	id := l.act(party(0, "Ada")).Ops[0].ID
	l.act(field(crm.Party, id, crm.PartyMemo, crdt.TextValue("likes trains")))
	l.apply(page(0, 2, f.take(party(id, "Ada"), by(here, 1)), f.take(field(crm.Party, id, crm.PartyMemo, crdt.TextValue("likes trains")), by(here, 2))))
	// The backup is from before the memo.
	if err := l.Rewind(ctx(), branch, 2, false); err != nil {
		t.Fatal(err)
	}
	g := newFeed()
	p := page(0, 1, g.take(party(id, "Ada"), by(here, 1)))
	p.Epoch = 2
	l.apply(p)
	if r := l.row(crm.Party, id); r.Get(crm.PartyMemo).S != "likes trains" {
		t.Errorf("the memo went with central's disk: %+v", r)
	}
	if got := l.progress(); got.Taken != 1 || got.Unsent != 1 {
		t.Errorf("%+v", got)
	}
	l.reopen()
	if r, err := l.Range(ctx(), 1, 9, func(m []byte) []byte { return m }); err != nil || len(r.Changes) != 1 {
		t.Errorf("%d changes to send again: %v", len(r.Changes), err)
	}
	if sc, err := l.Cursor(ctx(), branch); err != nil || sc.Epoch != 2 || sc.Feed != 1 {
		t.Errorf("%+v %v", sc, err)
	}
	l.checkDigests()
}

func TestClerksSaveWhileALongPageComes(t *testing.T) {
	l, f := open(t), newFeed()
	var many []wire.PageRow
	for i := range 5*sliceRows + 7 {
		many = append(many, f.take(party(crdt.MakeID(office, uint32(i+1)), fmt.Sprint("party ", i)), by(office, int64(i))))
	}
	var wg sync.WaitGroup
	wg.Go(func() { l.apply(page(0, 0, many...)) })
	const acts = 50
	for i := range acts {
		l.act(field(crm.Party, crdt.MakeID(office, uint32(i*20+1)), crm.PartyMemo, crdt.TextValue("seen")))
	}
	wg.Wait()
	for i := range acts {
		r := l.row(crm.Party, crdt.MakeID(office, uint32(i*20+1)))
		if r.Get(crm.PartyMemo).S != "seen" || r.Get(crm.PartyName).S != fmt.Sprint("party ", i*20) {
			t.Errorf("%+v", r)
		}
	}
	if n := l.count(`SELECT count(*) FROM party`); n != int64(len(many)) {
		t.Errorf("%d parties of %d", n, len(many))
	}
	l.checkDigests()
}

func (l *till) count(sql string, args ...any) (n int64) {
	l.t.Helper()
	l.read(func(tx *rows.Tx) (err error) {
		n, _, err = tx.Int(sql, args...)
		return err
	})
	return n
}

func TestTheClockFollowsTheFeed(t *testing.T) {
	l, f := open(t), newFeed()
	far := by(there, 3_600_000) // an hour ahead: central took it, so it is so
	l.apply(page(0, 0, f.take(party(5, "x"), far)))
	l.reopen()
	if r := l.act(party(5, "y", far.Stamp)); !far.Stamp.Less(r.Stamp) {
		t.Errorf("%s is not after %s", r.Stamp, far.Stamp)
	}
}
