package moves

import (
	"context"
	"strings"

	"bough/crdt"
	"bough/node/crm"
	"bough/node/desk"
	"bough/sync/rows"
)

// reason checks why somebody wants something.
func reason(typed string) (string, error) {
	typed = strings.Join(strings.Fields(typed), " ")
	if typed == "" || len(typed) > maxReason {
		return "", desk.Mistyped("reason", "move_reason", "say why, in 1 to %d characters", maxReason)
	}
	return desk.Note("reason", typed)
}

// Wish is where a customer is to move, and why.
type Wish struct {
	To     int64
	Reason string
}

// Verdict is what became of a late change.
type Verdict struct {
	Outcome string // see crm.LateOutcomes
	Note    string
}

// Ask asks that a customer moves to a branch. Its manager takes them in, or head
// office moves them.
func Ask(ctx context.Context, d *desk.Desk, who *desk.Who, party crdt.ID, wish Wish) (desk.Saved, error) {
	to := wish.To
	why, err := reason(wish.Reason)
	if err != nil {
		return desk.Saved{}, err
	}
	return d.Write(ctx, who, []crm.Act{crm.ActRecord}, func(a *rows.Act) (crdt.ID, error) {
		row, err := held(a, party)
		if err != nil {
			return 0, err
		}
		if _, known, err := a.Tx.Int(`SELECT 1 FROM branch WHERE number=?1`, to); err != nil || !known {
			return 0, orElse(err, desk.Mistyped("to", "move_branch", "there is no such branch"))
		}
		if row.Get(crm.PartyHome).I == to {
			return 0, desk.Mistyped("to", "move_there", "this customer is at home there already")
		}
		if _, asked, err := a.Tx.Int(`SELECT 1 FROM move_request WHERE party=?1 AND to_branch=?2 AND answer IS NULL`, int64(party), to); err != nil || asked {
			return 0, orElse(err, desk.Mistyped("to", "move_asked", "somebody has asked for this already"))
		}
		id, err := a.Mint()
		a.Add(crdt.Op{Kind: crm.MoveRequest, ID: id, Set: []crdt.FieldSet{
			{Field: crm.MoveRequestParty, Value: crdt.RefValue(party)},
			{Field: crm.MoveRequestTo, Value: crdt.IntValue(to)},
			{Field: crm.MoveRequestReason, Value: crdt.TextValue(why)},
			{Field: crm.MoveRequestBranch, Value: crdt.IntValue(d.Reader(a.Tx).Branch())},
		}})
		return id, err
	})
}

func orElse(err, otherwise error) error {
	if err != nil {
		return err
	}
	return otherwise
}

func held(a *rows.Act, party crdt.ID) (*rows.Stored, error) {
	row, err := a.Tx.Get(crm.Party, party)
	if err == nil && row == nil {
		err = desk.Missing("customer", "there is no such customer here")
	}
	return row, err
}

// Decline answers a request: the customer stays.
func Decline(ctx context.Context, d *desk.Desk, who *desk.Who, request crdt.ID, why string) (desk.Saved, error) {
	why, err := reason(why)
	if err != nil {
		return desk.Saved{}, err
	}
	return d.Write(ctx, who, []crm.Act{crm.ActMove}, func(a *rows.Act) (crdt.ID, error) {
		row, err := a.Tx.Get(crm.MoveRequest, request)
		if err != nil {
			return 0, err
		}
		if row == nil || !row.Get(crm.MoveRequestAnswer).IsNull() {
			return 0, desk.Missing("move_request", "this request was answered meanwhile")
		}
		a.Add(crdt.Op{Kind: crm.MoveRequest, ID: request, Set: []crdt.FieldSet{{Field: crm.MoveRequestAnswer, Value: crdt.TextValue(why)}}})
		return request, nil
	})
}

// TakeIn makes this branch the home of a customer, with the accounts that they
// own and that were kept at their home until now. It holds when head office has
// taken it.
func TakeIn(ctx context.Context, d *desk.Desk, who *desk.Who, party crdt.ID, why string) (desk.Saved, error) {
	why, err := reason(why)
	if err != nil {
		return desk.Saved{}, err
	}
	return d.Write(ctx, who, []crm.Act{crm.ActMove}, func(a *rows.Act) (crdt.ID, error) {
		row, err := held(a, party)
		if err != nil {
			return 0, err
		}
		here := d.Reader(a.Tx).Branch()
		switch {
		case here == 0:
			return 0, desk.Mistyped("to", "move_office", "head office moves customers by an order")
		case row.Get(crm.PartyHome).I == here:
			return 0, desk.Mistyped("to", "move_there", "this customer is at home there already")
		}
		id, err := a.Mint()
		a.Add(crdt.Op{Kind: crm.Move, ID: id, Set: []crdt.FieldSet{
			{Field: crm.MoveParty, Value: crdt.RefValue(party)},
			{Field: crm.MoveFrom, Value: row.Get(crm.PartyHome)},
			{Field: crm.MoveTo, Value: crdt.IntValue(here)},
			{Field: crm.MoveReason, Value: crdt.TextValue(why)},
		}})
		return id, err
	})
}

// Settle says what became of a late change: somebody of the home branch looked.
func Settle(ctx context.Context, d *desk.Desk, who *desk.Who, late crdt.ID, v Verdict) (desk.Saved, error) {
	outcome, note := v.Outcome, v.Note
	if err := desk.OneOf("outcome", outcome, crm.LateOutcomes); err != nil {
		return desk.Saved{}, err
	}
	var err error
	if note = strings.TrimSpace(note); note != "" {
		if note, err = desk.Note("note", note); err != nil {
			return desk.Saved{}, err
		}
	}
	return d.Write(ctx, who, []crm.Act{crm.ActEdit}, func(a *rows.Act) (crdt.ID, error) {
		row, err := a.Tx.Get(crm.Late, late)
		if err != nil {
			return 0, err
		}
		if row == nil {
			return 0, desk.Missing("late", "there is no such late change here")
		}
		if _, done, err := a.Tx.Int(`SELECT 1 FROM late_settled WHERE late=?1`, int64(late)); err != nil || done {
			return 0, orElse(err, desk.Missing("late", "somebody settled this late change meanwhile"))
		}
		party := row.Get(crm.LateParty).ID()
		home, err := held(a, party)
		if err != nil {
			return 0, err
		}
		if here := d.Reader(a.Tx).Branch(); here != 0 && home.Get(crm.PartyHome).I != here {
			return 0, desk.Refuse("late_elsewhere", "the home branch of the customer settles it")
		}
		id, err := a.Mint()
		op := crdt.Op{Kind: crm.LateSettled, ID: id, Set: []crdt.FieldSet{
			{Field: crm.LateSettledParty, Value: crdt.RefValue(party)},
			{Field: crm.LateSettledLate, Value: crdt.RefValue(late)},
			{Field: crm.LateSettledOutcome, Value: crdt.TextValue(outcome)},
		}}
		if note != "" {
			op.Set = append(op.Set, crdt.FieldSet{Field: crm.LateSettledNote, Value: crdt.TextValue(note)})
		}
		a.Add(op)
		return id, err
	})
}
