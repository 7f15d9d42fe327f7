package crdttest

import (
	"fmt"

	"bough/crdt"
)

// law is one law: fault says how the replica breaks it; empty: it holds.
type law struct {
	name  string
	fault func(c *trial) string
	// anyOrder: the law is about orders that do not respect causality.
	anyOrder bool
}

func laws() []law {
	return []law{
		{name: "EveryCausalOrderGivesTheSame", fault: everyCausalOrderGivesTheSame},
		{name: "JoiningIsCommutative", fault: joiningIsCommutative},
		{name: "JoiningIsAssociative", fault: joiningIsAssociative},
		{name: "JoiningIsIdempotent", fault: joiningIsIdempotent},
		{name: "NoConcurrentValueDisappears", fault: noConcurrentValueDisappears},
		{name: "AnyOrderAtAllLosesNothing", fault: anyOrderAtAllLosesNothing, anyOrder: true},
	}
}

func everyCausalOrderGivesTheSame(c *trial) string {
	order := c.order(c.seed, true)
	want, got := c.truth(), c.after(order)
	if d := differs(got, want.State); d != "" {
		return fmt.Sprintf("merged in order %v: %s", order, d)
	}
	if got.Row.Gone(got.Conflicts...) != want.gone {
		return fmt.Sprintf("merged in order %v the element is gone: %v", order, !want.gone)
	}
	return ""
}

// join is what a replica does that holds a and meets one that holds b.
func join(a, b []int) []int {
	var have set
	for _, i := range a {
		have |= 1 << i
	}
	out := append([]int(nil), a...)
	for _, i := range b {
		if !have.has(i) {
			out = append(out, i)
		}
	}
	return out
}

func (c *trial) same(a, b []int) string {
	if d := differs(c.after(a), c.after(b)); d != "" {
		return fmt.Sprintf("order %v against %v: %s", a, b, d)
	}
	return ""
}

func joiningIsCommutative(c *trial) string {
	x, y := c.logs[0], c.logs[1]
	return c.same(join(x, y), join(y, x))
}

func joiningIsAssociative(c *trial) string {
	x, y, z := c.logs[0], c.logs[1], c.logs[2]
	return c.same(join(join(x, y), z), join(x, join(y, z)))
}

// joiningIsIdempotent repeats writes: at once, and later while their values
// stand; at any time where the replica itself recognises them.
func joiningIsIdempotent(c *trial) string {
	order := join(c.logs[0], c.logs[1])
	if len(order) == 0 {
		return ""
	}
	want := c.after(order)
	var twice, again []int
	for _, i := range order {
		twice = append(twice, i, i)
		if c.suite.Once || c.stands(i, want) {
			again = append(again, i)
		}
	}
	if d := differs(c.after(twice), want); d != "" {
		return fmt.Sprintf("each of %v twice: %s", order, d)
	}
	if d := differs(c.after(order, again), want); d != "" {
		return fmt.Sprintf("%v, then %v again: %s", order, again, d)
	}
	return ""
}

// stands reports whether every value of write i is current, an open conflict,
// or was cleared.
func (h *History) stands(i int, in State) bool {
	w := &h.Writes[i]
	for _, f := range w.Op.Set {
		if !h.replaced(f.Field) && !visible(in, f.Field, w.At.Stamp) && !contains(in.Row.Cleared, w.At.Stamp) {
			return false
		}
	}
	return true
}

// visible: the value written then is current or an open conflict.
func visible(in State, field uint8, s crdt.Stamp) bool {
	if in.Row.Clocks.Of(field).Stamp == s {
		return true
	}
	for _, c := range in.open() {
		if c.Field == field && c.Stamp == s {
			return true
		}
	}
	return false
}

func noConcurrentValueDisappears(c *trial) string {
	order := c.order(c.seed, true)
	return c.missing(order, c.after(order))
}

// missing checks the promise itself, with what truly happened before what.
func (c *trial) missing(order []int, got State) string {
	gone := got.Row.Gone(got.Conflicts...)
	for i, w := range c.Writes {
		cleared := c.received(i, func(by *Write) bool { return len(by.Op.Clear) > 0 })
		if gone && len(w.Op.Set) > 0 && !cleared {
			return fmt.Sprintf("order %v: the element is gone, though no clearer had received write %d", order, i)
		}
		for _, f := range w.Op.Set {
			if cleared || c.replaced(f.Field) || visible(got, f.Field, w.At.Stamp) {
				continue
			}
			if !c.received(i, func(by *Write) bool { return by.field(f.Field) != nil }) {
				return fmt.Sprintf("order %v: field %d of write %d disappeared: %v", order, f.Field, i, got)
			}
		}
	}
	return ""
}

// received reports whether some author had received write i before making a
// write of the sort that is meant.
func (h *History) received(i int, meant func(*Write) bool) bool {
	for j := range h.Writes {
		if h.Writes[j].past.has(i) && meant(&h.Writes[j]) {
			return true
		}
	}
	return false
}

// anyOrderAtAllLosesNothing: the row is the same, every conflict is there, and
// more than those only where a value was named under a greater current one
// before it arrived.
func anyOrderAtAllLosesNothing(c *trial) string {
	order := c.order(c.seed, false)
	got, want := c.after(order), c.truth()
	less := State{Row: got.Row}
	for _, open := range got.open() {
		if !c.named(open.Field, open.Stamp) || !c.escaped(order, open) {
			less.Conflicts = append(less.Conflicts, open)
		}
	}
	if d := differs(less, want.State); d != "" {
		return fmt.Sprintf("order %v: %s", order, d)
	}
	return c.missing(order, got)
}

// escaped: all who name the loser came before it, under a greater current
// value, so that no mark was left to keep it closed.
func (h *History) escaped(order []int, loser crdt.Conflict) bool {
	var cur crdt.Stamp
	arrived := false
	for _, i := range order {
		w := &h.Writes[i]
		if h.clears() && contains(w.Op.Clear, loser.Stamp) {
			return false
		}
		f := w.field(loser.Field)
		if f == nil {
			continue
		}
		if contains(f.Saw, loser.Stamp) && (arrived || cur.Less(loser.Stamp)) {
			return false
		}
		arrived = arrived || w.At.Stamp == loser.Stamp
		if cur.Less(w.At.Stamp) {
			cur = w.At.Stamp
		}
	}
	return true
}
