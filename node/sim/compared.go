package sim

import (
	"errors"

	"bough/crdt"
	"bough/node/store"
	"bough/sync/journal"
	"bough/sync/replica"
)

// errUnheard ends a comparison that the line does not let through.
var errUnheard = errors.New("sim: central is not heard")

// compared looks, as the line does before a page is applied, whether central has of
// former numbers what was written here; where it has a twin's changes, the
// workstation writes its own again, and the page is not applied.
func (s *station) compared(a replica.Apply) bool {
	h, asked := s.w.hub, false
	fork, lost, err := s.store.Compare(s.w.ctx, a.Page.Vector, func(origin crdt.Origin, after uint64) ([]journal.Hash, error) {
		if asked = true; !h.up || s.w.cut[s.seat.branch] {
			return nil, errUnheard
		}
		h.readmit(s.seat)
		_, links, err := h.office.Central.Links(s.w.ctx, origin, after)
		return links, err
	})
	switch {
	case errors.Is(err, errUnheard):
		s.failsIn(timeoutMS, a.Ticket)
		return false
	case !s.w.must(s.name+" compares what it was", err):
		s.failsIn(timeoutMS, a.Ticket)
		return false
	case asked:
		s.w.saw("what stands at head office under a former number is compared")
	}
	if lost == nil {
		return true
	}
	s.w.say(s.name, "a twin has what it wrote as %v", lost)
	s.goOn(fork, store.Forked, lost)
	return false
}
