package corefeed

import (
	"errors"
	"fmt"
	"slices"

	"bough/crdt"
	"bough/node/crm"
	"bough/node/office/corefeed/mapping"
)

// UndoPlan is what taking the latest batch back would do.
type UndoPlan struct {
	Batch    crdt.ID
	Name     string // of the feed
	Date     string
	Removed  map[uint8]int // rows that the batch created, by kind
	Restored int           // fields that get their value from before
	Kept     []Kept
	Left     []Left

	restore []crdt.Op
	remove  []RowID
}

// Kept is a row that the batch created and that stays.
type Kept struct {
	Kind string  `json:"kind"`
	ID   crdt.ID `json:"id"`
	Key  string  `json:"key"`
	Work int     `json:"work"` // rows that refer to it; 0: a kept row needs it
}

// Left is a field that somebody changed after the batch.
type Left struct {
	Kind  string  `json:"kind"`
	ID    crdt.ID `json:"id"`
	Key   string  `json:"key"`
	Field string  `json:"field"`
}

// ErrNoBatch means that there is no batch to take back.
var ErrNoBatch = errors.New("corefeed: there is no batch to undo")

// undoer knows the rows of the batch as they are now.
type undoer struct {
	*UndoPlan
	schema *crdt.Schema
	ledger Ledger
	rows   map[RowID]*crdt.Row
}

// PlanUndo reads what taking the latest batch back would do, and writes nothing.
func PlanUndo(schema *crdt.Schema, ledger Ledger) (*UndoPlan, error) {
	id, records, err := ledger.LatestBatch()
	if err != nil {
		return nil, fmt.Errorf("corefeed: undo: read the latest batch: %w", err)
	}
	if id == 0 {
		return nil, ErrNoBatch
	}
	log, err := decodeLogs(records)
	if err != nil {
		return nil, fmt.Errorf("corefeed: undo batch %s: %w", id, err)
	}
	u := &undoer{
		UndoPlan: &UndoPlan{Batch: id, Name: log.Name, Date: log.Date, Removed: map[uint8]int{}},
		schema:   schema, ledger: ledger, rows: map[RowID]*crdt.Row{},
	}
	if err := u.plan(log); err != nil {
		return nil, fmt.Errorf("corefeed: undo batch %s: %w", id, err)
	}
	return u.UndoPlan, nil
}

// Apply takes the batch back, all or nothing.
func (u *UndoPlan) Apply(ledger Ledger, who Approval) error {
	return u.ApplyParts(ledger, who, Parts{Rows: len(u.restore) + len(u.remove)})
}

// ApplyParts takes the batch back in several transactions. What was done before
// an error stays: planned again, the plan holds what is missing, and only its
// last part marks the batch as undone.
func (u *UndoPlan) ApplyParts(ledger Ledger, who Approval, parts Parts) error {
	total := len(u.restore) + len(u.remove)
	for done := 0; ; {
		end := min(done+parts.Rows, total)
		part := Undoing{Batch: u.Batch, Who: who, More: end < total}
		if done < len(u.restore) {
			part.Restore = u.restore[done:min(end, len(u.restore))]
		}
		if end > len(u.restore) {
			part.Remove = u.remove[max(done-len(u.restore), 0) : end-len(u.restore)]
		}
		if err := ledger.Undo(part); err != nil {
			return fmt.Errorf("corefeed: undo batch %s: %w", u.Batch, err)
		}
		done = end
		if parts.Told != nil {
			if err := parts.Told(done, total); err != nil {
				return err
			}
		}
		if !part.More {
			return nil
		}
	}
}

func (u *undoer) plan(log *batchLog) error {
	if err := u.read(log); err != nil {
		return err
	}
	if err := u.creations(log.created); err != nil {
		return err
	}
	for i := 0; i < len(log.changed); {
		n := i + 1
		for n < len(log.changed) && log.changed[n].RowID == log.changed[i].RowID {
			n++
		}
		u.fields(log.changed[i:n])
		i = n
	}
	return nil
}

// read fetches the rows of the batch.
func (u *undoer) read(log *batchLog) error {
	wanted := map[RowID]bool{}
	kinds := map[uint8]bool{}
	for _, r := range log.created {
		wanted[r], kinds[r.Kind] = true, true
	}
	for _, c := range log.changed {
		wanted[c.RowID], kinds[c.Kind] = true, true
	}
	for _, k := range mapping.Kinds() {
		if !kinds[k] {
			continue
		}
		rows, err := u.ledger.Keyed(k)
		if err != nil {
			return fmt.Errorf("read rows of kind %d: %w", k, err)
		}
		for _, row := range rows {
			if id := (RowID{k, row.ID}); wanted[id] {
				u.rows[id] = row
			}
		}
	}
	return nil
}

// creations decides which created rows go, kinds backwards: what refers to a
// row goes before it, and what stays keeps the rows that it needs.
func (u *undoer) creations(created []RowID) error {
	byKind := map[uint8][]crdt.ID{}
	for _, r := range created {
		if u.rows[r] != nil {
			byKind[r.Kind] = append(byKind[r.Kind], r.ID)
		}
	}
	n := needs{rows: map[RowID]bool{}, branches: map[int64]bool{}}
	for _, kind := range slices.Backward(mapping.Kinds()) {
		if len(byKind[kind]) == 0 {
			continue
		}
		work, err := u.ledger.BranchWork(kind, byKind[kind])
		if err != nil {
			return fmt.Errorf("look for work on rows of kind %d: %w", kind, err)
		}
		for _, id := range byKind[kind] {
			row := u.rows[RowID{kind, id}]
			if work[id] == 0 && !n.has(row) {
				u.remove = append(u.remove, RowID{kind, id})
				u.Removed[kind]++
				continue
			}
			n.keep(u.schema.Kind(kind), row)
			u.Kept = append(u.Kept, Kept{Kind: u.schema.Kind(kind).Name, ID: id, Key: u.key(row), Work: work[id]})
		}
	}
	return nil
}

// needs are the rows that kept rows refer to, branches by their number.
type needs struct {
	rows     map[RowID]bool
	branches map[int64]bool
}

func (n *needs) has(row *crdt.Row) bool {
	return n.rows[RowID{row.Kind, row.ID}] || row.Kind == crm.BranchKind && n.branches[row.Get(crm.BranchNumber).I]
}

func (n *needs) keep(kind *crdt.Kind, row *crdt.Row) {
	for _, f := range kind.Fields {
		if v := row.Get(f.Num); f.Ref != 0 && !v.IsNull() {
			n.rows[RowID{f.Ref, v.ID()}] = true
		}
	}
	if home := kind.Scope.Home; home != 0 {
		n.branches[row.Get(home).I] = true
	}
}

func (u *undoer) key(row *crdt.Row) string {
	return row.Get(mapping.KeyField(u.schema.Kind(row.Kind))).S
}

// fields restores the changed fields of one row, except those that hold
// something else by now.
func (u *undoer) fields(changed []changedField) {
	row := u.rows[changed[0].RowID]
	if row == nil {
		return // void by now: there is nothing to restore
	}
	op := crdt.Op{Kind: changed[0].Kind, ID: changed[0].ID}
	for _, c := range changed {
		if now := row.Get(c.field); now == c.before {
			continue // as it was already: by an undo that was cut off, or by somebody
		} else if now != c.written {
			left := Left{Kind: u.schema.Kind(c.Kind).Name, ID: c.ID, Key: u.key(row)}
			if f := u.schema.Kind(c.Kind).Field(c.field); f != nil {
				left.Field = f.Name
			}
			u.Left = append(u.Left, left)
			continue
		}
		f := crdt.FieldSet{Field: c.field, Value: c.before}
		if saw := row.Clocks.Of(c.field).Stamp; !saw.IsZero() {
			f.Saw = []crdt.Stamp{saw}
		}
		op.Set = append(op.Set, f)
	}
	if len(op.Set) > 0 {
		u.restore = append(u.restore, op)
		u.Restored += len(op.Set)
	}
}
