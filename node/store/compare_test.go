package store

import (
	"testing"

	"bough/crdt"
	"bough/node/crm"
	"bough/sync/journal"
	"bough/sync/rows"
)

// wentOn is a file that wrote two parties, the second of which central is not known
// to have, and goes on as there.
func wentOn(t *testing.T) (l *till, first, second crdt.ID) {
	l = open(t)
	first, second = l.act(party(0, "Foremost")).Ops[0].ID, l.act(party(0, "Hindmost")).Ops[0].ID
	p := page(0, 0)
	p.Vector[here] = 1
	l.apply(p)
	l.renew(there, Renewing{Fork: 2, Reason: Clock})
	return l, first, second
}

// numbered is the number that a party has now.
func (l *till) numbered(was crdt.ID) (is crdt.ID) {
	l.t.Helper()
	l.read(func(tx *rows.Tx) (err error) {
		is, err = Resolve(tx, "party", was)
		return err
	})
	return is
}

func (l *till) renew(origin crdt.Origin, r Renewing) Incarnation {
	l.t.Helper()
	r.Origin, r.Sign = origin, func([]byte) []byte { return []byte{1} }
	done, err := l.Renew(ctx(), r)
	must(l.t, err)
	return done
}

// tells is a central that has so many links of the file's former chain, and a
// twin's after them.
func (l *till) tells(same uint64) journal.Asking {
	return func(origin crdt.Origin, after uint64) ([]journal.Hash, error) {
		if origin != here {
			return nil, nil // of the present one it has nothing
		}
		_, links, err := l.Links(ctx(), here, after)
		for i := range links {
			if after+uint64(i)+1 > same {
				links[i] = journal.Hash{byte(i + 1)}
			}
		}
		return links, err
	}
}

func (l *till) compares(upTo, same uint64) (lost map[crdt.Origin]uint64) {
	l.t.Helper()
	_, lost, err := l.Compare(ctx(), map[crdt.Origin]uint64{here: upTo}, l.tells(same))
	must(l.t, err)
	return lost
}

func TestWhatATwinHasUnderAFormerNumberIsWrittenAgain(t *testing.T) {
	l, first, second := wentOn(t)
	third := l.act(party(0, "Latest")).Ops[0].ID
	if lost := l.compares(2, 2); lost != nil {
		t.Fatalf("central has what was written, and %v is lost", lost)
	}
	lost := l.compares(2, 1)
	if at, is := lost[here]; !is || at != 1 {
		t.Fatalf("central has a twin's second change, and %v is lost", lost)
	}
	if done := l.renew(office, Renewing{Lost: lost, Reason: Forked}); done.Again != 2 {
		t.Fatalf("%+v", done)
	}
	for was, name := range map[crdt.ID]string{second: "Hindmost", third: "Latest"} {
		if is := l.numbered(was); is.Origin() != office || l.name(is) != name || !l.Pending(crm.Party, is) || l.name(was) != "" {
			t.Errorf("%s is %d now, and called %q; under the number it had, %q", name, is, l.name(is), l.name(was))
		}
	}
	if l.name(first) != "Foremost" {
		t.Error("what central has was written again")
	}
	if lost := l.compares(2, 1); lost != nil {
		t.Errorf("once written again, %v is lost", lost)
	}
	l.checkDigests()
	l.reopen()
	if n := l.progress().Unsent; n != 2 {
		t.Errorf("%d changes are to be sent", n)
	}
}

func TestWhatCentralHasOfFormerNumbersIsComparedAgainInANewEpoch(t *testing.T) {
	l, _, second := wentOn(t)
	p := page(0, 0, newFeed().take(party(second, "Hindmost"), crdt.Written{Stamp: l.row(crm.Party, second).Clocks.Latest()}))
	p.Vector[here] = 2
	l.apply(p)
	if lost := l.compares(2, 0); lost != nil {
		t.Fatalf("it was compared, and %v is lost", lost)
	}
	must(t, l.Rewind(ctx(), branch, 2, false))
	l.reopen()
	lost := l.compares(2, 1)
	if at, is := lost[here]; !is || at != 1 {
		t.Fatalf("a restored central has a twin's second change, and %v is lost", lost)
	}
	l.renew(office, Renewing{Lost: lost, Reason: Forked})
	if is := l.numbered(second); is.Origin() != office || l.name(is) != "Hindmost" || l.name(second) != "" {
		t.Errorf("the second is %d now, called %q; under the number it had, %q", is, l.name(is), l.name(second))
	}
	l.checkDigests()
}

func TestATwinThatARestoredCentralHeardFirstIsFoundBelowWhatWasTaken(t *testing.T) {
	l := open(t)
	first, second := l.act(party(0, "Foremost")).Ops[0].ID, l.act(party(0, "Hindmost")).Ops[0].ID
	f := newFeed()
	p := page(0, 0, f.take(party(first, "Foremost"), crdt.Written{Stamp: l.row(crm.Party, first).Clocks.Latest()}),
		f.take(party(second, "Hindmost"), crdt.Written{Stamp: l.row(crm.Party, second).Clocks.Latest()}))
	p.Vector[here] = 2
	l.apply(p)
	at, err := l.Fork(ctx(), l.tells(1))
	if must(t, err); at != 1 {
		t.Fatalf("the fork is found at %d", at)
	}
	if done := l.renew(there, Renewing{Fork: at, Reason: Forked}); done.Again != 1 {
		t.Fatalf("%+v", done)
	}
	if is := l.numbered(second); is.Origin() != there || l.name(is) != "Hindmost" || l.name(second) != "" || l.name(first) != "Foremost" {
		t.Errorf("the second is %d now, called %q; under the number it had, %q", is, l.name(is), l.name(second))
	}
	l.checkDigests()
}
