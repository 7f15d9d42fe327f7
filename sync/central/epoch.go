package central

import (
	"context"
	"errors"
	"fmt"

	"bough/crdt"
	"bough/sync/rows"
)

const (
	lastEpoch = 1<<16 - 1 // the last one that stamps have room for

	// ledForMS is for how long after its clock was set right central reckons with
	// workstations that have not heard of it: the longest lease, twice.
	ledForMS = 60 * 24 * 60 * 60 * 1000

	factLedAhead = "led ahead"
	factLedUntil = "led ahead until"
)

// Errors of beginning an epoch.
var (
	ErrNotAhead = errors.New("central: no stamp of central lies ahead of its clock: there is nothing to leave behind")
	ErrEpochs   = errors.New("central: there is no epoch left")
)

// Ahead tells in which epoch central stamps, and by how many ms its stamps lie ahead
// of its clock: that was ahead, and was set right. 0: they do not. It takes what
// workstations write by the clock that it told them all the same; only a new epoch
// brings the time of everybody back.
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

// led is by how many ms central's clock was ahead before it was set right, and until
// when, ms UTC, somebody may write by that clock who has not heard of it since.
type led struct{ aheadMS, untilMS int64 }

// loadLed reads how central led the others, and the latest time that it told them.
func (c *Central) loadLed(tx *rows.Tx) (err error) {
	seen, _, err := tx.Int(`SELECT max(seen) FROM origin`)
	if err != nil {
		return err
	}
	c.toldMS = max(seen, int64(c.author.Clock.Last()>>16))
	if c.led.aheadMS, err = tx.FactInt(factLedAhead); err != nil {
		return err
	}
	if c.led.untilMS, err = tx.FactInt(factLedUntil); err != nil {
		return err
	}
	return c.noticeLed(tx)
}

// noticeLed notices that the clock was set back, and keeps by how much: who was away
// then goes on by the clock that it was told. c.mu is held.
func (c *Central) noticeLed(tx *rows.Tx) error {
	now := c.o.NowMS()
	ahead := c.toldMS - now
	c.toldMS = max(c.toldMS, now)
	if ahead <= MaxAheadMS || now < c.led.untilMS {
		return nil
	}
	return c.setLed(tx, led{aheadMS: ahead, untilMS: c.toldMS + ledForMS})
}

func (c *Central) setLed(tx *rows.Tx, l led) error {
	c.led = l
	return errors.Join(tx.SetFact(factLedAhead, l.aheadMS), tx.SetFact(factLedUntil, l.untilMS))
}

// mayBeAheadMS is by how many ms a stamp may lie ahead of central's clock. c.mu is held.
func (c *Central) mayBeAheadMS() int64 {
	if c.o.NowMS() < c.led.untilMS {
		return max(c.led.aheadMS+MaxAheadMS, c.aheadMS())
	}
	return max(MaxAheadMS, c.aheadMS())
}

// tooFarAhead is by how many ms a stamp lies too far ahead to be taken; 0: it does
// not. What central brought about itself, and what lies in an epoch that was left
// behind, does no harm.
func (c *Central) tooFarAhead(s crdt.Stamp) int64 {
	ahead := s.Millis() - c.o.NowMS()
	if s.Epoch < c.author.Clock.Epoch || ahead <= c.mayBeAheadMS() {
		return 0
	}
	return ahead
}

// observe moves central's clock past a stamp that is taken.
func (c *Central) observe(s crdt.Stamp) error {
	if s.Epoch < c.author.Clock.Epoch {
		return nil
	}
	return c.author.Clock.Observe(s, c.o.NowMS(), c.mayBeAheadMS())
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
		c.toldMS = c.o.NowMS()
		err := errors.Join(c.setLed(a.Tx, led{}), a.Tx.Exec(`UPDATE origin SET seen=min(seen, ?1)`, c.toldMS))
		return errors.Join(err, row(a, epoch))
	}, nil)
	if err != nil {
		return 0, fmt.Errorf("central: begin an epoch: %w", err)
	}
	return epoch, nil
}
