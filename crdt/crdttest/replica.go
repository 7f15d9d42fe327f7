package crdttest

import (
	"fmt"
	"slices"
	"strings"

	"bough/crdt"
)

// Replica holds rows of Schema. It fails the test itself when it cannot.
type Replica interface {
	// Merge merges one write.
	Merge(w Write)
	// State returns a row with its conflicts, ascending by field and stamp.
	State(kind uint8, id crdt.ID) State
}

// State is what a replica holds of one row.
type State struct {
	Row       crdt.Row
	Conflicts []crdt.Conflict
}

// open returns the conflicts that nobody settled.
func (s State) open() []crdt.Conflict {
	var out []crdt.Conflict
	for _, c := range s.Conflicts {
		if c.Closed.IsZero() {
			out = append(out, c)
		}
	}
	return out
}

// differs says how two states differ in row, clocks or open conflicts.
func differs(a, b State) string {
	var out []string
	if ab, bb := a.Row.AppendCanonical(nil), b.Row.AppendCanonical(nil); !slices.Equal(ab, bb) {
		out = append(out, fmt.Sprintf("row %v against %v", a.Row, b.Row))
	}
	if ac, bc := a.open(), b.open(); !slices.Equal(ac, bc) {
		out = append(out, fmt.Sprintf("open conflicts %v against %v", ac, bc))
	}
	return strings.Join(out, "; ")
}

// Memory is one row merged by package crdt alone, without a file: the smallest
// replica. It does not recognise a write that comes again.
type Memory struct {
	kind      *crdt.Kind
	row       crdt.Row
	conflicts []crdt.Conflict
}

// NewMemory makes an empty replica of one row of the kind.
func NewMemory(k *crdt.Kind) *Memory { return &Memory{kind: k} }

// Merge merges one write.
func (m *Memory) Merge(w Write) {
	m.row.Kind, m.row.ID = w.Op.Kind, w.Op.ID
	m.conflicts = crdt.MergeConflicts(m.conflicts, m.row.Merge(m.kind, &w.Op, w.At))
}

// State returns the row, whatever it is asked for.
func (m *Memory) State(uint8, crdt.ID) State { return State{Row: m.row, Conflicts: m.conflicts} }
