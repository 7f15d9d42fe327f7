package sim

import (
	"errors"
	"fmt"

	"bough/crdt"
	"bough/node/anchor"
	"bough/node/desk"
	"bough/node/store"
	"bough/sync/central"
	"bough/sync/journal"
	"bough/sync/replica"
	"bough/sync/rows"
	"bough/sync/trust"
	"bough/sync/wire"
)

// station is a workstation: its file, what runs on it, and who sits there.
type station struct {
	w      *World
	name   string
	seat   *seat
	schema *crdt.Schema // what its release knows
	gen    int          // of the file
	life   int          // of the process
	up     bool
	away   bool     // it cannot be switched on
	pause  int64    // true time, ms UTC, until which the process stands still
	frozen []func() // what then happens
	clock  clock
	secret *dice
	disk   *platter
	store  *store.Store
	desk   *desk.Desk
	rep    *replica.Replica
	wakeMS int64

	claim          *claim // nil: central has certified who it is
	forkMS         int64  // true time: before this it does not look for a fork again
	cutUp, cutDown bool
	asks           map[*station]uint64 // of neighbours: number of the last ask
	copied         map[*station]uint64 // up to which own change neighbours were heard to hold

	lease     store.Lease
	heardMS   int64             // true time when central was heard, or a lease code taken
	upward    oneWay            // messages to central …
	downward  oneWay            // … and from it
	restMS    int64             // until then nobody is at its counters
	reborn    bool              // it has a new number since: what codes are checked with is another key
	tokens    map[string]string // by login
	looks     []look
	unsure    screen // on whose screen the disk failed
	at        uint64 // own changes that truth knows
	everTaken uint64 // up to here central took them
	everHeld  uint64 // up to here neighbours said that they hold them
	covered   uint64 // up to here a page said that central took them
}

func newStation(w *World, at *seat, n uint64) (*station, error) {
	s := &station{w: w, name: at.name, seat: at, secret: newDice(w.o.Seed, streamSecrets+n), tokens: map[string]string{}, copied: map[*station]uint64{}, schema: w.release()}
	if w.o.has(Skew) {
		s.clock.skewMS = skew(w.faults)
	}
	if err := copyFile(s.blank(), s.path()); err != nil {
		return nil, err
	}
	return s, s.open()
}

func (s *station) path() string { return s.w.file(s.name, s.gen) }

func (s *station) open() (err error) {
	if s.disk, err = newPlatter(s.w, s.path()); err != nil {
		return err
	}
	s.store, err = store.Open(s.w.ctx, store.Options{Path: s.path(), Schema: s.schema, Origin: s.seat.origin, Branch: s.seat.branch,
		Rand: s.secret, NowMS: s.nowMS, Disk: s.disk,
		Enclose: func(content []byte) ([]byte, error) { return s.w.t.authority.Root().Enclose(content) }})
	if err != nil {
		return fmt.Errorf("sim: open %s: %w", s.name, err)
	}
	if err := s.wakeClock(); err != nil {
		return fmt.Errorf("sim: the clock of %s: %w", s.name, err)
	}
	s.desk = desk.New(desk.Options{Local: s.store.Local, Ledger: s.store, Branch: s.seat.branch, NowMS: s.nowMS, Rand: s.secret,
		Pending: s.store.Pending, LeaseOver: s.leaseOver, Clock: s.clockNow, Safe: s.store.Safe, Line: s.line})
	s.store.OnChange(s.desk.Tell)
	s.up = true
	s.life++
	if err := s.dial(); err != nil {
		s.up = false
		return err
	}
	for i := range s.w.features {
		if opened := s.w.features[i].opened; opened != nil {
			opened(s)
		}
	}
	return nil
}

// dial makes the machine of the line for the file as it stands.
func (s *station) dial() error {
	p, err := s.store.Progress(s.w.ctx)
	if err != nil {
		return err
	}
	c := replica.Config{Origin: s.seat.origin, Written: p.Written, Taken: p.Taken, PushLimit: pushLimit, PageLimit: pageLimit, Rand: s.w.net.Float64}
	for _, scope := range s.store.Scopes() {
		at, err := s.store.Cursor(s.w.ctx, scope)
		if err != nil {
			return err
		}
		from, err := s.store.Reading(s.w.ctx, scope)
		if err != nil {
			return err
		}
		c.Scopes = append(c.Scopes, replica.Cursor{Scope: scope, Feed: at.Feed, Epoch: at.Epoch, Reading: from.On, Whole: from.Whole, Sweep: from.Sweep})
	}
	s.rep, s.wakeMS = replica.New(c), 0
	life := s.life
	s.w.after(1, func() { s.wake(life) })
	return nil
}

// cursor is how far a scope was read.
func (s *station) cursor(scope int64) (replica.Cursor, error) {
	at, err := s.store.Cursor(s.w.ctx, scope)
	if err != nil {
		return replica.Cursor{}, err
	}
	from, err := s.store.Reading(s.w.ctx, scope)
	return replica.Cursor{Scope: scope, Feed: at.Feed, Epoch: at.Epoch, Reading: from.On, Whole: from.Whole, Sweep: from.Sweep}, err
}

// drop lets go of the file.
func (s *station) drop() error {
	if s.store == nil {
		return nil
	}
	if !s.disk.quiet {
		s.disk.calm()
	}
	err := errors.Join(s.store.File.Close(), s.disk.Close())
	s.disk, s.store, s.desk, s.rep, s.up = nil, nil, nil, nil, false
	return err
}

// crash stops the workstation between two transactions; boot brings it back.
func (s *station) crash() {
	if !s.up {
		return
	}
	st := s.rep.State()
	s.w.say(s.name, "crashes: %d written, %d sent", st.Written, st.Sent)
	s.w.saw("crash")
	if st.Unsent() > 0 {
		s.w.saw("crash with unsent work")
	}
	if st.Sent > st.Taken {
		s.w.saw("crash between the push and its rows")
	}
	s.keepTime()
	from := s.path()
	s.gen++
	s.disk.quiet = true
	if s.w.must("keep "+s.name, keepFile(from, s.path())) && s.w.must("cut "+s.name, s.disk.forget(s.path())) && s.w.must("close "+s.name, s.drop()) {
		s.w.must("remove "+s.name, removeFile(from))
	}
	if s.w.faults.chance(500) {
		s.clock.run++ // the whole machine went down
	}
	if s.w.faults.chance(500) {
		s.looks, s.tokens = nil, map[string]string{}
	}
}

func (s *station) boot() {
	if s.up || s.away {
		return
	}
	if wait := s.w.opensMS - s.w.nowMS; wait > 0 {
		s.w.after(wait, s.boot) // nobody is there to switch it on
		return
	}
	if !s.w.must(s.name+" comes back", s.open()) {
		return
	}
	s.w.say(s.name, "is back, its clock %d ms off", s.nowMS()-s.w.nowMS)
	if s.clock.time.State().Trust != anchor.Central && s.clock.skewMS != 0 {
		s.w.saw("back with a wrong clock")
	}
	s.harvest("not acknowledged when the power went", s.unsure)
	s.leaveAhead()
	s.checkKept("after a crash")
}

func (s *station) line(ctx ctx) (desk.Line, error) {
	p, err := s.store.Progress(ctx)
	if err != nil {
		return desk.Line{}, err
	}
	met, err := s.store.Met(ctx)
	st := s.rep.State()
	return desk.Line{Online: st.Online, SinceMS: st.SinceMS, LastContactMS: st.ContactMS, Progress: p, Met: met, Untaken: s.store.Untaken(200)}, err
}

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
	s.disclose(ranges)
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

// harvest notes what was written here since last time: what the journal says,
// beside what the author had on screen.
func (s *station) harvest(what string, screen screen) (acts []*act) {
	var changes []journal.Change
	err := s.store.File.Read(s.w.ctx, func(tx *rows.Tx) (err error) {
		_, changes, err = tx.Changes(s.seat.origin, s.at, 100)
		return err
	})
	for i := range changes { // truth reads the file, too: not from within Read, which would take a connection more
		s.at = changes[i].Seq
		s.timed(&changes[i])
		acts = append(acts, s.w.truth.note(s, &changes[i], what, screen))
	}
	s.w.must("read the journal", err)
	if len(acts) > 0 {
		s.step(replica.Written{Seq: s.at})
		s.spread()
	}
	return acts
}
