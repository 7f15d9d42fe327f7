package central_test

import (
	"crypto/ed25519"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"bough/crdt"
	"bough/node/crm"
	"bough/sync/central"
	"bough/sync/journal"
	"bough/sync/rows"
)

// poison chains a change over bodies as they are behind the back of the store,
// and pushes it.
func (l *till) poison(bodies ...journal.Body) {
	l.bank.t.Helper()
	l.push(100)
	must(l.bank.t, l.File.Write(ctx(), func(tx *rows.Tx) error {
		a, err := l.File.LoadAuthor(tx, 0, nil)
		if err != nil {
			return err
		}
		l.bank.now++
		_, err = a.Chain(tx, a.Clock.Now(l.bank.now), 1, bodies)
		return err
	}))
	must(l.bank.t, l.File.Close())
	l.open(l.Branch())
	l.push(100)
}

// fate is what became of the changes that were not taken, oldest first.
func (b *bank) fate() (out []string) {
	b.t.Helper()
	must(b.t, b.File.Read(ctx(), func(tx *rows.Tx) error {
		return tx.Rows(crm.Refusal, "1=1 ORDER BY id", func(r *rows.Stored) error {
			out = append(out, strings.TrimSpace(r.Get(crm.RefusalCode).S+" "+r.Get(crm.RefusalState).S))
			return nil
		})
	}))
	return out
}

// heldOne is the id of the row that tells of a change.
func (b *bank) heldOne(origin crdt.Origin, seq uint64) crdt.ID {
	b.t.Helper()
	return crdt.ID(b.count(`SELECT id FROM refusal WHERE origin=?1 AND seq=?2`, int64(origin), int64(seq)))
}

func (b *bank) wants(want ...string) {
	b.t.Helper()
	if d := cmp.Diff(want, b.fate()); d != "" {
		b.t.Error(d)
	}
}

// heldBank is a bank where a change that makes a party is held, with what rests on it:
// a note by its author, one by a neighbour, a note on an account of it, and good work between.
func heldBank(t *testing.T) (b *bank, here, there *till, eve crdt.ID) {
	b = newBank(t)
	here, there = b.join(11, 1), b.join(12, 1)
	eve = here.act(party(1, "perhaps Eve")).Ops[0].ID
	ada := here.act(party(1, "Ada")).Ops[0].ID
	here.act(talk(eve, "rests on it"))
	here.push(1)
	there.act(talk(eve, "a neighbour's, too"), talk(ada, "half of it is fine"))
	there.act(talk(ada, "good work"))
	there.push(1)
	here.act(set(crm.Party, eve, crm.PartyMemo, "an edit"))
	here.push(1)
	return b, here, there, eve
}

func TestWhatCentralHoldsDoesNotStopTheStreamAndWhatRestsOnItWaits(t *testing.T) {
	b, here, there, eve := heldBank(t)
	b.wants("perhaps held", "waits held", "waits held", "waits held")
	for _, l := range []*till{here, there} {
		l.pull(3)
		l.agree()
		if l.row(crm.Party, eve) != nil {
			t.Error("the row of a held change stands at a node")
		}
	}
	if n := b.count(`SELECT count(*) FROM interaction`); n != 1 {
		t.Errorf("%d notes were taken", n)
	}
	b.sound()
}

func TestWhatIsAppliedTakesWhatRestedOnItAlongInOrder(t *testing.T) {
	b, here, there, eve := heldBank(t)
	id := b.heldOne(11, 1)
	must(t, b.Decide(ctx(), id, central.Decision{Apply: true, As: 5, By: 7, Why: "rang her"}))
	b.wants("perhaps applied", "waits applied", "waits applied", "waits applied")
	if r := b.row(crm.Party, eve); r == nil || r.Get(crm.PartyMemo).S != "an edit" || r.Clocks.Of(crm.PartyName).By != 5 || len(r.Conflicts) != 0 {
		t.Errorf("%+v", r)
	}
	if r := b.row(crm.Refusal, id); r.Get(crm.RefusalDecider).ID() != 7 || r.Get(crm.RefusalWhy).S != "rang her" {
		t.Errorf("nobody can tell who decided: %+v", r)
	}
	if n := b.count(`SELECT count(*) FROM interaction`); n != 4 {
		t.Errorf("%d notes were taken", n)
	}
	for _, l := range []*till{here, there} {
		l.pull(3)
		l.agree()
		if r := l.row(crm.Party, eve); r == nil || r.Get(crm.PartyMemo).S != "an edit" {
			t.Errorf("%+v", r)
		}
	}
	if err := b.Decide(ctx(), id, central.Decision{}); !errors.Is(err, central.ErrDecided) {
		t.Errorf("it is decided twice: %v", err)
	}
	if n := b.count(`SELECT (SELECT count(*) FROM held)+(SELECT count(*) FROM held_row)+(SELECT count(*) FROM held_wait)`); n != 0 {
		t.Errorf("%d lines of the quarantine are left", n)
	}
	b.sound()
}

func TestWhatIsDroppedTakesWhatRestedOnItAlong(t *testing.T) {
	b, here, there, eve := heldBank(t)
	must(t, b.Decide(ctx(), b.heldOne(11, 1), central.Decision{By: 7, Why: "nobody of that name"}))
	b.wants("perhaps dropped", "missing_row dropped", "missing_row dropped", "missing_row dropped")
	here.act(talk(eve, "later"))
	here.push(1)
	b.wants("perhaps dropped", "missing_row dropped", "missing_row dropped", "missing_row dropped", "missing_row")
	for _, l := range []*till{here, there} {
		l.pull(3)
		l.agree()
	}
	b.sound()
}

func TestWhatRestsOnTwoHeldChangesWaitsForBoth(t *testing.T) {
	b := newBank(t)
	l := b.join(11, 1)
	eve := l.act(party(1, "perhaps Eve")).Ops[0].ID
	ivo := l.act(party(1, "perhaps Ivo")).Ops[0].ID
	l.act(set(crm.Relation, 0, crm.RelationFrom, eve, crm.RelationTo, ivo, crm.RelationType, "spouse"))
	l.push(1)
	must(t, b.Decide(ctx(), b.heldOne(11, 2), central.Decision{Apply: true}))
	b.wants("perhaps held", "perhaps applied", "waits held")
	must(t, b.Decide(ctx(), b.heldOne(11, 1), central.Decision{Apply: true}))
	b.wants("perhaps applied", "perhaps applied", "waits applied")
	l.pull(10)
	l.agree()
	b.sound()
}

func TestWhatCannotBeReadIsHeldAndDependantsWaitForIt(t *testing.T) {
	b := newBank(t)
	here, there := b.join(11, 1), b.join(12, 1)
	eve := crdt.MakeID(11, 900)
	op := party(1, "Eve")
	op.ID = eve
	many := make([]journal.Body, journal.MaxOps+1)
	for i := range many {
		many[i].Op = set(crm.Interaction, crdt.MakeID(11, uint32(1000+i)), crm.InteractionText, "x", crm.InteractionReason, "y")
	}
	here.poison(journal.Body{Opaque: []byte("a party of a kind nobody knows"), Salt: journal.Salt{1}})
	here.poison(many...)
	here.poison(journal.Body{Op: set(201, crdt.MakeID(11, 5000), uint8(1), "x")})
	here.poison(journal.Body{Erased: true, Hash: journal.Hash{7}})
	ada := here.act(party(1, "Ada")).Ops[0].ID
	here.push(1)
	there.act(talk(eve, "of a party that the unreadable change may make"))
	there.act(talk(ada, "good work"))
	there.push(1)
	b.wants("unreadable held", "too_large held", "future held", "withheld held", "waits held")
	err := b.Decide(ctx(), b.heldOne(11, 1), central.Decision{Apply: true})
	if !errors.Is(err, central.ErrStuck) || !strings.Contains(err.Error(), "cannot be read") {
		t.Errorf("what nobody can read was applied: %v", err)
	}
	must(t, b.Decide(ctx(), b.heldOne(11, 2), central.Decision{Apply: true, Why: "an import"}))
	for _, seq := range []uint64{1, 4} {
		must(t, b.Decide(ctx(), b.heldOne(11, seq), central.Decision{Why: "garbage"}))
	}
	b.wants("unreadable dropped", "too_large applied", "future held", "withheld dropped", "waits applied")
	for _, l := range []*till{here, there} {
		l.pull(100)
		l.agree()
	}
	b.sound()
}

// offer is a kind that a newer release knows.
const offer uint8 = 201

func newerTable(t testing.TB) *crdt.Schema {
	t.Helper()
	kind := &crdt.Kind{Num: offer, Name: "offer", Class: crdt.Record, Scope: crdt.ScopeRule{Roots: []uint8{1}}, Doc: "An offer.",
		Fields: []crdt.Field{{Num: 1, Name: "party", Type: crdt.Int, Ref: crm.Party, Index: true, Doc: "to whom"}, {Num: 2, Name: "what", Type: crdt.Text, Doc: "what"}}}
	table, err := crdt.NewSchema(append(slices.Clone(crm.Table().Kinds), kind)...)
	must(t, err)
	return table
}

func TestWhatANewerReleaseWroteIsAppliedByItselfAfterTheUpgrade(t *testing.T) {
	b := newBank(t)
	here, there := b.join(11, 1), b.join(12, 1)
	ada := here.act(party(1, "Ada")).Ops[0].ID
	quote := crdt.MakeID(11, 5000)
	here.poison(journal.Body{Op: set(201, quote, uint8(1), ada, uint8(2), "3 %")})
	here.poison(journal.Body{Op: set(201, quote, uint8(2), "2 %")})
	b.wants("future held", "future held")
	must(t, b.Retry(ctx()))
	b.wants("future held", "future held")
	must(t, b.Close())
	b.table = newerTable(t)
	b.open()
	must(t, b.Retry(ctx()))
	b.wants("future applied", "future applied")
	for _, l := range []*till{here, there} { // of the older release, still
		l.pull(100)
		l.agree()
		if r := l.row(201, quote); r == nil || r.Get(2).S != "2 %" {
			t.Errorf("%+v", r)
		}
	}
	b.sound()
}

func TestARangeWithAPoisonedChangeIsProvedLikeAnyOther(t *testing.T) {
	b := newBank(t)
	l := b.join(11, 1)
	l.act(party(1, "Ada"))
	l.poison(journal.Body{Opaque: []byte{1, 2, 3}})
	r := l.ranges(0, 10)
	r.Changes[1].Bodies[0].Opaque[0]++
	r.Head.Signature = ed25519.Sign(l.key, r.Head.Message())
	if _, err := l.send(r); !errors.Is(err, journal.ErrChain) {
		t.Errorf("other bytes under the same hash: %v", err)
	}
}
