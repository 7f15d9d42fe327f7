package store

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"bough/crdt"
	"bough/node/crm"
	"bough/sync/rows"
	"bough/sync/wire"
)

// sliceRows is how many rows of a page one transaction takes, so that a save
// never waits long for the writer.
const sliceRows = 200

const factMet = "feed met its head" // 1 once every scope was read to its end

// Apply takes a page of the feed: each row replaces the node's, then untaken
// changes are merged on top. A page of another epoch than the file knows is
// the caller's to ask for from 0. saving is asked between slices whether the
// writer should be let go; nil means after every slice.
func (s *Store) Apply(ctx context.Context, page *wire.Page) error {
	if err := s.halt(); err != nil {
		return fmt.Errorf("store: apply a page: %w", err)
	}
	s.applying.Lock()
	defer s.applying.Unlock()
	sc, err := s.Cursor(ctx, page.Scope)
	if err != nil {
		return err
	}
	if page.Since != sc.Feed {
		return nil // an old or repeated page: asked again from where we are
	}
	if err := s.resume(ctx, page.Vector); err != nil {
		return err
	}
	for slice := range slices.Chunk(page.Rows, sliceRows) {
		if err := s.applySlice(ctx, page, slice); err != nil {
			return err
		}
	}
	if err := s.applyEnd(ctx, page); err != nil {
		return err
	}
	for _, a := range unread(page) {
		s.putAside(a)
	}
	if page.More {
		return nil
	}
	if err := s.finish(ctx, page.Scope); err != nil {
		return err
	}
	return s.agree(ctx, page)
}

// resume brings changes back into the overlay that central had taken once and
// has no longer: it was restored from a backup.
func (s *Store) resume(ctx context.Context, vector map[crdt.Origin]uint64) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	upTo, _ := s.overlay.taken()
	taken, known := min(upTo, vector[s.Origin()]), maps.Clone(s.neighbours)
	back := taken < upTo
	for origin, n := range known {
		if n.own && vector[origin] < n.settled {
			n.settled, n.taken, back = vector[origin], vector[origin], true
			known[origin] = n
		}
	}
	if !back {
		return nil
	}
	var again layers
	err := s.File.Write(ctx, func(tx *rows.Tx) (err error) {
		for origin, n := range known {
			if n.own {
				if err := putNeighbour(tx, origin, &n); err != nil {
					return err
				}
			}
		}
		if again, err = s.untakenSince(tx, s.Origin(), taken); err != nil {
			return err
		}
		return tx.SetFact(factTaken, int64(taken))
	})
	if err == nil {
		s.neighbours, s.relay = known, newRelay()
		s.overlay.set(again)
	}
	return err
}

func (s *Store) applySlice(ctx context.Context, page *wire.Page, slice []wire.PageRow) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	var touched []crdt.ID
	known := s.neighbours
	err := s.File.Write(ctx, func(tx *rows.Tx) (err error) {
		touched = nil
		if known, err = s.noteTaken(tx, page.Vector); err != nil {
			return err
		}
		r, err := reading(tx, page.Scope)
		if err != nil {
			return err
		}
		if r, err = begin(tx, page, r); err != nil {
			return err
		}
		if slice[0].N == page.Rows[0].N {
			if err := s.keepPage(tx, page); err != nil {
				return err
			}
		}
		for i := range slice {
			if err := s.meet(tx, r, page.Scope, &slice[i]); err != nil {
				return err
			}
			t, err := s.replace(tx, page, &slice[i], touched)
			if err != nil {
				return fmt.Errorf("store: feed of scope %d, number %d: %w", page.Scope, slice[i].N, err)
			}
			touched = t
		}
		if err := errors.Join(s.author.KeepClock(tx), tx.SetFact(factFeedClock, int64(s.heard))); err != nil {
			return err
		}
		return s.advance(tx, page, slice[len(slice)-1].N)
	})
	s.again = s.again || len(s.gone.fresh) > 0 // the changes that were erased lie over no row any more
	s.gone.settle(err)
	if err == nil {
		s.neighbours = known
		s.changed(touched)
	}
	return errors.Join(err, s.layAgain(ctx))
}

func (s *Store) replace(tx *rows.Tx, page *wire.Page, r *wire.PageRow, touched []crdt.ID) ([]crdt.ID, error) {
	scope := page.Scope
	if s.File.Held().Kind(r.Row.Kind) != nil {
		scope = s.ScopeOf(r.Row.Kind)
	}
	old, err := tx.Get(r.Row.Kind, r.Row.ID)
	if err != nil {
		return touched, err
	}
	k := key{r.Row.Kind, r.Row.ID}
	if err := s.readAgain(tx, k); err != nil {
		return touched, err
	}
	// Only what was made here, and more of it is still to go up, may stay.
	if r.Void && (old == nil || old.N > 0 || s.overlay.over(s.File.Held(), k, nil, page.Vector) == nil) {
		return s.left(tx, leaving{k, old, r.N, scope}, touched)
	}
	if r.Row.Kind == crm.Party && old == nil && !r.Void {
		if err := s.entering(tx, r.Row.ID); err != nil {
			return touched, err
		}
	}
	var next *rows.Stored
	gone := s.gone.has(r.Row.Kind, r.Row.ID)
	if gone && !r.Void {
		if err := s.gone.returns(tx, s.File.Held(), &r.Row); err != nil {
			return touched, err
		}
		gone = s.gone.has(r.Row.Kind, r.Row.ID)
	}
	if !r.Void && !gone {
		if err := came(tx, k); err != nil {
			return touched, err
		}
		next = &rows.Stored{Row: r.Row, Conflicts: r.Conflicts, N: r.N}
		latest := r.Row.Clocks.Latest()
		s.hear(latest)
		if err := s.author.Clock.Observe(latest, s.nowMS(), -1); err != nil {
			return touched, err
		}
	}
	if r.Row.Kind == crm.Reissue && !r.Void {
		if err := s.toldReissue(tx, next); err != nil {
			return touched, err
		}
	}
	if !gone {
		next = s.overlay.over(s.File.Held(), k, next, page.Vector)
	}
	if err := tx.Swap(old, next, scope); err != nil {
		return touched, err
	}
	if r.Row.Kind == crm.Erasure && next != nil {
		return s.erased(tx, &next.Row, touched)
	}
	if next == nil {
		next = old
	}
	if next == nil {
		return touched, nil
	}
	return s.Touch(tx, next, touched)
}

// hear notes a stamp of the feed. One of a later epoch leaves the time of the
// former behind.
func (s *Store) hear(stamp crdt.Stamp) {
	switch epoch := s.author.Clock.Epoch; {
	case stamp.Epoch > epoch:
		s.heard = stamp.Time
	case stamp.Epoch == epoch:
		s.heard = max(s.heard, stamp.Time)
	}
}

// advance notes how far the feed has been read; digests counted in this
// transaction are flushed after it and added to what stands here.
func (s *Store) advance(tx *rows.Tx, page *wire.Page, n int64) error {
	sc, err := tx.Scope(page.Scope)
	if err != nil {
		return err
	}
	sc.Feed, sc.Epoch = n, page.Epoch
	return tx.SetScope(sc)
}

func (s *Store) applyEnd(ctx context.Context, page *wire.Page) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	taken, known := page.Vector[s.Origin()], s.neighbours
	err := s.File.Write(ctx, func(tx *rows.Tx) (err error) {
		if known, err = s.noteTaken(tx, page.Vector); err != nil {
			return err
		}
		for _, a := range unread(page) {
			if err := s.setAside(tx, a); err != nil {
				return err
			}
		}
		err = errors.Join(compared(tx), s.advance(tx, page, page.Until))
		if err != nil || page.More || page.Scope != s.branch {
			return err
		}
		if err := errors.Join(tx.SetFact(factWhole, page.Until), entered(tx)); err != nil {
			return err
		}
		if known, err = s.dropTaken(tx, known); err != nil {
			return err
		}
		// What this branch wrote stands in its own feed: only its last page says
		// that the changes came back as rows. Until then they are sent again
		// after a crash, so nothing is trimmed before it either.
		if err := tx.SetFact(factTaken, int64(taken)); err != nil {
			return err
		}
		if r, err := reading(tx, page.Scope); err != nil {
			return err
		} else if !r.Sweep {
			if err := tx.SetFact(factMet, int64(1)); err != nil {
				return err
			}
		}
		if err := tx.Exec(`DELETE FROM own_renamed WHERE seq<=?1`, int64(taken)); err != nil {
			return err
		}
		if err := errors.Join(s.eraseSpared(tx), s.trimFormers(tx, known, page.Backed)); err != nil {
			return err
		}
		return s.trim(tx, min(page.Backed, taken))
	})
	s.gone.settle(err)
	if err != nil {
		return err
	}
	s.neighbours = known
	if page.More || page.Scope != s.branch {
		return nil
	}
	s.overlay.take(s.Origin(), page.Vector)
	s.changed(nil)
	return nil
}

// trim forgets journal entries that a backup of central covers.
func (s *Store) trim(tx *rows.Tx, upTo uint64) error {
	have, err := tx.Trimmed()
	if err != nil || upTo <= have {
		return err
	}
	// The clock goes on from the last own stamp, which may be trimmed here.
	if err := s.author.KeepClock(tx); err != nil {
		return err
	}
	return tx.Trim(upTo)
}

// Cursor is how far a scope has been read.
func (s *Store) Cursor(ctx context.Context, scope int64) (sc rows.Scope, err error) {
	err = s.File.Read(ctx, func(tx *rows.Tx) error {
		sc, err = tx.Scope(scope)
		return err
	})
	return sc, err
}

// Met reports whether the feed has once reached its head here.
func (s *Store) Met(ctx context.Context) (met bool, err error) {
	err = s.File.Read(ctx, func(tx *rows.Tx) error {
		met, err = s.Local.Met(tx)
		return err
	})
	return met, err
}

// Met reports whether the feed has once reached the head of its file: before,
// a withdrawal of consent may still be on its way.
func (l *Local) Met(tx *rows.Tx) (bool, error) {
	n, err := tx.FactInt(factMet)
	return n == 1, err
}
