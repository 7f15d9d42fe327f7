package sim

const (
	// storiesTold are the stories of a run.
	storiesTold = 2
	// storyBegins: a story begins in this part of a day, the first 1/n: machines are
	// switched off in the evening.
	storyBegins = 3
	// streamStories decides who tells what when.
	streamStories = 1 << 18
)

// story is trouble that takes several steps, seconds or minutes apart, to come
// about: drawn one by one they would hardly ever fall so. It belongs to a fault.
type story struct {
	fault  Fault
	weight int // against the other stories
	tell   func(*World)
}

// plot draws the stories of a run, and the steps at which they begin.
func (w *World) plot() {
	var known []story
	for _, s := range all(w.features, func(f *feature) []story { return f.stories }) {
		if w.o.has(s.fault) {
			known = append(known, s)
		}
	}
	d, share := newDice(w.o.Seed, streamStories), max(1, w.o.Steps/w.o.Days)
	w.plots = map[int]func(*World){}
	for range storiesTold {
		s := draw(d, known, func(s *story) int { return s.weight })
		if s == nil {
			return
		}
		w.plots[d.IntN(w.o.Days)*share+d.IntN(max(1, share/storyBegins))] = s.tell
	}
}

// then goes on with a story, unless the run is over.
func (w *World) then(inMS int64, do func()) {
	w.after(inMS, func() {
		if !w.healed && len(w.failures) == 0 {
			do()
		}
	})
}

// rest lets nobody act at the counters of a branch for a while.
func (w *World) rest(branch, forMS int64) {
	for _, s := range w.stations {
		if s.seat.branch == branch {
			s.restMS = w.nowMS + forMS
		}
	}
}

// unplugged takes a workstation from the line for a while.
func (s *station) unplugged(forMS int64) {
	s.cutUp, s.cutDown = true, true
	s.w.after(forMS, func() { s.cutUp, s.cutDown = false, false })
}

// cutOff takes a branch from the line for a while.
func (w *World) cutOff(branch, forMS int64) {
	w.cut[branch] = true
	w.after(forMS, func() { w.cut[branch] = false })
}

// somewhere draws a workstation that is on, with somebody at it; nil: there is none.
func (w *World) somewhere() (*station, *counter) {
	up := w.working()
	if len(up) == 0 {
		return nil, nil
	}
	s := pick(w.faults, up)
	c := w.counterAt(s)
	if c == nil {
		return nil, nil
	}
	return s, c
}
