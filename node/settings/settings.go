package settings

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"bough/crdt"
	"bough/node/crm"
	"bough/node/desk"
	"bough/sync/rows"
)

// Settings is where the parameters are kept.
type Settings struct{ desk *desk.Desk }

// New makes the settings of a desk.
func New(d *desk.Desk) *Settings { return &Settings{d} }

// Line is a parameter with what it holds.
type Line struct {
	crm.ParameterRule
	Branch     int64 // 0: the whole bank
	BranchName string
	Value      string // empty: the default
	By         desk.Author
}

// List are the parameters that are known, in their order: the value of the bank,
// then those of branches.
func (s *Settings) List(ctx context.Context, who *desk.Who) (out []Line, err error) {
	err = s.desk.Look(ctx, who, crm.ActSetUp, func(r *desk.Reader) error {
		for _, rule := range crm.ParameterRules() {
			of, err := linesOf(r, rule)
			if err != nil {
				return err
			}
			out = append(out, of...)
		}
		return nil
	})
	return out, err
}

func linesOf(r *desk.Reader, rule crm.ParameterRule) (out []Line, err error) {
	out = []Line{{ParameterRule: rule}}
	err = r.Rows(crm.Parameter, `name=?1 ORDER BY coalesce(branch, 0), id`, func(row *rows.Stored) error {
		l := Line{ParameterRule: rule, Branch: row.Get(crm.ParameterBranch).I, Value: row.Get(crm.ParameterValue).S}
		var err error
		if l.By, err = r.Author(row); err != nil {
			return err
		}
		if l.BranchName, err = r.BranchName(l.Branch); err != nil {
			return err
		}
		switch {
		case l.Branch == 0:
			out[0] = l
		case l.Value != "":
			out = append(out, l)
		}
		return nil
	}, rule.Name)
	return out, err
}

// Set gives a parameter a value, of the bank (branch 0) or of a branch; empty
// takes it back. It tells what stood there.
func (s *Settings) Set(ctx context.Context, who *desk.Who, name string, branch int64, value string) (was string, err error) {
	value, err = Check(name, branch, value)
	if err != nil {
		return "", err
	}
	_, err = s.desk.Decree(ctx, who, crm.ActSetUp, func(a *rows.Act) (crdt.ID, error) {
		if known, _, err := a.Tx.Int(`SELECT count(*) FROM branch WHERE number=?1`, branch); err != nil || branch != 0 && known == 0 {
			return 0, firstOf(err, desk.Mistyped("branch", "person_branch", "there is no such branch"))
		}
		was, err = Put(a, name, branch, value)
		return 0, err
	})
	return was, err
}

func firstOf(err, otherwise error) error {
	if err != nil {
		return err
	}
	return otherwise
}

// Put writes a value that Check took, if it differs, and tells what stood there.
func Put(a *rows.Act, name string, branch int64, value string) (was string, err error) {
	var row *rows.Stored
	err = a.Tx.Rows(crm.Parameter, `name=?1 AND coalesce(branch, 0)=?2 ORDER BY id`, func(r *rows.Stored) error {
		row = r
		return nil
	}, name, branch)
	if err != nil {
		return "", err
	}
	op := crdt.Op{Kind: crm.Parameter}
	if row != nil {
		if was, op.ID = row.Get(crm.ParameterValue).S, row.ID; was == value {
			return was, nil
		}
		saw, err := desk.Saw(row, crm.ParameterValue, "value", nil)
		op.Set = []crdt.FieldSet{{Field: crm.ParameterValue, Value: crdt.TextValue(value), Saw: saw}}
		a.Add(op)
		return was, err
	}
	if value == "" {
		return "", nil
	}
	if op.ID, err = a.Mint(); err != nil {
		return "", err
	}
	op.Set = []crdt.FieldSet{{Field: crm.ParameterName, Value: crdt.TextValue(name)}, {Field: crm.ParameterBranch, Value: crdt.IntValue(branch)},
		{Field: crm.ParameterValue, Value: crdt.TextValue(value)}}
	a.Add(op)
	return "", nil
}

// Check reads a value as typed; empty is the default.
func Check(name string, branch int64, value string) (string, error) {
	rules := crm.ParameterRules()
	i := slices.IndexFunc(rules, func(r crm.ParameterRule) bool { return r.Name == name })
	if i < 0 {
		return "", desk.Missing("parameter", "there is no such parameter")
	}
	rule := rules[i]
	if branch != 0 && !rule.PerBranch {
		return "", desk.Mistyped("branch", "parameter_branch", "this holds for the whole bank")
	}
	value = strings.TrimSpace(value)
	if value == "" {
		return "", nil
	}
	switch rule.Type {
	case crm.ParameterNumber:
		n, err := strconv.ParseInt(value, 10, 64)
		if err != nil || n < rule.Min || n > rule.Max {
			return "", desk.Mistyped("value", "parameter_number", "a whole number from %d to %d", rule.Min, rule.Max)
		}
		value = strconv.FormatInt(n, 10)
	case crm.ParameterHours:
		if _, _, err := crm.ParseHours(value); err != nil {
			return "", desk.Mistyped("value", "parameter_hours", "hours of a day are like 08:00-18:00")
		}
	case crm.ParameterPhone:
		if strings.Trim(value, "0123456789+() -/") != "" || !strings.ContainsAny(value, "0123456789") {
			return "", desk.Mistyped("value", "parameter_phone", "a telephone number")
		}
	}
	if len(value) > crm.MaxParameter {
		return "", desk.Mistyped("value", "too_long", "at most %d bytes, this has %d: make it shorter", crm.MaxParameter, len(value))
	}
	return value, nil
}
