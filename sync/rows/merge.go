package rows

import (
	"slices"

	"bough/crdt"
)

// Merge writes op into a copy of old (nil: there was no row) and returns the
// row as it is then. It does not store it.
func Merge(schema *crdt.Schema, old *Stored, op *crdt.Op, w crdt.Written) *Stored {
	next := &Stored{Row: crdt.Row{Kind: op.Kind, ID: op.ID}}
	if old != nil {
		*next = *old
		next.Fields = slices.Clone(old.Fields)
		next.Clocks = slices.Clone(old.Clocks)
		next.Cleared = slices.Clone(old.Cleared)
		next.Conflicts = slices.Clone(old.Conflicts)
	}
	effect := next.Row.Merge(schema.Kind(op.Kind), op, w)
	next.Conflicts = crdt.MergeConflicts(next.Conflicts, effect)
	return next
}
