package sim

import (
	"bough/crdt"
	"bough/sync/wire"
)

// vouched has a workstation show central who wrote what it passes on, where central
// does not know them; true: central knows somebody now.
func (h *hub) vouched(p *parcel, push *wire.Push, pushed *wire.Pushed) (some bool) {
	if !p.s.up || p.s.life != p.life {
		return false
	}
	shown := map[crdt.Origin]bool{}
	for i := range push.Ranges {
		origin := push.Ranges[i].Head.Origin
		proof := p.s.store.Proof(origin)
		if _, known := pushed.Vector[origin]; known || shown[origin] || len(proof) == 0 {
			continue
		}
		shown[origin] = true
		n, err := h.office.Central.Node(h.w.ctx, p.seat.origin)
		if !h.w.must("central knows its node", err) {
			return false
		}
		err = h.office.Central.Vouch(h.w.ctx, h.w.t.authority.Root(), n, proof)
		h.w.say("central", "%s vouches for %d: %v", p.s.name, origin, err)
		if err == nil {
			h.w.saw("a neighbour shows central who wrote what it passes on")
			some = true
		}
	}
	return some && h.w.must("read central's journal", h.harvest("vouched for", nil))
}
