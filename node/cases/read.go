package cases

import (
	"cmp"
	"context"
	"slices"

	"bough/crdt"
	"bough/node/clocks"
	"bough/node/crm"
	"bough/node/desk"
	"bough/sync/rows"
)

// Filter chooses cases for a list; the zero value: all that are not resolved.
type Filter struct {
	Type     string // one of crm.CaseTypes; empty: every type
	Resolved bool   // the resolved ones, newest first
	Mine     bool   // those that the reader answers for
}

// List lists cases, the nearest deadline first.
func (b *Book) List(ctx context.Context, who *desk.Who, f Filter) (out []Line, err error) {
	err = b.desk.Read(ctx, who, []crm.Act{crm.ActRead}, func(r *desk.Reader) error {
		where := `(?1='' OR type=?1) AND (?2=0 OR owner=?2) AND `
		if f.Resolved {
			where += `state='resolved' ORDER BY happened DESC, id LIMIT ?3`
		} else {
			where += `state<>'resolved' ORDER BY due IS NULL, due, id LIMIT ?3`
		}
		mine := int64(0)
		if f.Mine {
			mine = int64(who.Person)
		}
		return r.Rows(crm.Case, where, func(row *rows.Stored) error {
			v, err := viewOf(r, row)
			out = append(out, v.Line)
			return err
		}, f.Type, mine, ListLimit)
	})
	if !f.Resolved {
		slices.SortStableFunc(out, func(a, b Line) int { return cmp.Compare(last(a.Next.DueMS), last(b.Next.DueMS)) })
	}
	return out, err
}

// last puts what has no deadline after everything that has one.
func last(dueMS int64) int64 {
	if dueMS == 0 {
		return 1<<63 - 1
	}
	return dueMS
}

// Case reads a case with its clocks, its steps and what is to be keyed for it.
func (b *Book) Case(ctx context.Context, who *desk.Who, id crdt.ID) (v *View, err error) {
	err = b.desk.Read(ctx, who, []crm.Act{crm.ActRead}, func(r *desk.Reader) error {
		row, err := r.Get(crm.Case, id)
		if err != nil {
			return err
		}
		if row == nil {
			return desk.Missing("case", "no such case here; look in the list of cases")
		}
		if v, err = viewOf(r, row); err != nil {
			return err
		}
		r.Shows(crm.ViewRead, v.Party)
		if v.Keyings, err = keyings(r, `case_file=?1 ORDER BY happened, id`, int64(id)); err != nil {
			return err
		}
		v.Letters, err = lettersFor(r, v.Party)
		return err
	})
	return v, err
}

func viewOf(r *desk.Reader, row *rows.Stored) (*View, error) {
	v := &View{NowMS: r.NowMS, Holding: row.Get(crm.CaseHolding).ID(), NewAccount: row.Get(crm.CaseNewAccount).I == 1,
		Far: row.Get(crm.CaseFar).I == 1, Outcome: row.Get(crm.CaseOutcome).S,
		Amount: Money{row.Get(crm.CaseAmount).I, row.Get(crm.CaseCurrency).S},
		Line: Line{ID: row.ID, Reference: Reference(row.ID), Party: row.Get(crm.CaseParty).ID(), Type: row.Get(crm.CaseType).S,
			Text: row.Get(crm.CaseText).S, State: row.Get(crm.CaseState).S, OwnerID: row.Get(crm.CaseOwner).ID(),
			HappenedMS: row.Get(crm.CaseHappened).I, Stamp: row.Clocks.Of(crm.CaseState).Stamp.String()}}
	var err error
	if v.PartyName, err = r.PartyName(v.Party); err != nil {
		return v, err
	}
	owner, err := r.Person(v.OwnerID)
	if err != nil {
		return v, err
	}
	v.Owner = owner.Name
	if v.Author, err = r.Author(row); err != nil {
		return v, err
	}
	if v.Number, err = holdingNumber(r, v.Holding); err != nil {
		return v, err
	}
	if v.Steps, err = stepsOf(r, row.ID); err != nil {
		return v, err
	}
	return v, v.count(r, row)
}

// count runs the clocks of a case.
func (v *View) count(r *desk.Reader, row *rows.Stored) error {
	var err error
	if v.Clocks, err = r.CaseClocks(row, timed(v.Steps)); err != nil {
		return err
	}
	if v.State == "resolved" && len(v.Steps) == 0 {
		return nil // settled before cases had steps, or by another system
	}
	if next, runs := clocks.Next(v.Clocks); runs {
		v.Next = next
		v.Overdue = next.Missed(r.NowMS)
		v.Soon = !v.Overdue && next.DueMS-r.NowMS < soonMS
	}
	return nil
}

func stepsOf(r *desk.Reader, id crdt.ID) (out []StepLine, err error) {
	err = r.Rows(crm.CaseStep, `case_file=?1 ORDER BY happened, id LIMIT ?2`, func(row *rows.Stored) error {
		a, err := r.Author(row)
		out = append(out, StepLine{ID: row.ID, Type: row.Get(crm.CaseStepType).S, Text: row.Get(crm.CaseStepText).S,
			HappenedMS: row.Get(crm.CaseStepHappened).I, Amount: Money{row.Get(crm.CaseStepAmount).I, row.Get(crm.CaseStepCurrency).S}, Author: a})
		return err
	}, int64(id), stepLimit)
	return out, err
}

// timed is what of steps the clocks look at.
func timed(steps []StepLine) []desk.CaseStep {
	out := make([]desk.CaseStep, len(steps))
	for i := range steps {
		out[i] = desk.CaseStep{Type: steps[i].Type, HappenedMS: steps[i].HappenedMS}
	}
	return out
}
