package store

import (
	"context"

	"zombiezen.com/go/sqlite"

	"bough/crdt"
	"bough/sync/rows"
)

// What was purged here is closed in the own journal: central alone can open it, and
// only over this file's own line. Central had all of it; where a neighbour asks for it
// central was restored, and lacks it again. Whoever passed it on would bring it
// without its text, and central would not ask for it any more: so it does not go to
// neighbours, nor what follows it to one that lacks it.

// closedOf reads which own changes, of former origins too, are closed: by origin,
// ascending.
func closedOf(tx *rows.Tx, own crdt.Origin) (out map[crdt.Origin][]uint64, err error) {
	out = map[crdt.Origin][]uint64{}
	err = tx.Query(`SELECT ?1, seq FROM enclosed
		UNION ALL
		SELECT f.origin, f.seq FROM former_enclosed AS f JOIN neighbour AS n ON n.origin=f.origin WHERE n.own=1
		ORDER BY 1, 2`, func(s *sqlite.Stmt) error {
		origin := crdt.Origin(s.ColumnInt64(0))
		out[origin] = append(out[origin], uint64(s.ColumnInt64(1)))
		return nil
	}, int64(own))
	return out, err
}

// noteClosed reads it again after a purge.
func (s *Store) noteClosed(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.File.Read(ctx, func(tx *rows.Tx) (err error) {
		s.closed, err = closedOf(tx, s.Origin())
		return err
	})
}

// lendable tells how far the changes of an origin may go to a neighbour who has them
// up to a number. Store.mu is held.
func (s *Store) lendable() func(origin crdt.Origin, since, until uint64) uint64 {
	closed := s.closed
	return func(origin crdt.Origin, since, until uint64) uint64 {
		for _, at := range closed[origin] {
			if at > since {
				return min(until, at-1)
			}
		}
		return until
	}
}
