package crdt

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
)

// Written is one entry of a row's clocks: the fields of Mask were last written
// at Stamp, by the person By (0: by the bank itself).
type Written struct {
	Stamp Stamp
	By    ID
	Mask  uint64
}

// Clocks tells for each field of a row when and by whom it was last written. Fields written together share an entry. Entries ascend by stamp,
// masks are disjoint and not empty.
type Clocks []Written

// Of returns the entry that covers a field; zero when it was never written.
func (c Clocks) Of(field uint8) Written {
	for _, w := range c {
		if w.Mask>>field&1 == 1 {
			return w
		}
	}
	return Written{}
}

// Latest is the greatest stamp of the row.
func (c Clocks) Latest() Stamp {
	if len(c) == 0 {
		return Stamp{}
	}
	return c[len(c)-1].Stamp
}

// set records that field was written at w.Stamp in w.By.
func (c Clocks) set(field uint8, w Written) Clocks {
	bit := uint64(1) << field
	for i := range c {
		if c[i].Mask&bit != 0 {
			c[i].Mask &^= bit
			if c[i].Mask == 0 {
				c = slices.Delete(c, i, i+1)
			}
			break
		}
	}
	i, found := slices.BinarySearchFunc(c, w.Stamp, func(e Written, s Stamp) int { return e.Stamp.Compare(s) })
	if found {
		c[i].Mask |= bit
		return c
	}
	return slices.Insert(c, i, Written{Stamp: w.Stamp, By: w.By, Mask: bit})
}

// Append adds the packed form, about 17 bytes an entry: mask, epoch, time,
// origin, person. An id of the stamp's own origin is its counter only.
func (c Clocks) Append(b []byte) []byte {
	for _, w := range c {
		b = binary.AppendUvarint(b, w.Mask)
		b = binary.AppendUvarint(b, uint64(w.Stamp.Epoch))
		b = binary.BigEndian.AppendUint64(b, w.Stamp.Time)
		b = binary.BigEndian.AppendUint32(b, uint32(w.Stamp.Origin))
		if w.By.Origin() == w.Stamp.Origin {
			b = binary.AppendUvarint(b, uint64(w.By.Counter())<<1)
		} else {
			b = binary.AppendUvarint(b, uint64(w.By)<<1|1)
		}
	}
	return b
}

// canonicalBy: a session of the stamp's origin is written as its counter only,
// any other one whole.
func canonicalBy(packed uint64, w Written) bool {
	if packed&1 == 0 {
		return packed>>33 == 0
	}
	return w.By.Origin() != w.Stamp.Origin
}

// ErrBadClocks is a packed clock that does not decode or is not canonical.
var ErrBadClocks = errors.New("crdt: malformed clocks")

// DecodeClocks reads the packed form and insists on the canonical one.
func DecodeClocks(b []byte) (Clocks, error) {
	d := Decoder{B: b}
	var out Clocks
	var seen uint64
	var last Stamp
	for len(d.B) > 0 {
		w := Written{Mask: d.Uvarint()}
		epoch := d.Count(1<<16 - 1)
		t := d.Take(12)
		by := d.Uvarint()
		if d.Err != nil {
			return nil, fmt.Errorf("%w: %w", ErrBadClocks, d.Err)
		}
		w.Stamp = Stamp{Epoch: uint16(epoch), Time: binary.BigEndian.Uint64(t), Origin: Origin(binary.BigEndian.Uint32(t[8:]))}
		if by&1 == 0 {
			w.By = MakeID(w.Stamp.Origin, uint32(by>>1))
		} else {
			w.By = ID(by >> 1)
		}
		if w.Mask == 0 || w.Mask&1 != 0 || w.Mask&seen != 0 || w.Stamp.Origin > MaxOrigin || !last.Less(w.Stamp) || !canonicalBy(by, w) {
			return nil, fmt.Errorf("%w: entry %d is not canonical", ErrBadClocks, len(out))
		}
		seen |= w.Mask
		last = w.Stamp
		out = append(out, w)
	}
	return out, nil
}
