package central_test

import (
	"encoding/hex"
	"testing"

	"bough/crdt"
	"bough/node/crm"
	"bough/sync/central"
	"bough/sync/rows"
)

// rests is the op by which a change of c says on which change of another it rests.
func (c *scribe) rests(on *scribe, n int) crdt.Op {
	return crdt.Op{Kind: crm.Rests, ID: crdt.MakeID(c.origin, uint32(700+len(c.changes))), Set: []crdt.FieldSet{
		{Field: crm.RestsBranch, Value: crdt.IntValue(1)},
		{Field: crm.RestsOrigin, Value: crdt.IntValue(int64(on.origin))},
		{Field: crm.RestsSeq, Value: crdt.IntValue(int64(n))},
		{Field: crm.RestsHash, Value: crdt.TextValue(hex.EncodeToString(on.hashes[n-1][:]))},
	}}
}

// erase orders a party erased, with nothing that hangs on it, and sweeps the history.
func (b *bank) erase(party crdt.ID) {
	b.t.Helper()
	row := central.RowID{Kind: crm.Party, ID: party}
	must(b.t, b.Erase(ctx(), rows.Actor{Session: 1, Person: 1}, central.Erasing{Party: row, N: 1,
		Rows: func(*rows.Act) ([]central.RowID, error) { return []central.RowID{row}, nil }, Sealed: func(*central.Batch) error { return nil }}))
	_, _, err := b.Sweep(ctx())
	must(b.t, err)
}

// TestWhatIsWrittenOfACopysCustomerOutlivesTheErasure of whom central has under the
// number that both copies gave.
func TestWhatIsWrittenOfACopysCustomerOutlivesTheErasure(t *testing.T) {
	for when, first := range map[string]bool{"it came before the order": true, "it came after the order": false} {
		b := newBank(t)
		a, renewed, third := b.scribe(1000, 1), b.scribe(1001, 1), b.scribe(1002, 1)
		a.write(0, "common")
		twin := *a
		x := a.write(0, "Ada")
		twin.write(0, "Bea")
		note := talk(x, "Bea is glad")
		note.ID = crdt.MakeID(third.origin, 1)
		third.add(set(crm.Party, x, crm.PartyGreeting, "Dear Bea"), note, third.rests(&twin, 2))
		of := talk(x, "Ada is cross")
		of.ID = crdt.MakeID(third.origin, 2)
		third.add(of, third.rests(a, 2))
		_, err := a.push(a.signed(1, 2))
		must(t, err)
		push := func() {
			_, err := third.push(third.signed(1, 2))
			must(t, err)
		}
		if first {
			push()
		}
		b.erase(x)
		push()
		is := renewed.again(&twin, 2)
		_, err = renewed.push(renewed.signed(1, 1))
		must(t, err)
		if row := b.row(crm.Party, is); row == nil || row.Get(crm.PartyGreeting).S != "Dear Bea" || b.row(crm.Party, x) != nil {
			t.Errorf("%s: the copy's customer is %+v", when, row)
		}
		if row := b.row(crm.Interaction, note.ID); row == nil || row.Get(crm.InteractionParty).ID() != is {
			t.Errorf("%s: the note of the copy's customer is %+v", when, row)
		}
		if row := b.row(crm.Interaction, of.ID); row != nil && !first {
			t.Errorf("%s: the note of the erased customer is %+v", when, row)
		}
		if b.count(`SELECT count(*) FROM erased_row WHERE row_id=?1`, int64(note.ID)) > 0 {
			t.Errorf("%s: what is written to the note is refused", when)
		}
	}
}
