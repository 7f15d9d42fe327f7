package store

import (
	"context"
	"fmt"

	"bough/crdt"
	"bough/sync/journal"
	"bough/sync/rows"
)

// What this file wrote as a former origin no push compares: central has a number of
// it, and it may be a twin's. Where a file went on for a wrong clock, its twin's
// changes can come first; where central was restored, a neighbour may have sent it
// the twin's. So links are compared before a page is believed.

// Compare looks, before a page with this vector is applied, whether what it says
// central has of former origins is what this file wrote. lost tells of origins of
// which it is not, after which number: Renew writes that again, with own changes
// after fork, the last that central has.
func (s *Store) Compare(ctx context.Context, vector map[crdt.Origin]uint64, ask journal.Asking) (fork uint64, lost map[crdt.Origin]uint64, err error) {
	former, err := s.formers(ctx)
	if err != nil {
		return 0, nil, err
	}
	for origin, n := range former {
		upTo := min(vector[origin], n.last)
		at, err := s.shared(ctx, origin, n.taken, upTo, ask)
		if err != nil {
			return 0, nil, err
		}
		if at >= upTo {
			continue
		}
		counts, err := s.countsAfter(ctx, origin, at, n.last)
		if err != nil {
			return 0, nil, err
		}
		if counts {
			if lost == nil {
				lost = map[crdt.Origin]uint64{}
			}
			lost[origin] = at
		}
	}
	if lost == nil {
		return 0, nil, nil
	}
	fork, err = s.Fork(ctx, ask)
	return fork, lost, err
}

// Fork is the last own number at which central has the link that stands here, of
// those that are in the journal.
func (s *Store) Fork(ctx context.Context, ask journal.Asking) (at uint64, err error) {
	err = s.File.Read(ctx, func(tx *rows.Tx) error {
		at, err = tx.Trimmed()
		return err
	})
	if err != nil {
		return 0, err
	}
	seq, _ := s.Head()
	return s.shared(ctx, s.Origin(), at, seq, ask)
}

// shared is the last number up to upTo at which central has the link that stands
// here; after, where both are known to be the same or nothing is held.
func (s *Store) shared(ctx context.Context, origin crdt.Origin, after, upTo uint64, ask journal.Asking) (uint64, error) {
	for after < upTo {
		first, ours, err := s.Links(ctx, origin, after)
		if err != nil || len(ours) == 0 {
			return after, err
		}
		after = max(after, first-1)
		theirs, err := ask(origin, after)
		if err != nil {
			return 0, fmt.Errorf("store: compare what %d wrote: %w", origin, err)
		}
		same := 0
		for same < min(len(ours), len(theirs)) && ours[same] == theirs[same] {
			same++
		}
		after += uint64(same)
		if same == 0 || same < min(len(ours), len(theirs)) {
			break
		}
	}
	return min(after, upTo), nil
}

// countsAfter reports whether anything that was not written again is held of a
// former origin after a number, up to another.
func (s *Store) countsAfter(ctx context.Context, origin crdt.Origin, after, upTo uint64) (counts bool, err error) {
	err = s.File.Read(ctx, func(tx *rows.Tx) error {
		_, counts, err = tx.Int(`SELECT 1 FROM neighbour_change WHERE origin=?1 AND seq>?2 AND seq<=?3 AND merged<>?4 LIMIT 1`,
			int64(origin), int64(after), int64(upTo), countsNoMore)
		return err
	})
	return counts, err
}

// factUncompared is 1 from when central began a new life until a page of that is
// applied: what it has of former origins was compared with the life before.
const factUncompared = "formers uncompared"

// formers are the former origins, taken being up to where what central has of them
// was compared, and last the last that was written here: what follows is a twin's,
// who writes it again himself.
func (s *Store) formers(ctx context.Context) (neighbours, error) {
	s.mu.Lock()
	known := s.neighbours
	s.mu.Unlock()
	out := neighbours{}
	for origin, n := range known {
		if n.own {
			out[origin] = n
		}
	}
	if len(out) == 0 {
		return nil, nil
	}
	anew := int64(0)
	err := s.File.Read(ctx, func(tx *rows.Tx) (err error) {
		if anew, err = tx.FactInt(factUncompared); err != nil {
			return err
		}
		for origin, n := range out {
			fork, err := wroteUpTo(tx, origin)
			if err != nil {
				return err
			}
			n.last = min(n.last, fork)
			if anew == 1 {
				n.taken = 0
			}
			out[origin] = n
		}
		return nil
	})
	return out, err
}

// compared notes that a page was applied, before which all was compared.
func compared(tx *rows.Tx) error {
	anew, err := tx.FactInt(factUncompared)
	if err != nil || anew == 0 {
		return err
	}
	return tx.SetFact(factUncompared, int64(0))
}

// wroteUpTo is the last number that this file wrote as a former origin.
func wroteUpTo(tx *rows.Tx, origin crdt.Origin) (uint64, error) {
	fork, _, err := tx.Int(`SELECT fork FROM incarnation WHERE origin=?1`, int64(origin))
	return uint64(fork), err
}
