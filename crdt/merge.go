package crdt

import (
	"math/bits"
	"slices"
)

// Effect is what merging one op into one row did besides the row itself. It is
// folded into the conflicts before the next op is merged: effects do not add up.
type Effect struct {
	// Changed: the row differs from before.
	Changed bool
	// Opened are values that lost against a concurrent one.
	Opened []Conflict
	// Settled are the losers that this op named, in Saw or in Clear: their
	// conflicts, where there are any, close with this op's stamp.
	Settled []Conflict
	// Marks are like Settled, but of values that have not arrived here yet:
	// kept closed from the start, so that they never open.
	Marks []Conflict
}

// Merge writes op, made at w.Stamp by w.By, into r. The caller applies
// every change exactly once (by origin and number) and hands the kind, nil
// when it does not know it: unknown fields merge as registers. Nobody has seen
// his own write or a later one before he made it: stamps in Saw and Clear that
// are not before w are ignored, and so is a Clear of a kind that is no set.
func (r *Row) Merge(k *Kind, op *Op, w Written) Effect {
	var e Effect
	if k == nil || k.Class == Set {
		for _, s := range op.Clear {
			r.clear(s, w.Stamp, &e)
		}
	}
	for i := range op.Set {
		r.mergeField(k, &op.Set[i], w, &e)
	}
	return e
}

// clear notes that whoever wrote by saw the write s of an element and wants it
// gone; where s had lost, its conflict is settled.
func (r *Row) clear(s, by Stamp, e *Effect) {
	if !s.Less(by) {
		return
	}
	if at, found := slices.BinarySearchFunc(r.Cleared, s, Stamp.Compare); !found {
		r.Cleared = slices.Insert(r.Cleared, at, s)
		e.Changed = true
	}
	for _, cur := range r.Clocks {
		if !s.Less(cur.Stamp) {
			continue
		}
		for rest := cur.Mask; rest != 0; rest &= rest - 1 {
			field := uint8(bits.TrailingZeros64(rest))
			e.Settled = append(e.Settled, Conflict{Kind: r.Kind, Row: r.ID, Field: field, Stamp: s, Closed: by})
		}
	}
}

func (r *Row) mergeField(k *Kind, f *FieldSet, w Written, e *Effect) {
	cur := r.Clocks.Of(f.Field)
	if cur.Stamp == w.Stamp {
		return
	}
	if replaces(k, f.Field) {
		if cur.Stamp.Less(w.Stamp) {
			r.write(f, w, e)
		}
		return
	}
	for _, s := range f.Saw {
		if !s.Less(w.Stamp) {
			continue
		}
		c := Conflict{Kind: r.Kind, Row: r.ID, Field: f.Field, Stamp: s, Closed: w.Stamp}
		switch s.Compare(cur.Stamp) {
		case -1:
			e.Settled = append(e.Settled, c)
		case 1:
			e.Marks = append(e.Marks, c)
		}
	}
	switch {
	case cur.Stamp.IsZero():
		r.write(f, w, e)
	case cur.Stamp.Less(w.Stamp):
		if !slices.Contains(f.Saw, cur.Stamp) {
			r.open(f.Field, r.Get(f.Field), cur, e)
		}
		r.write(f, w, e)
	default:
		r.open(f.Field, f.Value, w, e)
	}
}

func replaces(k *Kind, field uint8) bool {
	if k == nil {
		return false
	}
	f := k.Field(field)
	return f != nil && f.Owner.Replaces()
}

func (r *Row) write(f *FieldSet, w Written, e *Effect) {
	r.put(f.Field, f.Value)
	r.Clocks = r.Clocks.set(f.Field, w)
	e.Changed = true
}

// open keeps a value that lost, unless somebody saw it and cleared it.
func (r *Row) open(field uint8, v Value, w Written, e *Effect) {
	if !r.cleared(w.Stamp) {
		e.Opened = append(e.Opened, Conflict{Kind: r.Kind, Row: r.ID, Field: field, Value: v, Stamp: w.Stamp, By: w.By})
	}
}

// MergeConflicts folds an effect into the conflicts of a row, ascending by
// field and stamp, and returns them in place: a settled one closes, with the
// earliest stamp that settled it; one opened that is there already, or was
// marked, does not open again.
func MergeConflicts(have []Conflict, e Effect) []Conflict {
	for i, s := range slices.Concat(e.Settled, e.Marks) {
		at, found := slices.BinarySearchFunc(have, s, compareConflicts)
		switch {
		case found && (have[at].Closed.IsZero() || s.Closed.Less(have[at].Closed)):
			have[at].Closed = s.Closed
		case !found && i >= len(e.Settled):
			have = slices.Insert(have, at, s)
		}
	}
	for _, o := range e.Opened {
		at, found := slices.BinarySearchFunc(have, o, compareConflicts)
		switch {
		case !found:
			have = slices.Insert(have, at, o)
		case have[at].By == 0 && have[at].Value.IsNull() && !have[at].Closed.IsZero(): // a mark: keep it closed, now with its value
			o.Closed = have[at].Closed
			have[at] = o
		}
	}
	return have
}

func compareConflicts(a, b Conflict) int { return a.Compare(&b) }
