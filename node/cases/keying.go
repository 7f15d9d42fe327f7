package cases

import (
	"context"
	"strings"

	"bough/crdt"
	"bough/node/crm"
	"bough/node/desk"
	"bough/sync/rows"
)

func (b *Book) checkKeying(in *NewKeying) (err error) {
	if err := desk.OneOf("key_type", in.Type, crm.KeyingTypes); err != nil {
		return err
	}
	if in.Text, err = desk.Note("text", in.Text); err != nil {
		return err
	}
	in.HappenedMS, err = b.desk.Happened("happened", in.HappenedMS)
	return err
}

func (b *Book) addKeying(a *rows.Act, who *desk.Who, party, of crdt.ID, in *NewKeying) error {
	if err := hisHolding(a.Tx, party, in.Holding); err != nil {
		return err
	}
	if err := hisCard(a.Tx, party, in.Card); err != nil {
		return err
	}
	id, err := a.Mint()
	if err != nil {
		return err
	}
	a.Add(crdt.Op{Kind: crm.Keying, ID: id, Set: filled(
		set(crm.KeyingParty, crdt.RefValue(party)),
		set(crm.KeyingType, crdt.TextValue(in.Type)),
		set(crm.KeyingText, crdt.TextValue(in.Text)),
		set(crm.KeyingHolding, crdt.RefValue(in.Holding)),
		set(crm.KeyingCard, crdt.RefValue(in.Card)),
		set(crm.KeyingCase, crdt.RefValue(of)),
		set(crm.KeyingHappened, crdt.IntValue(in.HappenedMS)),
		set(crm.KeyingState, crdt.TextValue("open")),
		set(crm.KeyingOwner, crdt.RefValue(who.Person)),
	)})
	return nil
}

// Keyed is what became of something that was to be keyed.
type Keyed struct {
	State   string   // crm.KeyingStates
	Receipt string   // the core's number for it, or why it was dropped
	Saw     []string // stamp of the state on screen; nil: the current one
}

func checkKeyed(in *Keyed) (err error) {
	if err := desk.OneOf("state", in.State, crm.KeyingStates); err != nil {
		return err
	}
	if in.Receipt = strings.TrimSpace(in.Receipt); in.State == "open" {
		return nil
	}
	if in.Receipt, err = desk.Note("receipt", in.Receipt); err != nil {
		return desk.Mistyped("receipt", "receipt_missing", "give the number that the core system showed, or why it was dropped")
	}
	if len(in.Receipt) > maxReceipt {
		return desk.Mistyped("receipt", "too_long", "at most %d bytes, this has %d: make it shorter", maxReceipt, len(in.Receipt))
	}
	return nil
}

// Settle says what became of something that was to be keyed.
func (b *Book) Settle(ctx context.Context, who *desk.Who, id crdt.ID, in Keyed) (desk.Saved, error) {
	if err := checkKeyed(&in); err != nil {
		return desk.Saved{}, err
	}
	return b.desk.Write(ctx, who, needCase, func(a *rows.Act) (crdt.ID, error) {
		row, err := a.Tx.Get(crm.Keying, id)
		if err != nil {
			return 0, err
		}
		if row == nil {
			return 0, desk.Missing("keying", "nothing like this is on the list; look at it again")
		}
		seen, err := desk.Saw(row, crm.KeyingState, "state", in.Saw)
		if err != nil {
			return 0, err
		}
		op := crdt.Op{Kind: crm.Keying, ID: id, Set: []crdt.FieldSet{
			{Field: crm.KeyingState, Value: crdt.TextValue(in.State), Saw: seen},
			sawNow(row, crm.KeyingOwner, crdt.RefValue(who.Person)),
			sawNow(row, crm.KeyingReceipt, text(in.Receipt)),
		}}
		a.Add(op)
		return id, nil
	})
}

// Keyings lists what is to be keyed, the oldest first; with done also what was.
func (b *Book) Keyings(ctx context.Context, who *desk.Who, done bool) (out []KeyingLine, err error) {
	err = b.desk.Read(ctx, who, []crm.Act{crm.ActRead}, func(r *desk.Reader) error {
		where := `state='open' ORDER BY happened, id LIMIT ?1`
		if done {
			where = `state<>'open' ORDER BY happened DESC, id LIMIT ?1`
		}
		out, err = keyings(r, where, ListLimit)
		return err
	})
	return out, err
}

func keyings(r *desk.Reader, where string, args ...any) (out []KeyingLine, err error) {
	err = r.Rows(crm.Keying, where, func(row *rows.Stored) error {
		line, err := keyingLine(r, row)
		out = append(out, line)
		return err
	}, args...)
	return out, err
}

func keyingLine(r *desk.Reader, row *rows.Stored) (line KeyingLine, err error) {
	line = KeyingLine{ID: row.ID, Party: row.Get(crm.KeyingParty).ID(), Case: row.Get(crm.KeyingCase).ID(), Type: row.Get(crm.KeyingType).S,
		Text: row.Get(crm.KeyingText).S, State: row.Get(crm.KeyingState).S, Receipt: row.Get(crm.KeyingReceipt).S,
		HappenedMS: row.Get(crm.KeyingHappened).I, Stamp: row.Clocks.Of(crm.KeyingState).Stamp.String()}
	if line.PartyName, err = r.PartyName(line.Party); err != nil {
		return line, err
	}
	owner, err := r.Person(row.Get(crm.KeyingOwner).ID())
	if err != nil {
		return line, err
	}
	line.Owner = owner.Name
	if line.Author, err = r.Author(row); err != nil {
		return line, err
	}
	if card, err := r.Get(crm.Card, row.Get(crm.KeyingCard).ID()); err != nil {
		return line, err
	} else if card != nil {
		line.Last4 = card.Get(crm.CardLast4).S
	}
	line.Number, err = holdingNumber(r, row.Get(crm.KeyingHolding).ID())
	return line, err
}

func holdingNumber(r *desk.Reader, id crdt.ID) (string, error) {
	if id == 0 {
		return "", nil
	}
	h, err := r.Get(crm.Holding, id)
	if err != nil || h == nil {
		return "", err
	}
	return h.Get(crm.HoldingNumber).S, nil
}
