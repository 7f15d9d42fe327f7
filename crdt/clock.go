package crdt

import (
	"errors"
	"fmt"
)

// maxMillis is the last instant a clock works with, in the year 6429: far
// enough from the end of 48 bits that the counter can never run over.
const maxMillis = 1 << 47

// Clock is a hybrid logical clock. The physical time is handed in with every
// call, so that the owner decides what time it is (a node anchors it to
// central). One goroutine owns it.
type Clock struct {
	Origin Origin
	Epoch  uint16
	last   uint64
}

// ErrAhead is a stamp that is further in the future than the reader allows.
var ErrAhead = errors.New("crdt: stamp is ahead of the clock")

// Now returns a stamp later than every stamp made or observed so far.
// physicalMS is milliseconds since 1970 UTC; a time that steps back is ridden
// out on the counter.
func (c *Clock) Now(physicalMS int64) Stamp {
	t := uint64(within(physicalMS)) << 16
	c.last = max(c.last+1, t)
	return Stamp{Epoch: c.Epoch, Time: c.last, Origin: c.Origin}
}

// Observe moves the clock past s. A stamp more than maxAheadMS ahead of
// physicalMS, or of a later epoch, is refused with ErrAhead and the clock
// stays. maxAheadMS < 0 means that s comes from central, which alone raises
// epochs: then there is no limit, and a later epoch is adopted with its time,
// so that a poisoned time of the old epoch is left behind.
func (c *Clock) Observe(s Stamp, physicalMS, maxAheadMS int64) error {
	ahead := s.Millis() - within(physicalMS)
	switch {
	case s.Millis() > maxMillis || maxAheadMS >= 0 && ahead > maxAheadMS:
		return fmt.Errorf("%w by %d ms", ErrAhead, ahead)
	case maxAheadMS >= 0 && s.Epoch > c.Epoch:
		return fmt.Errorf("%w: it is of epoch %d, the clock of %d", ErrAhead, s.Epoch, c.Epoch)
	case s.Epoch > c.Epoch:
		c.Epoch, c.last = s.Epoch, s.Time
	case s.Epoch == c.Epoch:
		c.last = max(c.last, s.Time)
	}
	return nil
}

func within(physicalMS int64) int64 { return min(max(physicalMS, 0), maxMillis) }

// Last is the latest time made or observed, to be kept across restarts.
func (c *Clock) Last() uint64 { return c.last }

// Resume continues after last, as Last gave it before a restart.
func (c *Clock) Resume(last uint64) { c.last = max(c.last, last) }
