package sim

import (
	"bough/sync/replica"
)

// receipts is what workstations say when what central ordered away is gone.
func receipts() feature {
	return feature{
		routes: []route{{"report", "noted", (*hub).report, (*station).noted}},
	}
}

// report sends the receipts that are due.
func (s *station) report(a replica.Report) {
	list, err := s.store.Receipts(s.w.ctx, a.Limit)
	if s.w.must("read receipts", err) {
		s.checkReceipts(list)
		s.w.say(s.name, "report %d: %d receipts", a.Ticket, len(list))
		s.send(parcel{what: "report", ticket: a.Ticket, receipts: list}, timeoutMS)
	} else {
		s.failsIn(timeoutMS, a.Ticket)
	}
}

// report takes receipts down.
func (h *hub) report(p parcel) (parcel, bool) {
	if !h.w.must("central takes receipts", h.office.Central.Noted(h.w.ctx, p.seat.origin, p.receipts)) {
		return p, false
	}
	h.w.saw("receipts noted")
	return parcel{s: p.s, life: p.life, what: "noted", ticket: p.ticket, receipts: p.receipts}, true
}

// noted takes the answer.
func (s *station) noted(p parcel) {
	due, err := s.store.Noted(s.w.ctx, p.receipts)
	if s.w.must("forget receipts", err) {
		s.step(replica.Reported{Ticket: p.ticket, Due: due})
	}
}
