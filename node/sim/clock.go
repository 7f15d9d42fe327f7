package sim

// clock is the clock of a workstation: a wall clock that is wrong, and, once
// central told the time, central's time counted on by a clock that only runs.
type clock struct {
	skewMS     int64 // wall time less true time
	anchored   bool
	anchorMS   int64 // central's time when it was last heard
	anchoredMS int64 // true time then
}

// now is the time to stamp with, at a true time.
func (c *clock) now(trueMS int64) int64 {
	if c.anchored {
		return c.anchorMS + trueMS - c.anchoredMS
	}
	return trueMS + c.skewMS
}

// hear notes central's time.
func (c *clock) hear(centralMS, trueMS int64) {
	c.anchored, c.anchorMS, c.anchoredMS = true, centralMS, trueMS
}

// skew draws how wrong a wall clock is: mostly seconds, sometimes hours behind,
// rarely hours ahead.
func skew(d *dice) int64 {
	switch n := d.IntN(20); {
	case n < 10:
		return d.between(-5_000, 5_000)
	case n < 13:
		return d.between(-240_000, 240_000)
	case n < 19:
		return d.between(-6*hourMS, 0)
	default:
		return d.between(0, 3*hourMS)
	}
}
