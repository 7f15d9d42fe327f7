package sim

import (
	"errors"

	"bough/crdt"
	"bough/node/crm"
	"bough/sync/central"
	"bough/sync/trust"
	"bough/sync/wire"
)

// Revoke is the fault of machines that are stolen.
const Revoke Fault = "revoke"

// Limits of it.
const (
	noticedMS = 30 * 60 * 1000 // at most, until head office hears of it
	aloneMS   = 100 * 1000     // a branch is without its line, so that neighbours hold work
)

// revocations are workstations that are stolen, and revoked while their neighbours
// may hold work of them that central has not.
func revocations() feature {
	return feature{
		faults:  []fault{{Revoke, "a workstation is stolen and revoked; its neighbours hold work of it"}},
		nemeses: []nemesis{{Revoke, 2, (*World).steal}},
		stories: []story{{Revoke, 3, (*World).stolenWithWork}},
		refusals: []refusal{{code: "revoked", reason: func(w *World, a *act) bool {
			_, out := mine[stolen](w).taken[a.origin]
			return out
		}}},
		heal: func(w *World) {
			for _, at := range mine[stolen](w).due {
				w.revoke(at)
			}
		},
		checks: []check{{8, "nothing that came of a workstation after it was revoked is taken without a decision", (*World).checkRevoked}},
		situations: []string{"a workstation is revoked", "a workstation is stolen while neighbours hold work of it", "a revoked workstation calls",
			"a stick of a revoked workstation is held",
			"a workstation that was revoked has work held at central"},
	}
}

// stolen are the workstations of a world that were.
type stolen struct {
	due   []*seat                // stolen, and head office has not heard of it
	taken map[crdt.Origin]uint64 // by origin: up to where central had taken its changes when it was revoked
}

// steal takes a workstation of which neighbours hold more than central; where there
// is none it is seen to that there will be.
func (w *World) steal() {
	for _, s := range w.stations {
		if w.rob(s) {
			return
		}
	}
	w.stolenWithWork()
}

// stolenWithWork is a branch without its line, where somebody acts whose
// workstation is stolen soon after; a stick with that work is on its way meanwhile.
func (w *World) stolenWithWork() {
	s, _ := w.somewhere()
	if s == nil {
		return
	}
	w.cutOff(s.seat.branch, aloneMS)
	for range 3 {
		w.clerk(s)
	}
	w.then(w.faults.between(10_000, aloneMS/2), func() {
		if w.o.has(Stick) && w.hub.up && s.up && s.at > w.hub.taken(s.seat.origin) {
			w.pack(s, w.faults.between(noticedMS/2, 3*noticedMS))
		}
		w.rob(s)
	})
}

// rob steals a workstation, if neighbours hold work of it that central has not.
func (w *World) rob(s *station) bool {
	if !w.hub.up || !s.losable() || s.everHeld <= w.hub.taken(s.seat.origin) {
		return false
	}
	at, m := s.seat, mine[stolen](w)
	w.saw("a workstation is stolen while neighbours hold work of it")
	w.say(s.name, "is stolen")
	m.due = append(m.due, at)
	delete(mine[selves](w).copies, s) // they are of a number that nobody goes on from any more
	w.burn(s, w.faults.between(60_000, 4*hourMS))
	w.after(w.faults.between(1, noticedMS), func() { w.revoke(at) })
	return true
}

// revoke is head office that hears of it; whoever has the machine calls then.
func (w *World) revoke(at *seat) {
	m := mine[stolen](w)
	if m.taken == nil {
		m.taken = map[crdt.Origin]uint64{}
	}
	if _, done := m.taken[at.origin]; done {
		return
	}
	if !w.hub.up {
		w.after(60_000, func() { w.revoke(at) })
		return
	}
	w.hub.readmit(at)
	m.taken[at.origin] = w.hub.taken(at.origin)
	if !w.must("revoke a workstation", w.hub.office.Revoke(w.ctx, at.origin)) || !w.must("read central's journal", w.hub.harvest("revoke", nil)) {
		return
	}
	w.say("central", "%s is revoked, %d of its changes are taken", at.name, m.taken[at.origin])
	w.saw("a workstation is revoked")
	key := at.identity.Public()
	_, err := w.hub.office.Central.Push(w.ctx, at.origin, &wire.Push{}, func(message, signature []byte) bool {
		return trust.CheckSigned(key, trust.ContextJournalHead, message, signature) == nil
	})
	if !errors.Is(err, central.ErrUnknownNode) {
		w.fail("%s calls after it was revoked: %v", at.name, err)
	}
	w.saw("a revoked workstation calls")
	w.hub.tell()
}

// revoked reports whether central refuses whoever calls as an origin.
func (h *hub) revoked(origin crdt.Origin) bool {
	if _, out := mine[stolen](h.w).taken[origin]; !out {
		return false
	}
	_, err := h.office.Central.Node(h.w.ctx, origin)
	return errors.Is(err, central.ErrUnknownNode)
}

// checkRevoked: each change that came after the revocation has a row that tells of
// it, but what nothing is left of: neighbours erase what is ordered erased.
func (w *World) checkRevoked(q *quiet) {
	if mine[rebirths](w).times > 0 {
		return // whom a restored central does not know to be revoked has to be revoked again
	}
	told := map[crdt.Origin]map[uint64]bool{}
	for _, r := range q.head.rows {
		if r.Kind == crm.Refusal {
			origin := crdt.Origin(r.Get(crm.RefusalOrigin).I)
			if told[origin] == nil {
				told[origin] = map[uint64]bool{}
			}
			told[origin][uint64(r.Get(crm.RefusalSeq).I)] = true
		}
	}
	for _, a := range w.truth.acts {
		before, out := mine[stolen](w).taken[a.origin]
		if !out || a.seq <= before || a.seq > w.hub.taken(a.origin) {
			continue
		}
		w.saw("a workstation that was revoked has work held at central")
		if !told[a.origin][a.seq] && !w.onErased(a) {
			w.found("central took change %d of %d, which was revoked, and nobody decided so", a.seq, a.origin)
		}
	}
}
