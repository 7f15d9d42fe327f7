package sim

import (
	"fmt"

	"bough/crdt"
	"bough/node/desk"
	"bough/node/office"
	"bough/sync/central"
	"bough/sync/rows"
	"bough/sync/trust"
)

// hub is central and the wires that end there.
type hub struct {
	w      *World
	gen    int
	up     bool
	skewMS int64
	office *office.Office
	desk   *desk.Desk
	token  string // of the administrator at work
	looks  []look
	secret *dice
	origin crdt.Origin
	at     uint64 // own changes that truth knows
	watch  []parcel
	moved  bool // feeds moved since the watches were answered

	committed func() // what happens after the next transaction; nil: nothing
}

func newHub(w *World) (*hub, error) {
	h := &hub{w: w, origin: centralOrigin, secret: newDice(w.o.Seed, streamSecrets)}
	if err := copyFile(w.t.central, h.path()); err != nil {
		return nil, err
	}
	if err := h.open(); err != nil {
		return nil, err
	}
	return h, h.harvest("founded", nil)
}

func (h *hub) path() string { return h.w.file("central", h.gen) }

func (h *hub) nowMS() int64 { return h.w.nowMS + h.skewMS }

func (h *hub) open() (err error) {
	h.office, err = office.Open(h.w.ctx, office.Options{Path: h.path(), Authority: h.w.t.authority, Rand: h.secret,
		NowMS: h.nowMS, Cost: cheap(), NoSync: true, Alone: true, Veto: h.veto, MoveAtOnce: 2, Erasures: h.w.file("erasures", 0)})
	if err != nil {
		return fmt.Errorf("sim: open central: %w", err)
	}
	h.desk = desk.New(desk.Options{Local: h.office.Local, Ledger: h.office.Central, NowMS: h.nowMS, Rand: h.secret})
	h.office.Central.OnChange(func(ids []crdt.ID) {
		h.moved = true
		if h.committed != nil {
			h.committed()
		}
		h.desk.Tell(ids)
	})
	h.up, h.moved = true, true
	return nil
}

// veto refuses some changes for no reason, always the same ones.
func (h *hub) veto(n *central.Node, seq uint64) *central.Refusal {
	if !h.w.o.has(Refuse) || !newDice(h.w.o.Seed^uint64(n.Origin)<<32, seq).chance(vetoPerMille) {
		return nil
	}
	return &central.Refusal{Code: vetoCode, Message: "central would not"}
}

// drop lets go of the file, as a process that ends does.
func (h *hub) drop() error {
	if h.office == nil {
		return nil
	}
	err := h.office.Close()
	h.office, h.desk, h.up = nil, nil, false
	return err
}

// crash stops central; its file stays as it lies.
func (h *hub) crash() {
	from := h.path()
	h.gen++
	h.w.say("central", "stops")
	h.w.saw("central restarted")
	h.watch = nil
	if h.w.must("copy central", copyFile(from, h.path())) && h.w.must("close central", h.drop()) {
		h.w.must("remove central", removeFile(from))
	}
}

func (h *hub) boot() {
	if h.up {
		return
	}
	if h.w.must("central comes back", h.open()) && h.w.must("read central's journal", h.harvest("finishes what it was at", nil)) {
		h.w.say("central", "is back")
	}
}

// began reports whether the feeds ever began anew: somebody may not have read
// them since.
func (h *hub) began() bool { return h.w.cover["new feed epoch"] > 0 || mine[rebirths](h.w).times > 0 }

// newEpoch makes central begin its feeds anew, as after a restore: nodes must
// read them from 0.
func (h *hub) newEpoch() {
	if !h.up {
		return
	}
	err := h.office.Central.File.Write(h.w.ctx, func(tx *rows.Tx) error {
		return tx.SetFact("feed epoch", int64(h.office.Central.Epoch())+1)
	})
	if h.w.must("begin an epoch", err) && h.w.must("close central", h.drop()) {
		h.watch = nil
		h.boot()
		h.w.say("central", "feeds begin anew in epoch %d", h.office.Central.Epoch())
		h.w.saw("new feed epoch")
	}
}

// receive takes a request; what it answers goes back over the line.
func (h *hub) receive(p parcel) {
	if !h.up {
		h.w.lost(&p, true, "central is down")
		return
	}
	if h.revoked(p.speaker().origin) {
		h.w.lost(&p, true, "it was revoked")
		return
	}
	h.readmit(p.speaker())
	if !h.recalled(&p) {
		return
	}
	answer, ok := h.serve(p)
	if !ok {
		return
	}
	report := p.report
	report.Feed = 0
	h.w.must("central hears", h.office.Central.Heard(h.w.ctx, p.seat.origin, report))
	if p.what == "watch" {
		h.moved = true // it may be behind
	} else {
		h.w.carry(answer, false, p.s.receive)
	}
	h.tell()
}

// serve answers a request; not ok: there is nothing to answer now.
func (h *hub) serve(p parcel) (answer parcel, ok bool) {
	if r := h.w.asked(p.what); r != nil {
		return r.serve(h, p)
	}
	h.w.fail("central is asked for %q, which is no route", p.what)
	return p, false
}

// wait lets a watch wait for news.
func (h *hub) wait(p parcel) (parcel, bool) {
	h.watch = append(h.watch, p)
	h.w.after(h.w.patienceMS(), func() { h.expire(p) })
	return p, true
}

// unreadable tells whether a frame did not decode, and checks that it was
// damaged then, and only then.
func (w *World) unreadable(p *parcel, err error) bool {
	switch {
	case err != nil && !p.damaged:
		w.fail("%s %d of %s does not decode: %v", p.what, p.ticket, p.s.name, err)
	case err == nil && p.damaged:
		w.fail("%s %d of %s was damaged, and decodes", p.what, p.ticket, p.s.name)
	case err != nil:
		w.say(p.s.name, "%s %d: damaged, refused", p.what, p.ticket)
		w.saw("damaged frame refused")
	}
	return err != nil
}

func (h *hub) push(p parcel) (parcel, bool) {
	push, err := h.w.codec.DecodePush(p.frame)
	if h.w.unreadable(&p, err) {
		return p, false
	}
	key := p.seat.identity.Public()
	check := func(message, signature []byte) bool {
		return trust.CheckSigned(key, trust.ContextJournalHead, message, signature) == nil
	}
	h.forged(p, check)
	pushed, err := h.office.Central.Push(h.w.ctx, p.seat.origin, push, check)
	if err == nil && h.vouched(&p, push, pushed) {
		pushed, err = h.office.Central.Push(h.w.ctx, p.seat.origin, push, check)
	}
	if err != nil {
		return h.refusesFork(p, err)
	}
	h.noteTouched(push.Ranges)
	has := pushed.Vector[p.seat.origin]
	h.w.say("central", "push %d of %s: to %d, has %d, refused %d", p.ticket, p.s.name, p.last, has, pushed.Refused)
	if pushed.Refused > 0 {
		h.w.cover["refused change"] += pushed.Refused
		h.w.waitsForCopies()
	}
	for i := range push.Ranges {
		if r := &push.Ranges[i]; r.Head.Origin == p.seat.origin && r.Changes[0].Seq <= p.s.everTaken {
			h.w.saw("push overlaps what is taken")
		}
	}
	if p.seat == p.s.seat {
		p.s.everTaken = max(p.s.everTaken, has)
	}
	frame, err := h.w.codec.EncodePushed(pushed)
	h.w.must("encode an answer", err)
	return parcel{s: p.s, life: p.life, what: "pushed", ticket: p.ticket, last: p.last, ranges: p.ranges, frame: frame}, true
}

func (h *hub) pull(p parcel) (parcel, bool) { return h.pageFor(p, p.seat.origin) }

// pageFor gives a page in the name of an origin; 0: nobody is said to have read
// what is before it.
func (h *hub) pageFor(p parcel, origin crdt.Origin) (parcel, bool) {
	q, err := h.w.codec.DecodePull(p.frame)
	if h.w.unreadable(&p, err) {
		return p, false
	}
	n, err := h.office.Central.Node(h.w.ctx, p.seat.origin)
	if !h.w.must("central knows its node", err) {
		return p, false
	}
	reader := *n
	reader.Origin = origin
	page, err := h.office.Central.Page(h.w.ctx, &reader, *q)
	if !h.w.must("central makes a page", err) {
		return p, false
	}
	frame, err := h.w.codec.EncodePage(page)
	if !h.w.must("encode a page", err) {
		return p, false
	}
	frame = h.w.bends(page, frame)
	seal, err := h.office.Central.SealBeside(h.w.ctx, frame, h.w.t.authority)
	return parcel{s: p.s, life: p.life, what: "page", ticket: p.ticket, frame: frame, seal: seal}, h.w.must("seal a page", err)
}

// feed is where a scope stands at central.
func (h *hub) feed(scope int64) (sc rows.Scope) {
	err := h.office.Central.File.Read(h.w.ctx, func(tx *rows.Tx) (err error) {
		sc, err = tx.Scope(scope)
		return err
	})
	h.w.must("read a scope", err)
	return sc
}

// heads are how far the feeds of all scopes go, by scope.
func (h *hub) heads() []int64 {
	feeds := make([]int64, h.w.o.Branches+1)
	err := h.office.Central.File.Read(h.w.ctx, func(tx *rows.Tx) error {
		for scope := range feeds {
			sc, err := tx.Scope(int64(scope))
			if err != nil {
				return err
			}
			feeds[scope] = sc.Feed
		}
		return nil
	})
	h.w.must("read the scopes", err)
	return feeds
}

// tell answers the watches whose scopes moved.
func (h *hub) tell() {
	if !h.moved || len(h.watch) == 0 {
		return
	}
	h.moved = false
	feeds := h.heads()
	rest := h.watch[:0]
	for _, p := range h.watch {
		var moved []since
		epoch := h.office.Central.Epoch()
		for _, s := range p.since {
			if at := feeds[s.scope]; at > s.feed {
				moved = append(moved, since{s.scope, at})
			}
		}
		if len(moved) == 0 && epoch == p.epoch {
			rest = append(rest, p)
			continue
		}
		h.w.carry(parcel{s: p.s, life: p.life, what: "news", ticket: p.ticket, since: moved, epoch: epoch}, false, p.s.receive)
	}
	h.watch = rest
}

// expire answers a watch that waited in vain.
func (h *hub) expire(p parcel) {
	for i, q := range h.watch {
		if q.s == p.s && q.life == p.life && q.ticket == p.ticket {
			h.watch = append(h.watch[:i:i], h.watch[i+1:]...)
			h.w.carry(parcel{s: p.s, life: p.life, what: "news", ticket: p.ticket, epoch: p.epoch}, false, p.s.receive)
			return
		}
	}
}

// harvest notes what central itself wrote since last time.
func (h *hub) harvest(what string, screen screen) error {
	return h.office.Central.File.Read(h.w.ctx, func(tx *rows.Tx) error {
		for {
			_, changes, err := tx.Changes(h.origin, h.at, 1000)
			if err != nil || len(changes) == 0 {
				return err
			}
			for i := range changes {
				h.at = changes[i].Seq
				h.w.truth.note(nil, &changes[i], what, screen)
			}
		}
	})
}
