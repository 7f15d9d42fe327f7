package sim

import (
	"bough/crdt"
	"bough/node/anchor"
	"bough/node/crm"
	"bough/node/store"
	"bough/sync/journal"
	"bough/sync/replica"
	"bough/sync/wire"
)

// Clock is the fault of machines that do not know the time at all.
const Clock Fault = "clock"

// yearMS is long for a clock to be wrong by.
const yearMS = 365 * dayMS

// rightMS is how far what is said of the time may be from it: what a clock may
// be off without anybody being told, at both ends.
const rightMS = 2 * anchor.SlackMS

// wrongClocks are batteries that are dead, clocks that are set while the machine
// runs, and machines that start decades ahead.
func wrongClocks() feature {
	return feature{
		faults:  []fault{{Clock, "clocks are set while machines run, by seconds to thirty years; batteries are dead; machines start decades ahead"}},
		nemeses: []nemesis{{Clock, 4, (*World).setClock}, {Clock, 2, (*World).deadBattery}, {Clock, 7, (*World).startAhead}},
		heal: func(w *World) {
			for _, s := range w.stations {
				s.setRight()
			}
		},
		checks: []check{
			{7, "no stamp lies ahead of time once clocks are right", (*World).checkAhead},
			{7, "when something happened is right, or marked as uncertain", (*World).checkHappened},
		},
		situations: []string{"a clock was set while the machine ran", "a clock was set by years while the machine ran", "a clock was set right while the machine ran",
			"started with a dead battery", "started decades ahead", "started hours ahead", "a clock that was ahead is set right without the line",
			"written while the time was uncertain", "a clock set right ends the uncertainty", "what was written by a wrong clock is dated right"},
	}
}

// said is when something was really written, and what the workstation thought.
type said struct {
	trueMS, offMS int64
	trust         anchor.Trust
	origin        crdt.Origin
}

// spoken are the interactions of a world, by what was said.
type spoken struct {
	of    map[string]*said
	stamp map[crdt.Origin]crdt.Stamp // the last of each
}

// timed notes when a change was written, and that stamps of an origin ascend.
func (s *station) timed(c *journal.Change) {
	m := mine[spoken](s.w)
	if m.of == nil {
		m.of, m.stamp = map[string]*said{}, map[crdt.Origin]crdt.Stamp{}
	}
	if last := m.stamp[c.Origin]; !s.w.doubted(c.Origin) && !last.Less(c.Stamp) {
		s.w.fail("%s stamps %s after %s", s.name, c.Stamp, last)
	}
	m.stamp[c.Origin] = c.Stamp
	k := s.clock.time.State()
	for i := range c.Bodies {
		op := &c.Bodies[i].Op
		if text := textOf(op); text != "" && m.of[text] == nil {
			m.of[text] = &said{s.w.nowMS, k.NowMS() - s.w.nowMS, k.Trust, c.Origin}
			if k.Trust == anchor.Carried {
				s.w.saw("written while the time was uncertain")
			}
		}
	}
}

// textOf is what was said in an interaction; empty: it is none.
func textOf(op *crdt.Op) string {
	for i := range op.Set {
		if op.Kind == crm.Interaction && op.Set[i].Field == crm.InteractionText {
			return op.Set[i].Value.S
		}
	}
	return ""
}

// inTime sees, as package uplink does, that nothing is pushed that is stamped
// ahead: an empty push asks what time it is where central was not heard.
func (s *station) inTime(ticket uint64) bool {
	if s.clock.time.State().Trust != anchor.Central {
		frame, err := s.w.codec.EncodePush(&wire.Push{})
		if s.w.must("encode a push", err) {
			s.send(parcel{what: "push", ticket: ticket, frame: frame}, timeoutMS)
		}
		return false
	}
	if _, yes := s.store.Poisoned(s.nowMS()); yes {
		s.rep.Step(replica.Failed{Ticket: ticket, Class: replica.Ahead})
		return false
	}
	return true
}

// lookAtClock sees what happened to the wall clock, as node does every few
// seconds: nothing may happen to the time, but where nobody knew it.
func (s *station) lookAtClock() {
	if !s.up {
		return
	}
	w, before := s.w, s.nowMS()
	_, adopted := s.clock.time.Look()
	if !adopted && s.nowMS() != before {
		w.fail("%s: the time moved by %d ms when its clock was set", s.name, s.nowMS()-before)
	}
	if !w.must("keep the time", s.store.KeepClock(w.ctx, s.clock.time.State())) || !adopted {
		return
	}
	w.saw("a clock set right ends the uncertainty")
	if w.must("note that nobody vouches", s.store.Unvouched(w.ctx)) {
		s.leaveAhead()
	}
}

// leaveAhead goes on as another origin, without asking anybody, where a clock
// that was ahead was set right.
func (s *station) leaveAhead() {
	if after, yes := s.store.Poisoned(s.nowMS()); yes && s.clock.time.State().Trust != anchor.Carried {
		s.w.saw("a clock that was ahead is set right without the line")
		s.goOn(after, store.Clock, nil)
	}
}

// lostTime reports whether the machine was off, and nobody can tell it for how
// long.
func (s *station) lostTime() bool {
	k := s.clock.time.State()
	off := k.NowMS() - s.w.nowMS
	return k.Trust != anchor.Central && max(off, -off) > leaseDoubtMS/2
}

// setRight sets the clock right, to seconds.
func (s *station) setRight() {
	if max(s.clock.skewMS, -s.clock.skewMS) <= anchor.SlackMS {
		return
	}
	s.clock.skewMS = s.w.faults.between(-5_000, 5_000)
	s.w.say(s.name, "its clock is set right, %d ms off", s.clock.skewMS)
	if s.up {
		s.w.saw("a clock was set right while the machine ran")
	}
	s.lookAtClock()
}

// setClock is somebody who sets the clock of a machine that runs.
func (w *World) setClock() {
	s := pick(w.faults, w.stations)
	if !s.up {
		return
	}
	by := pick(w.faults, []int64{90_000, 10 * 60_000, 3 * hourMS, dayMS, 400 * dayMS, 10 * yearMS, 30 * yearMS})
	if w.faults.chance(500) {
		by = -by
	}
	s.clock.skewMS += by
	w.say(s.name, "somebody sets its clock by %d ms", by)
	w.saw("a clock was set while the machine ran")
	if max(by, -by) >= 400*dayMS {
		w.saw("a clock was set by years while the machine ran")
	}
	s.lookAtClock()
	w.after(w.faults.between(5*60_000, 6*hourMS), s.setRight)
}

// deadBattery is a machine that starts in the past, without a line: people
// write, it may start once more, and somebody sets the clock, or does not.
func (w *World) deadBattery() {
	s := pick(w.faults, w.stations)
	date := pick(w.faults, []int64{0, 946_684_800_000, 1_420_070_400_000}) // 1970, 2000, 2015
	if !w.startsWith(s, date-w.nowMS, "started with a dead battery") {
		return
	}
	if w.faults.chance(300) {
		w.after(w.faults.between(20*60_000, hourMS), func() { w.startsWith(s, date-w.nowMS, "started with a dead battery") })
	}
	if w.faults.chance(600) {
		w.after(w.faults.between(hourMS, 3*hourMS), s.setRight)
	}
}

// startAhead is a machine whose clock was set ahead while it was off, by hours,
// which nobody can tell, or by decades. It is set right while it is off, or never.
func (w *World) startAhead() {
	s := pick(w.faults, w.stations)
	by, word := w.faults.between(hourMS, maxAheadMS-20*60_000), "started hours ahead"
	if w.faults.chance(400) {
		by, word = 30*yearMS, "started decades ahead"
	}
	if w.startsWith(s, by, word) && w.faults.chance(700) {
		w.after(w.faults.between(20*60_000, 90*60_000), func() { w.startsWith(s, w.faults.between(-5_000, 5_000), "") })
	}
}

// startsWith starts a machine anew with another clock, without a line for a
// while, and lets somebody write.
func (w *World) startsWith(s *station, skewMS int64, word string) bool {
	if !s.up || w.healed || w.nowMS < s.pause {
		return false
	}
	s.crash()
	if s.up {
		return false
	}
	s.clock.skewMS = skewMS
	s.clock.run++
	b, dark := s.seat.branch, w.faults.between(30*60_000, 3*hourMS)
	w.cut[b] = true
	w.after(dark, func() { w.cut[b] = false })
	w.after(w.faults.between(60_000, 15*60_000), func() {
		if s.boot(); s.up && word != "" {
			w.saw(word)
		}
	})
	for range 3 {
		w.after(w.faults.between(16*60_000, 30*60_000), func() { w.talksAt(s) })
	}
	return true
}

// talksAt makes somebody at a workstation record an interaction.
func (w *World) talksAt(s *station) {
	if !s.up || w.healed || w.nowMS < s.pause {
		return
	}
	if c := w.counterAt(s); c != nil {
		w.record(c)
	}
}

// checkAhead: nothing bears a stamp that lies ahead, so that nothing wins for
// it; and nobody would go on with one.
func (w *World) checkAhead(q *quiet) {
	latest := w.nowMS + max(0, w.hub.skewMS) + anchor.SlackMS
	for _, r := range q.head.rows {
		if at := r.Clocks.Latest(); at.Millis() > latest {
			w.found("central holds row %d of %s with a stamp %d ms ahead", r.ID, kindName(w, r.Kind), at.Millis()-w.nowMS)
		}
	}
	for _, s := range w.stations {
		if after, yes := s.store.Poisoned(latest); yes {
			w.found("%s is stamped ahead after its change %d", s.name, after)
		}
	}
}

// checkHappened: what was said bears the time it was said at, or a mark. Who
// believed a clock that could be right, and never heard central while it was on,
// is believed.
func (w *World) checkHappened(q *quiet) {
	m := mine[spoken](w)
	for _, r := range q.head.rows {
		if r.Kind != crm.Interaction {
			continue
		}
		was := m.of[r.Get(crm.InteractionText).S]
		if was == nil || r.Get(crm.InteractionOutcome).IsNull() {
			continue // no desk wrote it
		}
		mark, off := r.Get(crm.InteractionClock).I, r.Get(crm.InteractionHappened).I-was.trueMS
		wrong, stood := max(off, -off), w.stoodMS()
		switch {
		case was.trust == anchor.Carried && mark == 0:
			w.found("row %d was written while nobody knew the time, and is not marked", r.ID)
		case mark == crm.ClockRighted && wrong > rightMS+stood:
			w.found("row %d was dated right, and is %d ms off; it was written %d ms off", r.ID, off, was.offMS)
		case mark == 0 && max(was.offMS, -was.offMS) <= anchor.SlackMS && wrong > rightMS:
			w.found("row %d was written at the right time, and is %d ms off", r.ID, off)
		case off > rightMS+max(was.offMS, 0)+stood:
			w.found("row %d happens in the future: %d ms off, written %d ms off", r.ID, off, was.offMS)
		case wrong <= rightMS && max(was.offMS, -was.offMS) > rightMS:
			w.saw("what was written by a wrong clock is dated right")
		}
	}
}

// stoodMS is for how long the clocks that only run stood still.
func (w *World) stoodMS() (ms int64) {
	for _, s := range w.stations {
		ms += s.clock.stoodMS
	}
	return ms
}
