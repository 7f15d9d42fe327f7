package store

import (
	"context"
	"errors"
	"fmt"

	"zombiezen.com/go/sqlite"

	"bough/crdt"
	"bough/sync/journal"
	"bough/sync/rows"
	"bough/sync/wire"
)

// sweepRows is how many rows one transaction of a sweep looks at.
const sweepRows = 1000

// Reading tells how the reading of a scope from 0 stands.
func (s *Store) Reading(ctx context.Context, scope int64) (r rows.Reading, err error) {
	err = s.File.Read(ctx, func(tx *rows.Tx) error {
		r, err = reading(tx, scope)
		return err
	})
	return r, err
}

func reading(tx *rows.Tx, scope int64) (r rows.Reading, err error) {
	err = tx.Query(`SELECT whole, sweep, round FROM reading WHERE scope=?1`, func(s *sqlite.Stmt) error {
		r = rows.Reading{On: true, Whole: s.ColumnInt64(0), Sweep: s.ColumnInt64(1) == 1, Round: s.ColumnInt64(2)}
		return nil
	}, scope)
	return r, err
}

func setReading(tx *rows.Tx, scope int64, r rows.Reading) error {
	return tx.Exec(`INSERT OR REPLACE INTO reading (scope, whole, sweep, round) VALUES (?1, ?2, ?3, ?4)`, scope, r.Whole, flag(r.Sweep), r.Round)
}

// Rewind makes the feed of a scope start again from 0: in a new feed epoch, or,
// away, because central has taken leave entries out of the feed that were not
// read here. Rows stay and are replaced as they come; away, those that do not
// come, and that no untaken change names, go at the end.
func (s *Store) Rewind(ctx context.Context, scope int64, epoch uint64, away bool) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.relay = newRelay() // in a new epoch central may lack what it had
	return s.File.Write(ctx, func(tx *rows.Tx) error {
		sc, err := tx.Scope(scope)
		if err == nil && sc.Epoch != epoch {
			err = tx.SetFact(factUncompared, int64(1))
		}
		return errors.Join(err, s.rewind(tx, scope, epoch, away))
	})
}

// reread makes a scope be read from 0 though nothing was missed, to repair it:
// withdrawals of consent are not on their way.
func (s *Store) reread(tx *rows.Tx, scope int64, epoch uint64) error {
	met, err := tx.FactInt(factMet)
	if err != nil {
		return err
	}
	return errors.Join(s.rewind(tx, scope, epoch, true), tx.SetFact(factMet, met))
}

func (s *Store) rewind(tx *rows.Tx, scope int64, epoch uint64, away bool) error {
	sc, err := tx.Scope(scope)
	if err != nil {
		return err
	}
	r, err := reading(tx, scope)
	if err != nil {
		return err
	}
	if !r.On {
		r = rows.Reading{Whole: sc.Feed}
	}
	r.Sweep = r.Sweep || away
	r.Round++ // what was met until now may have left since
	sc.Feed, sc.Epoch = 0, epoch
	err = errors.Join(tx.SetScope(sc), setReading(tx, scope, r), forgetAside(tx, scope))
	if scope == s.branch { // purges wait for its feed alone
		err = errors.Join(err, tx.SetFact(factWhole, int64(0)))
	}
	if away {
		// A withdrawal of consent may be on its way, as at the very first reading.
		err = errors.Join(err, tx.SetFact(factMet, int64(0)))
	}
	return err
}

// begin notes, with the first page of a reading from 0, where central's feed
// stood: what leaves from now on is told beyond that.
func begin(tx *rows.Tx, page *wire.Page, r rows.Reading) (rows.Reading, error) {
	if page.Since > 0 {
		return r, nil
	}
	if r.On && !r.Sweep {
		r.Whole = min(r.Whole, page.Head)
	} else {
		r.Whole = page.Head
	}
	r.On = true
	return r, setReading(tx, page.Scope, r)
}

// meet marks a row of the feed as met, where a sweep will ask for it. Of rows
// of kinds that this release does not know, the mark also says whose they are.
func (s *Store) meet(tx *rows.Tx, r rows.Reading, scope int64, row *wire.PageRow) error {
	known := s.File.Held().Kind(row.Row.Kind) != nil
	switch {
	case known && (!r.Sweep || row.Void):
		return nil
	case row.Void:
		return tx.Exec(`DELETE FROM met WHERE kind=?1 AND row_id=?2`, int64(row.Row.Kind), int64(row.Row.ID))
	}
	return tx.Exec(`INSERT OR REPLACE INTO met (kind, row_id, round, scope) VALUES (?1, ?2, ?3, ?4)`,
		int64(row.Row.Kind), int64(row.Row.ID), r.Round, scope)
}

// finish ends a reading from 0 after its last page; it sweeps first where the
// node was away. What a crash interrupts is taken up after the next page.
func (s *Store) finish(ctx context.Context, scope int64) error {
	r, err := s.Reading(ctx, scope)
	if err != nil || !r.On {
		return err
	}
	for _, k := range s.File.Held().Kinds {
		if r.Sweep && s.ScopeOf(k.Num) == scope {
			if err := s.sweep(ctx, k, scope, r.Round); err != nil {
				return fmt.Errorf("store: sweep scope %d: %w", scope, err)
			}
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	err = s.File.Write(ctx, func(tx *rows.Tx) error { return s.whole(tx, scope, r) })
	if err != nil {
		return fmt.Errorf("store: end the reading of scope %d: %w", scope, err)
	}
	return nil
}

// whole forgets that a scope was read from 0. What came and left while this node
// was away, or before it began to read, is not here either: central hears so.
func (s *Store) whole(tx *rows.Tx, scope int64, r rows.Reading) error {
	if err := tx.Exec(`DELETE FROM reading WHERE scope=?1`, scope); err != nil {
		return err
	}
	if r.Sweep {
		if err := s.forgetMet(tx, scope, r.Round); err != nil {
			return err
		}
	} else if err := s.doubtAgain(tx, scope, r); err != nil {
		return err
	}
	if scope != s.branch {
		return nil
	}
	sc, err := tx.Scope(scope)
	if err != nil {
		return err
	}
	if err := s.OrderPurge(tx, wire.Receipt{Why: wire.WhyLeft, N: sc.Feed}); err != nil || !r.Sweep {
		return err
	}
	return tx.SetFact(factMet, int64(1))
}

// doubtAgain doubts a scope that was read again in another epoch: central was
// restored, and what it does not have goes once all that workstations had is
// with it again.
func (s *Store) doubtAgain(tx *rows.Tx, scope int64, r rows.Reading) error {
	if r.Round == 0 {
		return nil // the very first reading
	}
	return s.doubt(tx, scope)
}

// forgetMet ends a sweep: rows of unknown kinds go that were not met, and no
// mark is needed any more.
func (s *Store) forgetMet(tx *rows.Tx, scope, round int64) error {
	if err := s.sweepUnknown(tx, scope, round); err != nil {
		return err
	}
	for _, k := range s.File.Held().Kinds {
		if err := tx.Exec(`DELETE FROM met WHERE kind=?1 AND scope=?2`, int64(k.Num), scope); err != nil {
			return err
		}
	}
	return tx.Exec(`UPDATE met SET round=0 WHERE scope=?1`, scope)
}

// sweepUnknown lets go of rows of kinds that this release does not know: there
// are few.
func (s *Store) sweepUnknown(tx *rows.Tx, scope, round int64) error {
	var unmet []key
	err := tx.Query(`SELECT u.kind, u.id
		FROM unknown AS u
		LEFT JOIN met AS m
			ON m.kind=u.kind AND m.row_id=u.id
		WHERE coalesce(m.scope, ?3)=?1 AND coalesce(m.round, -1)<>?2`, func(st *sqlite.Stmt) error {
		k := key{uint8(st.ColumnInt64(0)), crdt.ID(st.ColumnInt64(1))}
		if s.File.Held().Kind(k.kind) == nil && !s.overlay.has(k) {
			unmet = append(unmet, k)
		}
		return nil
	}, scope, round, s.branch) // what was written here and never came with the feed is of the branch
	for _, k := range unmet {
		if err == nil {
			_, err = s.letGo(tx, k.kind, k.id, scope, nil)
		}
		if err == nil {
			err = tx.Exec(`DELETE FROM met WHERE kind=?1 AND row_id=?2`, int64(k.kind), int64(k.id))
		}
	}
	return err
}

// sweep lets go of the rows of a kind that a reading from 0 did not meet.
func (s *Store) sweep(ctx context.Context, k *crdt.Kind, scope, round int64) error {
	for after := crdt.ID(0); ; {
		next, err := s.sweepSlice(ctx, k, scope, round, after)
		if err != nil || next == after {
			return err
		}
		after = next
	}
}

func (s *Store) sweepSlice(ctx context.Context, k *crdt.Kind, scope, round int64, after crdt.ID) (last crdt.ID, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var touched []crdt.ID
	err = s.File.Write(ctx, func(tx *rows.Tx) error {
		unmet, err := tx.IDs(`SELECT id FROM "`+k.Name+`" WHERE id>?1
			AND NOT EXISTS (SELECT 1 FROM met WHERE kind=?2 AND row_id="`+k.Name+`".id AND round=?3)
			ORDER BY id LIMIT ?4`, int64(after), int64(k.Num), round, sweepRows)
		if err != nil {
			return err
		}
		waiting, err := s.waitingFor(tx, k.Num)
		if err != nil {
			return err
		}
		last = after
		for _, id := range unmet {
			last = id
			if s.overlay.has(key{k.Num, id}) || waiting[id] {
				continue
			}
			if touched, err = s.letGo(tx, k.Num, id, scope, touched); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil && len(touched) > 0 {
		s.changed(touched)
	}
	return last, err
}

// letGo removes a row that the scope does not hold, with its conflicts; its
// entry of the index goes with the next run of the indexer.
func (s *Store) letGo(tx *rows.Tx, kind uint8, id crdt.ID, scope int64, touched []crdt.ID) ([]crdt.ID, error) {
	old, err := tx.Get(kind, id)
	if err != nil || old == nil {
		return touched, err
	}
	sc, err := tx.Scope(scope)
	if err != nil {
		return touched, err
	}
	return s.left(tx, leaving{key{kind, id}, old, sc.Feed, scope}, touched)
}

// waitingFor are the rows of a kind that changes of neighbours name which are
// ahead of time: they do not stand in the rows yet.
func (s *Store) waitingFor(tx *rows.Tx, kind uint8) (map[crdt.ID]bool, error) {
	named := map[crdt.ID]bool{}
	err := eachOfNeighbours(tx, `merged=0`, func(c *journal.Change) error {
		for i := range c.Bodies {
			if op := &c.Bodies[i].Op; op.Kind == kind {
				named[op.ID] = true
			}
		}
		return nil
	})
	return named, err
}
