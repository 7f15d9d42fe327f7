package sim

import (
	"errors"
	"fmt"

	"bough/crdt"
	"bough/node/anchor"
	"bough/node/desk"
	"bough/node/store"
	"bough/sync/journal"
	"bough/sync/replica"
	"bough/sync/rows"
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
		Rand: s.secret, NowMS: s.nowMS, Alone: true, Disk: s.disk,
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
