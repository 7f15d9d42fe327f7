package replica

import (
	"math"

	"bough/sync/wire"
)

// away is what decides whether the leave entries that a node needs are still in
// a feed. A row that left is told by one entry; central takes it out of the feed
// once every node that it waits for has read it.
type away struct {
	reading bool  // from 0, though rows are held already
	whole   int64 // every entry after this number is needed; while reading
	sweep   bool  // the rows that are not met go at the end
}

// newAway is how a file stands. One that read nothing holds no rows: there is
// nothing that could have left.
func newAway(at *Cursor) away {
	if at.Feed == 0 && !at.Reading {
		return away{reading: true, whole: math.MaxInt64}
	}
	return away{at.Reading, at.Whole, at.Sweep}
}

// below reports whether a page shows that leave entries are gone that were not
// read here.
func (s *scope) below(p *wire.Page) bool {
	switch {
	case s.reading && s.sweep && p.Since == 0:
		return false // what is met from here on is marked anew
	case s.reading:
		return p.Floor > s.whole
	}
	return p.Floor > s.feed
}

// rewound begins a reading from 0. away: because entries are gone.
func (s *scope) rewound(away bool) {
	if !s.reading {
		s.whole = s.feed
	}
	s.reading, s.sweep = true, s.sweep || away
}

// read takes a page in: the first of a reading from 0 says where central's feed
// stood, the last one ends it.
func (s *scope) read(c *came) {
	switch {
	case !s.reading:
	case !c.more:
		s.away = away{}
	case s.feed == 0 && s.sweep:
		s.whole = c.head
	case s.feed == 0:
		s.whole = min(s.whole, c.head)
	}
}
