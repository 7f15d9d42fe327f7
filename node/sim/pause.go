package sim

// Pause is the fault of processes that stand still.
const Pause Fault = "pause"

// pauses stop a process for minutes or hours, as a laptop that is closed does;
// then it goes on where it was, and what came meanwhile comes at once.
func pauses() feature {
	return feature{
		faults:  []fault{{Pause, "a workstation's process stands still for hours and goes on"}},
		nemeses: []nemesis{{Pause, 2, (*World).pauseOne}},
		heal: func(w *World) {
			for _, s := range w.stations {
				s.pause = 0
				s.thaw()
			}
		},
		situations: []string{"a process stands still", "an answer comes to a process that stood still"},
	}
}

// pauseOne stops a workstation's process; its clock that only runs stops with it.
func (w *World) pauseOne() {
	up := w.working()
	if len(up) == 0 {
		return
	}
	s := pick(w.faults, up)
	lasts := pick(w.faults, []int64{60_000, 20 * 60_000, 3 * hourMS})
	s.pause = w.nowMS + lasts
	if w.faults.chance(500) {
		s.clock.stoodMS += lasts
	}
	w.say(s.name, "stands still for %d ms", lasts)
	w.saw("a process stands still")
}

// still puts off what happens to a process that stands still.
func (s *station) still(do func()) bool {
	wait := s.pause - s.w.nowMS
	if wait <= 0 {
		return false
	}
	s.w.saw("an answer comes to a process that stood still")
	if s.frozen = append(s.frozen, do); len(s.frozen) == 1 {
		s.w.after(wait, s.thaw)
	}
	return true
}

// thaw lets happen what was put off, in its order.
func (s *station) thaw() {
	list := s.frozen
	s.frozen = nil
	for _, do := range list {
		do() // puts itself off again when the process stands still anew
	}
}
