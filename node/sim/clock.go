package sim

// Skew is the fault of clocks.
const Skew Fault = "skew"

// clocks are wrong and jump.
func clocks() feature {
	return feature{
		faults:     []fault{{Skew, "clocks are wrong and jump"}},
		nemeses:    []nemesis{{Skew, 3, (*World).jump}},
		situations: []string{"back with a wrong clock", "a wall clock jumped"},
	}
}

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
		return d.between(0, maxAheadMS)
	}
}

// jump sets a clock wrong.
func (w *World) jump() {
	if w.faults.chance(250) {
		w.hub.skewMS = w.faults.between(-20_000, 20_000)
		w.say("central", "clock is %d ms off", w.hub.skewMS)
		w.saw("central's clock jumped")
		return
	}
	s := pick(w.faults, w.stations)
	s.clock.skewMS = skew(w.faults)
	w.saw("a wall clock jumped")
	w.say(s.name, "wall clock is %d ms off", s.clock.skewMS)
}
