package store

import (
	"context"

	"zombiezen.com/go/sqlite"

	"bough/crdt"
	"bough/sync/journal"
	"bough/sync/rows"
)

// maxLinksTold is how many links of a chain are told at once.
const maxLinksTold = 1000

// Head is the end of the own chain.
func (s *Store) Head() (seq uint64, link journal.Hash) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.author.Seq(), s.author.Hash()
}

// Taken is up to which own number central is known to have taken changes.
func (s *Store) Taken() uint64 {
	taken, _ := s.overlay.taken()
	return taken
}

// Knows is how far an author's chain is known here, with the link there; false
// where nothing of it is held.
func (s *Store) Knows(origin crdt.Origin) (seq uint64, link journal.Hash, known bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := s.neighbours[origin]
	return n.last, n.hash, n.last > n.base
}

// Doubts reports whether more is known here of an author, or another link, than
// it says itself, and up to which number: it was restored from a backup, or has a
// twin.
func (s *Store) Doubts(_ context.Context, origin crdt.Origin, seq uint64, link journal.Hash) (known uint64, doubtful bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if origin == s.author.Origin() {
		return s.author.Seq(), false, nil // told apart by its process
	}
	n, met := s.neighbours[origin]
	if !met {
		return 0, false, nil
	}
	known = n.have()
	return known, known > seq || n.last == seq && n.last > n.base && n.hash != link, nil
}

// LinkAt is the link of the own chain at a number.
func (s *Store) LinkAt(ctx context.Context, seq uint64) (link journal.Hash, err error) {
	err = s.File.Read(ctx, func(tx *rows.Tx) error {
		link, err = tx.Link(seq)
		return err
	})
	return link, err
}

// Links tells the links of a chain that is held here after a number; first is
// the number of the first of them.
func (s *Store) Links(ctx context.Context, origin crdt.Origin, after uint64) (first uint64, links []journal.Hash, err error) {
	sql, args := `SELECT seq, hash FROM neighbour_change WHERE origin=?1 AND seq>?2 ORDER BY seq LIMIT ?3`, []any{int64(origin), int64(after), maxLinksTold}
	if origin == s.Origin() {
		sql, args = `SELECT seq, hash FROM journal WHERE seq>?1 ORDER BY seq LIMIT ?2`, []any{int64(after), maxLinksTold}
	}
	s.mu.Lock()
	n := s.neighbours[origin]
	s.mu.Unlock()
	if origin != s.Origin() && n.base > after {
		first, links = n.base, append(links, n.baseHash)
	}
	err = s.File.Read(ctx, func(tx *rows.Tx) error {
		return tx.Query(sql, func(st *sqlite.Stmt) error {
			if len(links) == 0 {
				first = uint64(st.ColumnInt64(0))
			}
			var link journal.Hash
			copy(link[:], rows.Blob(st, 1))
			links = append(links, link)
			return nil
		}, args...)
	})
	return first, links, err
}

// Common is the last own number whose link is among those that somebody told of
// the own chain, the first of number first; 0: none is.
func (s *Store) Common(ctx context.Context, first uint64, links []journal.Hash) (seq uint64, err error) {
	s.mu.Lock()
	written := s.author.Seq()
	s.mu.Unlock()
	err = s.File.Read(ctx, func(tx *rows.Tx) error {
		trimmed, err := tx.Trimmed()
		if err != nil {
			return err
		}
		for i, link := range links {
			at := first + uint64(i)
			if at < max(trimmed, 1) {
				continue
			}
			if at > written {
				return nil
			}
			own, err := tx.Link(at)
			if err != nil || own != link {
				return err
			}
			seq = at
		}
		return nil
	})
	return seq, err
}

// Poisoned reports whether own changes, or the clock, are stamped further ahead
// of a time than central takes them, though nothing that came from central is, or
// were written while the time was far from that: the clock was wrong, and
// everything after fork is to be stamped anew.
func (s *Store) Poisoned(nowMS int64) (fork uint64, yes bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	limitMS := nowMS + maxAheadMS
	if int64(s.heard>>16) > limitMS {
		return 0, false // central itself was ahead: only a new epoch helps
	}
	fork, yes = s.author.Seq(), int64(s.author.Clock.Last()>>16) > limitMS
	s.overlay.mu.RLock()
	defer s.overlay.mu.RUnlock()
	for i := len(s.overlay.stamps) - 1; i >= 0 && s.overlay.stamps[i].ms > nowMS; i-- {
		fork, yes = s.overlay.stamps[i].seq-1, yes || s.overlay.stamps[i].ms > limitMS
	}
	if after, wrong := s.misdated(nowMS); wrong {
		fork, yes = min(fork, after), true
	}
	return fork, yes
}
