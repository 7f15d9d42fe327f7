package cases

import (
	"cmp"
	"context"
	"strings"

	"bough/crdt"
	"bough/node/clocks"
	"bough/node/crm"
	"bough/node/desk"
	"bough/node/store"
	"bough/sync/rows"
)

var needCase = []crm.Act{crm.ActCase} // handed on, never written

// Open opens a case for a party; what must be keyed into the core for it goes
// on the list in the same act.
func (b *Book) Open(ctx context.Context, who *desk.Who, party crdt.ID, in NewCase) (desk.Saved, error) {
	if err := b.checkNew(&in); err != nil {
		return desk.Saved{}, err
	}
	return b.desk.Write(ctx, who, needCase, func(a *rows.Act) (crdt.ID, error) {
		if serves, err := store.Serves(a.Tx, party); err != nil || !serves {
			return 0, cmp.Or(err, desk.Missing("customer", "no such customer in this branch; search for the name"))
		}
		if err := hisHolding(a.Tx, party, in.Holding); err != nil {
			return 0, err
		}
		id, err := a.Mint()
		if err != nil {
			return 0, err
		}
		row := rows.Stored{Row: crdt.Row{Kind: crm.Case, ID: id}}
		due, err := b.desk.Reader(a.Tx).FirstDue(in.Type, party, clocks.Facts{HappenedMS: in.HappenedMS, NewAccount: in.NewAccount, Far: in.Far})
		if err != nil {
			return 0, err
		}
		a.Add(crdt.Op{Kind: row.Kind, ID: id, Set: filled(
			set(crm.CaseParty, crdt.RefValue(party)),
			set(crm.CaseType, crdt.TextValue(in.Type)),
			set(crm.CaseText, crdt.TextValue(in.Text)),
			set(crm.CaseHappened, crdt.IntValue(in.HappenedMS)),
			set(crm.CaseDue, due),
			set(crm.CaseState, crdt.TextValue("open")),
			set(crm.CaseOwner, crdt.RefValue(who.Person)),
			set(crm.CaseHolding, crdt.RefValue(in.Holding)),
			set(crm.CaseNewAccount, flag(in.NewAccount)),
			set(crm.CaseFar, flag(in.Far)),
			set(crm.CaseAmount, optional(in.Amount)),
			set(crm.CaseCurrency, text(in.Amount.Currency)),
		)})
		if in.Key.Type == "" {
			return id, nil
		}
		return id, b.addKeying(a, who, party, id, &in.Key)
	})
}

func (b *Book) checkNew(in *NewCase) (err error) {
	if err := desk.OneOf("type", in.Type, crm.CaseTypes); err != nil {
		return err
	}
	if in.Text, err = desk.Note("text", in.Text); err != nil {
		return err
	}
	if err := checkMoney(&in.Amount); err != nil {
		return err
	}
	if in.HappenedMS, err = b.desk.Happened("happened", in.HappenedMS); err != nil {
		return err
	}
	if in.Key.Type == "" {
		return nil
	}
	if in.Key.HappenedMS == 0 {
		in.Key.HappenedMS = in.HappenedMS
	}
	if in.Key.Text == "" {
		in.Key.Text = in.Text
	}
	return b.checkKeying(&in.Key)
}

func checkMoney(m *Money) error {
	m.Currency = strings.ToUpper(strings.TrimSpace(m.Currency))
	switch {
	case m.Minor == 0 && m.Currency == "":
		return nil
	case m.Minor <= 0 || m.Minor > maxAmount:
		return desk.Mistyped("amount", "bad_amount", "this is not a sum of money")
	case len(m.Currency) != 3 || strings.Trim(m.Currency, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "":
		return desk.Mistyped("currency", "bad_currency", "give the currency as three letters, like EUR")
	}
	return nil
}

// stateAfter is the state that a step leaves a case in; empty: as it was.
func stateAfter(step string) string {
	switch step {
	case "waiting":
		return "waiting"
	case "resumed", "reopened":
		return "open"
	case "resolved":
		return "resolved"
	}
	return ""
}

// Take does a step in a case.
func (b *Book) Take(ctx context.Context, who *desk.Who, id crdt.ID, in Step) (desk.Saved, error) {
	if err := b.checkStep(&in); err != nil {
		return desk.Saved{}, err
	}
	return b.desk.Write(ctx, who, needCase, func(a *rows.Act) (crdt.ID, error) {
		row, err := a.Tx.Get(crm.Case, id)
		if err != nil {
			return 0, err
		}
		if row == nil {
			return 0, desk.Missing("case", "no such case here; look in the list of cases")
		}
		if err := fits(row, &in); err != nil {
			return 0, err
		}
		step, err := a.Mint()
		if err != nil {
			return 0, err
		}
		a.Add(crdt.Op{Kind: crm.CaseStep, ID: step, Set: filled(
			set(crm.CaseStepParty, row.Get(crm.CaseParty)),
			set(crm.CaseStepCase, crdt.RefValue(id)),
			set(crm.CaseStepType, crdt.TextValue(in.Type)),
			set(crm.CaseStepText, text(in.Text)),
			set(crm.CaseStepHappened, crdt.IntValue(in.HappenedMS)),
			set(crm.CaseStepAmount, optional(in.Amount)),
			set(crm.CaseStepCurrency, text(in.Amount.Currency)),
		)})
		return id, b.follow(a, row, &in)
	})
}

func (b *Book) checkStep(in *Step) (err error) {
	if err := desk.OneOf("type", in.Type, crm.CaseSteps); err != nil {
		return err
	}
	// What was said or done is asked for where nobody could tell it otherwise.
	if in.Text != "" || in.Type == "note" || in.Type == "resolved" || in.Type == "extended" || in.Type == "reopened" {
		if in.Text, err = desk.Note("text", in.Text); err != nil {
			return err
		}
	}
	if err := checkMoney(&in.Amount); err != nil {
		return err
	}
	if in.Type == "credited" && in.Amount.Minor == 0 {
		return desk.Mistyped("amount", "bad_amount", "say how much was credited")
	}
	in.HappenedMS, err = b.desk.Happened("happened", in.HappenedMS)
	return err
}

// fits refuses steps that the case has no place for.
func fits(row *rows.Stored, in *Step) error {
	resolved := row.Get(crm.CaseState).S == "resolved"
	switch {
	case resolved && in.Type != "reopened" && in.Type != "note" && in.Type != "told" && in.Type != "letter":
		return desk.Mistyped("type", "case_closed", "the case is resolved; open it again first")
	case !resolved && in.Type == "reopened":
		return desk.Mistyped("type", "case_open", "the case is open already")
	case in.HappenedMS < row.Get(crm.CaseHappened).I:
		return desk.Mistyped("happened", "before_case", "this is before the customer came with it")
	case in.Type == "handed_over" && in.Owner == 0:
		return desk.Mistyped("owner", "missing", "say who takes over")
	}
	return nil
}

// follow makes the row say what the step changed, and which deadline is next.
func (b *Book) follow(a *rows.Act, row *rows.Stored, in *Step) error {
	var fields []crdt.FieldSet
	if state := stateAfter(in.Type); state != "" && state != row.Get(crm.CaseState).S {
		saw, err := desk.Saw(row, crm.CaseState, "state", in.Saw)
		if err != nil {
			return err
		}
		fields = append(fields, crdt.FieldSet{Field: crm.CaseState, Value: crdt.TextValue(state), Saw: saw})
	}
	if in.Type == "handed_over" {
		if err := here(a.Tx, crm.Person, in.Owner, "person", "nobody of the bank is known under this name"); err != nil {
			return err
		}
		fields = append(fields, sawNow(row, crm.CaseOwner, crdt.RefValue(in.Owner)))
	}
	if in.Type == "resolved" {
		fields = append(fields, sawNow(row, crm.CaseOutcome, crdt.TextValue(in.Text)))
	}
	due, err := b.dueAfter(a.Tx, row, in)
	if err != nil {
		return err
	}
	if due != row.Get(crm.CaseDue).I && due != 0 {
		fields = append(fields, sawNow(row, crm.CaseDue, crdt.IntValue(due)))
	}
	if len(fields) > 0 {
		a.Add(crdt.Op{Kind: crm.Case, ID: row.ID, Set: ordered(fields)})
	}
	return nil
}

func (b *Book) dueAfter(tx *rows.Tx, row *rows.Stored, in *Step) (int64, error) {
	r := b.desk.Reader(tx)
	steps, err := stepsOf(r, row.ID)
	if err != nil {
		return 0, err
	}
	steps = append(steps, StepLine{Type: in.Type, HappenedMS: in.HappenedMS})
	all, err := r.CaseClocks(row, timed(steps))
	next, _ := clocks.Next(all)
	return next.DueMS, err
}
