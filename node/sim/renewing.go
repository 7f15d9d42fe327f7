package sim

import (
	"errors"

	"bough/crdt"
	"bough/node/crm"
	"bough/node/office"
	"bough/node/store"
	"bough/sync/central"
	"bough/sync/journal"
	"bough/sync/replica"
	"bough/sync/rows"
	"bough/sync/trust"
)

const (
	kindParty     = crm.Party
	claimAgainMS  = 5_000 // a claim without an answer is said again after this
	linksAgainMS  = 5_000
	journalOfRuns = 100_000 // changes: more than a run writes
)

// claim is what central still has to be told of who a workstation is.
type claim struct {
	steps  []trust.SignedRenewal
	from   *seat // that they begin at: the line speaks with its certificate
	reason store.Reason
}

// goOn makes a workstation go on as another origin, as node does.
func (s *station) goOn(fork uint64, reason store.Reason, lost map[crdt.Origin]uint64) {
	w, was := s.w, s.seat
	identity, err := trust.NewIdentity(s.secret)
	if !w.must("make a key", err) {
		return
	}
	next := &seat{name: was.name, origin: w.freshOrigin(), branch: was.branch, identity: identity}
	link, err := s.store.LinkAt(w.ctx, fork)
	if !w.must("read a link", err) {
		return
	}
	signed, err := was.identity.Renew(trust.Renewal{Old: uint32(was.origin), New: uint32(next.origin), Seq: fork, Hash: link, Key: identity.Public()})
	if !w.must("sign a renewal", err) {
		return
	}
	c := &claim{reason: reason, from: was}
	if s.claim != nil {
		c.from, c.steps = s.claim.from, append(c.steps, s.claim.steps...)
	}
	c.steps = append(c.steps, signed)
	next.proof = trust.Credential(c.from.proof, c.steps)
	r := store.Renewing{Origin: next.origin, Fork: fork, Reason: reason, Lost: lost, Credential: was.proof,
		Sign: func(message []byte) []byte { return was.identity.Sign(trust.ContextJournalHead, message) }}
	if reason == store.Clock {
		r.UntilMS = s.nowMS()
	}
	m := mine[selves](w)
	m.formers = append(m.formers, was.origin)
	w.doubt(was.origin)
	w.doubt(next.origin)
	done, err := s.store.Renew(w.ctx, r)
	if !w.must(s.name+" goes on as another origin", err) {
		return
	}
	w.say(s.name, "goes on as %d (%s): %d stands up to %d, %d changes written again", done.Next, reason, done.Origin, done.Fork, done.Again)
	s.seat, s.claim = next, c
	s.recount(done)
	s.hangUp()
	s.claimSoon()
}

// recount tells the ledger in which form changes stand now.
func (s *station) recount(done store.Incarnation) {
	w := s.w
	var again []journal.Change
	err := s.store.File.Read(w.ctx, func(tx *rows.Tx) (err error) {
		_, again, err = tx.Changes(done.Next, 0, journalOfRuns)
		return err
	})
	if !w.must("read the journal", err) {
		return
	}
	for i := range again {
		f, err := store.FormerOf(&again[i])
		if err == nil && f == nil {
			w.fail("%s wrote change %d again and does not say what it was", s.name, again[i].Seq)
		}
		if !w.must("read what a change was", err) || f == nil {
			return
		}
		w.saw("a change was written again")
		w.cover["an id was given anew"] += len(f.IDs)
		w.words().respell(s, f, &again[i])
	}
	s.at, s.covered, s.everTaken, s.looks, s.copied = uint64(len(again)), 0, 0, nil, map[*station]uint64{}
	for _, o := range w.stations {
		delete(o.copied, s)
	}
}

// hangUp begins the lines anew: what is under way to the former self is lost.
func (s *station) hangUp() {
	s.life++
	if s.w.must(s.name+" calls again", s.dial()) {
		s.greet()
	}
}

// claimSoon tells central who the workstation is now, until it has heard.
func (s *station) claimSoon() {
	if s.claim == nil {
		return
	}
	life, c := s.life, s.claim
	s.w.after(1, func() { s.say(life, c) })
}

func (s *station) say(life int, c *claim) {
	if !s.up || s.life != life || s.claim != c || s.still(func() { s.say(life, c) }) {
		return
	}
	s.ask1(parcel{what: "incarnate", claim: c})
	s.w.after(max(claimAgainMS, s.w.morningMS-s.w.nowMS), func() { s.say(life, c) })
}

// ask1 sends a question that is no ticket's of the machine.
func (s *station) ask1(p parcel) {
	p.s, p.life, p.seat = s, s.life, s.seat
	s.w.carry(p, true, s.w.hub.receive)
}

// speaker is whose certificate a question comes with: until central has
// certified who goes on as another origin, it is the former's.
func (p *parcel) speaker() *seat {
	if p.claim != nil {
		return p.claim.from
	}
	return p.seat
}

// incarnate certifies the new origin of a workstation.
func (h *hub) incarnate(p parcel) (parcel, bool) {
	n, err := h.follow(p.claim.steps, p.claim.reason)
	if !h.w.must("central certifies a renewal", err) {
		return p, false
	}
	proof, err := p.seat.certificate(h.w.t.authority, n, h.nowMS(), p.s.secret)
	if !h.w.must("make a certificate", err) || !h.w.must("read central's journal", h.harvest("a node goes on as another origin", nil)) {
		return p, false
	}
	return parcel{s: p.s, life: p.life, what: "certified", claim: p.claim, proof: proof}, true
}

// follow makes known whom renewals lead to; nil: there are none.
func (h *hub) follow(steps []trust.SignedRenewal, reason store.Reason) (n *central.Node, err error) {
	for _, step := range steps {
		r := central.Renewal{Old: crdt.Origin(step.Old), New: crdt.Origin(step.New), Key: step.Key, Reason: string(reason)}
		n, err = h.office.Central.Renew(h.w.ctx, r, func(a *rows.Act, n central.Node) error { return office.NodeRow(a, n) })
		if err != nil {
			return nil, err
		}
	}
	return n, nil
}

// certified takes the certificate.
func (s *station) certified(p parcel) {
	if s.claim != p.claim {
		return // said twice
	}
	next := *s.seat
	next.proof = p.proof
	s.seat, s.claim = &next, nil
	s.w.say(s.name, "is certified as %d", s.seat.origin)
	s.reborn = true // what lease codes are checked with is asked for at once
	s.hangUp()
}

// uncertified says who is not certified yet.
func (w *World) uncertified() string {
	for _, s := range w.stations {
		if s.claim != nil {
			return s.name + " is not certified"
		}
	}
	return ""
}

// mind looks for the fork that central, or the own clock, says there is.
func (s *station) mind() {
	trouble := s.rep.State().Trouble
	if !s.up || s.claim != nil || s.w.nowMS < s.forkMS || trouble != replica.Fork && trouble != replica.Ahead {
		return
	}
	s.forkMS = s.w.nowMS + linksAgainMS
	life := s.life
	s.w.after(linksAgainMS, func() {
		if s.up && s.life == life {
			s.mind()
		}
	})
	if after, yes := s.store.Poisoned(s.nowMS()); yes {
		s.w.saw("what a wrong clock stamped is stamped anew")
		s.goOn(after, store.Clock, nil)
		return
	}
	after := s.store.Taken()
	first, held, err := s.store.Links(s.w.ctx, s.seat.origin, 0)
	if s.w.must("read links", err) && len(held) > 0 {
		after = first - 1 // central may be restored since
	}
	s.ask1(parcel{what: "links", after: after})
}

func (h *hub) links(p parcel) (parcel, bool) {
	taken, links, err := h.office.Central.Links(h.w.ctx, p.seat.origin, p.after)
	return parcel{s: p.s, life: p.life, seat: p.seat, what: "linked", after: p.after, last: taken, links: links}, h.w.must("central tells links", err)
}

// linked finds the last link that both have.
func (s *station) linked(p parcel) {
	if p.seat != s.seat {
		return
	}
	at, err := s.store.Common(s.w.ctx, p.after+1, p.links)
	if !s.w.must("look for the fork", err) {
		return
	}
	fork := max(p.after, at)
	if at > 0 && len(p.links) > 0 && at != p.last {
		if next := p.after + uint64(len(p.links)); at == next {
			s.ask1(parcel{what: "links", after: fork})
			return
		}
	}
	s.w.saw("a fork was found at central")
	s.goOn(fork, store.Forked, nil)
}

// forked hears from central that it knows another history.
func (s *station) forked(p parcel) {
	s.step(replica.Failed{Ticket: p.ticket, Class: replica.Fork})
}

// refusesFork answers a push that central cannot take for a fork.
func (h *hub) refusesFork(p parcel, err error) (parcel, bool) {
	if errors.Is(err, central.ErrFork) {
		return parcel{s: p.s, life: p.life, what: "forked", ticket: p.ticket}, true
	}
	h.w.fail("central refuses to talk to %s: %v", p.s.name, err)
	return p, false
}

// resolves opens an old number of a party.
func (s *station) resolves(was crdt.ID) (is crdt.ID) {
	err := s.store.File.Read(s.w.ctx, func(tx *rows.Tx) (err error) {
		is, err = store.Resolve(tx, "party", was)
		return err
	})
	s.w.must("look an old number up", err)
	return is
}

// doubts looks, as package lan does, whether who asks is another than it thinks;
// true: it was told so.
func (s *station) doubts(q waiter) bool {
	known, doubtful, err := s.store.Doubts(s.w.ctx, q.self.Origin, q.self.Seq, q.self.Hash)
	if !s.w.must("doubt a neighbour", err) {
		return false
	}
	if twin := q.self.Origin == s.seat.origin; doubtful || twin {
		first, links, err := s.store.Links(s.w.ctx, q.self.Origin, 0)
		if s.w.must("read links", err) {
			s.w.say(s.name, "doubts %s: %d says %d, here %d known, %d links from %d", q.asker.name, q.self.Origin, q.self.Seq, known, len(links), first)
			s.w.side(s, q.asker, nil, func([]byte, bool) { q.asker.doubted(q, twin, known, first, links) })
		}
		return true
	}
	if seq, link, known := s.store.Knows(q.self.Origin); known {
		if ours, err := q.asker.store.Wrote(s.w.ctx, seq, link); s.w.must("look for a link", err) && !ours {
			s.w.side(s, q.asker, nil, func([]byte, bool) {
				if q.alive() {
					q.asker.suspect(q, q.asker.store.Taken())
				}
			})
			return true
		}
	}
	return false
}

// doubted hears that a neighbour knows another history.
func (s *station) doubted(q waiter, twin bool, known, first uint64, links []journal.Hash) {
	if !q.alive() || q.self.Origin != s.seat.origin {
		return
	}
	common, err := s.store.Common(s.w.ctx, first, links)
	if !s.w.must("look for the fork", err) {
		return
	}
	if seq, _ := s.store.Head(); !twin && known <= seq && len(links) > 0 && common == first+uint64(len(links))-1 {
		s.again(q)
		return
	}
	s.suspect(q, s.store.Taken())
}

// suspect goes on as another origin, unless central can be asked.
func (s *station) suspect(q waiter, fork uint64) {
	if !q.alive() || q.self.Origin != s.seat.origin {
		return
	}
	if s.claim == nil && s.rep.State().Online {
		s.askAfter(q.asked, lanRetryMS)
		return
	}
	s.w.saw("a fork was found by a neighbour")
	s.goOn(fork, store.Forked, nil)
}
