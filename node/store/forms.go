package store

import (
	"bough/crdt"
	"bough/node/crm"
	"bough/sync/journal"
)

// Forms tells central how changes of the kinds of the bank say what they were
// before; see central.Forms.
type Forms struct{ Schema *crdt.Schema }

// Former is what a change was before; nil when it is in its first form.
func (Forms) Former(c *journal.Change) (*journal.Former, error) { return FormerOf(c) }

// Rename is an op under other names.
func (f Forms) Rename(op *crdt.Op, ids map[crdt.ID]crdt.ID, stamps map[crdt.Stamp]crdt.Stamp) crdt.Op {
	names := crm.Renaming{IDs: ids, Stamps: stamps}
	return names.Op(f.Schema, op)
}

// Named are the rows that an op writes or refers to.
func (f Forms) Named(op *crdt.Op) []crdt.ID { return crm.NamedIn(f.Schema, op) }

// Rests are the changes of others that a change rests on.
func (Forms) Rests(c *journal.Change) ([]journal.Former, error) { return RestsOf(c) }

// Tell is the op that says that rows of a branch got other ids.
func (Forms) Tell(id crdt.ID, branch int64, f *journal.Former) crdt.Op {
	return TellFormer(id, branch, f)
}
