package crdt

import (
	"encoding/binary"
	"errors"
	"fmt"
	"unicode/utf8"
)

// Limits of one op: what a form of a branch can need, with room; they bound
// what a hostile peer can make a reader allocate.
const (
	MaxText  = 16 << 10 // bytes of one text value
	MaxSaw   = 64       // stamps one field may name
	MaxClear = 256      // stamps a clear may name
)

// FieldSet writes one field.
type FieldSet struct {
	Field uint8
	Value Value
	// Saw holds the stamps of the values that the author had on screen: the
	// current one first, then the losers of conflicts that this write settles.
	// Empty: there was nothing.
	Saw []Stamp
}

// Op is one write to one row: fields set, or an element of a set cleared.
type Op struct {
	Kind  uint8
	ID    ID
	Set   []FieldSet // ascending by Field
	Clear []Stamp    // for Set kinds: the stamps seen of the element
}

// ErrBadOp is an op that does not decode or breaks a limit.
var ErrBadOp = errors.New("crdt: malformed op")

// Check validates the shape of op, without a schema.
func (op *Op) Check() error {
	if op.Kind == 0 || op.ID <= 0 || len(op.Set) == 0 && len(op.Clear) == 0 {
		return fmt.Errorf("%w: kind %d, id %d, %d fields", ErrBadOp, op.Kind, op.ID, len(op.Set))
	}
	if len(op.Clear) > MaxClear {
		return fmt.Errorf("%w: %d stamps cleared, at most %d", ErrBadOp, len(op.Clear), MaxClear)
	}
	last := uint8(0)
	for _, f := range op.Set {
		switch {
		case f.Field <= last || f.Field > MaxField:
			return fmt.Errorf("%w: field %d is not ascending within 1..%d", ErrBadOp, f.Field, MaxField)
		case len(f.Saw) > MaxSaw:
			return fmt.Errorf("%w: field %d saw %d stamps, at most %d", ErrBadOp, f.Field, len(f.Saw), MaxSaw)
		case f.Value.T > Text:
			return fmt.Errorf("%w: field %d has type %d", ErrBadOp, f.Field, f.Value.T)
		case f.Value.T == Text && (len(f.Value.S) > MaxText || !utf8.ValidString(f.Value.S) || f.Value.S == ""):
			return fmt.Errorf("%w: field %d: a text is 1 to %d bytes of UTF-8, got %d", ErrBadOp, f.Field, MaxText, len(f.Value.S))
		}
		last = f.Field
	}
	return nil
}

// Append adds the canonical bytes of op to b: the bytes that are hashed.
func (op *Op) Append(b []byte) []byte {
	b = append(b, op.Kind)
	b = binary.AppendUvarint(b, uint64(op.ID))
	b = binary.AppendUvarint(b, uint64(len(op.Set)))
	for _, f := range op.Set {
		b = append(b, f.Field)
		b = AppendValue(b, f.Value)
		b = appendStamps(b, f.Saw)
	}
	return appendStamps(b, op.Clear)
}

func appendStamps(b []byte, stamps []Stamp) []byte {
	b = binary.AppendUvarint(b, uint64(len(stamps)))
	for _, s := range stamps {
		b = s.Append(b)
	}
	return b
}

// AppendValue adds the canonical bytes of v: type, then a zigzag varint or a
// length and the text.
func AppendValue(b []byte, v Value) []byte {
	b = append(b, byte(v.T))
	switch v.T {
	case Int:
		b = binary.AppendVarint(b, v.I)
	case Text:
		b = binary.AppendUvarint(b, uint64(len(v.S)))
		b = append(b, v.S...)
	}
	return b
}

// DecodeOp reads one op from the front of b and returns the rest.
func DecodeOp(b []byte) (Op, []byte, error) {
	d := Decoder{B: b}
	op := Op{Kind: d.Byte(), ID: ID(d.Uvarint())}
	n := d.Count(MaxField)
	for range n {
		f := FieldSet{Field: d.Byte(), Value: d.Value(), Saw: d.stamps(MaxSaw)}
		op.Set = append(op.Set, f)
	}
	op.Clear = d.stamps(MaxClear)
	if d.Err != nil {
		return Op{}, nil, fmt.Errorf("%w: %w", ErrBadOp, d.Err)
	}
	if err := op.Check(); err != nil {
		return Op{}, nil, err
	}
	return op, d.B, nil
}
