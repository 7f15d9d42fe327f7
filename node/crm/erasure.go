package crm

import (
	"iter"
	"slices"
	"strconv"
	"strings"

	. "bough/crdt" //nolint:revive // the table reads as a table
)

func erasure() *Kind {
	return &Kind{Num: Erasure, Name: "erasure", Class: Event, CentralOnly: true, Scope: ScopeRule{Everywhere: true},
		Doc: "An order of head office to erase a party and all that hangs on it. It holds ids and nothing that tells of anybody.",
		Fields: []Field{
			indexed(number(ErasureParty, "party", Office, "whom: an id, for the row is gone")),
			number(ErasureOrdered, "ordered", Office, "when, ms UTC; numbers the order"),
			text(ErasureRows, "gone_rows", Office, "what goes: kind:id, separated by spaces; one order may have several rows of these"),
			number(ErasureLast, "last", Office, "1: the last row of the order"),
		}}
}

// Field numbers of erasure.
const (
	ErasureParty uint8 = iota + 1
	ErasureOrdered
	ErasureRows
	ErasureLast
)

// Erases are the rows that a row of an order lists, by kind and id. What cannot be
// read is passed over: it names nothing.
func Erases(order *Row) iter.Seq2[uint8, ID] {
	return func(yield func(kind uint8, id ID) bool) {
		for _, word := range strings.Fields(order.Get(ErasureRows).S) {
			kind, id, _ := strings.Cut(word, ":")
			k, errKind := strconv.ParseUint(kind, 10, 8)
			n, err := strconv.ParseInt(id, 10, 64)
			if errKind == nil && err == nil && !yield(uint8(k), ID(n)) {
				return
			}
		}
	}
}

// The reasons in law for an erasure, and where a copy of the case may lie.
var ErasureBases = []string{"request", "retention_over", "unlawful", "court"}

// Belongs reports whether a row of a kind, or an op that makes or changes one,
// goes with what is gone: it names a party that is, whatever the field, or
// hangs on a row that is. What joins two roots goes with either; the other root
// stays.
func Belongs(k *Kind, get func(field uint8) Value, gone func(kind uint8, id ID) bool) bool {
	for i := range k.Fields {
		if f := &k.Fields[i]; takesAlong(k, f) && !get(f.Num).IsNull() && gone(f.Ref, get(f.Num).ID()) {
			return true
		}
	}
	return false
}

// takesAlong reports whether a row goes with the row that a field of it names.
func takesAlong(k *Kind, f *Field) bool {
	return f.Ref != 0 && (f.Ref == Party || slices.Contains(k.Scope.Roots, f.Num))
}

// Above lists the fields by which rows of a kind go with others; none of a kind
// that is not known.
func Above(k *Kind) (out []*Field) {
	if k == nil {
		return nil
	}
	for i := range k.Fields {
		if f := &k.Fields[i]; takesAlong(k, f) {
			out = append(out, f)
		}
	}
	return out
}

// Below lists the kinds and fields by which rows go with a row of a kind.
func Below(s *Schema, kind uint8) (out []Tie) {
	for _, k := range s.Kinds {
		for i := range k.Fields {
			if f := &k.Fields[i]; f.Ref == kind && takesAlong(k, f) {
				out = append(out, Tie{k, f})
			}
		}
	}
	return out
}

// Tie is a field by which rows of a kind go with others.
type Tie struct {
	Kind  *Kind
	Field *Field
}
