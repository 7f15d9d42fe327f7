package store

import (
	"context"
	"errors"

	"bough/crdt"
	"bough/sync/journal"
	"bough/sync/rows"
)

// What this file wrote under former origins is kept like own changes are: until
// central's backups cover it, and closed where it names what had to go.

// heldOrigins are those of which changes are held beside the own journal.
func (s *Store) heldOrigins() (out []crdt.Origin) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for origin, n := range s.neighbours {
		if n.last > n.base {
			out = append(out, origin)
		}
	}
	return out
}

// encloseOthers does for what came back of former origins what enclose does for
// the own journal, and for what neighbours wrote again: where a twin's history
// stands at central, their first form is never taken and stays here.
func (s *Store) encloseOthers(ctx context.Context, gone map[key]bool) error {
	for _, origin := range s.heldOrigins() {
		err := s.File.Write(ctx, func(tx *rows.Tx) error {
			var changes []*journal.Change
			const done = `origin=?1 AND (merged=?2 OR seq<=(SELECT settled FROM neighbour WHERE origin=?1)) ORDER BY seq`
			err := eachOfNeighbours(tx, done, func(c *journal.Change) error {
				changes = append(changes, c)
				return nil
			}, int64(origin), countsNoMore)
			for _, c := range changes {
				err = errors.Join(err, s.encloseChange(tx, c, gone, func(envelope []byte) error {
					return errors.Join(
						tx.Exec(`INSERT OR IGNORE INTO former_enclosed (origin, seq, envelope) VALUES (?1, ?2, ?3)`, int64(origin), int64(c.Seq), envelope),
						tx.Exec(`UPDATE neighbour_change SET bodies=?3 WHERE origin=?1 AND seq=?2`, int64(origin), int64(c.Seq), journal.AppendOps(nil, c.Bodies)))
				}))
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// trimFormers forgets what former origins wrote, once the oldest backup that
// central keeps covers a change of the present one: those came before it. What a
// twin wrote under such an origin went to central, too.
func (s *Store) trimFormers(tx *rows.Tx, known neighbours, backed uint64) error {
	if backed == 0 {
		return nil
	}
	for origin, n := range known {
		if !n.own || n.last == n.base || n.settled < n.last {
			continue
		}
		n.base, n.baseHash = n.last, n.hash
		known[origin] = n
		if err := errors.Join(forgetUpTo(tx, origin, n.last), putNeighbour(tx, origin, &n)); err != nil {
			return err
		}
		s.soiled.Store(true)
	}
	return nil
}
