package crdt

import (
	"cmp"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
)

// StampSize is the length of an encoded stamp in bytes: epoch 2, milliseconds
// 6, counter 2, origin 4, all big-endian, so that bytes sort as stamps do.
const StampSize = 14

// Stamp is the instant of a write: epoch, 48 bits of milliseconds since 1970
// UTC with a 16-bit counter below them, and the origin. The zero stamp means
// "never written".
type Stamp struct {
	Epoch  uint16
	Time   uint64 // milliseconds << 16 | counter
	Origin Origin
}

// Millis is the wall part in milliseconds since 1970 UTC.
func (s Stamp) Millis() int64 { return int64(s.Time >> 16) }

// IsZero reports whether s means "never written".
func (s Stamp) IsZero() bool { return s == Stamp{} }

// Compare orders stamps: epoch, time, origin.
func (s Stamp) Compare(t Stamp) int {
	if c := cmp.Compare(s.Epoch, t.Epoch); c != 0 {
		return c
	}
	if c := cmp.Compare(s.Time, t.Time); c != 0 {
		return c
	}
	return cmp.Compare(s.Origin, t.Origin)
}

// Less reports whether s is before t.
func (s Stamp) Less(t Stamp) bool { return s.Compare(t) < 0 }

// Append adds the encoded stamp to b.
func (s Stamp) Append(b []byte) []byte {
	b = binary.BigEndian.AppendUint16(b, s.Epoch)
	b = binary.BigEndian.AppendUint64(b, s.Time)
	return binary.BigEndian.AppendUint32(b, uint32(s.Origin))
}

// Bytes is the encoded stamp.
func (s Stamp) Bytes() []byte { return s.Append(make([]byte, 0, StampSize)) }

// String is the encoded stamp in hex, 28 characters; empty for the zero stamp.
func (s Stamp) String() string {
	if s.IsZero() {
		return ""
	}
	return hex.EncodeToString(s.Bytes())
}

// ErrBadStamp is a stamp that does not decode.
var ErrBadStamp = errors.New("crdt: a stamp is 28 hex digits (14 bytes)")

// DecodeStamp reads an encoded stamp.
func DecodeStamp(b []byte) (Stamp, error) {
	if len(b) != StampSize {
		return Stamp{}, fmt.Errorf("%w: %d bytes", ErrBadStamp, len(b))
	}
	s := Stamp{
		Epoch:  binary.BigEndian.Uint16(b),
		Time:   binary.BigEndian.Uint64(b[2:]),
		Origin: Origin(binary.BigEndian.Uint32(b[10:])),
	}
	if s.Origin > MaxOrigin {
		return Stamp{}, fmt.Errorf("%w: origin %d has more than 31 bits", ErrBadStamp, s.Origin)
	}
	return s, nil
}

// ParseStamp reads the hex form; the empty string is the zero stamp.
func ParseStamp(s string) (Stamp, error) {
	if s == "" {
		return Stamp{}, nil
	}
	b, err := hex.DecodeString(s)
	if err != nil {
		return Stamp{}, fmt.Errorf("%w: %.40q", ErrBadStamp, s)
	}
	return DecodeStamp(b)
}
