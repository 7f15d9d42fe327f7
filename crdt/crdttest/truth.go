package crdttest

import (
	"slices"

	"bough/crdt"
)

// truth is what must come out of a history, in whatever order it arrived.
type truth struct {
	State
	gone bool
}

// truth reads the history as a set of writes: of each field the greatest stamp
// is current, the other values that no write names are open.
func (h *History) truth() truth {
	var out truth
	out.Row = crdt.Row{Kind: h.kindNum(), ID: h.Row, Fields: make([]crdt.Value, fieldsOfKind+1)}
	for _, w := range h.Writes {
		if h.clears() {
			out.Row.Cleared = append(out.Row.Cleared, w.Op.Clear...)
		}
	}
	slices.SortFunc(out.Row.Cleared, crdt.Stamp.Compare)
	out.Row.Cleared = slices.Compact(out.Row.Cleared)
	out.gone = len(out.Row.Cleared) > 0
	for f := uint8(1); f <= fieldsOfKind; f++ {
		h.truthOfField(f, &out)
	}
	return out
}

func (h *History) truthOfField(field uint8, out *truth) {
	last := -1
	for i := range h.Writes {
		if h.Writes[i].field(field) != nil && (last < 0 || h.Writes[last].At.Stamp.Less(h.Writes[i].At.Stamp)) {
			last = i
		}
	}
	if last < 0 {
		return
	}
	current := &h.Writes[last]
	out.Row.Fields[field] = current.field(field).Value
	out.Row.Clocks = note(out.Row.Clocks, current.At, field)
	out.gone = out.gone && contains(out.Row.Cleared, current.At.Stamp)
	if h.replaced(field) {
		return
	}
	for i, w := range h.Writes {
		f := w.field(field)
		if f == nil || i == last || h.named(field, w.At.Stamp) {
			continue
		}
		out.gone = false
		out.Conflicts = append(out.Conflicts, crdt.Conflict{
			Kind: out.Row.Kind, Row: h.Row, Field: field, Value: f.Value, Stamp: w.At.Stamp, By: w.At.By,
		})
	}
	slices.SortFunc(out.Conflicts, func(a, b crdt.Conflict) int { return a.Compare(&b) })
}

// named reports whether a write of the field, or a clear, names the stamp.
func (h *History) named(field uint8, s crdt.Stamp) bool {
	for _, w := range h.Writes {
		if f := w.field(field); f != nil && contains(f.Saw, s) || h.clears() && contains(w.Op.Clear, s) {
			return true
		}
	}
	return false
}

// note adds a field to clocks, fields of one stamp in one entry.
func note(c crdt.Clocks, at crdt.Written, field uint8) crdt.Clocks {
	i, found := slices.BinarySearchFunc(c, at.Stamp, func(w crdt.Written, s crdt.Stamp) int { return w.Stamp.Compare(s) })
	if !found {
		c = slices.Insert(c, i, at)
	}
	c[i].Mask |= 1 << field
	return c
}

func (h *History) kindNum() uint8 {
	if h.Kind == nil {
		return Unknown
	}
	return h.Kind.Num
}
