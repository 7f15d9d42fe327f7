package uplink

import "sync"

// steady makes of a clock that may be set one that never steps back: a step
// back takes no time, a step forward as much as it says.
type steady struct {
	ms    int64
	last  int64
	ahead int64 // what to add to ms to have the clock
}

func (s *steady) now(clockMS int64) int64 {
	switch {
	case s.last == 0:
		s.ms = clockMS
	case clockMS > s.last:
		s.ms += clockMS - s.last
	}
	s.last, s.ahead = clockMS, clockMS-s.ms
	return s.ms
}

// clock is what is known of central's time.
type clock struct {
	mu     sync.Mutex // guards all
	known  bool
	ms     int64 // central's clock minus ours, ms
	halfMS int64 // half the round trip it was measured with
	atMS   int64 // our clock then
}

// measured takes a sample in: a request left at sentMS and came back at gotMS,
// and central's clock showed centralMS in between.
func (c *clock) measured(sentMS, gotMS, centralMS int64) {
	if gotMS < sentMS || centralMS == 0 {
		return // the clock was set on the way
	}
	offset, half := centralMS-(sentMS+gotMS)/2, (gotMS-sentMS+1)/2
	c.mu.Lock()
	defer c.mu.Unlock()
	apart := offset - c.ms
	contradicts := max(apart, -apart) > half+c.halfMS
	old := gotMS-c.atMS > offsetKeptMS || gotMS < c.atMS
	if !c.known || old || contradicts || half <= c.halfMS {
		c.known, c.ms, c.halfMS, c.atMS = true, offset, half, gotMS
	}
}

func (c *clock) offset() (ms, errorMS int64, known bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.ms, c.halfMS, c.known
}
