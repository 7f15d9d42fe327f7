package desk

import (
	"slices"

	"bough/crdt"
	"bough/node/crm"
	"bough/sync/rows"
)

// fieldRight is what a role may do with a field.
type fieldRight struct{ sees, edits bool }

// fieldRights reads where a role departs from: sees every field, and edits it
// if it edits at all. Of several rows for one field the newest holds.
func fieldRights(tx *rows.Tx, role string) (out map[crm.FieldName]fieldRight, err error) {
	err = tx.Query(`SELECT kind, field, sees, edits FROM field_right WHERE role=?1 ORDER BY id`, func(s *rows.Stmt) error {
		if out == nil {
			out = map[crm.FieldName]fieldRight{}
		}
		out[crm.FieldName{Kind: s.ColumnText(0), Field: s.ColumnText(1)}] = fieldRight{s.ColumnInt64(2) == 1, s.ColumnInt64(3) == 1}
		return nil
	}, role)
	return out, err
}

// Sees reports whether the person's role sees a field, by the names of crm.
func (w *Who) Sees(kind, field string) bool {
	r, set := w.fields[crm.FieldName{Kind: kind, Field: field}]
	return !set || r.sees
}

// Edits reports whether the person's role may change a field, if it may change
// the row at all: nobody edits what they do not see.
func (w *Who) Edits(kind, field string) bool {
	r, set := w.fields[crm.FieldName{Kind: kind, Field: field}]
	return !set || r.sees && r.edits
}

// mayWrite checks every field that an act writes.
func (d *Desk) mayWrite(who *Who, ops []crdt.Op) error {
	if len(who.fields) == 0 {
		return nil
	}
	for i := range ops {
		kind := d.file.Schema().Kind(ops[i].Kind)
		for _, set := range ops[i].Set {
			f := kind.Field(set.Field)
			if f != nil && !who.Edits(kind.Name, f.Name) {
				return &Error{Reason: Denied, Code: "field_right", Field: f.Name, Message: "your role may not change this value; ask your manager"}
			}
		}
	}
	return nil
}

// veil takes off the page what the role does not see.
func (w *Who) veil(c *Customer) {
	if len(w.fields) == 0 {
		return
	}
	for i := range c.Fields {
		f := &c.Fields[i]
		f.Barred = !w.Edits("party", f.Name)
		if !w.Sees("party", f.Name) {
			*f = FieldValue{Name: f.Name, Locked: f.Locked, Barred: true, Hidden: true}
		}
	}
	for _, part := range []struct {
		field string
		value *string
	}{{"tier", &c.Tier}, {"greeting", &c.Greeting}, {"language", &c.Language}, {"since", &c.Since}, {"birth", &c.Birth}} {
		if !w.Sees("party", part.field) {
			*part.value = ""
		}
	}
	if c.Birth == "" {
		c.AgeYears = -1
	}
	w.veilParts(c)
}

func (w *Who) veilParts(c *Customer) {
	if !w.Sees("reach", "value") {
		c.Reaches = nil
	}
	for i := range c.Holdings {
		h := &c.Holdings[i]
		if !w.Sees("holding", "balance_minor") {
			h.BalanceMinor, h.HasBalance, h.Months = 0, false, nil
		}
		if !w.Sees("holding", "limit_minor") {
			h.LimitMinor = 0
		}
	}
	if !w.Sees("relation", "share_bp") {
		for i := range c.Relations {
			c.Relations[i].ShareBP = 0
		}
	}
	w.veilTimeline(c.Timeline)
	c.Conflicts = w.veilConflicts(c.Conflicts)
}

func (w *Who) veilTimeline(lines []InteractionLine) {
	if w.Sees("interaction", "text") {
		return
	}
	for i := range lines {
		lines[i].Text = ""
	}
}

// veilConflicts leaves out those of fields that the role does not see.
func (w *Who) veilConflicts(list []Conflict) []Conflict {
	return slices.DeleteFunc(list, func(c Conflict) bool { return !w.Sees(c.Kind, c.Field) })
}

// veilHits takes off the lines of a find what the role does not see.
func (w *Who) veilHits(hits []Hit) []Hit {
	if len(w.fields) == 0 {
		return hits
	}
	for i := range hits {
		w.veilHit(&hits[i])
	}
	return hits
}

func (w *Who) veilHit(h *Hit) {
	for _, part := range []struct {
		kind, field string
		value       *string
	}{{"party", "birth", &h.Birth}, {"party", "tier", &h.Tier}, {"party", "address", &h.Town}, {"reach", "value", &h.Phone}} {
		if !w.Sees(part.kind, part.field) {
			*part.value = ""
		}
	}
}
