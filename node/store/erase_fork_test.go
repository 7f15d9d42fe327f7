package store

import (
	"fmt"
	"testing"

	"bough/crdt"
	"bough/node/crm"
	"bough/sync/journal"
	"bough/sync/wire"
)

// orders brings head office's order to erase a party.
func (l *till) orders(party crdt.ID) {
	l.t.Helper()
	order := crdt.Op{Kind: crm.Erasure, ID: crdt.MakeID(office, 9), Set: []crdt.FieldSet{
		{Field: crm.ErasureParty, Value: crdt.RefValue(party)}, {Field: crm.ErasureRows, Value: crdt.TextValue(fmt.Sprintf("%d:%d", crm.Party, party))},
		{Field: crm.ErasureOrdered, Value: crdt.IntValue(7)}, {Field: crm.ErasureLast, Value: crdt.IntValue(1)}}}
	at, err := l.Cursor(ctx(), OfficeScope)
	must(l.t, err)
	row := newFeed().take(order, by(office, 4))
	row.N = at.Feed + 1
	l.apply(&wire.Page{Scope: OfficeScope, Epoch: 1, Since: at.Feed, Until: row.N, Head: row.N, Rows: []wire.PageRow{row}, Vector: map[crdt.Origin]uint64{}})
}

// said are the erasures that this workstation says it is rid of.
func (l *till) said() (parties []crdt.ID) {
	l.t.Helper()
	_, err := l.Purge(ctx())
	must(l.t, err)
	due, err := l.Receipts(ctx(), 10)
	must(l.t, err)
	for _, r := range due {
		if r.Why == wire.WhyErased {
			parties = append(parties, r.Row)
		}
	}
	return parties
}

// about is a note of a party; id 0: a new one.
func about(id, party crdt.ID, text string) crdt.Op {
	return crdt.Op{Kind: crm.Interaction, ID: id, Set: []crdt.FieldSet{{Field: crm.InteractionParty, Value: crdt.RefValue(party)}, {Field: crm.InteractionText, Value: crdt.TextValue(text)}}}
}

// wrote is what the first change here says first.
func (l *till) wrote() journal.Body {
	l.t.Helper()
	r, err := l.Range(ctx(), 0, 1, func(m []byte) []byte { return m })
	must(l.t, err)
	return r.Changes[0].Bodies[0]
}

// ofACopy is a note of somebody whom a neighbour entered, and under whose number head
// office then orders somebody erased.
func ofACopy(t *testing.T) (l *till, c *colleague, note, party crdt.ID) {
	l, c, party = open(t), newColleague(), crdt.MakeID(there, 1)
	_, err := l.receive(c.writes(0, prospect(party, "Bea")))
	must(t, err)
	note = l.act(about(0, party, "Bea is glad")).Ops[0].ID
	l.orders(party)
	if l.wrote().Closed() || l.said() != nil {
		t.Error("what may be about another one is erased before head office has it, or said to be gone")
	}
	l.reopen()
	if l.wrote().Closed() || l.said() != nil || l.name(party) != "" {
		t.Errorf("after a restart it is gone, or the customer is called %q", l.name(party))
	}
	return l, c, note, party
}

func TestWhatIsWrittenOfACopysCustomerStaysWhenWhoHasTheirNumberIsErased(t *testing.T) {
	l, c, note, party := ofACopy(t)
	f, is := newFeed(), crdt.MakeID(there+1, 1)
	p := page(0, 1, f.take(prospect(is, "Bea"), by(there+1, 1)), f.take(about(note, is, "Bea is glad"), by(here, 1)))
	p.Vector[there] = 1
	l.apply(p)
	if row := l.row(crm.Interaction, note); row == nil || row.Get(crm.InteractionParty).ID() != is || l.name(party) != "" {
		t.Errorf("the note is %+v, and who was erased is called %q", row, l.name(party))
	}
	if l.wrote().Closed() {
		t.Error("it cannot be sent again to a central that is restored")
	}
	if got := l.said(); len(got) != 1 || got[0] != party {
		t.Errorf("it says that it is rid of %v", got)
	}
	late := about(crdt.MakeID(there, 2), party, "of who was erased")
	_, err := l.receive(c.writes(1, late))
	must(t, err)
	if l.row(crm.Interaction, late.ID) != nil {
		t.Error("what a neighbour wrote of the erased is taken, though it rests on nothing")
	}
	l.checkDigests()
}

func TestWhatWasWrittenOfTheErasedGoesOnceHeadOfficeHasJudgedIt(t *testing.T) {
	l, _, note, party := ofACopy(t)
	p := page(0, 1, newFeed().void(crm.Interaction, note))
	p.Vector[there] = 1
	l.apply(p)
	if got := l.said(); len(got) != 1 || got[0] != party {
		t.Errorf("it says that it is rid of %v", got)
	}
	if !l.wrote().Closed() || len(l.lies("Bea is glad")) > 0 {
		t.Error("it says so, and the text is there")
	}
	l.checkDigests()
}

func TestARowThatHeadOfficeSendsIsNotTheOneThatWasErasedHere(t *testing.T) {
	l := open(t)
	gone, is := crdt.MakeID(there, 1), crdt.MakeID(there+1, 1)
	f := newFeed()
	op := about(crdt.MakeID(there, 2), gone, "of whom?")
	l.apply(page(0, 0, f.take(prospect(gone, "Ada"), by(there, 1)), f.take(op, by(there, 2))))
	l.orders(gone)
	stale := f.take(op, by(there, 2))
	l.apply(page(2, 0, stale))
	if l.row(crm.Interaction, op.ID) != nil {
		t.Error("a page from before the order brings back what was erased")
	}
	l.apply(page(3, 0, f.take(about(op.ID, is, "of whom?"), by(there+1, 3))))
	if row := l.row(crm.Interaction, op.ID); row == nil || row.Get(crm.InteractionParty).ID() != is {
		t.Errorf("head office sends it, of somebody else, and here it is %+v", row)
	}
	l.checkDigests()
	l.reopen()
	if l.row(crm.Interaction, op.ID) == nil {
		t.Error("after a restart it is gone")
	}
}
