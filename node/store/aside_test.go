package store

import (
	"testing"

	"bough/crdt"
	"bough/node/crm"
	"bough/sync/rows"
	"bough/sync/wire"
)

// unreadable is the page of a row that its reader could not read.
func unreadable(since int64, r wire.PageRow) *wire.Page {
	p := page(since, 0)
	p.Until, p.Aside = r.N, []wire.Aside{{N: r.N, Kind: r.Row.Kind, ID: r.Row.ID, Why: "test"}}
	return p
}

// head is the last page of a feed: it tells the digest.
func (f *feed) head() *wire.Page {
	p := page(f.n, 0)
	for _, r := range f.rows {
		p.Digest.Add(r.Digest())
	}
	return p
}

func (l *till) asides(want int) []rows.Aside {
	l.t.Helper()
	list, err := l.Asides(ctx())
	must(l.t, err)
	if len(list) != want || l.progress().Aside != uint64(want) {
		l.t.Fatalf("aside: %+v, want %d", list, want)
	}
	return list
}

// agreed checks whether the scope is known to differ.
func (l *till) agreed() {
	l.t.Helper()
	if d, err := l.Differences(ctx()); err != nil || len(d) > 0 {
		l.t.Fatalf("%v %v", d, err)
	}
}

func TestTheReadingGoesOnBehindARowThatCannotBeReadAndMeetsItAgainByNumber(t *testing.T) {
	l, f := open(t), newFeed()
	var told []rows.Aside
	l.OnAside(func(a rows.Aside) { told = append(told, a) })
	first, poison, last := f.take(party(5, "Ada"), by(there, 1)), f.take(party(6, "Eve"), by(there, 2)), f.take(party(7, "Bob"), by(there, 3))
	l.apply(page(0, 0, first), unreadable(1, poison), page(2, 0, last), f.head())
	if a := l.asides(1)[0]; a.N != 2 || a.Since != 1 || a.ID != 6 || len(told) != 1 {
		t.Errorf("%+v, told %+v", a, told)
	}
	if l.row(crm.Party, 7) == nil || l.row(crm.Party, 6) != nil {
		t.Error("the reading did not go on, or went too far")
	}
	l.agreed() // the digest cannot agree, and says nothing
	// Asked by number it still cannot be read: nothing happens.
	a := l.asides(1)[0]
	if readable, err := l.Again(ctx(), a, unreadable(1, poison)); err != nil || readable {
		t.Errorf("%t %v", readable, err)
	}
	l.reopen()
	// A newer release can read it: the scope is read again from there.
	if readable, err := l.Again(ctx(), a, page(1, 0, poison)); err != nil || !readable {
		t.Errorf("%t %v", readable, err)
	}
	l.apply(page(1, 0, poison, last), f.head())
	l.asides(0)
	if l.row(crm.Party, 6).Get(crm.PartyName).S != "Eve" {
		t.Error("the row did not come")
	}
	l.agreed()
	l.checkDigests()
}

func TestWhatWasSetAsideIsForgottenWhenTheRowComesWithALaterNumber(t *testing.T) {
	l, f := open(t), newFeed()
	poison := f.take(party(6, "Eve"), by(there, 2))
	l.apply(unreadable(0, poison))
	a := l.asides(1)[0]
	mended := f.take(party(6, "Eva"), by(there, 3))
	if readable, err := l.Again(ctx(), a, page(0, 0, mended)); err != nil || readable {
		t.Errorf("%t %v", readable, err)
	}
	l.asides(0) // its place is empty: it comes with its own number
	l.apply(page(1, 0, mended), f.head())
	l.agreed()
	// Where its name is known, the row itself is enough.
	again := f.take(party(6, "Evi"), by(there, 4))
	l.apply(unreadable(2, again))
	l.asides(1)
	l.apply(page(3, 0, f.take(party(6, "Eve"), by(there, 5))))
	l.asides(0)
	l.checkDigests()
}

func TestAScopeThatAgreesLacksNothing(t *testing.T) {
	l, f := open(t), newFeed()
	l.apply(page(0, 0, f.take(party(5, "Ada"), by(there, 1))))
	p := unreadable(1, f.take(party(6, "Eve"), by(there, 2)))
	p.Aside[0].Kind, p.Aside[0].ID = 0, 0 // not even its name
	l.apply(p)
	l.asides(1)
	delete(f.rows, key{crm.Party, 6})
	l.apply(page(2, 0, f.void(crm.Party, 6)), f.head())
	l.asides(0)
	l.agreed()
}

func TestWhatWasWrittenHereAndSetAsideHasANumberOnceTheScopeAgrees(t *testing.T) {
	l, f := open(t), newFeed()
	r := l.act(party(0, "Ada"))
	mine := f.take(party(r.Ops[0].ID, "Ada"), crdt.Written{Stamp: r.Stamp})
	l.apply(unreadable(0, mine))
	l.asides(1)
	end := f.head()
	end.Vector = map[crdt.Origin]uint64{here: 1}
	l.apply(end)
	l.asides(0)
	if r := l.row(crm.Party, mine.Row.ID); r == nil || r.N != f.n {
		t.Errorf("%+v: central has it, and here it has no number of the feed", r)
	}
	l.checkDigests()
}

func TestWhileSomethingSaidOfConsentMayBeAsideNobodyIsContacted(t *testing.T) {
	l, f := open(t), newFeed()
	waits := func() (on bool) {
		l.read(func(tx *rows.Tx) (err error) {
			on, err = l.Entering(tx, 5)
			return err
		})
		return on
	}
	l.apply(page(0, 0, f.take(party(5, "Ada"), by(there, 1))), unreadable(1, f.take(party(6, "Eve"), by(there, 2))))
	if waits() {
		t.Error("a name says nothing of consent")
	}
	withdrawal := f.take(field(crm.Consent, 9, crm.ConsentParty, crdt.IntValue(5)), by(there, 3))
	l.apply(unreadable(2, withdrawal))
	if !waits() {
		t.Error("a withdrawal may be on its way")
	}
	l.apply(page(3, 0, f.take(field(crm.Consent, 9, crm.ConsentParty, crdt.IntValue(5)), by(there, 4))))
	if waits() {
		t.Error("it has come")
	}
}
