package store

import (
	"testing"

	"bough/crdt"
	"bough/node/crm"
	"bough/sync/rows"
	"bough/sync/wire"
)

// from0 is a page of a reading from 0, of a feed that was trimmed up to floor.
func from0(since, floor, head int64, more bool, rs ...wire.PageRow) *wire.Page {
	p := page(since, 0, rs...)
	p.Floor, p.Head, p.More = floor, head, more
	return p
}

// numbered gives a row of the feed the number it has there.
func numbered(r wire.PageRow, n int64) wire.PageRow {
	r.N = n
	return r
}

// fourCustomers is a file that holds four customers, and their rows in the feed.
func fourCustomers(t *testing.T) (l *till, ids [4]crdt.ID, in [4]wire.PageRow) {
	l = open(t)
	f := newFeed()
	for i, name := range []string{"Ada", "Bo", "Cy", "Di"} {
		ids[i] = crdt.MakeID(office, uint32(i+1))
		in[i] = f.take(party(ids[i], name), by(office, int64(i)-20))
	}
	l.apply(page(0, 0, in[:]...))
	return l, ids, in
}

func (l *till) rewind(away bool) {
	l.t.Helper()
	must(l.t, l.Rewind(ctx(), branch, 1, away))
}

func (l *till) holds(ids ...crdt.ID) (out string) {
	for _, id := range ids {
		if l.row(crm.Party, id) != nil {
			out += l.name(id)[:1]
		}
	}
	return out
}

func (l *till) met() (met bool) {
	l.t.Helper()
	met, err := l.Met(ctx())
	must(l.t, err)
	return met
}

func TestWhatAReadingFromZeroDoesNotMeetIsGoneAtItsEnd(t *testing.T) {
	l, ids, in := fourCustomers(t)
	l.rewind(true)
	if l.met() {
		t.Error("whoever was away may contact customers before the feed was read")
	}
	l.apply(from0(0, 30, 40, true, in[0]))
	if got := l.holds(ids[:]...); got != "ABCD" {
		t.Errorf("before the end of the feed %s are here", got)
	}
	l.apply(from0(in[0].N, 30, 40, false, numbered(in[2], 35)))
	if got := l.holds(ids[:]...); got != "AC" || !l.met() {
		t.Errorf("after it %s", got)
	}
	if r, err := l.Reading(ctx(), branch); err != nil || r.On {
		t.Errorf("the reading is not over: %+v %v", r, err)
	}
	l.read(func(tx *rows.Tx) error {
		n, _, err := tx.Int(`SELECT count(*) FROM dirty WHERE party IN (?1, ?2)`, int64(ids[1]), int64(ids[3]))
		if n != 2 {
			t.Errorf("the index is told of %d customers that went", n)
		}
		return err
	})
	l.checkDigests()
}

func TestASweepLeavesWhatUntakenChangesName(t *testing.T) {
	l, ids, in := fourCustomers(t)
	l.act(field(crm.Party, ids[1], crm.PartyMemo, crdt.TextValue("typed while away")))
	c := newColleague()
	if _, err := l.receive(c.writes(1, field(crm.Party, ids[2], crm.PartyMemo, crdt.TextValue("a neighbour's")))); err != nil {
		t.Fatal(err)
	}
	if _, err := l.receive(c.writes(maxAheadMS*100, field(crm.Party, ids[3], crm.PartyMemo, crdt.TextValue("ahead of time")))); err != nil {
		t.Fatal(err)
	}
	l.rewind(true)
	l.apply(from0(0, 30, 40, false, in[0]))
	if got := l.holds(ids[:]...); got != "ABCD" {
		t.Errorf("%s are left, though changes that central has not taken name all but Ada", got)
	}
	// Central has taken mine and the first of the neighbour's, and says that the
	// branch does not hold these customers.
	void := func(n int64, id crdt.ID) wire.PageRow {
		return wire.PageRow{N: n, Void: true, Row: crdt.Row{Kind: crm.Party, ID: id}}
	}
	p := from0(in[0].N, 30, 42, false, void(41, ids[1]), void(42, ids[2]))
	p.Vector[here], p.Vector[there] = 1, 1
	l.apply(p)
	if got := l.holds(ids[:]...); got != "AD" {
		t.Errorf("%s are left", got)
	}
	l.checkDigests()
}

func TestASweepThatWasInterruptedGoesOn(t *testing.T) {
	l, ids, in := fourCustomers(t)
	l.rewind(true)
	l.apply(from0(0, 30, 40, true, in[0]))
	l.reopen()
	r, err := l.Reading(ctx(), branch)
	if err != nil || !r.On || !r.Sweep || r.Whole != 40 {
		t.Fatalf("%+v %v", r, err)
	}
	// The process ended after the last page, before the sweep.
	must(t, l.applyEnd(ctx(), from0(in[0].N, 30, 40, false)))
	l.reopen()
	if got := l.holds(ids[:]...); got != "ABCD" || l.met() {
		t.Fatalf("%s", got)
	}
	l.apply(from0(in[0].N, 30, 40, false, numbered(in[1], 45)))
	if got := l.holds(ids[:]...); got != "AB" || !l.met() {
		t.Errorf("%s are left", got)
	}
	l.checkDigests()
}

func TestAReadingFromZeroThatBeginsAgainForgetsWhatItMet(t *testing.T) {
	l, ids, in := fourCustomers(t)
	l.rewind(true)
	l.apply(from0(0, 30, 40, true, in[0], in[1]))
	l.rewind(true) // trimming ran past the head that it began at
	l.apply(from0(0, 50, 60, false, in[0]))
	if got := l.holds(ids[:]...); got != "A" {
		t.Errorf("%s are left", got)
	}
	l.checkDigests()
}

func TestANewEpochSweepsNothing(t *testing.T) {
	l, ids, in := fourCustomers(t)
	l.rewind(false)
	l.apply(from0(0, 0, 40, false, in[0]))
	if got := l.holds(ids[:]...); got != "ABCD" {
		t.Errorf("%s are left, of rows that central may have lost", got)
	}
}
