package crdt

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"sync"
)

// MaxField is the largest field number: field sets are 64-bit masks, bit 0 unused.
const MaxField = 63

// Class says how rows of a kind live.
type Class uint8

// The classes, after DESIGN section 4.
const (
	// Record rows have registers; each field has its owner.
	Record Class = iota
	// Set rows are elements: add-wins, cleared by an op that names the stamps it saw.
	Set
	// Event rows are written once and never changed.
	Event
)

// Owner says who may write a field.
type Owner uint8

// The owners, after DESIGN section 4.
const (
	// Branch fields are written at any node.
	Branch Owner = iota
	// Guarded fields are branch fields while the party is a prospect, core after.
	Guarded
	// Core fields are written by the core-banking feed, at central only.
	Core
	// Office fields are written by head office, at central only.
	Office
)

// Replaces reports whether the fields of this owner have one writer, central,
// so that the later stamp simply replaces and no conflict can be.
func (o Owner) Replaces() bool { return o == Core || o == Office }

// Field is one column of a kind.
type Field struct {
	Num   uint8
	Name  string
	Type  Type
	Owner Owner
	Ref   uint8 // the kind it refers to, 0 for none
	Index bool  // queries look rows up by it
	Doc   string
}

// ScopeRule says which branches hold rows of a kind.
type ScopeRule struct {
	// Everywhere: the office scope, held by every node.
	Everywhere bool
	// Home is the number of an Int field that holds a branch number: that branch holds the row. 0 for none.
	Home uint8
	// Roots are the numbers of Ref fields: the row is held wherever the rows they name are held.
	Roots []uint8
	// Joins ties two roots (of a role): the second is held wherever the first is; the first is also held at the second's home.
	Joins bool
	// Both: the tie is of equals, each root is held wherever the other is, as long as the row stands.
	Both bool
	// Kin, of a joining kind, ties the first roots of one second together where the second says so, as a household does:
	// each is held wherever another is by itself, and the second's home draws nobody.
	Kin Bond
}

// Bond is a field of the second root and the word in it that ties. Zero: nothing does.
type Bond struct {
	Field uint8
	Word  string
}

// Kind is one table.
type Kind struct {
	Num    uint8
	Name   string
	Class  Class
	Scope  ScopeRule
	Fields []Field // ascending by Num
	Doc    string
	// CentralOnly: an op of this kind by a node is refused.
	CentralOnly bool
}

// Nowhere reports whether no branch holds rows of the kind: they go up, stand at
// central, and come down to nobody. Of a kind that is not known, nil, it is not
// known either.
func (k *Kind) Nowhere() bool {
	return k != nil && !k.Scope.Everywhere && k.Scope.Home == 0 && len(k.Scope.Roots) == 0
}

// Field finds a field by number.
func (k *Kind) Field(num uint8) *Field {
	// Numbers are nearly always dense: look where it should be first.
	if i := int(num) - 1; i >= 0 && i < len(k.Fields) && k.Fields[i].Num == num {
		return &k.Fields[i]
	}
	for i := range k.Fields {
		if k.Fields[i].Num == num {
			return &k.Fields[i]
		}
	}
	return nil
}

// Named finds a field by name.
func (k *Kind) Named(name string) *Field {
	for i := range k.Fields {
		if k.Fields[i].Name == name {
			return &k.Fields[i]
		}
	}
	return nil
}

// Schema is every kind; sync is handed it as data.
type Schema struct {
	Kinds []*Kind // ascending by Num
	byNum [256]*Kind
	sum   func() ([sha256.Size]byte, error)
}

// NewSchema checks the kinds and indexes them.
func NewSchema(kinds ...*Kind) (*Schema, error) {
	s := &Schema{Kinds: kinds}
	last := uint8(0)
	for _, k := range kinds {
		if k.Num <= last {
			return nil, fmt.Errorf("crdt: schema: kind %s: number %d is not ascending", k.Name, k.Num)
		}
		last = k.Num
		if err := k.check(); err != nil {
			return nil, err
		}
		s.byNum[k.Num] = k
	}
	for _, k := range kinds {
		for _, f := range k.Fields {
			if f.Ref != 0 && s.byNum[f.Ref] == nil {
				return nil, fmt.Errorf("crdt: schema: %s.%s refers to unknown kind %d", k.Name, f.Name, f.Ref)
			}
		}
	}
	s.sum = sync.OnceValues(func() (sum [sha256.Size]byte, err error) {
		all, err := json.Marshal(s.Kinds)
		return sha256.Sum256(all), err
	})
	return s, nil
}

// Sum is the SHA-256 of all that the schema says: equal sums, equal schemas.
func (s *Schema) Sum() ([sha256.Size]byte, error) { return s.sum() }

func (k *Kind) check() error {
	last := uint8(0)
	for _, f := range k.Fields {
		if f.Num <= last || f.Num > MaxField {
			return fmt.Errorf("crdt: schema: %s.%s: number %d is not ascending within 1..%d", k.Name, f.Name, f.Num, MaxField)
		}
		if f.Type != Int && f.Type != Text || f.Ref != 0 && f.Type != Int {
			return fmt.Errorf("crdt: schema: %s.%s: bad type %d", k.Name, f.Name, f.Type)
		}
		last = f.Num
	}
	for _, n := range append([]uint8{k.Scope.Home}, k.Scope.Roots...) {
		if n != 0 && k.Field(n) == nil {
			return fmt.Errorf("crdt: schema: %s: scope names unknown field %d", k.Name, n)
		}
	}
	return nil
}

// Kind finds a kind by number; nil when unknown.
func (s *Schema) Kind(num uint8) *Kind { return s.byNum[num] }

// Named finds a kind by name; nil when unknown.
func (s *Schema) Named(name string) *Kind {
	for _, k := range s.Kinds {
		if k.Name == name {
			return k
		}
	}
	return nil
}
