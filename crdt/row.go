package crdt

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math"
	"slices"
)

// Row is one row of a kind with its clocks. Fields is indexed by field number
// (element 0 is unused) and may hold numbers the schema does not know: they
// are kept and passed on.
type Row struct {
	Kind    uint8
	ID      ID
	Fields  []Value
	Clocks  Clocks
	Cleared []Stamp // Set kinds: stamps named by clears, ascending
}

// Get returns a field; Null when it was never written.
func (r *Row) Get(field uint8) Value {
	if int(field) >= len(r.Fields) {
		return Value{}
	}
	return r.Fields[field]
}

func (r *Row) put(field uint8, v Value) {
	for int(field) >= len(r.Fields) {
		r.Fields = append(r.Fields, Value{})
	}
	r.Fields[field] = v
}

// Clone copies r; Merge changes a row in place, slices included.
func (r *Row) Clone() Row {
	c := *r
	c.Fields, c.Clocks, c.Cleared = slices.Clone(r.Fields), slices.Clone(r.Clocks), slices.Clone(r.Cleared)
	return c
}

// Gone reports whether an element of a set was cleared: every write that still
// stands was seen by somebody who cleared it. A write nobody saw keeps it, also
// one that lost against a greater stamp: therefore hand the conflicts of the
// row in; open ones count as standing.
func (r *Row) Gone(conflicts ...Conflict) bool {
	if len(r.Cleared) == 0 {
		return false
	}
	for _, w := range r.Clocks {
		if !r.cleared(w.Stamp) {
			return false
		}
	}
	return !slices.ContainsFunc(conflicts, func(c Conflict) bool {
		return c.Closed.IsZero() && !r.cleared(c.Stamp)
	})
}

func (r *Row) cleared(s Stamp) bool {
	_, found := slices.BinarySearchFunc(r.Cleared, s, Stamp.Compare)
	return found
}

// Conflict is a value that lost against a concurrent one, kept until a later
// op names its stamp, in Saw or in Clear. Closed is the stamp of that op; the earliest
// one if several did; zero while open.
type Conflict struct {
	Kind   uint8
	Row    ID
	Field  uint8
	Value  Value
	Stamp  Stamp
	By     ID
	Closed Stamp
}

// ID is 63 bits of the hash of row, field and the loser's stamp.
func (c *Conflict) ID() ID {
	b := make([]byte, 0, 32)
	b = append(b, c.Kind, c.Field)
	b = binary.BigEndian.AppendUint64(b, uint64(c.Row))
	h := sha256.Sum256(c.Stamp.Append(b))
	return ID(binary.BigEndian.Uint64(h[:]) >> 1)
}

// AppendCanonical adds the bytes a digest is made of: row, fields, clocks,
// clears. Conflicts are hashed on their own.
func (r *Row) AppendCanonical(b []byte) []byte {
	b = append(b, 'r', r.Kind)
	b = binary.BigEndian.AppendUint64(b, uint64(r.ID))
	for n, v := range r.Fields {
		if !v.IsNull() {
			b = append(b, byte(n))
			b = AppendValue(b, v)
		}
	}
	b = append(b, 0)
	b = appendStamps(b, r.Cleared)
	return r.Clocks.Append(b)
}

// DecodeRow reads what AppendCanonical wrote, all of b.
func DecodeRow(b []byte) (Row, error) {
	d := Decoder{B: b}
	if d.Byte() != 'r' {
		d.refuse(fmt.Errorf("%w: not a row", ErrNotCanonical))
	}
	r := Row{Kind: d.Byte(), ID: ID(binary.BigEndian.Uint64(append(d.Take(8), make([]byte, 8)...)))}
	for last := byte(0); d.Err == nil; {
		n := d.Byte()
		if n == 0 {
			break
		}
		v := d.Value()
		if n <= last || n > MaxField || v.IsNull() {
			d.refuse(fmt.Errorf("%w: field %d after %d", ErrNotCanonical, n, last))
			break
		}
		r.put(n, v)
		last = n
	}
	r.Cleared = d.stamps(math.MaxInt32)
	if d.Err != nil {
		return Row{}, fmt.Errorf("crdt: decode row: %w", d.Err)
	}
	clocks, err := DecodeClocks(d.B)
	r.Clocks = clocks
	return r, err
}

// AppendCanonical adds the bytes a digest is made of.
func (c *Conflict) AppendCanonical(b []byte) []byte {
	b = append(b, 'c', c.Kind, c.Field)
	b = binary.BigEndian.AppendUint64(b, uint64(c.Row))
	b = AppendValue(b, c.Value)
	b = c.Stamp.Append(b)
	b = c.Closed.Append(b)
	return binary.AppendUvarint(b, uint64(c.By))
}

// Compare orders conflicts by field, then stamp.
func (c *Conflict) Compare(d *Conflict) int {
	return cmp.Or(cmp.Compare(c.Field, d.Field), c.Stamp.Compare(d.Stamp))
}
