package crdt

import (
	"errors"
	"fmt"
	"strconv"
)

// Origin names one incarnation of one file: 31 bits, never zero.
type Origin uint32

// MaxOrigin is the largest origin.
const MaxOrigin Origin = 1<<31 - 1

// ID names a row everywhere: 31 bits of origin, 32 bits of the origin's
// counter. It is the rowid of the row and a decimal string in JSON and URLs.
type ID int64

// MakeID joins an origin and its counter.
func MakeID(o Origin, n uint32) ID { return ID(int64(o)<<32 | int64(n)) }

// Origin is who minted the id.
func (id ID) Origin() Origin { return Origin(id >> 32) }

// Counter is the origin's counter.
func (id ID) Counter() uint32 { return uint32(id) }

// String is the decimal form.
func (id ID) String() string { return strconv.FormatInt(int64(id), 10) }

// ErrBadID is an id that is not a positive 63-bit decimal number.
var ErrBadID = errors.New("crdt: an id is a positive decimal number of at most 63 bits")

// ParseID reads the decimal form.
func ParseID(s string) (ID, error) {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n <= 0 || s[0] == '+' {
		return 0, fmt.Errorf("%w: %.40q", ErrBadID, s)
	}
	return ID(n), nil
}
