package bank

import (
	"fmt"
	"slices"
	"strings"

	"bough/crdt"
)

// Remap returns op with every provisional id replaced: its own, those in
// fields that refer to rows, and those listed in the text of a consent that
// overrides withdrawals. op itself is left as it is.
func Remap(s *crdt.Schema, op crdt.Op, id func(crdt.ID) crdt.ID) (crdt.Op, error) {
	k := s.Kind(op.Kind)
	if k == nil {
		return crdt.Op{}, fmt.Errorf("bank: remap: unknown kind %d", op.Kind)
	}
	op.ID = id(op.ID)
	op.Set = slices.Clone(op.Set)
	for i := range op.Set {
		set := &op.Set[i]
		f := k.Field(set.Field)
		switch {
		case f == nil:
			return crdt.Op{}, fmt.Errorf("bank: remap: %s has no field %d", k.Name, set.Field)
		case f.Ref != 0 && set.Value.T == crdt.Int:
			set.Value = crdt.RefValue(id(set.Value.ID()))
		case overrides(op.Kind, set.Field):
			text, err := remapList(set.Value.S, id)
			if err != nil {
				return crdt.Op{}, err
			}
			set.Value = crdt.TextValue(text)
		}
	}
	return op, nil
}

func remapList(list string, id func(crdt.ID) crdt.ID) (string, error) {
	parts := strings.Split(list, ",")
	for i, p := range parts {
		old, err := crdt.ParseID(p)
		if err != nil {
			return "", fmt.Errorf("bank: remap overrides: %w", err)
		}
		parts[i] = id(old).String()
	}
	return strings.Join(parts, ","), nil
}
