package crdt_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"bough/crdt"
	"bough/crdt/crdttest"
)

// broken is a replica that merges wrongly.
type broken struct {
	kind      *crdt.Kind
	row       crdt.Row
	conflicts []crdt.Conflict
	before    func(r *crdt.Row, op *crdt.Op)
	after     func(e *crdt.Effect)
}

func (b *broken) Merge(w crdttest.Write) {
	b.row.Kind, b.row.ID = w.Op.Kind, w.Op.ID
	op := w.Op
	op.Set, op.Clear = slices.Clone(op.Set), slices.Clone(op.Clear)
	if b.before != nil {
		b.before(&b.row, &op)
	}
	e := b.row.Merge(b.kind, &op, w.At)
	if b.after != nil {
		b.after(&e)
	}
	b.conflicts = crdt.MergeConflicts(b.conflicts, e)
}

func (b *broken) State(uint8, crdt.ID) crdttest.State {
	return crdttest.State{Row: b.row, Conflicts: b.conflicts}
}

func TestTheLawsNoticeABrokenMerge(t *testing.T) {
	const (
		same    = "EveryCausalOrderGivesTheSame"
		commute = "JoiningIsCommutative"
		keep    = "NoConcurrentValueDisappears"
		any     = "AnyOrderAtAllLosesNothing"
	)
	for _, c := range []struct {
		name   string
		kind   uint8
		before func(*crdt.Row, *crdt.Op)
		after  func(*crdt.Effect)
		breaks []string
	}{
		{name: "losers are dropped", kind: crdttest.Register, breaks: []string{same, keep, any},
			after: func(e *crdt.Effect) { e.Opened = nil }},
		{name: "what arrives last is current", kind: crdttest.Guarded, breaks: []string{same, commute, keep, any},
			before: func(r *crdt.Row, _ *crdt.Op) { r.Clocks = nil }},
		{name: "an early value of a central field replaces a later one", kind: crdttest.Core, breaks: []string{any},
			before: func(r *crdt.Row, _ *crdt.Op) { r.Clocks = nil }},
		{name: "nothing settles", kind: crdttest.Party, breaks: []string{same, any},
			after: func(e *crdt.Effect) { e.Settled = nil }},
		{name: "whatever is open settles", kind: crdttest.Register, breaks: []string{same, keep, any},
			after: func(e *crdt.Effect) {
				for i := range e.Opened {
					e.Opened[i].Closed = crdt.Stamp{Time: 1}
				}
			}},
		{name: "no marks", kind: crdttest.Register, breaks: []string{any},
			after: func(e *crdt.Effect) { e.Marks = nil }},
		{name: "a clear removes what it never saw", kind: crdttest.Element, breaks: []string{same, commute, keep, any},
			before: func(r *crdt.Row, op *crdt.Op) {
				if len(op.Clear) > 0 {
					for _, w := range r.Clocks {
						op.Clear = append(op.Clear, w.Stamp)
					}
				}
			}},
		{name: "a clear is forgotten", kind: crdttest.Element, breaks: []string{same, any},
			before: func(_ *crdt.Row, op *crdt.Op) { op.Clear = nil }},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			k := crdttest.Schema().Kind(c.kind)
			suite := crdttest.Suite{Open: func(*rapid.T) crdttest.Replica {
				return &broken{kind: k, before: c.before, after: c.after}
			}}
			if got := suite.Broken(k, 2000); !subset(c.breaks, got) {
				t.Errorf("breaks %q, want at least %q", got, c.breaks)
			}
		})
	}
}

func subset(want, have []string) bool {
	return !slices.ContainsFunc(want, func(w string) bool { return !slices.Contains(have, w) })
}
