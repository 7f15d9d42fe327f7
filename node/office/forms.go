package office

import (
	"bough/crdt"
	"bough/node/crm"
	"bough/node/store"
	"bough/sync/journal"
)

// forms implements central.Forms for the kinds of the bank.
type forms struct{ schema *crdt.Schema }

func (forms) Former(c *journal.Change) (*journal.Former, error) { return store.FormerOf(c) }

func (f forms) Rename(op *crdt.Op, ids map[crdt.ID]crdt.ID, stamps map[crdt.Stamp]crdt.Stamp) crdt.Op {
	names := crm.Renaming{IDs: ids, Stamps: stamps}
	return names.Op(f.schema, op)
}

func (f forms) Named(op *crdt.Op) []crdt.ID { return crm.NamedIn(f.schema, op) }

func (forms) Rests(c *journal.Change) ([]journal.Former, error) { return store.RestsOf(c) }

func (forms) Tell(id crdt.ID, branch int64, f *journal.Former) crdt.Op {
	return store.TellFormer(id, branch, f)
}
