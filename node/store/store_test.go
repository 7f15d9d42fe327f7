package store

import (
	"bytes"
	"errors"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"bough/crdt"
	"bough/node/crm"
	"bough/sync/rows"
)

func TestAnActIsAJournalEntryAndItsRowsInOne(t *testing.T) {
	l := open(t)
	r := l.act(party(0, "Ada"), field(crm.Task, 0, crm.TaskText, crdt.TextValue("call")))
	id := r.Ops[0].ID
	if got := l.row(crm.Party, id); got == nil || got.Get(crm.PartyName).S != "Ada" || got.Clocks.Latest() != r.Stamp || got.N != 0 {
		t.Errorf("the row is %+v", got)
	}
	if !l.Pending(crm.Party, id) || l.Pending(crm.Party, id+99) {
		t.Error("what central has not taken is not told from the rest")
	}
	want := Progress{Written: 1, Unsent: 1, OldestMS: r.Stamp.Millis()}
	if d := cmp.Diff(want, l.progress()); d != "" {
		t.Error(d)
	}
	l.read(func(tx *rows.Tx) error {
		_, changes, err := tx.Changes(here, 0, 9)
		if len(changes) != 1 || len(changes[0].Bodies) != 2 || changes[0].Stamp != r.Stamp {
			t.Errorf("the journal holds %+v", changes)
		}
		return err
	})
	l.checkDigests()
}

func TestAnActThatFailsLeavesNothingBehind(t *testing.T) {
	l := open(t)
	id := l.act(party(0, "Ada")).Ops[0].ID
	mine := errors.New("second thoughts")
	for name, c := range map[string]struct {
		fn   func(a *rows.Act) error
		want error
	}{
		"its own error": {func(a *rows.Act) error { a.Add(party(id, "Bee")); return mine }, mine},
		"a row twice":   {func(a *rows.Act) error { a.Add(party(id, "Bee")); a.Add(party(id, "Cy")); return nil }, rows.ErrTwice},
		"the future":    {func(a *rows.Act) error { a.Add(party(id, "Bee", at(here, 1<<40))); return nil }, rows.ErrSaw},
		"no such shape": {func(a *rows.Act) error { a.Add(crdt.Op{Kind: crm.Party, ID: id}); return nil }, crdt.ErrBadOp},
		"wrong type":    {func(a *rows.Act) error { a.Add(field(crm.Party, id, crm.PartyName, crdt.IntValue(1))); return nil }, nil},
	} {
		if _, err := l.Act(ctx(), l.who, c.fn); err == nil || c.want != nil && !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if p := l.progress(); p.Written != 1 || p.Unsent != 1 {
		t.Errorf("%+v", p)
	}
	if got := l.row(crm.Party, id).Get(crm.PartyName).S; got != "Ada" {
		t.Errorf("the name is %q", got)
	}
	if r := l.act(party(id, "Dee")); r.Seq != 2 {
		t.Errorf("the next change is number %d", r.Seq)
	}
	l.checkDigests()
}

func TestAnActOfNothingWritesNothing(t *testing.T) {
	l := open(t)
	if r := l.act(); r.Seq != 0 || !r.Stamp.IsZero() || l.progress().Written != 0 {
		t.Errorf("%+v", r)
	}
}

func TestTheActThatOpensASessionNamesItself(t *testing.T) {
	l := open(t)
	l.who.Person = 55
	session := l.act(field(crm.Session, 0, crm.SessionPerson, crdt.IntValue(55))).Ops[0].ID
	l.who.Session = session
	edited := l.act(party(0, "Ada")).Ops[0].ID
	l.read(func(tx *rows.Tx) error {
		_, changes, err := tx.Changes(here, 0, 9)
		for i := range changes {
			if changes[i].Session != session {
				t.Errorf("change %d names session %d", i+1, changes[i].Session)
			}
		}
		return err
	})
	// After the file is opened again, a page under the change keeps its author.
	l.reopen()
	l.apply(page(0, 0, newFeed().take(party(edited, "Abe"), crdt.Written{Stamp: at(there, -5), By: 1})))
	if by := l.row(crm.Party, edited).Clocks.Of(crm.PartyName).By; by != 55 {
		t.Errorf("the author became %d", by)
	}
}

func TestChangesAreSentInSignedRanges(t *testing.T) {
	l := open(t)
	for range 5 {
		l.act(party(0, "Ada"))
	}
	sign := func(m []byte) []byte { return append([]byte("signed "), m...) }
	r, err := l.Range(ctx(), 2, 2, sign)
	if err != nil {
		t.Fatal(err)
	}
	err = r.Verify(func(m, sig []byte) bool { return bytes.Equal(sig, sign(m)) })
	if err != nil || len(r.Changes) != 2 || r.Changes[0].Seq != 3 || r.Head.Seq != 4 {
		t.Errorf("%v: %d changes up to %d", err, len(r.Changes), r.Head.Seq)
	}
	if r, err = l.Range(ctx(), 5, 2, sign); err != nil || len(r.Changes) != 0 {
		t.Errorf("after the last: %v, %d changes", err, len(r.Changes))
	}
	if _, err = l.Range(ctx(), 6, 2, sign); !errors.Is(err, rows.ErrNoChange) {
		t.Errorf("after what was never written: %v", err)
	}
}

func TestListenersHearWhichPartiesChanged(t *testing.T) {
	l := open(t)
	var heard [][]crdt.ID
	l.OnChange(func(ids []crdt.ID) { heard = append(heard, slices.Clone(ids)) })
	id := l.act(party(0, "Ada")).Ops[0].ID
	l.act(field(crm.Interaction, 0, crm.InteractionParty, crdt.RefValue(id)))
	l.apply(page(0, 2))
	if d := cmp.Diff([][]crdt.ID{{id}, {id}, nil}, heard); d != "" {
		t.Error(d)
	}
}

func TestATrimmedJournalStillKnowsTheTime(t *testing.T) {
	l := open(t)
	late := l.act(party(0, "Ada")).Stamp
	p := page(0, 1)
	p.Backed = 1
	l.apply(p)
	l.read(func(tx *rows.Tx) error {
		_, changes, err := tx.Changes(here, 1, 9)
		if n, err := tx.Trimmed(); n != 1 || len(changes) != 0 || err != nil {
			t.Errorf("trimmed up to %d, %d left: %v", n, len(changes), err)
		}
		return err
	})
	*l.now = startMS - 100_000 // the clock of the PC went back over night
	l.reopen()
	if r := l.act(party(0, "Bee")); !late.Less(r.Stamp) || r.Seq != 2 {
		t.Errorf("number %d is stamped %s, number 1 was %s", r.Seq, r.Stamp, late)
	}
}

func TestOnlyWhatABackupCoversIsTrimmed(t *testing.T) {
	l := open(t)
	for range 4 {
		l.act(party(0, "Ada"))
	}
	trimmed := func() (n uint64) {
		l.read(func(tx *rows.Tx) (err error) { n, err = tx.Trimmed(); return err })
		return n
	}
	more := page(0, 3, newFeed().take(party(9, "x"), crdt.Written{Stamp: at(there, 1), By: 1}))
	more.More, more.Backed = true, 3
	ofOffice := page(0, 3)
	ofOffice.Scope, ofOffice.Backed = OfficeScope, 3
	l.apply(more, ofOffice)
	if n := trimmed(); n != 0 {
		t.Errorf("trimmed up to %d before the last page", n)
	}
	last := page(1, 3)
	last.Backed = 2
	l.apply(last)
	if n := trimmed(); n != 2 {
		t.Errorf("trimmed up to %d, the backup covers 2", n)
	}
	last.Backed = 4 // a backup of later than this page
	l.apply(last)
	if n := trimmed(); n != 3 {
		t.Errorf("trimmed up to %d, central has 3", n)
	}
	l.reopen()
	if p := l.progress(); p.Written != 4 || p.Taken != 3 || p.Unsent != 1 {
		t.Errorf("%+v", p)
	}
	l.read(func(tx *rows.Tx) error {
		_, err := tx.CheckChain(here)
		return err
	})
}
