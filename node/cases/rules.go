package cases

import (
	"context"
	"slices"
	"strings"

	"bough/crdt"
	"bough/node/clocks"
	"bough/node/crm"
	"bough/node/desk"
	"bough/sync/rows"
)

// RuleLine is how long the bank has for a type of case.
type RuleLine struct {
	clocks.Rule
	ID   crdt.ID     // of head office's row; 0: the law's default
	Over bool        // another rule for the same cases stands before it
	Bad  bool        // a span that nobody can read: the default stands
	By   desk.Author // nobody: the default
}

// Rules lists the rules: head office's, then the defaults.
func (b *Book) Rules(ctx context.Context, who *desk.Who) (out []RuleLine, err error) {
	err = b.desk.Look(ctx, who, crm.ActSetUp, func(r *desk.Reader) error {
		for _, rule := range clocks.Defaults() {
			out = append(out, RuleLine{Rule: rule})
		}
		return r.Rows(crm.CaseRule, `ended IS NULL OR ended=0 ORDER BY id`, func(row *rows.Stored) error {
			rule, ok := desk.ReadCaseRule(row)
			by, err := r.Author(row)
			for i := range out {
				out[i].Over = out[i].Over || ok && out[i].Type == rule.Type && out[i].Country == rule.Country
			}
			out = append(out, RuleLine{Rule: rule, ID: row.ID, Bad: !ok, By: by})
			return err
		})
	})
	slices.SortStableFunc(out, func(x, y RuleLine) int {
		return slices.Index(crm.CaseTypes, x.Type) - slices.Index(crm.CaseTypes, y.Type)
	})
	return out, err
}

// NewRule is a rule as typed: spans like 10b (business days) or 45d.
type NewRule struct {
	Type, Country                            string
	Acknowledge, Answer, AnswerNew, Extended string
	ExtendedLong, Report                     string
	Credit                                   bool
}

// spans are the fields of a rule, by their names in forms.
func (n *NewRule) spans(r *clocks.Rule) []ruleSpan {
	return []ruleSpan{
		{"acknowledge", n.Acknowledge, crm.CaseRuleAcknowledge, &r.Acknowledge}, {"answer", n.Answer, crm.CaseRuleAnswer, &r.Answer},
		{"answer_new", n.AnswerNew, crm.CaseRuleAnswerNew, &r.AnswerNew}, {"extended", n.Extended, crm.CaseRuleExtended, &r.Extended},
		{"extended_long", n.ExtendedLong, crm.CaseRuleExtendedLong, &r.ExtendedLong}, {"report", n.Report, crm.CaseRuleReport, &r.Report},
	}
}

type ruleSpan struct {
	name, typed string
	field       uint8
	to          *clocks.Span
}

// CheckRule reads a rule as typed.
func CheckRule(n NewRule) (r clocks.Rule, err error) {
	if err := desk.OneOf("type", n.Type, crm.CaseTypes); err != nil {
		return r, err
	}
	r = clocks.Rule{Type: n.Type, Country: strings.ToUpper(strings.TrimSpace(n.Country)), Credit: n.Credit}
	if len(r.Country) != 0 && (len(r.Country) != 2 || strings.ContainsFunc(r.Country, func(c rune) bool { return c < 'A' || c > 'Z' })) {
		return r, desk.Mistyped("country", "bad_country", "a country has two letters, like CN; empty: everywhere")
	}
	for _, s := range n.spans(&r) {
		if *s.to, err = clocks.ParseSpan(s.typed); err != nil {
			return r, desk.Mistyped(s.name, "bad_span", "write 10b for ten business days, 45d for 45 days")
		}
	}
	if r.Answer.N == 0 {
		return r, desk.Mistyped("answer", "rule_answer", "say until when a case has to be answered")
	}
	return r, nil
}

// SaveRule sets a rule for a type of case, everywhere or in a country. The one
// before is taken back in the same act.
func (b *Book) SaveRule(ctx context.Context, who *desk.Who, n NewRule) (desk.Saved, error) {
	rule, err := CheckRule(n)
	if err != nil {
		return desk.Saved{}, err
	}
	return b.desk.Decree(ctx, who, crm.ActSetUp, func(a *rows.Act) (crdt.ID, error) {
		err := a.Tx.Rows(crm.CaseRule, `type=?1 AND coalesce(country, '')=?2 AND (ended IS NULL OR ended=0)`, func(row *rows.Stored) error {
			a.Add(endRule(row.ID, 1))
			return nil
		}, rule.Type, rule.Country)
		if err != nil {
			return 0, err
		}
		id, err := a.Mint()
		fields := []crdt.FieldSet{set(crm.CaseRuleType, text(rule.Type)), set(crm.CaseRuleCountry, text(rule.Country))}
		for _, s := range n.spans(&rule) {
			fields = append(fields, set(s.field, text(s.to.String())))
		}
		a.Add(crdt.Op{Kind: crm.CaseRule, ID: id, Set: filled(append(fields, set(crm.CaseRuleCredit, flag(rule.Credit)))...)})
		return id, err
	})
}

// DropRule takes a rule of head office back: what stood before it holds again.
func (b *Book) DropRule(ctx context.Context, who *desk.Who, id crdt.ID, drop bool) (desk.Saved, error) {
	return b.desk.Decree(ctx, who, crm.ActSetUp, func(a *rows.Act) (crdt.ID, error) {
		row, err := a.Tx.Get(crm.CaseRule, id)
		if err != nil {
			return 0, err
		}
		if row == nil {
			return 0, desk.Missing("case_rule", "there is no such rule")
		}
		ended := int64(0)
		if drop {
			ended = 1
		}
		a.Add(endRule(id, ended))
		return id, nil
	})
}

func endRule(id crdt.ID, ended int64) crdt.Op {
	return crdt.Op{Kind: crm.CaseRule, ID: id, Set: []crdt.FieldSet{set(crm.CaseRuleEnded, crdt.IntValue(ended))}}
}

// RulePreview is what a rule makes of a case of a branch.
type RulePreview struct {
	Branch     int64
	BranchName string
	Clocks     []clocks.Clock
}

// PreviewRule tells the deadlines that a rule gives a case of a day, in each of
// the branches by its own calendar.
func (b *Book) PreviewRule(ctx context.Context, who *desk.Who, rule clocks.Rule, happenedMS int64, branches []int64) (out []RulePreview, err error) {
	err = b.desk.Look(ctx, who, crm.ActSetUp, func(r *desk.Reader) error {
		for _, number := range branches {
			cal, _, err := r.CalendarOf(number)
			if err != nil {
				return err
			}
			name, err := r.BranchName(number)
			if err != nil {
				return err
			}
			out = append(out, RulePreview{number, name, clocks.Of(rule, cal, clocks.Facts{HappenedMS: happenedMS})})
		}
		return nil
	})
	return out, err
}
