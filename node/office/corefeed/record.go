package corefeed

import (
	"bough/crdt"
	"bough/node/office/corefeed/mapping"
)

// Record is one row that the core gave.
type Record struct {
	File string
	Line int // the first of a group
	Kind uint8
	Key  string
	// Fields ascend by number; Null where the core has nothing. References are
	// in Refs.
	Fields []Value
	Refs   []Ref
}

// Value is one field of a record.
type Value struct {
	Field uint8
	Value crdt.Value
}

// Ref is a reference to another row by its key in the core.
type Ref struct {
	Field  uint8
	Kind   uint8 // of the other row
	Key    string
	Column string // where it stands in the file
	// Only checked: the field itself holds no reference (a branch's number).
	Only bool
}

// Refused is a line, or what one line would have become, that was not taken.
type Refused struct {
	File   string `json:"file"`
	Line   int    `json:"line"`
	Column string `json:"column,omitempty"`
	Kind   string `json:"kind,omitempty"` // empty: the line as a whole
	Reason string `json:"reason"`
	// Why is the reason as a code, for whoever reads another language.
	Why *mapping.Reason `json:"why,omitempty"`
}

// because makes it the refusal for a reason.
func (r Refused) because(why *mapping.Reason) Refused {
	r.Reason, r.Why = why.Error(), why
	return r
}

// Refusals counts all and lists the first ones.
type Refusals struct {
	Listed []Refused
	Total  int
	ByKind map[uint8]int // a line refused as a whole counts for each kind it feeds
	most   int
	// keys that were refused, and kinds of which a line hid its key: neither
	// has ended.
	keys  map[uint8]map[string]bool
	blind map[uint8]bool
}

func newRefusals(most int) Refusals {
	return Refusals{most: most, ByKind: map[uint8]int{}, keys: map[uint8]map[string]bool{}, blind: map[uint8]bool{}}
}

func (r *Refusals) list(one Refused) {
	r.Total++
	if len(r.Listed) < r.most {
		r.Listed = append(r.Listed, one)
	}
}

// row refuses one row; key is empty where it could not be read.
func (r *Refusals) row(one Refused, kind uint8, key string) {
	r.list(one)
	r.ByKind[kind]++
	if key == "" {
		r.blind[kind] = true
		return
	}
	if r.keys[kind] == nil {
		r.keys[kind] = map[string]bool{}
	}
	r.keys[kind][key] = true
}

// line refuses a line as a whole.
func (r *Refusals) line(one Refused, kinds []uint8) {
	r.list(one)
	for _, k := range kinds {
		r.ByKind[k]++
		r.blind[k] = true
	}
}

// Hidden reports whether a line of the kind was too broken to show its key.
func (r *Refusals) Hidden(kind uint8) bool { return r.blind[kind] }

// Has reports whether the row of this key was refused.
func (r *Refusals) Has(kind uint8, key string) bool { return r.keys[kind][key] }

func (r *Refusals) clone() Refusals {
	c := newRefusals(r.most)
	c.Listed, c.Total = append(c.Listed, r.Listed...), r.Total
	for k, n := range r.ByKind {
		c.ByKind[k] = n
	}
	for k, b := range r.blind {
		c.blind[k] = b
	}
	for k, keys := range r.keys {
		c.keys[k] = map[string]bool{}
		for key := range keys {
			c.keys[k][key] = true
		}
	}
	return c
}
