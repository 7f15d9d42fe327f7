package cases

import (
	"cmp"
	"slices"

	"bough/crdt"
	"bough/node/crm"
	"bough/node/desk"
	"bough/sync/rows"
)

// set is one field of a new row, which nobody has seen.
func set(field uint8, v crdt.Value) crdt.FieldSet { return crdt.FieldSet{Field: field, Value: v} }

// sawNow changes a field whose value stands in the row as it is.
func sawNow(row *rows.Stored, field uint8, v crdt.Value) crdt.FieldSet {
	saw, _ := desk.Saw(row, field, "", nil) // none given, none wrong
	return crdt.FieldSet{Field: field, Value: v, Saw: saw}
}

// filled drops the fields that hold nothing.
func filled(fields ...crdt.FieldSet) []crdt.FieldSet {
	return slices.DeleteFunc(fields, func(f crdt.FieldSet) bool { return f.Value.IsNull() })
}

// ordered puts fields in the order of their numbers, as ops have them.
func ordered(fields []crdt.FieldSet) []crdt.FieldSet {
	slices.SortFunc(fields, func(a, b crdt.FieldSet) int { return cmp.Compare(a.Field, b.Field) })
	return fields
}

func text(s string) crdt.Value {
	if s == "" {
		return crdt.Value{}
	}
	return crdt.TextValue(s)
}

func flag(b bool) crdt.Value {
	if !b {
		return crdt.Value{}
	}
	return crdt.IntValue(1)
}

func optional(m Money) crdt.Value {
	if m.Currency == "" {
		return crdt.Value{}
	}
	return crdt.IntValue(m.Minor)
}

// here reports a plain error when a row is not in this file.
func here(tx *rows.Tx, kind uint8, id crdt.ID, code, words string) error {
	row, err := tx.Get(kind, id)
	if err == nil && row == nil {
		err = desk.Missing(code, words)
	}
	return err
}

// hisHolding reports a plain error when a party has nothing to do with a holding.
func hisHolding(tx *rows.Tx, party, holding crdt.ID) error {
	if holding == 0 {
		return nil
	}
	_, found, err := tx.Int(`SELECT 1 FROM role WHERE party=?1 AND holding=?2`, int64(party), int64(holding))
	if err == nil && !found {
		err = desk.Mistyped("holding", "no_holding", "there is no such account here")
	}
	return err
}

// hisCard reports a plain error when a card is not one of a holding of the party.
func hisCard(tx *rows.Tx, party, card crdt.ID) error {
	if card == 0 {
		return nil
	}
	row, err := tx.Get(crm.Card, card)
	if err != nil {
		return err
	}
	if row == nil {
		return desk.Mistyped("card", "no_card", "there is no such card here")
	}
	return hisHolding(tx, party, row.Get(crm.CardHolding).ID())
}
