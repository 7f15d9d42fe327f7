package desk

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"bough/crdt"
	"bough/node/clocks"
	"bough/node/crm"
	"bough/sync/rows"
)

// EditParty changes fields of a party. Saw holds the stamps that were on
// screen: a value that changed meanwhile is a conflict, and both stay visible.
func (d *Desk) EditParty(ctx context.Context, who *Who, id crdt.ID, edits []Edit) (Saved, error) {
	return d.act(ctx, who, crm.ActEdit, func(a *rows.Act) (crdt.ID, error) {
		row, err := a.Tx.Get(crm.Party, id)
		if err != nil {
			return 0, err
		}
		if row == nil {
			return 0, notFound("customer", "no such customer in this branch; search for the name")
		}
		op := crdt.Op{Kind: crm.Party, ID: id}
		for _, e := range edits {
			f, err := d.editField(row, &e)
			if err != nil {
				return 0, err
			}
			if f != nil {
				if err := d.maySettle(who, row, f); err != nil {
					return 0, err
				}
				op.Set = append(op.Set, *f)
			}
		}
		if err := checkPapers(op.Set, row); err != nil {
			return 0, err
		}
		slices.SortFunc(op.Set, func(a, b crdt.FieldSet) int { return int(a.Field) - int(b.Field) })
		for i := 1; i < len(op.Set); i++ {
			if op.Set[i].Field == op.Set[i-1].Field {
				return 0, invalid("", "twice", "a field was given twice")
			}
		}
		if len(op.Set) > 0 {
			a.Add(op)
		}
		return id, nil
	})
}

// editField checks one edit; nil when it changes nothing.
func (d *Desk) editField(row *rows.Stored, e *Edit) (*crdt.FieldSet, error) {
	f := d.file.Schema().Kind(crm.Party).Named(e.Field)
	switch {
	case f == nil:
		return nil, invalid(e.Field, "no_field", "there is no field %q", clip(e.Field))
	case locked(row, f):
		return nil, &Error{Reason: Denied, Code: "core_field", Field: e.Field, Message: "this value comes from core banking; ask for a correction"}
	}
	v, err := d.partyValue(f, e.Value)
	if err != nil {
		return nil, err
	}
	saw := sawCurrent(row, f.Num)
	if e.Saw != nil {
		if saw, err = parseSaw(row, e.Field, e.Saw); err != nil {
			return nil, err
		}
	}
	if v == row.Get(f.Num) && len(saw) <= 1 && slices.Equal(saw, sawCurrent(row, f.Num)) {
		return nil, nil
	}
	return &crdt.FieldSet{Field: f.Num, Value: v, Saw: saw}, nil
}

// parseSaw reads the stamps a page or request names. One later than what the
// row has met is of a value that central refused since: it was not seen.
func parseSaw(row *rows.Stored, field string, words []string) (out []crdt.Stamp, err error) {
	if len(words) > crdt.MaxSaw {
		return nil, invalid(field, "bad_stamp", "saw of %s names %d stamps, at most %d", field, len(words), crdt.MaxSaw)
	}
	latest := row.Clocks.Latest()
	for i := range row.Conflicts {
		if s := row.Conflicts[i].Stamp; latest.Less(s) {
			latest = s
		}
	}
	for _, w := range words {
		s, err := crdt.ParseStamp(w)
		if err != nil {
			return nil, invalid(field, "bad_stamp", "saw of %s is not a stamp as the page gave it", field)
		}
		if !s.IsZero() && !latest.Less(s) && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out, nil
}

// partyValue reads a typed value of a party's field.
func (d *Desk) partyValue(f *crdt.Field, typed string) (crdt.Value, error) {
	typed = strings.TrimSpace(clean(typed))
	if f.Num != crm.PartyAddress && f.Num != crm.PartyMemo {
		typed = strings.Join(strings.Fields(typed), " ") // one line
	}
	if len(typed) > maxFieldBytes {
		return crdt.Value{}, invalid(f.Name, "too_long", "at most %d bytes, this has %d", maxFieldBytes, len(typed))
	}
	if typed == "" {
		if f.Num == crm.PartyName || f.Num == crm.PartyType {
			return crdt.Value{}, invalid(f.Name, "missing", "a %s is needed", f.Name)
		}
		return crdt.Value{}, nil
	}
	switch f.Num {
	case crm.PartyType:
		return crdt.TextValue(typed), oneOf(f.Name, typed, crm.PartyTypes)
	case crm.PartyStatus:
		return crdt.TextValue(typed), oneOf(f.Name, typed, crm.PartyStatuses)
	case crm.PartySex:
		return crdt.TextValue(typed), oneOf(f.Name, typed, []string{"f", "m", "x"})
	case crm.PartyBirth:
		t, err := time.Parse(time.DateOnly, typed)
		if err != nil || t.Year() < 1850 || t.UnixMilli() > d.o.NowMS() {
			return crdt.Value{}, invalid(f.Name, "bad_date", "give the date as YYYY-MM-DD, not in the future")
		}
	}
	if f.Num == crm.PartyArchived {
		return crdt.IntValue(1), oneOf(f.Name, typed, []string{"1"})
	}
	return crdt.TextValue(typed), nil
}

// NewProspect creates a party of this branch.
func (d *Desk) NewProspect(ctx context.Context, who *Who, p Prospect) (Saved, error) {
	needs := []crm.Act{crm.ActCreate}
	if p.Phone != "" || p.Email != "" {
		needs = append(needs, crm.ActEdit)
	}
	if err := d.need(who, needs...); err != nil {
		return Saved{}, err
	}
	op, err := d.prospectOp(p)
	if err != nil {
		return Saved{}, err
	}
	reaches, err := d.prospectReaches(p)
	if err != nil {
		return Saved{}, err
	}
	return d.act(ctx, who, crm.ActCreate, func(a *rows.Act) (crdt.ID, error) {
		if op.ID, err = a.Mint(); err != nil {
			return 0, err
		}
		a.Add(op)
		for _, r := range reaches {
			if err := addReach(a, op.ID, r); err != nil {
				return 0, err
			}
		}
		return op.ID, nil
	})
}

// prospectOp checks what was typed of a prospect, field by field in the order
// of their names.
func (d *Desk) prospectOp(p Prospect) (op crdt.Op, err error) {
	op.Kind = crm.Party
	fields := map[string]string{"type": "person"}
	for name, v := range p.Fields {
		if v != "" || name == "name" {
			fields[name] = v
		}
	}
	fields["status"] = "prospect"
	if strings.TrimSpace(fields["name"]) == "" {
		return op, invalid("name", "missing", "a name is needed")
	}
	kind := d.file.Schema().Kind(crm.Party)
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		f := kind.Named(name)
		if f == nil || f.Owner == crdt.Core {
			return op, invalid(name, "no_field", "%q cannot be given for a prospect", clip(name))
		}
		v, err := d.partyValue(f, fields[name])
		if err != nil {
			return op, err
		}
		op.Set = append(op.Set, set(f.Num, v))
	}
	if err := checkPapers(op.Set, nil); err != nil {
		return op, err
	}
	op.Set = append(op.Set, toldByPapers(op.Set)...)
	if d.o.Branch != 0 {
		op.Set = append(op.Set, set(crm.PartyHome, crdt.IntValue(d.o.Branch)))
	}
	op.Set = filled(op.Set...)
	slices.SortFunc(op.Set, func(a, b crdt.FieldSet) int { return int(a.Field) - int(b.Field) })
	return op, nil
}

func (d *Desk) prospectReaches(p Prospect) (out []Reach, err error) {
	for _, r := range []Reach{{Channel: "phone", Value: p.Phone, Label: "mobile", Preferred: true}, {Channel: "email", Value: p.Email, Label: "home"}} {
		if strings.TrimSpace(r.Value) == "" {
			continue
		}
		if err := d.checkReach(&r); err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, nil
}

// AskCorrection opens a case that asks the core to correct a value, and puts it
// on the list of what is to be keyed.
func (d *Desk) AskCorrection(ctx context.Context, who *Who, party crdt.ID, field, text string) (Saved, error) {
	if err := d.need(who, crm.ActCase); err != nil {
		return Saved{}, err
	}
	text, err := checkNote("text", text)
	if err != nil {
		return Saved{}, err
	}
	if d.file.Schema().Kind(crm.Party).Named(field) == nil {
		return Saved{}, invalid("field", "no_field", "there is no field %q", clip(field))
	}
	return d.act(ctx, who, crm.ActCase, func(a *rows.Act) (crdt.ID, error) {
		if err := mustHave(a.Tx, crm.Party, party); err != nil {
			return 0, err
		}
		now := d.o.NowMS()
		due, err := d.Reader(a.Tx).FirstDue("correction", party, clocks.Facts{HappenedMS: now})
		if err != nil {
			return 0, err
		}
		id, err := a.Mint()
		if err != nil {
			return 0, err
		}
		what := crdt.TextValue(field + ": " + text)
		a.Add(crdt.Op{Kind: crm.Case, ID: id, Set: []crdt.FieldSet{
			set(crm.CaseParty, crdt.RefValue(party)),
			set(crm.CaseType, crdt.TextValue("correction")),
			set(crm.CaseText, what),
			set(crm.CaseHappened, crdt.IntValue(now)),
			set(crm.CaseDue, due),
			set(crm.CaseState, crdt.TextValue("open")),
			set(crm.CaseOwner, crdt.RefValue(who.Person)),
		}})
		key, err := a.Mint()
		a.Add(crdt.Op{Kind: crm.Keying, ID: key, Set: []crdt.FieldSet{
			set(crm.KeyingParty, crdt.RefValue(party)),
			set(crm.KeyingType, crdt.TextValue("correction")),
			set(crm.KeyingText, what),
			set(crm.KeyingCase, crdt.RefValue(id)),
			set(crm.KeyingHappened, crdt.IntValue(now)),
			set(crm.KeyingState, crdt.TextValue("open")),
			set(crm.KeyingOwner, crdt.RefValue(who.Person)),
		}})
		return id, err
	})
}
