package store

import (
	"context"
	"errors"
	"fmt"
	"maps"

	"zombiezen.com/go/sqlite"

	"bough/crdt"
	"bough/sync/journal"
	"bough/sync/rows"
)

// Limits of what neighbours send.
const (
	maxAheadMS    = 5 * 60 * 1000 // a stamp further ahead waits until it is due: central would refuse it
	maxNeighbours = 1024          // authors of one branch; incarnations included, more than any has
)

// Errors of what a neighbour sent.
var (
	// ErrForked: two histories of one workstation are known here.
	ErrForked = errors.New("store: two histories of one workstation are known: it was restored from a backup or cloned")
	// ErrBackwards: the stamps of an author do not ascend.
	ErrBackwards = errors.New("store: the stamps of a neighbour's changes do not ascend")
	// ErrNeighbours: more authors than a branch can have.
	ErrNeighbours = errors.New("store: changes of too many workstations were sent")
)

// neighbour is another workstation of the branch, as the author of changes
// that are held here.
type neighbour struct {
	certificate []byte
	taken       uint64 // the feed says that central has taken its changes up to here
	base        uint64 // what is held begins after this number
	baseHash    journal.Hash
	last        uint64 // last number held; base: none
	hash        journal.Hash
	stamp       crdt.Stamp // of the last change held
	own         bool       // this file was that author: what it wrote is kept here
	settled     uint64     // of an own one: up to here its changes came back as rows
	early       bool       // something waits for its time
	due         uint64     // where it does: the last signed head before it; 0: none
}

// have is up to which number nothing of the neighbour is missing here.
func (n *neighbour) have() uint64 { return max(n.last, n.taken) }

// sendable is up to which number it may be passed on: what waits for its time
// waits here, for central would refuse it.
func (n *neighbour) sendable() uint64 {
	if n.early {
		return n.due
	}
	return n.last
}

// neighbours is what is known of them. A map is never written once it is
// shared: changes are made to a copy.
type neighbours map[crdt.Origin]neighbour

func loadNeighbours(tx *rows.Tx) (neighbours, error) {
	out := neighbours{}
	err := tx.Query(`SELECT n.origin,
			n.certificate,
			n.taken,
			n.base,
			n.base_hash,
			n.own,
			n.settled
		FROM neighbour AS n`, func(s *sqlite.Stmt) error {
		n := neighbour{certificate: rows.Blob(s, 1), taken: uint64(s.ColumnInt64(2)), base: uint64(s.ColumnInt64(3)),
			own: s.ColumnInt64(5) == 1, settled: uint64(s.ColumnInt64(6))}
		copy(n.baseHash[:], rows.Blob(s, 4))
		n.last, n.hash = n.base, n.baseHash
		origin := crdt.Origin(s.ColumnInt64(0))
		err := n.reach(tx, origin)
		out[origin] = n
		return err
	})
	if err != nil {
		return nil, err
	}
	return out, out.noteEarly(tx)
}

// reach reads the last change that is held, if it is above the base. By itself: as
// a join it costs three times as much, and most of that is to prepare it.
func (n *neighbour) reach(tx *rows.Tx, origin crdt.Origin) error {
	return tx.Query(`SELECT seq, hash, stamp FROM neighbour_change WHERE origin=?1 ORDER BY seq DESC LIMIT 1`, func(s *sqlite.Stmt) (err error) {
		if seq := uint64(s.ColumnInt64(0)); seq > n.base {
			n.last = seq
			copy(n.hash[:], rows.Blob(s, 1))
			n.stamp, err = crdt.DecodeStamp(rows.Blob(s, 2))
		}
		return err
	}, int64(origin))
}

// noteEarly reads of whom something waits for its time, in place.
func (known neighbours) noteEarly(tx *rows.Tx) error {
	for origin, n := range known {
		if n.early {
			n.early, n.due = false, 0
			known[origin] = n
		}
	}
	return tx.Query(`SELECT w.origin, (SELECT max(seq) FROM neighbour_head WHERE origin=w.origin AND seq<w.first)
		FROM (SELECT c.origin, min(c.seq) AS first
			FROM neighbour_change AS c
			JOIN neighbour AS n ON n.origin=c.origin AND c.seq>n.taken
			WHERE c.merged=0
			GROUP BY c.origin) AS w`, func(s *sqlite.Stmt) error {
		n := known[crdt.Origin(s.ColumnInt64(0))]
		n.early, n.due = true, uint64(s.ColumnInt64(1))
		known[crdt.Origin(s.ColumnInt64(0))] = n
		return nil
	})
}

// eachOfNeighbours reads the changes of neighbours that a condition selects.
func eachOfNeighbours(tx *rows.Tx, where string, fn func(*journal.Change) error, args ...any) error {
	return tx.Query(`SELECT origin, seq, stamp, session, bodies FROM neighbour_change WHERE `+where, func(s *sqlite.Stmt) (err error) {
		c := journal.Change{Origin: crdt.Origin(s.ColumnInt64(0)), Seq: uint64(s.ColumnInt64(1)), Session: crdt.ID(s.ColumnInt64(3))}
		if c.Stamp, err = crdt.DecodeStamp(rows.Blob(s, 2)); err != nil {
			return err
		}
		if c.Bodies, err = journal.DecodeOps(rows.Blob(s, 4)); err != nil {
			return err
		}
		return fn(&c)
	}, args...)
}

// Receive keeps ranges of neighbours, durably when it returns, and merges what
// is due into the rows. Chain, signature and branch were checked; certificates
// (DER, by origin) are those they were checked against. What is held already,
// what central has taken, and what does not follow is passed over. It returns
// how many changes are new. ErrForked, ErrBackwards and ErrNeighbours are about
// single ranges: the others were kept all the same.
func (s *Store) Receive(ctx context.Context, certificates map[crdt.Origin][]byte, ranges []journal.Range) (fresh int, err error) {
	if err := s.halt(); err != nil {
		return 0, fmt.Errorf("store: receive: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	known := maps.Clone(s.neighbours)
	var merged []change
	var touched []crdt.ID
	var refused error
	err = s.File.Write(ctx, func(tx *rows.Tx) error {
		for i := range ranges {
			n, err := s.keep(tx, known, certificates, &ranges[i])
			switch {
			case errors.Is(err, ErrForked), errors.Is(err, ErrBackwards), errors.Is(err, ErrNeighbours):
				refused = errors.Join(refused, err)
			case err != nil:
				return err
			}
			fresh += n
		}
		merged, touched, err = s.mergeDue(tx, known)
		return err
	})
	s.gone.settle(err)
	if err != nil {
		return 0, fmt.Errorf("store: receive: %w", err)
	}
	s.neighbours = known
	s.noteWaiting()
	s.merged(merged, touched)
	return fresh, errors.Join(refused, s.layAgain(ctx))
}

// Due merges the changes of neighbours that were ahead of time and are not any
// more; it tells how many still wait.
func (s *Store) Due(ctx context.Context) (waiting int, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var merged []change
	var touched []crdt.ID
	count := func(tx *rows.Tx) error {
		n, _, err := tx.Int(`SELECT count(*) FROM neighbour_change WHERE merged=0`)
		waiting = int(n)
		return err
	}
	if err := s.File.Read(ctx, count); err != nil || waiting == 0 {
		return 0, err
	}
	known := maps.Clone(s.neighbours)
	err = s.File.Write(ctx, func(tx *rows.Tx) error {
		if merged, touched, err = s.mergeDue(tx, known); err != nil {
			return err
		}
		return count(tx)
	})
	if err == nil {
		s.neighbours = known
		s.merged(merged, touched)
		err = s.layAgain(ctx)
	}
	return waiting, err
}

// keep stores what is new of a range.
func (s *Store) keep(tx *rows.Tx, known neighbours, certificates map[crdt.Origin][]byte, r *journal.Range) (fresh int, err error) {
	origin := r.Head.Origin
	n, met := known[origin]
	have, first := n.have(), r.Changes[0].Seq
	switch {
	case origin == s.Origin():
		return 0, nil // whoever knows more of us than we do is told apart by its frontier
	case !met && len(known) >= maxNeighbours:
		return 0, ErrNeighbours
	case r.Head.Seq <= have:
		return 0, sameHistory(tx, &n, r)
	case first > have+1, n.own && first > n.last+1:
		return 0, nil // a gap: what is missing comes with the feed, or from its author
	}
	at, buf, links := r.Prev, []byte(nil), make([]journal.Hash, len(r.Changes))
	for i := range r.Changes { // looked at as a whole before any of it is kept
		c, prev := &r.Changes[i], at
		at, buf = c.Seal(prev, buf)
		if links[i] = at; c.Seq <= have {
			continue
		}
		if err := n.follow(c, prev); err != nil {
			return 0, err
		}
		n.last, n.hash, n.stamp = c.Seq, at, c.Stamp
	}
	for i := range r.Changes {
		c := &r.Changes[i]
		if c.Seq <= have {
			continue
		}
		if err := s.eraseArriving(tx, c); err != nil {
			return fresh, err
		}
		again, err := reissued(tx, origin, c.Seq, links[i])
		if err != nil {
			return fresh, err
		}
		err = tx.Exec(`INSERT INTO neighbour_change (origin, seq, stamp, session, bodies, hash, merged) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)`,
			int64(origin), int64(c.Seq), c.Stamp.Bytes(), int64(c.Session), journal.AppendOps(nil, c.Bodies), links[i][:], mergedOr(again))
		if err != nil {
			return fresh, err
		}
		fresh++
	}
	n.certificate = certificates[origin]
	known[origin] = n
	// What stands before the base is covered by the feed, though its last page
	// may not be in: nobody is sent it any more.
	return fresh, errors.Join(forgetUpTo(tx, origin, n.base),
		tx.Exec(`INSERT INTO neighbour_head (origin, seq, signature) VALUES (?1, ?2, ?3)`, int64(origin), int64(r.Head.Seq), r.Head.Signature),
		putNeighbour(tx, origin, &n))
}

// follow checks that a change may come after what is held; prev is the link of
// its chain before it.
func (n *neighbour) follow(c *journal.Change, prev journal.Hash) error {
	switch {
	case c.Seq > n.last+1 || n.last == n.base: // nothing is held before it
		n.base, n.baseHash = c.Seq-1, prev
	case prev != n.hash:
		return fmt.Errorf("%w: origin %d at number %d", ErrForked, c.Origin, n.last)
	}
	if !n.stamp.Less(c.Stamp) {
		return fmt.Errorf("%w: origin %d at number %d", ErrBackwards, c.Origin, c.Seq)
	}
	return nil
}

func putNeighbour(tx *rows.Tx, origin crdt.Origin, n *neighbour) error {
	return tx.Exec(`INSERT OR REPLACE INTO neighbour (origin, certificate, taken, base, base_hash, own, settled) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)`,
		int64(origin), n.certificate, int64(n.taken), int64(n.base), n.baseHash[:], flag(n.own), int64(n.settled))
}

// sameHistory tells a range that was held already from another history under
// the same numbers.
func sameHistory(tx *rows.Tx, n *neighbour, r *journal.Range) error {
	if r.Head.Seq <= n.base || r.Head.Seq > n.last {
		return nil // taken by central, which knows
	}
	link, err := linkOf(tx, r.Head.Origin, n, r.Head.Seq)
	if err == nil && link != r.Head.Hash {
		err = fmt.Errorf("%w: origin %d at number %d", ErrForked, r.Head.Origin, r.Head.Seq)
	}
	return err
}

// linkOf is the link of a neighbour's chain at a number that is held, or at
// which it begins.
func linkOf(tx *rows.Tx, origin crdt.Origin, n *neighbour, seq uint64) (link journal.Hash, err error) {
	if seq == n.base {
		return n.baseHash, nil
	}
	found := false
	err = tx.Query(`SELECT hash FROM neighbour_change WHERE origin=?1 AND seq=?2`, func(s *sqlite.Stmt) error {
		found = true
		copy(link[:], rows.Blob(s, 0))
		return nil
	}, int64(origin), int64(seq))
	if err == nil && !found {
		err = fmt.Errorf("%w: %d/%d of a neighbour", rows.ErrNoChange, origin, seq)
	}
	return link, err
}

// noteTaken keeps what a page says of neighbours: its rows hold their changes
// up to there. Of whom it does not name central has nothing, or nothing any more.
func (s *Store) noteTaken(tx *rows.Tx, vector map[crdt.Origin]uint64) (neighbours, error) {
	known := s.neighbours
	says := make(map[crdt.Origin]uint64, len(vector))
	maps.Copy(says, vector)
	for origin := range known {
		if _, named := says[origin]; !named {
			says[origin] = 0
		}
	}
	for origin, taken := range says {
		n := known[origin]
		if origin == s.Origin() || n.taken == taken || len(known) >= maxNeighbours && n.certificate == nil {
			continue
		}
		if known = maps.Clone(known); known == nil {
			known = neighbours{}
		}
		n.taken = taken
		known[origin] = n
		if err := putNeighbour(tx, origin, &n); err != nil {
			return nil, err
		}
	}
	return known, nil
}

// dropTaken forgets the changes of neighbours that came back as rows, when the
// last page is in.
func (s *Store) dropTaken(tx *rows.Tx, known neighbours) (neighbours, error) {
	out := maps.Clone(known)
	for origin, n := range known {
		if n.last == n.base || n.taken <= n.base {
			continue
		}
		s.soiled.Store(true)
		upTo := min(n.taken, n.last)
		if n.own { // kept, as own changes are
			n.settled = upTo
			out[origin] = n
			if err := putNeighbour(tx, origin, &n); err != nil {
				return nil, err
			}
			continue
		}
		link, err := linkOf(tx, origin, &n, upTo)
		if err != nil {
			return nil, err
		}
		n.base, n.baseHash = upTo, link
		out[origin] = n
		if err := errors.Join(forgetUpTo(tx, origin, upTo), putNeighbour(tx, origin, &n)); err != nil {
			return nil, err
		}
	}
	return out, out.noteEarly(tx)
}

func forgetUpTo(tx *rows.Tx, origin crdt.Origin, upTo uint64) error {
	return errors.Join(
		tx.Exec(`DELETE FROM neighbour_change WHERE origin=?1 AND seq<=?2`, int64(origin), int64(upTo)),
		tx.Exec(`DELETE FROM neighbour_head WHERE origin=?1 AND seq<=?2`, int64(origin), int64(upTo)),
		tx.Exec(`DELETE FROM former_enclosed WHERE origin=?1 AND seq<=?2`, int64(origin), int64(upTo)))
}
