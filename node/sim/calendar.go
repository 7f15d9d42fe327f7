package sim

// dayOffsetMS: the epoch of Unix was a Thursday; days count from a Monday.
const dayOffsetMS = 3 * dayMS

// openMS is how long before the first act of a day machines are switched on.
const openMS = 10 * 60_000

// calendar is the working day: what is left of the night stands still at once,
// because most machines are off.
func calendar() feature {
	return feature{situations: []string{"a night", "a weekend", "a machine left on overnight"}}
}

// planStep plans the next step: soon, or, when the day's share is used up, in
// the morning.
func (w *World) planStep() {
	gap := w.steps.between(1, 1+w.steps.Int64N(maxStepGapMS))
	share := max(1, w.o.Steps/w.o.Days)
	if done := w.o.Steps - w.stepsLeft; done > 0 && done%share == 0 {
		gap = w.evening()
	}
	w.after(gap, func() {
		w.step()
		if w.stepsLeft--; w.stepsLeft > 0 {
			w.planStep()
			return
		}
		w.heal()
	})
}

// weekday is 0 on a Monday.
func (w *World) weekday() int64 { return (w.nowMS + dayOffsetMS) / dayMS % 7 }

// evening ends a day and returns in how many ms the next one begins.
func (w *World) evening() int64 {
	gap := w.steps.between(13*hourMS, 15*hourMS)
	w.saw("a night")
	if w.weekday() == 4 {
		gap += 2 * dayMS
		w.saw("a weekend")
	}
	shut := w.shutMS(gap)
	gap += shut
	w.say("world", "the day ends")
	w.morningMS = w.nowMS + gap
	for _, s := range w.stations {
		if !s.up {
			continue
		}
		if w.steps.chance(leftOnPerMille) && shut == 0 {
			w.saw("a machine left on overnight")
			continue
		}
		s.switchOff()
		w.after(gap-w.steps.between(1, openMS), s.boot)
	}
	return gap
}

// patienceMS is how long central lets a watch wait now: over a night until the
// morning, so that nights cost little.
func (w *World) patienceMS() int64 { return max(watchMS, w.morningMS-w.nowMS) }

// switchOff ends the workstation's program in good order.
func (s *station) switchOff() {
	s.w.say(s.name, "is switched off")
	s.keepTime()
	s.w.must("close "+s.name, s.drop())
	s.clock.run++
	s.looks = nil
}
