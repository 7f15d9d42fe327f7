package staff

import (
	"context"
	"slices"

	"bough/crdt"
	"bough/node/crm"
	"bough/node/desk"
	"bough/sync/rows"
)

// Right is what a role may do with a field.
type Right struct {
	Role string
	crm.FieldName
	Sees, Edits bool
}

// FieldLine is a field with what each role may do with it, in the order of
// crm.Roles.
type FieldLine struct {
	crm.GovernedField
	Rights []Right
	By     desk.Author // who last changed any of them; nobody: as it comes
}

// Fields are the fields that head office may hide, or keep from being changed.
func (s *Staff) Fields(ctx context.Context, who *desk.Who) (out []FieldLine, err error) {
	err = s.desk.Look(ctx, who, crm.ActPeople, func(r *desk.Reader) error {
		for _, f := range crm.GovernedFields() {
			line := FieldLine{GovernedField: f}
			for _, role := range crm.Roles {
				line.Rights = append(line.Rights, Right{Role: role, FieldName: f.FieldName, Sees: true, Edits: f.Edits})
			}
			out = append(out, line)
		}
		return r.Rows(crm.FieldRight, `1 ORDER BY id`, func(row *rows.Stored) error { return place(r, out, row) })
	})
	return out, err
}

// place puts a row of head office on its cell.
func place(r *desk.Reader, lines []FieldLine, row *rows.Stored) error {
	name := crm.FieldName{Kind: row.Get(crm.FieldRightKind).S, Field: row.Get(crm.FieldRightField).S}
	i := slices.IndexFunc(lines, func(l FieldLine) bool { return l.FieldName == name })
	n := slices.Index(crm.Roles, row.Get(crm.FieldRightRole).S)
	if i < 0 || n < 0 {
		return nil // of another release
	}
	cell := &lines[i].Rights[n]
	cell.Sees = row.Get(crm.FieldRightSees).I == 1
	cell.Edits = cell.Sees && lines[i].GovernedField.Edits && row.Get(crm.FieldRightEdits).I == 1
	by, err := r.Author(row)
	if by.AtMS > lines[i].By.AtMS {
		lines[i].By = by
	}
	return err
}

// SetFields writes the cells that differ from what stands, and tells what stood
// there, so that it can be taken back.
func (s *Staff) SetFields(ctx context.Context, who *desk.Who, cells []Right) (was []Right, err error) {
	lines, err := s.Fields(ctx, who)
	if err != nil {
		return nil, err
	}
	var differ []Right
	for _, c := range cells {
		old, known := find(lines, c)
		if !known {
			return nil, desk.Mistyped("", "field_right_name", "there is no such role or field")
		}
		c.Edits = c.Edits && c.Sees && editable(lines, c.FieldName)
		if c != old {
			differ, was = append(differ, c), append(was, old)
		}
	}
	if len(differ) == 0 {
		return nil, nil
	}
	_, err = s.desk.Decree(ctx, who, crm.ActPeople, func(a *rows.Act) (id crdt.ID, err error) {
		for _, c := range differ {
			if id, err = putRight(a, c); err != nil {
				return 0, err
			}
		}
		return id, nil
	})
	return was, err
}

func find(lines []FieldLine, c Right) (Right, bool) {
	for _, l := range lines {
		if n := slices.Index(crm.Roles, c.Role); l.FieldName == c.FieldName && n >= 0 {
			return l.Rights[n], true
		}
	}
	return Right{}, false
}

func editable(lines []FieldLine, name crm.FieldName) bool {
	return slices.ContainsFunc(lines, func(l FieldLine) bool { return l.FieldName == name && l.GovernedField.Edits })
}

func putRight(a *rows.Act, c Right) (crdt.ID, error) {
	ids, err := a.Tx.IDs(`SELECT id FROM field_right WHERE role=?1 AND kind=?2 AND field=?3 ORDER BY id DESC LIMIT 1`, c.Role, c.Kind, c.Field)
	if err != nil {
		return 0, err
	}
	op := crdt.Op{Kind: crm.FieldRight}
	if len(ids) > 0 {
		op.ID = ids[0]
	} else if op.ID, err = a.Mint(); err != nil {
		return 0, err
	}
	op.Set = []crdt.FieldSet{
		{Field: crm.FieldRightRole, Value: crdt.TextValue(c.Role)},
		{Field: crm.FieldRightKind, Value: crdt.TextValue(c.Kind)},
		{Field: crm.FieldRightField, Value: crdt.TextValue(c.Field)},
		{Field: crm.FieldRightSees, Value: crdt.IntValue(flag(c.Sees))},
		{Field: crm.FieldRightEdits, Value: crdt.IntValue(flag(c.Edits))},
	}
	a.Add(op)
	return op.ID, nil
}

func flag(b bool) int64 {
	if b {
		return 1
	}
	return 0
}
