package office

import (
	"context"
	"fmt"
	"strconv"

	"bough/crdt"
	"bough/node/crm"
	"bough/sync/rows"
)

// Line is what the line of a branch carries, and when others need it, too.
type Line struct {
	Branch int64
	Kbit   int64  // a second; 0: it is not to be shared
	Hours  string // like 08:00-18:00; empty: as it was, or the default
}

// SetLine tells a branch how narrow its line is.
func (f *Office) SetLine(ctx context.Context, who rows.Actor, l Line) error {
	if l.Kbit < 0 {
		return fmt.Errorf("office: a line carries 0 kbit a second and more, not %d", l.Kbit)
	}
	if n, err := f.count(ctx, `SELECT count(*) FROM branch WHERE number=?1`, l.Branch); err != nil || n == 0 {
		return fmt.Errorf("%w: %d", ErrBranch, l.Branch)
	}
	values := [][2]string{{crm.SettingLine, strconv.FormatInt(l.Kbit, 10)}}
	if l.Hours != "" {
		if _, _, err := crm.ParseHours(l.Hours); err != nil {
			return err
		}
		values = append(values, [2]string{crm.SettingLineHours, l.Hours})
	}
	_, err := f.Central.Act(ctx, who, func(a *rows.Act) error {
		for _, v := range values {
			if err := setParameter(a, v[0], l.Branch, v[1]); err != nil {
				return err
			}
		}
		return nil
	})
	return err
}

// foundOrMinted is the id that a query finds, or a new one where it finds none.
func foundOrMinted(a *rows.Act, sql string, args ...any) (crdt.ID, error) {
	id, found, err := a.Tx.Int(sql, args...)
	if err != nil || found {
		return crdt.ID(id), err
	}
	return a.Mint()
}

// setParameter gives a parameter of a branch a value.
func setParameter(a *rows.Act, name string, branch int64, value string) error {
	id, err := foundOrMinted(a, `SELECT id FROM parameter WHERE name=?1 AND branch=?2`, name, branch)
	if err != nil {
		return err
	}
	a.Add(crdt.Op{Kind: crm.Parameter, ID: id, Set: []crdt.FieldSet{
		{Field: crm.ParameterName, Value: crdt.TextValue(name)},
		{Field: crm.ParameterBranch, Value: crdt.IntValue(branch)},
		{Field: crm.ParameterValue, Value: crdt.TextValue(value)},
	}})
	return nil
}
