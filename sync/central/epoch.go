package central

import (
	"context"
	"errors"
	"fmt"

	"bough/crdt"
	"bough/sync/rows"
)

// lastEpoch is the last one that stamps have room for.
const lastEpoch = 1<<16 - 1

// Errors of beginning an epoch.
var (
	ErrNotAhead = errors.New("central: no stamp of central lies ahead of its clock: there is nothing to leave behind")
	ErrEpochs   = errors.New("central: there is no epoch left")
)

// Ahead tells in which epoch central stamps, and by how many ms its stamps lie ahead
// of its clock: that was ahead, and was set right. 0: they do not. It takes what
// workstations write all the same, up to its own stamps; only a new epoch brings the
// time of everybody back.
func (c *Central) Ahead() (epoch uint16, ms int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.author.Clock.Epoch, c.aheadMS()
}

// aheadMS is what Ahead tells. c.mu is held.
func (c *Central) aheadMS() int64 {
	if ms := int64(c.author.Clock.Last()>>16) - c.o.NowMS(); ms > MaxAheadMS {
		return ms
	}
	return 0
}

// tooFarAhead is by how many ms a stamp lies too far ahead to be taken; 0: it does
// not. What central brought about itself, and what lies in an epoch that was left
// behind, does no harm.
func (c *Central) tooFarAhead(s crdt.Stamp) int64 {
	ahead := s.Millis() - c.o.NowMS()
	if s.Epoch < c.author.Clock.Epoch || ahead <= max(MaxAheadMS, c.aheadMS()) {
		return 0
	}
	return ahead
}

// observe moves central's clock past a stamp that is taken.
func (c *Central) observe(s crdt.Stamp) error {
	if s.Epoch < c.author.Clock.Epoch {
		return nil
	}
	return c.author.Clock.Observe(s, c.o.NowMS(), max(MaxAheadMS, c.aheadMS()))
}

// Ahead reports whether a stamp lies ahead of central's clock because that was ahead
// once: it does not tell when something was done.
func (b *Batch) Ahead(s crdt.Stamp) bool { return s.Millis()-b.c.o.NowMS() > MaxAheadMS }

// BeginEpoch begins a new epoch of stamps; row writes the row by which every
// workstation hears of it.
func (c *Central) BeginEpoch(ctx context.Context, who rows.Actor, row func(a *rows.Act, epoch uint16) error) (epoch uint16, err error) {
	_, err = c.act(ctx, who, func(a *rows.Act) error {
		switch {
		case c.aheadMS() == 0:
			return ErrNotAhead
		case c.author.Clock.Epoch == lastEpoch:
			return ErrEpochs
		}
		c.author.BeginEpoch()
		epoch = c.author.Clock.Epoch
		return row(a, epoch)
	}, nil)
	if err != nil {
		return 0, fmt.Errorf("central: begin an epoch: %w", err)
	}
	return epoch, nil
}
