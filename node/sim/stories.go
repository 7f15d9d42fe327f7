package sim

import "slices"

const (
	// storiesTold are the stories of a run.
	storiesTold = 3
	// storyBegins: a story begins in this part of a day, the first 1/n: machines are
	// switched off in the evening.
	storyBegins = 3
	// A story that waits for something looks so often, so many times.
	storyLookMS = 5_000
	storyLooks  = 40
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

// atWork reports whether a story may begin: central is up, and whoever is on has met
// the feed, so that people can sign in.
func (w *World) atWork() bool {
	up := w.working()
	return w.hub.up && len(up) > 0 && !slices.ContainsFunc(up, func(s *station) bool {
		met, err := s.store.Met(w.ctx)
		return !w.must("ask whether the feed was met", err) || !met
	})
}

// then goes on with a story, unless the run is over.
func (w *World) then(inMS int64, do func()) {
	w.after(inMS, func() {
		if !w.healed && len(w.failures) == 0 {
			do()
		}
	})
}

// once goes on with a story when something is so, if that is soon.
func (w *World) once(is func() bool, do func()) { w.onceOf(storyLooks, is, do) }

func (w *World) onceOf(looks int, is func() bool, do func()) {
	switch {
	case is():
		do()
	case looks > 1:
		w.then(storyLookMS, func() { w.onceOf(looks-1, is, do) })
	}
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

// lineBack gives a branch its line.
func (w *World) lineBack(branch int64) {
	w.cut[branch] = false
	for _, s := range w.stations {
		if s.seat.branch == branch {
			s.cutUp, s.cutDown = false, false
		}
	}
}

// storm makes the lines as bad as they get, for a while.
func (w *World) storm(forMS int64) {
	was := w.weather
	if w.o.has(Loss) {
		w.weather.loss = maxLoss
	}
	if w.o.has(Repeat) {
		w.weather.repeat = maxRepeat
	}
	w.then(forMS, func() { w.weather = was })
}

// on reports whether a workstation is on, and does not stand still.
func (s *station) on() bool { return s.up && s.w.nowMS >= s.pause }

// staffed brings somebody to a workstation, if it is on; nil: nobody can sign in.
func (w *World) staffed(s *station) *counter {
	if !s.on() {
		return nil
	}
	return w.counterAt(s)
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
