package office

import (
	"slices"

	"bough/crdt"
	"bough/node/crm"
	"bough/sync/central"
)

// takeOver is what follows when the core-banking feed comes to know a party:
// its guarded fields are the core's from then on, so nobody at a branch can
// settle a conflict of theirs any more than by leaving what stands. The op that
// gives the core's key therefore ends those that are open: with the core's
// value, where it brings one, else with the value that stands; what lost stays
// in the history.
func takeOver(b *central.Batch, op *crdt.Op) error {
	known := func(f crdt.FieldSet) bool { return f.Field == crm.PartyKey && !f.Value.IsNull() }
	if op.Kind != crm.Party || !slices.ContainsFunc(op.Set, known) {
		return nil
	}
	row, err := b.Get(op.Kind, op.ID)
	if err != nil || row == nil {
		return err
	}
	kind := b.Schema().Kind(op.Kind)
	for i := range row.Conflicts {
		c := &row.Conflicts[i]
		if f := kind.Field(c.Field); f == nil || f.Owner != crdt.Guarded || !c.Closed.IsZero() {
			continue
		}
		at := slices.IndexFunc(op.Set, func(f crdt.FieldSet) bool { return f.Field == c.Field })
		if at < 0 {
			at = len(op.Set)
			op.Set = append(op.Set, crdt.FieldSet{Field: c.Field, Value: row.Get(c.Field)})
		}
		name(&op.Set[at], row.Clocks.Of(c.Field).Stamp)
		name(&op.Set[at], c.Stamp)
	}
	slices.SortFunc(op.Set, func(a, b crdt.FieldSet) int { return int(a.Field) - int(b.Field) })
	return nil
}

// name makes a write name a value that it ends.
func name(set *crdt.FieldSet, s crdt.Stamp) {
	if len(set.Saw) < crdt.MaxSaw && !slices.Contains(set.Saw, s) {
		set.Saw = append(slices.Clone(set.Saw), s)
	}
}
