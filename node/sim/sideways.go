package sim

import (
	"bytes"
	"errors"
	"slices"

	"bough/sync/replica"
	"bough/sync/uplink"
	"bough/sync/wire"
)

// Pages go sideways so often: the node asks more often, and gets as much.
const lendEveryMS = 10_000

// sideways are pages of central that neighbours hand on to a workstation whose
// own line is cut. They belong to the fault of lines.
func sideways() feature {
	return feature{situations: []string{"a page of central comes from a neighbour", "a node without a line hears of the bank", "a forged page is refused"}}
}

// borrowWhileCut asks neighbours for pages until the line is back.
func (s *station) borrowWhileCut() {
	life := s.life
	s.w.after(lendEveryMS, func() {
		if s.w.healed || !s.up || s.life != life || s.carries(true) && s.carries(false) || len(s.w.failures) > 0 {
			return
		}
		s.borrow()
		s.borrowWhileCut()
	})
}

// borrow gets a page from the first neighbour that has the line and has read
// further.
func (s *station) borrow() {
	w := s.w
	if s.rep.State().Online || !w.hub.up || w.nowMS < s.pause {
		return
	}
	for _, p := range w.working() {
		if p == s || p.seat.branch != s.seat.branch || !p.carries(true) || !p.carries(false) || !p.rep.State().Online {
			continue
		}
		for _, scope := range s.store.Scopes() {
			here, err := s.cursor(scope)
			there, err2 := p.cursor(scope)
			if !w.must("read a cursor", errors.Join(err, err2)) || there.Feed <= here.Feed || there.Epoch != here.Epoch {
				continue
			}
			p.lend(s, wire.Pull{Scope: scope, Since: here.Feed, Limit: pageLimit})
			return
		}
	}
}

// lend asks central for a sealed page and hands it on.
func (s *station) lend(to *station, q wire.Pull) {
	w, speaker := s.w, (&parcel{claim: s.claim, seat: s.seat}).speaker()
	if w.hub.revoked(speaker.origin) {
		return
	}
	w.hub.readmit(speaker)
	n, err := w.hub.office.Central.Node(w.ctx, speaker.origin)
	if !w.must("central knows its node", err) {
		return
	}
	sealed, err := w.hub.office.Central.SealedPage(w.ctx, n, q, w.t.authority)
	if !w.must("central seals a page", err) {
		return
	}
	life := to.life
	w.side(s, to, sealed, func(b []byte, damaged bool) {
		if to.up && to.life == life {
			to.lent(s, b, damaged)
		}
	})
}

// lent takes a page that a neighbour handed on, if central signed it for this very
// file.
func (s *station) lent(by *station, b []byte, damaged bool) {
	w := s.w
	if !damaged && w.o.has(Forge) && !w.healed && w.faults.chance(500) {
		lie := bytes.Clone(b)
		lie[len(lie)-1] ^= 1
		if _, err := uplink.OpenSealed(w.t.authority.Root(), lie); !errors.Is(err, uplink.ErrSeal) {
			w.fail("%s took a page that %s forged: %v", s.name, by.name, err)
		}
		w.saw("a forged page is refused")
	}
	page, err := uplink.OpenSealed(w.t.authority.Root(), b)
	if (err != nil) != damaged {
		w.fail("%s: a page of %s was damaged=%t and opens with %v", s.name, by.name, damaged, err)
	}
	if err != nil {
		return
	}
	sealed, err := wire.Unseal(b)
	if !w.must("read a seal", err) {
		return
	}
	own := sealed.Heads[s.seat.origin]
	ours, err := s.store.Wrote(w.ctx, own.Seq, own.Hash)
	if !w.must("read the own chain", err) || !ours || !slices.Contains(s.store.Scopes(), page.Scope) {
		return
	}
	was, err := s.cursor(page.Scope)
	w.must("read a cursor", err)
	w.say(s.name, "a page of scope %d from %s, %d to %d", page.Scope, by.name, page.Since, page.Until)
	w.saw("a page of central comes from a neighbour")
	s.step(replica.Beside{Page: page, Confirmed: own.Seq, Written: s.at})
	if !s.up {
		return
	}
	if now, err := s.cursor(page.Scope); w.must("read a cursor", err) && now.Feed > was.Feed {
		w.saw("a node without a line hears of the bank")
	}
}
