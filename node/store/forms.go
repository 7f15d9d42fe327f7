package store

import (
	"cmp"
	"maps"

	"bough/crdt"
	"bough/node/crm"
	"bough/sync/journal"
)

// Forms tells central how changes of the kinds of the bank say what they were
// before; see central.Forms.
type Forms struct{ Schema *crdt.Schema }

// Formers are what a change was before, newest first; none when it is in its first form.
func (Forms) Formers(c *journal.Change) ([]journal.Former, error) { return FormersOf(c) }

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

// Told is all that a change tells of itself that is written again, newest first: that
// it was c, which f says, and what c was before. Whoever took any one of these forms,
// and never hears of those between, knows it. Of more than maxAliases the newest are told.
func Told(f journal.Former, c *journal.Change) []journal.Former {
	before, _ := FormersOf(c) // what cannot be read is nobody's
	out := []journal.Former{f}
	for i := range before[:min(len(before), maxAliases-1)] {
		out = append(out, later(before[i], f.IDs))
	}
	if len(before) == 0 {
		return out
	}
	out[0].First = cmp.Or(before[0].First, before[0].Stamp)
	for first, mid := range before[0].IDs { // an earlier central reads the newest alone
		if is := f.IDs[mid]; is != 0 {
			out[0].IDs[first] = is
		}
	}
	return out
}

// later is a form as a change tells of it whose rows have got other ids since: names.
func later(f journal.Former, names map[crdt.ID]crdt.ID) journal.Former {
	ids := maps.Clone(names)
	for _, mid := range f.IDs {
		delete(ids, mid)
	}
	for was, mid := range f.IDs {
		ids[was] = cmp.Or(names[mid], mid)
	}
	f.IDs = ids
	return f
}
