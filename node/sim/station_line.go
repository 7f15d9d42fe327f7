package sim

import (
	"bough/sync/central"
	"bough/sync/replica"
	"bough/sync/trust"
	"bough/sync/wire"
)

// The line of a station: what its replica wants is carried out, and what the network
// brings is told to it.

// wake runs the replica when its time has come.
func (s *station) wake(life int) {
	if s.still(func() { s.wake(life) }) {
		return
	}
	if s.up && s.life == life {
		s.step(nil)
	}
}

// step tells the replica what happened and does what it wants.
func (s *station) step(e replica.Event) {
	s.rep.Tick(s.w.nowMS)
	if e != nil {
		s.rep.Step(e)
	}
	life := s.life
	for s.up && s.life == life && s.claim == nil && len(s.w.failures) == 0 {
		actions := s.rep.Ready()
		if len(actions) == 0 {
			break
		}
		for _, a := range actions {
			if s.up && s.life == life {
				s.do(a)
			}
		}
	}
	if !s.up || s.life != life {
		return
	}
	s.mind()
	if !s.up || s.life != life {
		return
	}
	if at, ok := s.rep.Next(); ok && at != s.wakeMS {
		s.wakeMS = at
		s.w.q.plan(at, func() { s.wake(life) })
	}
}

// do carries an action of the replica out.
func (s *station) do(a replica.Action) {
	switch a := a.(type) {
	case replica.Push:
		s.push(a)
	case replica.Pull:
		frame, err := s.w.codec.EncodePull(&a.Ask)
		if s.w.must("encode a pull", err) {
			s.w.say(s.name, "pull %d: scope %d since %d, at most %d", a.Ticket, a.Ask.Scope, a.Ask.Since, a.Ask.Limit)
			s.send(parcel{what: "pull", ticket: a.Ticket, frame: frame}, timeoutMS)
		}
	case replica.Apply:
		s.apply(a)
	case replica.Rewind:
		s.w.saw("feed rewound")
		if a.Away {
			s.w.saw("feed read from 0 after an absence")
		}
		if s.w.must("rewind", s.store.Rewind(s.w.ctx, a.Scope, a.Epoch, a.Away)) {
			s.rep.Step(replica.Applied{Ticket: a.Ticket})
		} else {
			s.failsIn(timeoutMS, a.Ticket)
		}
	case replica.Report:
		s.report(a)
	case replica.Watch:
		p := parcel{what: "watch", ticket: a.Ticket, epoch: a.Epoch}
		for _, scope := range s.store.Scopes() {
			p.since = append(p.since, since{scope, a.Since[scope]})
		}
		s.send(p, s.w.patienceMS()+timeoutMS)
	}
}

func (s *station) sign(message []byte) []byte {
	return s.seat.identity.Sign(trust.ContextJournalHead, message)
}

// push sends what is own, and what is due of neighbours.
func (s *station) push(a replica.Push) {
	if !s.inTime(a.Ticket) {
		return
	}
	ranges, err := s.store.Upward(s.w.ctx, a.From, a.Limit, s.sign)
	if !s.w.must(s.name+" reads its journal", err) {
		s.failsIn(timeoutMS, a.Ticket)
		return
	}
	if !s.disclose(ranges) {
		s.w.say(s.name, "push %d: central is down, and cannot open what it alone can read", a.Ticket)
		s.failsIn(timeoutMS, a.Ticket)
		return
	}
	p := parcel{what: "push", ticket: a.Ticket, ranges: ranges}
	for i := range ranges {
		if h := &ranges[i].Head; h.Origin == s.seat.origin {
			p.last = max(p.last, h.Seq)
		} else {
			s.w.saw("changes of a neighbour passed on")
			s.w.relays(h.Origin)
			s.relaysUnknown(&ranges[i])
		}
	}
	if len(ranges) == 0 && s.at > a.From {
		s.w.fail("%s has nothing to push after %d, and wrote %d", s.name, a.From, s.at)
	}
	p.frame, err = s.w.codec.EncodePush(&wire.Push{Ranges: ranges})
	if s.w.must("encode a push", err) {
		s.w.say(s.name, "push %d: %d to %d, %d ranges", a.Ticket, a.From+1, p.last, len(ranges))
		s.send(p, timeoutMS)
	}
}

// own reports whether an act was written here, by the file that is here now.
func (s *station) own(a *act) bool { return a.s == s && a.origin == s.seat.origin }

// send gives a request to the network; without an answer it fails in time.
func (s *station) send(p parcel, waitMS int64) {
	st := s.rep.State()
	p.s, p.life, p.seat = s, s.life, s.seat
	p.report = central.Report{Unsent: int64(st.Unsent()), Version: "sim"}
	s.failsIn(waitMS, p.ticket)
	s.w.carry(p, true, s.w.hub.receive)
}

// failsIn has the machine try again what got no answer, or what the disk did not
// let through.
func (s *station) failsIn(waitMS int64, ticket uint64) {
	life := s.life
	s.w.after(waitMS, func() {
		if s.up && s.life == life {
			s.step(replica.Failed{Ticket: ticket, Class: replica.Line})
		}
	})
}

// receive takes an answer.
func (s *station) receive(p parcel) {
	if !s.up || s.life != p.life {
		s.w.saw("answer to a process that is gone")
		return
	}
	if s.still(func() { s.receive(p) }) {
		return
	}
	if r := s.w.answered(p.what); r != nil {
		r.receive(s, p)
		return
	}
	s.w.fail("%s is answered with %q, which is no route", s.name, p.what)
}

// pushed takes central's word on what was sent.
func (s *station) pushed(p parcel) {
	answer, err := s.w.codec.DecodePushed(p.frame)
	if s.w.unreadable(&p, err) {
		return
	}
	s.hearTime(answer.NowMS)
	s.heard()
	s.store.Pushed(p.ranges, answer.Vector)
	s.step(replica.Pushed{Ticket: p.ticket, Answer: *answer, Last: p.last, Written: s.at, Neighbours: s.store.Relayable()})
}

func (s *station) paged(p parcel) {
	page, err := s.w.codec.DecodePage(p.frame)
	if s.inParts(&p, err) || s.w.unreadable(&p, err) {
		return
	}
	if page.Proof, err = wire.ReadProof(p.seal, p.frame); !s.w.must("read a seal", err) {
		return
	}
	s.hearTime(page.NowMS)
	s.heard()
	s.step(replica.Paged{Ticket: p.ticket, Page: page, Written: s.at})
}

func (s *station) watched(p parcel) {
	feeds := map[int64]int64{}
	for _, m := range p.since {
		feeds[m.scope] = m.feed
	}
	s.step(replica.Watched{Ticket: p.ticket, Epoch: p.epoch, Feeds: feeds})
}

// apply takes a page into the file; sometimes the workstation crashes midway.
func (s *station) apply(a replica.Apply) {
	page := a.Page
	if !s.compared(a) {
		return
	}
	s.seen(page)
	s.comeAnew(page)
	s.covered = max(s.covered, page.Vector[s.seat.origin])
	if n := len(page.Rows); n > 1 && !s.w.healed && s.w.o.has(Crash) && s.w.faults.chance(15) {
		part := *page
		part.Rows = page.Rows[:1+s.w.faults.IntN(n-1)]
		part.Until, part.More, part.Proof = part.Rows[len(part.Rows)-1].N, true, nil
		s.w.saw("crash inside a page")
		if s.w.must("apply a part of a page", s.store.Apply(s.w.ctx, &part)) {
			s.crashAndReturn()
		}
		return
	}
	if !s.w.must(s.name+" applies a page", s.store.Apply(s.w.ctx, page)) {
		s.failsIn(timeoutMS, a.Ticket)
		return
	}
	s.w.say(s.name, "page: scope %d, %d to %d, %d rows, more %t, has %d of ours", page.Scope, page.Since, page.Until, len(page.Rows), page.More, page.Vector[s.seat.origin])
	if at, err := s.cursor(page.Scope); s.w.must("read a cursor", err) {
		s.rep.Step(replica.Applied{Ticket: a.Ticket, At: &at})
	}
	if s.w.faults.chance(100) {
		s.checkKept("after a page")
	}
}

// seen counts what a page brings.
func (s *station) seen(page *wire.Page) {
	for i := range page.Rows {
		if page.Rows[i].Void {
			s.w.saw("void row")
		}
		if s.store.Pending(page.Rows[i].Row.Kind, page.Rows[i].Row.ID) {
			s.w.saw("page under untaken work")
		}
	}
	if page.More {
		s.w.saw("pull of many pages")
	}
}
