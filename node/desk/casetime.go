package desk

import (
	"cmp"
	"slices"

	"bough/crdt"
	"bough/node/calendar"
	"bough/node/clocks"
	"bough/node/crm"
	"bough/sync/rows"
)

// CaseStep is what of a step of a case its clocks look at.
type CaseStep struct {
	Type       string
	HappenedMS int64
}

// CaseRule is the rule for a type of case, with the calendar it is counted by:
// that of this branch; at head office that of the customer's.
func (r *Reader) CaseRule(caseType string, party crdt.ID) (clocks.Rule, *calendar.Calendar, error) {
	cal, country, err := r.calendarOfCase(party)
	if err != nil {
		return clocks.Rule{}, nil, err
	}
	if r.rules == nil {
		r.rules = clocks.Defaults()
		err = r.Rows(crm.CaseRule, `ended IS NULL OR ended=0 ORDER BY id`, func(row *rows.Stored) error {
			if rule, ok := ReadCaseRule(row); ok {
				r.rules = append(r.rules, rule)
			}
			return nil
		})
	}
	rule, _ := clocks.For(r.rules, caseType, country)
	return rule, cal, err
}

func (r *Reader) calendarOfCase(party crdt.ID) (*calendar.Calendar, string, error) {
	if r.Branch() != 0 {
		return r.Calendar()
	}
	home, _, err := r.Int(`SELECT home FROM party WHERE id=?1`, int64(party))
	if err != nil {
		return nil, "", err
	}
	return r.CalendarOf(home)
}

// ReadCaseRule reads a rule of head office; one with a span that is none is
// passed over, so that the law's own stands.
func ReadCaseRule(row *rows.Stored) (clocks.Rule, bool) {
	rule := clocks.Rule{Type: row.Get(crm.CaseRuleType).S, Country: row.Get(crm.CaseRuleCountry).S, Credit: row.Get(crm.CaseRuleCredit).I == 1}
	for _, f := range []struct {
		to   *clocks.Span
		from uint8
	}{
		{&rule.Acknowledge, crm.CaseRuleAcknowledge}, {&rule.Answer, crm.CaseRuleAnswer}, {&rule.AnswerNew, crm.CaseRuleAnswerNew},
		{&rule.Extended, crm.CaseRuleExtended}, {&rule.ExtendedLong, crm.CaseRuleExtendedLong}, {&rule.Report, crm.CaseRuleReport},
	} {
		s, err := clocks.ParseSpan(row.Get(f.from).S)
		if err != nil {
			return rule, false
		}
		*f.to = s
	}
	return rule, true
}

// CaseClocks runs the clocks of a case by its rule and calendar as they are now:
// a deadline that was written down when the case was opened is a place in lists,
// and no promise.
func (r *Reader) CaseClocks(row *rows.Stored, steps []CaseStep) ([]clocks.Clock, error) {
	rule, cal, err := r.CaseRule(row.Get(crm.CaseType).S, row.Get(crm.CaseParty).ID())
	if err != nil {
		return nil, err
	}
	return clocks.Of(rule, cal, caseFacts(row, steps)), nil
}

// FirstDue is the first deadline of a new case, ms UTC; null when its type has none.
func (r *Reader) FirstDue(caseType string, party crdt.ID, f clocks.Facts) (crdt.Value, error) {
	rule, cal, err := r.CaseRule(caseType, party)
	if err != nil {
		return crdt.Value{}, err
	}
	next, runs := clocks.Next(clocks.Of(rule, cal, f))
	if !runs {
		return crdt.Value{}, nil
	}
	return crdt.IntValue(next.DueMS), nil
}

// CaseDue is the next deadline of a case, ms UTC; 0: none runs. Of a resolved one
// it is the one that stood when it was.
func (r *Reader) CaseDue(row *rows.Stored) (int64, error) {
	if row.Get(crm.CaseState).S == "resolved" || r.Kind(crm.CaseStep) == nil { // a release that knows no steps
		return row.Get(crm.CaseDue).I, nil
	}
	var steps []CaseStep
	err := r.Query(`SELECT type, happened FROM case_step WHERE case_file=?1`, func(s *rows.Stmt) error {
		steps = append(steps, CaseStep{s.ColumnText(0), s.ColumnInt64(1)})
		return nil
	}, int64(row.ID))
	if err != nil {
		return 0, err
	}
	all, err := r.CaseClocks(row, steps)
	if err != nil || len(all) == 0 {
		return row.Get(crm.CaseDue).I, err // no rule is known for it
	}
	next, _ := clocks.Next(all)
	return next.DueMS, nil
}

// caseFacts draws from the steps of a case what its clocks need: the first
// acknowledgement, credit, extension and message, the decision that stands.
func caseFacts(row *rows.Stored, steps []CaseStep) clocks.Facts {
	f := clocks.Facts{HappenedMS: row.Get(crm.CaseHappened).I, NewAccount: row.Get(crm.CaseNewAccount).I == 1, Far: row.Get(crm.CaseFar).I == 1}
	first := func(at *int64, ms int64) {
		if *at == 0 || ms < *at {
			*at = ms
		}
	}
	slices.SortStableFunc(steps, func(a, b CaseStep) int { return cmp.Compare(a.HappenedMS, b.HappenedMS) })
	for _, s := range steps {
		switch s.Type {
		case "acknowledged":
			first(&f.AcknowledgedMS, s.HappenedMS)
		case "credited":
			first(&f.CreditedMS, s.HappenedMS)
		case "extended":
			first(&f.ExtendedMS, s.HappenedMS)
		case "resolved":
			f.DecidedMS = s.HappenedMS
		case "told":
			f.ToldMS = s.HappenedMS
		case "reopened":
			f.DecidedMS, f.ToldMS = 0, 0
		}
	}
	return f
}
