package visitors

import (
	"cmp"
	"context"
	"slices"

	"bough/crdt"
	"bough/node/crm"
	"bough/node/desk"
	"bough/sync/rows"
)

var needRead = []crm.Act{crm.ActRead} // handed on, never written

// Visitor is everything the page of a visitor shows.
type Visitor struct {
	Line
	Written []Written  // here, for them; newest first
	State   desk.State // of the least safe of that
}

// Written is something that was written here for a visitor, and is on its way.
type Written struct {
	Kind   string // crm kind name
	Text   string
	AtMS   int64
	Author desk.Author
}

// Open reads what is known of a visitor. Here is true, and nothing else told,
// where this branch holds the party by now. That somebody looked is written down
// first.
func (k *Book) Open(ctx context.Context, who *desk.Who, id crdt.ID) (v *Visitor, here bool, err error) {
	err = k.desk.Read(ctx, who, needRead, func(r *desk.Reader) error {
		party, err := r.Get(crm.Party, id)
		if here = party != nil; err != nil || here {
			return err
		}
		row, err := r.Get(crm.Directory, id)
		if err != nil {
			return err
		}
		if row == nil {
			return desk.Missing("customer", "no such customer in this branch; search for the name")
		}
		r.Shows(crm.ViewRead, id)
		v = &Visitor{State: desk.AtHeadOffice}
		if v.Line, err = lineOf(r, row); err != nil {
			return err
		}
		return v.written(r)
	})
	if err != nil || here {
		return nil, here, err
	}
	if err := k.note(ctx, who, "open", []crdt.ID{id}); err != nil {
		return nil, false, err
	}
	return v, false, nil
}

// Here reports whether this branch holds a party by now.
func (k *Book) Here(ctx context.Context, who *desk.Who, id crdt.ID) (here bool, err error) {
	err = k.desk.Read(ctx, who, needRead, func(r *desk.Reader) error {
		party, err := r.Get(crm.Party, id)
		here = party != nil
		return err
	})
	return here, err
}

// written reads what this branch wrote for a party that it does not hold.
func (v *Visitor) written(r *desk.Reader) error {
	for _, w := range []struct {
		kind     uint8
		text, at uint8
	}{
		{crm.Interaction, crm.InteractionText, crm.InteractionHappened},
		{crm.Task, crm.TaskText, crm.TaskDue},
		{crm.Case, crm.CaseText, crm.CaseHappened},
		{crm.Consent, crm.ConsentPurpose, crm.ConsentHappened},
		{crm.Move, crm.MoveReason, 0},
	} {
		err := r.Rows(w.kind, `party=?1 ORDER BY id DESC`, func(row *rows.Stored) error {
			a, err := r.Author(row)
			v.State = min(v.State, a.State)
			line := Written{Kind: crm.Table().Kind(w.kind).Name, Text: row.Get(w.text).S, AtMS: a.AtMS, Author: a}
			if w.kind == crm.Consent {
				line.Text += "/" + row.Get(crm.ConsentChannel).S
			}
			v.Written = append(v.Written, line)
			return err
		}, int64(v.ID))
		if err != nil {
			return err
		}
	}
	slices.SortStableFunc(v.Written, func(a, b Written) int { return cmp.Compare(b.AtMS, a.AtMS) })
	return nil
}

// TakeIn makes this branch the home of a visitor, from when central hears of it.
func (k *Book) TakeIn(ctx context.Context, who *desk.Who, id crdt.ID, reason string) (desk.Saved, error) {
	reason, err := desk.Why(reason)
	if err != nil {
		return desk.Saved{}, err
	}
	return k.desk.Write(ctx, who, []crm.Act{crm.ActMove}, func(a *rows.Act) (crdt.ID, error) {
		row, err := a.Tx.Get(crm.Directory, id)
		if err != nil || row == nil {
			return 0, cmp.Or(err, desk.Missing("customer", "no such customer in this branch; search for the name"))
		}
		move, err := a.Mint()
		a.Add(crdt.Op{Kind: crm.Move, ID: move, Set: []crdt.FieldSet{
			{Field: crm.MoveParty, Value: crdt.RefValue(id)},
			{Field: crm.MoveFrom, Value: row.Get(crm.DirectoryHome)},
			{Field: crm.MoveTo, Value: crdt.IntValue(who.Branch)},
			{Field: crm.MoveReason, Value: crdt.TextValue(reason)},
		}})
		return move, err
	})
}
