package crdttest

import (
	"slices"

	"pgregory.net/rapid"

	"bough/crdt"
)

// Stamps draws stamps, close together often enough that parts of them tie.
func Stamps() *rapid.Generator[crdt.Stamp] {
	return rapid.Custom(func(t *rapid.T) crdt.Stamp {
		return crdt.Stamp{
			Epoch:  rapid.Uint16().Draw(t, "epoch"),
			Time:   rapid.Uint64().Draw(t, "time"),
			Origin: crdt.Origin(rapid.Uint32Range(1, uint32(crdt.MaxOrigin)).Draw(t, "origin")),
		}
	})
}

// IDs draws ids, never zero.
func IDs() *rapid.Generator[crdt.ID] {
	return rapid.Map(rapid.Int64Min(1), func(n int64) crdt.ID { return crdt.ID(n) })
}

// Values draws nothing, integers and texts.
func Values() *rapid.Generator[crdt.Value] {
	return rapid.OneOf(
		rapid.Just(crdt.Value{}),
		rapid.Map(rapid.Int64(), crdt.IntValue),
		rapid.Map(rapid.StringN(0, 12, -1), crdt.TextValue),
	)
}

// Ops draws well-formed ops.
func Ops() *rapid.Generator[crdt.Op] {
	return rapid.Custom(func(t *rapid.T) crdt.Op {
		op := crdt.Op{Kind: rapid.Uint8Min(1).Draw(t, "kind"), ID: IDs().Draw(t, "id"), Clear: named(t, "clear")}
		fields := rapid.SliceOfNDistinct(rapid.Uint8Range(1, crdt.MaxField), 0, 4, rapid.ID[uint8]).Draw(t, "fields")
		if len(op.Clear) == 0 && len(fields) == 0 {
			fields = append(fields, 1)
		}
		slices.Sort(fields)
		for _, f := range fields {
			op.Set = append(op.Set, crdt.FieldSet{Field: f, Value: Values().Draw(t, "value"), Saw: named(t, "saw")})
		}
		return op
	})
}

// named draws a few stamps; nil for none, as decoding has it.
func named(t *rapid.T, label string) []crdt.Stamp {
	if stamps := rapid.SliceOfN(Stamps(), 0, 2).Draw(t, label); len(stamps) > 0 {
		return stamps
	}
	return nil
}

// Clocks draws the clocks of a row: masks disjoint, stamps ascending; nil for
// none.
func Clocks() *rapid.Generator[crdt.Clocks] {
	return rapid.Custom(func(t *rapid.T) crdt.Clocks {
		stamps := rapid.SliceOfNDistinct(Stamps(), 0, 4, rapid.ID[crdt.Stamp]).Draw(t, "stamps")
		slices.SortFunc(stamps, crdt.Stamp.Compare)
		free := ^uint64(1)
		var out crdt.Clocks
		for _, s := range stamps {
			mask := rapid.Uint64().Draw(t, "mask") & free
			if mask == 0 {
				continue
			}
			free &^= mask
			by := IDs().Draw(t, "session")
			if rapid.Bool().Draw(t, "own") {
				by = crdt.MakeID(s.Origin, by.Counter())
			}
			out = append(out, crdt.Written{Stamp: s, By: by, Mask: mask})
		}
		return out
	})
}
