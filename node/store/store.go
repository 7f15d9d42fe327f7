package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"sync/atomic"

	"zombiezen.com/go/sqlite"

	"bough/crdt"
	"bough/node/crm"
	"bough/sync/journal"
	"bough/sync/rows"
	"bough/sync/wire"
)

// Options opens the file of a node.
type Options struct {
	Path   string
	Schema *crdt.Schema
	Origin crdt.Origin // 0: as the file says
	Branch int64
	Rand   io.Reader
	// NowMS is the time to stamp with, ms UTC: the physical clock, anchored to
	// central's.
	NowMS  func() int64
	NoSync bool      // for simulators
	Alone  bool      // for simulators, of one goroutine
	Disk   rows.Disk // nil: the platform's, which does not encrypt
	// Halt says why work that can wait (pages of the feed, neighbours' changes)
	// is not to be written now; nil: it always may.
	Halt func() error
	// Enclose makes bytes readable for central alone; trust.Root has it. nil: what
	// the journal says of a customer who left cannot be purged.
	Enclose func([]byte) ([]byte, error)
}

// Store is the file of a node, open.
type Store struct {
	*Local
	branch    int64
	nowMS     func() int64
	rand      io.Reader
	self      atomic.Uint32 // the author's origin: it changes when the file is renewed
	enclosing func([]byte) ([]byte, error)

	applying   sync.Mutex // held while a page is taken, of the line or of a bundle; taken before mu
	mu         sync.Mutex // serialises acts and pages; guards author, heard, unsure, neighbours, anyAside and closed
	author     *rows.Author
	heard      uint64 // the latest stamp's time that came with the feed
	neighbours neighbours
	relay      relay
	again      bool // what lies over the rows is to be read again
	gone       gone
	unsure     []span                   // own changes that nobody vouches for the time of
	anyAside   bool                     // something may be set aside
	closed     map[crdt.Origin][]uint64 // changes that do not go to neighbours; replaced, never written to

	overlay  overlay
	changed  func([]crdt.ID)
	differs  func(scope int64)
	putAside func(rows.Aside)
	soiled   atomic.Bool // the log has changes of neighbours that were forgotten
	halt     func() error
}

// OfficeScope is the scope that every node holds.
const OfficeScope int64 = 0

// Open opens or makes the file of a node.
func Open(ctx context.Context, o Options) (*Store, error) {
	file, err := rows.Open(rows.Options{Path: o.Path, Schema: o.Schema, Migrations: localTables, Oldest: oldestReader, NoSync: o.NoSync, Alone: o.Alone, Disk: o.Disk})
	if err != nil {
		return nil, fmt.Errorf("store: %w", err)
	}
	s := &Store{Local: NewLocal(file), branch: o.Branch, nowMS: o.NowMS, rand: o.Rand, enclosing: o.Enclose, relay: newRelay(), changed: func([]crdt.ID) {}, differs: func(int64) {}, putAside: func(rows.Aside) {}}
	if s.halt = o.Halt; s.halt == nil {
		s.halt = func() error { return nil }
	}
	err = file.Write(ctx, func(tx *rows.Tx) error {
		if s.author, err = file.LoadAuthor(tx, o.Origin, o.Rand); err != nil {
			return err
		}
		s.self.Store(uint32(s.author.Origin()))
		taken, err := tx.FactInt(factTaken)
		if err != nil {
			return err
		}
		l, err := s.untakenSince(tx, s.author.Origin(), uint64(taken))
		if err != nil {
			return err
		}
		s.overlay.set(l)
		heard, err := tx.FactInt(factFeedClock)
		if s.heard = uint64(heard); err != nil {
			return err
		}
		if err := s.catchUp(tx); err != nil {
			return err
		}
		if s.gone, err = loadGone(tx); err != nil {
			return err
		}
		if s.unsure, err = loadSpans(tx); err != nil {
			return err
		}
		if _, s.anyAside, err = tx.Int(`SELECT 1 FROM aside LIMIT 1`); err != nil {
			return err
		}
		if s.neighbours, err = loadNeighbours(tx); err != nil {
			return err
		}
		s.closed, err = closedOf(tx, s.Origin())
		return err
	})
	if err != nil {
		return nil, errors.Join(fmt.Errorf("store: open %s: %w", o.Path, err), file.Close())
	}
	s.soiled.Store(true) // what the last process left
	return s, nil
}

// OnChange tells fn which parties changed, after each act and page. Call it
// before anything is written.
func (s *Store) OnChange(fn func(parties []crdt.ID)) { s.changed = fn }

// Origin is who writes here.
func (s *Store) Origin() crdt.Origin { return crdt.Origin(s.self.Load()) }

// Branch is the branch the node belongs to.
func (s *Store) Branch() int64 { return s.branch }

// Scopes are the scopes the node holds, in the order to ask for them.
func (s *Store) Scopes() []int64 { return []int64{OfficeScope, s.branch} }

// ScopeOf is the scope a node counts a row of a kind in; of a kind that the file
// does not know, rows are counted in the scope whose feed brought them.
func (s *Store) ScopeOf(kind uint8) int64 {
	if k := s.File.Held().Kind(kind); k != nil && k.Scope.Everywhere {
		return OfficeScope
	}
	return s.branch
}

// Act commits one act of a person: what fn adds becomes one change of the
// journal and is merged into the rows, in one transaction. who.Session 0 means
// the session that the act itself creates.
func (s *Store) Act(ctx context.Context, who rows.Actor, fn func(*rows.Act) error) (rows.Receipt, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var change *journal.Change
	var touched []crdt.ID
	mark := s.author.Mark()
	err := s.File.Write(ctx, func(tx *rows.Tx) error {
		act := rows.NewAct(tx, s.author)
		if err := fn(act); err != nil {
			return err
		}
		if len(act.Ops) == 0 {
			return errNothing
		}
		if err := s.rest(act); err != nil {
			return err
		}
		if who.Session == 0 {
			who.Session = act.Ops[0].ID
		}
		stamp, err := act.Stamp(s.nowMS())
		if err != nil {
			return err
		}
		change, err = s.author.Append(tx, stamp, who.Session, act.Ops)
		if err != nil {
			return err
		}
		touched, err = s.mergeOwn(tx, act, change.Written(who.Person))
		return err
	})
	if err != nil {
		s.author.Back(mark)
		if errors.Is(err, errNothing) {
			return rows.Receipt{}, nil
		}
		return rows.Receipt{}, err
	}
	s.overlay.add(change, who.Person, touched)
	s.changed(touched)
	return rows.Receipt{Seq: change.Seq, Stamp: change.Stamp, Ops: ops(change)}, nil
}

// errNothing ends an act that has nothing to write.
var errNothing = errors.New("store: nothing to write")

func ops(c *journal.Change) []crdt.Op {
	out := make([]crdt.Op, len(c.Bodies))
	for i := range c.Bodies {
		out[i] = c.Bodies[i].Op
	}
	return out
}

func (s *Store) mergeOwn(tx *rows.Tx, act *rows.Act, w crdt.Written) (touched []crdt.ID, err error) {
	for i := range act.Ops {
		op := &act.Ops[i]
		if s.File.Held().Kind(op.Kind).Nowhere() {
			continue // the journal has it, until head office does
		}
		var old *rows.Stored
		if !act.Fresh(op.ID) {
			if old, err = tx.Get(op.Kind, op.ID); err != nil {
				return nil, err
			}
		}
		next := rows.Merge(s.File.Held(), old, op, w)
		if err := tx.Swap(old, next, s.ScopeOf(op.Kind)); err != nil {
			return nil, err
		}
		if touched, err = s.Touch(tx, next, touched); err != nil {
			return nil, err
		}
	}
	return touched, nil
}

// Progress is how far the node's own changes have come.
type Progress = journal.Progress

// Progress reads how far the node's own changes have come.
func (s *Store) Progress(ctx context.Context) (p Progress, err error) {
	s.mu.Lock()
	p.Written = s.author.Seq()
	p.Taken, p.OldestMS = s.overlay.taken()
	p.Unsent = s.overlay.count() + s.untakenOfFormers()
	p.Safe = s.overlay.safeUpTo()
	s.mu.Unlock()
	err = s.File.Read(ctx, func(tx *rows.Tx) error {
		aside, _, err := tx.Int(`SELECT count(*) FROM aside`)
		if err != nil {
			return err
		}
		p.Aside = uint64(aside)
		return tx.Query(`SELECT coalesce(state, '')='held', count(*)
			FROM refusal
			WHERE origin=?1 AND coalesce(state, '')<>'applied' AND coalesce(code, '')<>'stranded' -- that is another copy's
			GROUP BY 1`, func(st *sqlite.Stmt) error {
			if n := uint64(st.ColumnInt64(1)); st.ColumnInt64(0) == 1 {
				p.Held = n
			} else {
				p.Refused = n
			}
			return nil
		}, int64(s.Origin()))
	})
	return p, err
}

// Pending reports whether a row carries a change that central has not taken.
func (s *Store) Pending(kind uint8, id crdt.ID) bool { return s.overlay.has(key{kind, id}) }

// Range reads the own changes after number since, at most limit, and signs the
// head they end at.
func (s *Store) Range(ctx context.Context, since uint64, limit int, sign journal.Signer) (r journal.Range, err error) {
	err = s.File.Read(ctx, func(tx *rows.Tx) error {
		r, err = rangeOf(tx, s.Origin(), since, limit, sign)
		return err
	})
	return r, err
}

// rangeOf reads own changes and signs the head they end at.
func rangeOf(tx *rows.Tx, origin crdt.Origin, since uint64, limit int, sign journal.Signer) (r journal.Range, err error) {
	r.Prev, r.Changes, err = tx.Changes(origin, since, limit)
	if err != nil || len(r.Changes) == 0 {
		return r, err
	}
	if first := r.Changes[0].Seq; first != since+1 {
		return r, fmt.Errorf("store: %w: number %d; the journal begins at %d", rows.ErrNoChange, since+1, first)
	}
	hash, buf := r.Prev, []byte(nil)
	for i := range r.Changes {
		hash, buf = r.Changes[i].Seal(hash, buf)
		withhold(&r.Changes[i])
	}
	r.Head = journal.Head{Origin: origin, Seq: r.Changes[len(r.Changes)-1].Seq, Hash: hash}
	r.Head.Signature = sign(r.Head.Message())
	return r, nil
}

// withhold leaves of a change that would not fit into a frame the hashes alone:
// the chain goes on, head office holds the change, and its text stays here.
func withhold(c *journal.Change) {
	if c.Size() <= wire.MaxFrame/2 {
		return
	}
	for i := range c.Bodies {
		c.Bodies[i] = journal.Body{Erased: true, Hash: c.Bodies[i].Hash}
	}
}

// partyOf finds the parties a row hangs on: those its fields name, or itself.
func partyOf(schema *crdt.Schema, row *rows.Stored) (out []crdt.ID) {
	if row.Kind == crm.Party {
		return []crdt.ID{row.ID}
	}
	k := schema.Kind(row.Kind)
	if k == nil {
		return nil // of a release that never opened this file
	}
	for i := range k.Fields {
		if f := &k.Fields[i]; f.Ref == crm.Party {
			if v := row.Get(f.Num); !v.IsNull() {
				out = append(out, v.ID())
			}
		}
	}
	return out
}
