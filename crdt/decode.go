package crdt

import (
	"encoding/binary"
	"errors"
	"fmt"
	"unicode/utf8"
)

// ErrShort is input that ends too early or holds a number out of bounds.
var ErrShort = errors.New("input ends early or a number is out of bounds")

// ErrNotCanonical is input that no encoder of this package writes.
var ErrNotCanonical = errors.New("not canonical")

// Decoder reads canonical bytes from the front of B; the first fault sticks in
// Err and everything read after it is zero.
type Decoder struct {
	B   []byte
	Err error
}

func (d *Decoder) fail() { d.refuse(ErrShort) }

func (d *Decoder) refuse(err error) {
	if d.Err == nil {
		d.Err = err
	}
	d.B = nil
}

// shortest skips a varint of n bytes, or refuses it where fewer would do.
func (d *Decoder) shortest(n int) bool {
	if n > 1 && d.B[n-1] == 0 {
		d.refuse(fmt.Errorf("%w: a number with a needless byte", ErrNotCanonical))
		return false
	}
	d.B = d.B[n:]
	return true
}

// Byte reads one byte.
func (d *Decoder) Byte() byte {
	if len(d.B) == 0 {
		d.fail()
		return 0
	}
	c := d.B[0]
	d.B = d.B[1:]
	return c
}

// Uvarint reads an unsigned varint.
func (d *Decoder) Uvarint() uint64 {
	u, n := binary.Uvarint(d.B)
	if n <= 0 {
		d.fail()
		return 0
	}
	if !d.shortest(n) {
		return 0
	}
	return u
}

// Varint reads a zigzag varint.
func (d *Decoder) Varint() int64 {
	i, n := binary.Varint(d.B)
	if n <= 0 {
		d.fail()
		return 0
	}
	if !d.shortest(n) {
		return 0
	}
	return i
}

// Count reads a count of at most limit.
func (d *Decoder) Count(limit int) int {
	u := d.Uvarint()
	if u > uint64(limit) {
		d.fail()
		return 0
	}
	return int(u)
}

// Take reads n bytes without copying them.
func (d *Decoder) Take(n int) []byte {
	if n < 0 || n > len(d.B) {
		d.fail()
		return nil
	}
	b := d.B[:n:n]
	d.B = d.B[n:]
	return b
}

// Value reads what AppendValue wrote.
func (d *Decoder) Value() Value {
	switch t := Type(d.Byte()); t {
	case Null:
		return Value{}
	case Int:
		return Value{T: Int, I: d.Varint()}
	case Text:
		return d.text()
	default:
		d.refuse(fmt.Errorf("%w: type %d of a value is unknown", ErrNotCanonical, t))
		return Value{}
	}
}

func (d *Decoder) text() Value {
	b := d.Take(d.Count(MaxText))
	if d.Err != nil {
		return Value{}
	}
	if len(b) == 0 || !utf8.Valid(b) {
		d.refuse(fmt.Errorf("%w: a text is 1 to %d bytes of UTF-8", ErrNotCanonical, MaxText))
		return Value{}
	}
	return Value{T: Text, S: string(b)}
}

// Stamp reads an encoded stamp.
func (d *Decoder) Stamp() Stamp {
	b := d.Take(StampSize)
	if d.Err != nil {
		return Stamp{}
	}
	s, err := DecodeStamp(b)
	if err != nil {
		d.refuse(err)
	}
	return s
}

func (d *Decoder) stamps(limit int) []Stamp {
	n := d.Count(limit)
	if n == 0 {
		return nil
	}
	if n > len(d.B)/StampSize {
		d.fail() // before room is made for as many as somebody says there are
		return nil
	}
	out := make([]Stamp, 0, n)
	for range n {
		out = append(out, d.Stamp())
	}
	return out
}
