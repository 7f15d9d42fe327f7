package sim

import (
	"errors"

	"bough/crdt"
	"bough/sync/journal"
	"bough/sync/lan"
)

// Forge is the fault of liars.
const Forge Fault = "forge"

// forgePerMille is how many messages with ranges somebody tries to forge.
const forgePerMille = 30

// forgers change what others wrote, with a chain that is right again, as far as
// one can who has not the author's key.
func forgers() feature {
	return feature{
		faults:     []fault{{Forge, "relays and neighbours change what others wrote"}},
		situations: []string{"forged range refused by a neighbour", "forged range refused by central"},
	}
}

// forge makes another range of one; false where there is nothing to change.
func (w *World) forge(r *journal.Range) (journal.Range, bool) {
	out := journal.Range{Prev: r.Prev, Head: r.Head}
	done := false
	hash, buf := r.Prev, []byte(nil)
	for _, c := range r.Changes {
		bodies := append([]journal.Body(nil), c.Bodies...)
		for i := range bodies {
			set := append([]crdt.FieldSet(nil), bodies[i].Op.Set...)
			for j := range set {
				if set[j].Value.T == crdt.Text && !done {
					set[j].Value, done = crdt.TextValue("forged"), true
				}
			}
			bodies[i].Op.Set = set
		}
		c.Bodies = bodies
		hash, buf = c.Seal(hash, buf)
		out.Changes = append(out.Changes, c)
	}
	out.Head.Hash = hash
	return out, done
}

// lies reports whether somebody tries now.
func (w *World) lies() bool {
	return w.o.has(Forge) && !w.healed && w.faults.chance(forgePerMille)
}

// tempt offers a forged answer before the true one; it must not open.
func (s *station) tempt(q waiter, frame []byte) {
	if !s.w.lies() {
		return
	}
	certificates, ranges, err := lan.Open(s.w.codec, frame, s.w.t.authority.Root(), s.seat.branch)
	if !s.w.must("open an answer", err) {
		return
	}
	lied, ok := s.w.forge(&ranges[0])
	if !ok {
		return
	}
	lie, err := lan.Encode(s.w.codec, certificates, []journal.Range{lied})
	if !s.w.must("encode a lie", err) {
		return
	}
	if _, _, err := lan.Open(s.w.codec, lie, s.w.t.authority.Root(), s.seat.branch); !errors.Is(err, journal.ErrSignature) {
		s.w.fail("%s took what %s forged: %v", s.name, q.asked.name, err)
	}
	s.w.saw("forged range refused by a neighbour")
}

// forged pushes a lie before the true push; central must not take it.
func (h *hub) forged(p parcel, check journal.Checker) {
	if len(p.ranges) == 0 || !h.w.lies() {
		return
	}
	push, err := h.w.codec.DecodePush(p.frame)
	if !h.w.must("decode a push", err) {
		return
	}
	last := len(push.Ranges) - 1
	origin := push.Ranges[last].Head.Origin
	if _, known := h.vector()[origin]; !known && origin != p.seat.origin {
		return // central passes over what a stranger wrote
	}
	lie, ok := h.w.forge(&push.Ranges[last])
	if !ok {
		return
	}
	push.Ranges[last] = lie
	before := h.feed(p.s.seat.branch)
	if _, err := h.office.Central.Push(h.w.ctx, p.seat.origin, push, check); !errors.Is(err, journal.ErrSignature) {
		h.w.fail("central took what %s forged: %v", p.s.name, err)
	}
	if after := h.feed(p.s.seat.branch); after != before {
		h.w.fail("central's rows changed by what %s forged", p.s.name)
	}
	h.w.saw("forged range refused by central")
}
