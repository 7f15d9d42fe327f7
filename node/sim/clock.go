package sim

import (
	"errors"
	"fmt"

	"bough/node/anchor"
	"bough/node/desk"
)

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

// clock is the clock of a workstation's machine, and what is made of it.
type clock struct {
	skewMS  int64 // of the wall clock, less true time
	stoodMS int64 // for so long the clock that only runs stood still
	run     int   // of the machine
	time    *anchor.Anchor
}

// read is what the clocks of the machine show.
func (s *station) read() anchor.Reading {
	c := &s.clock
	return anchor.Reading{WallMS: s.w.nowMS + c.skewMS, TickMS: s.w.nowMS - epochMS - c.stoodMS, Boot: fmt.Sprint(s.name, c.run)}
}

// nowMS is the time to stamp with.
func (s *station) nowMS() int64 {
	if s.clock.time == nil {
		return s.w.nowMS + s.clock.skewMS
	}
	return s.clock.time.NowMS()
}

// wakeClock finds out what time it is, as node does.
func (s *station) wakeClock() error {
	k, err := s.store.Clock(s.w.ctx)
	if err != nil {
		return err
	}
	s.clock.time = anchor.New(s.read, k)
	if !s.clock.time.Fresh() {
		return nil
	}
	return errors.Join(s.store.KeepClock(s.w.ctx, s.clock.time.State()), s.store.Unvouched(s.w.ctx))
}

// keepTime writes down what time it is, as node does every minute; a disk that
// fails may keep it from that.
func (s *station) keepTime() {
	if err := s.store.KeepClock(s.w.ctx, s.clock.time.State()); err != nil {
		s.w.say(s.name, "the time is not kept: %v", err)
	}
}

// hearTime takes central's time.
func (s *station) hearTime(centralMS int64) {
	offset := centralMS - s.clock.time.SteadyMS()
	if step, unsure := s.clock.time.Correction(offset); unsure {
		s.w.must("note who vouches for the time", s.store.Vouched(s.w.ctx, step))
	}
	if s.clock.time.Hear(offset) {
		s.w.must("keep the time", s.store.KeepClock(s.w.ctx, s.clock.time.State()))
	}
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

// clockNow is what the desk asks.
func (s *station) clockNow() desk.Clock {
	c := desk.Clock{State: desk.ClockOK}
	if s.clock.time.State().Trust == anchor.Carried {
		c.State = desk.ClockUnsure
	}
	return c
}
