package store

import (
	"context"
	"errors"
	"fmt"

	"zombiezen.com/go/sqlite"

	"bough/crdt"
	"bough/node/crm"
	"bough/sync/rows"
	"bough/sync/wire"
)

// Errors of copies for new workstations.
var (
	// ErrUnsettled is a file whose rows are not as central has them just now:
	// something untaken lies over them, or a feed is being read from 0.
	ErrUnsettled = errors.New("store: the rows are not as head office has them just now")
	// ErrOtherRows is a copy whose rows are not those of central.
	ErrOtherRows = errors.New("store: the rows of this copy are not those of head office")
)

// Settled reports whether a copy could be made now.
func (s *Store) Settled(ctx context.Context) (bool, error) {
	if !s.overlay.empty() {
		return false, nil
	}
	calm := false
	err := s.File.Read(ctx, func(tx *rows.Tx) (err error) {
		calm, err = s.calm(tx)
		return err
	})
	return calm, err
}

// calm reports whether the feeds were read to their heads and nothing is amiss.
func (s *Store) calm(tx *rows.Tx) (bool, error) {
	met, err := s.Local.Met(tx)
	if err != nil || !met {
		return false, err
	}
	reads, err := tx.IDs(`SELECT scope FROM reading LIMIT 1`)
	if err != nil || len(reads) > 0 {
		return false, err
	}
	for _, scope := range s.Scopes() {
		if lacks, err := countAside(tx, scope); err != nil || lacks > 0 {
			return false, err
		}
		if at, err := tx.FactInt(fmt.Sprint(factDiffers, scope)); err != nil || at != 0 {
			return false, err
		}
	}
	return true, nil
}

// Copy makes the file that a new workstation of this branch begins with: the rows
// as central gave them, their conflicts, and how far the feeds were read, put
// into a new file. Keys, journals, sessions and all else that is this
// workstation's own are not in it, nor what was deleted here. Work goes on
// meanwhile. ErrUnsettled where rows are not central's alone: ask again.
func (s *Store) Copy(ctx context.Context, path string) error {
	to := rows.Options{Path: path, Schema: s.File.Schema(), Migrations: localTables, Oldest: oldestReader, NoSync: true, Disk: s.File.Disk()}
	err := s.File.Extract(ctx, to, func(x *rows.Extract) error {
		if err := s.pin(x.Tx); err != nil {
			return err
		}
		for _, k := range s.File.Schema().Kinds {
			if err := x.CopyAll(k.Num); err != nil {
				return err
			}
		}
		return errors.Join(
			x.Exec(`INSERT INTO snap.unknown (kind, id, canonical, n) SELECT kind, id, canonical, n FROM main.unknown`),
			x.Exec(`INSERT INTO snap.met (kind, row_id, round, scope) SELECT m.kind, m.row_id, 0, m.scope FROM main.met AS m JOIN main.unknown AS u ON u.kind=m.kind AND u.id=m.row_id`),
			x.Exec(`INSERT INTO snap.scope (scope, digest, feed, epoch) SELECT scope, digest, feed, epoch FROM main.scope WHERE scope IN (?1, ?2)`, OfficeScope, s.branch))
	})
	if err != nil {
		return fmt.Errorf("store: copy for a new workstation: %w", err)
	}
	return nil
}

// pin begins to read the file at a moment at which nothing lies over its rows;
// what is written afterwards is not seen.
func (s *Store) pin(tx *rows.Tx) error {
	s.applying.Lock() // no page is half in
	defer s.applying.Unlock()
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.overlay.empty() {
		return ErrUnsettled
	}
	calm, err := s.calm(tx)
	if err == nil && !calm {
		err = ErrUnsettled
	}
	return err
}

// Proof gets a page of central that follows a number of a scope's feed; more of
// them where there is more. Whoever gives it has checked that central made it.
type Proof func(ctx context.Context, scope, since int64, epoch uint64) (*wire.Page, error)

// SettleCopy makes a copy that a neighbour made ready to become a node's file.
// Nothing of it is believed: its tables are as they should be, it holds rows
// alone, and after the pages of proof were applied they add up to the digests
// that central tells. ErrSnapshot, ErrOtherRows, rows.ErrStrange: it is of no use.
// Other errors say that it could not be checked: it may be, later.
func SettleCopy(ctx context.Context, o Options, proof Proof) (err error) {
	ro := rows.Options{Path: o.Path, Schema: o.Schema, Migrations: localTables, Oldest: oldestReader, NoSync: o.NoSync, Disk: o.Disk}
	if err := rows.Adopt(ro, true); err != nil {
		return fmt.Errorf("store: copy: %w", err)
	}
	s, err := Open(ctx, o)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.File.Close()) }()
	if err := s.checkCopy(ctx); err != nil {
		return err
	}
	for _, scope := range s.Scopes() {
		if err := s.prove(ctx, scope, proof); err != nil {
			return err
		}
	}
	return s.moveIn(ctx)
}

// moveIn makes what follows from rows and did not come with them, as Touch does
// row by row: the index is told of all parties, ids that rows had before open
// them, and what was erased or left before is gone here, too. Then the file is
// made durable.
func (s *Store) moveIn(ctx context.Context) error {
	err := s.File.Write(ctx, func(tx *rows.Tx) error {
		if err := tx.Exec(`INSERT OR IGNORE INTO dirty (party) SELECT id FROM party`); err != nil {
			return err
		}
		if err := tx.Rows(crm.Reissue, "1=1", func(r *rows.Stored) error { return touchReissue(tx, r) }); err != nil {
			return err
		}
		return s.inherit(tx)
	})
	s.gone.settle(err)
	if err != nil {
		return fmt.Errorf("store: snapshot: %w", err)
	}
	return s.File.Checkpoint(ctx)
}

// inherit carries out the orders of erasure that came as rows, and has it said that
// nothing is here of them, nor of what left before: central waits for that of
// everybody who had joined then.
func (s *Store) inherit(tx *rows.Tx) (err error) {
	if s.gone, err = loadGone(tx); err != nil {
		return err
	}
	var orders []*rows.Stored
	err = tx.Rows(crm.Erasure, "1=1", func(r *rows.Stored) error {
		orders = append(orders, r)
		return nil
	})
	for _, r := range orders {
		if err == nil {
			_, err = s.erased(tx, &r.Row, nil)
		}
	}
	if err != nil {
		return err
	}
	sc, err := tx.Scope(s.branch)
	if err != nil {
		return err
	}
	return s.OrderPurge(tx, wire.Receipt{Why: wire.WhyLeft, N: sc.Feed})
}

// prove takes in what central says beyond the copy, and compares digests.
func (s *Store) prove(ctx context.Context, scope int64, proof Proof) error {
	for {
		at, err := s.Cursor(ctx, scope)
		if err != nil {
			return err
		}
		page, err := proof(ctx, scope, at.Feed, at.Epoch)
		if err != nil {
			return err
		}
		if page.Scope != scope || page.Since != at.Feed || page.Epoch != at.Epoch || page.Until < at.Feed {
			return fmt.Errorf("%w: scope %d: its feed is another one", ErrOtherRows, scope)
		}
		if err := s.Apply(ctx, page); err != nil {
			return err
		}
		if page.More {
			if page.Until == at.Feed {
				return fmt.Errorf("%w: scope %d: the proof does not go on", ErrOtherRows, scope)
			}
			continue
		}
		if at, err = s.Cursor(ctx, scope); err != nil {
			return err
		}
		if at.Feed != page.Until || at.Digest != page.Digest {
			return fmt.Errorf("%w: scope %d", ErrOtherRows, scope)
		}
		return nil
	}
}

// checkCopy adds the rows of a copy up, and looks at what no digest covers:
// feed numbers, marks of sets, conflicts that belong to no row.
func (s *Store) checkCopy(ctx context.Context) error {
	return s.File.Read(ctx, func(tx *rows.Tx) error {
		wrong, err := s.deltas(tx)
		if err != nil {
			return err
		}
		for scope := range wrong {
			return fmt.Errorf("%w: scope %d", ErrSnapshot, scope)
		}
		head, err := s.headOf(tx)
		if err != nil {
			return err
		}
		conflicts := int64(0)
		for _, k := range s.File.Held().Kinds {
			n, err := marks(tx, k, head)
			if conflicts += n; err != nil {
				return err
			}
		}
		if n, _, err := tx.Int(`SELECT count(*) FROM conflict`); err != nil || n != conflicts {
			return errors.Join(err, fmt.Errorf("%w: conflicts of no row", ErrSnapshot))
		}
		return nil
	})
}

// headOf is the greatest number that the feeds of a copy have reached.
func (s *Store) headOf(tx *rows.Tx) (head int64, err error) {
	for _, scope := range s.Scopes() {
		sc, err := tx.Scope(scope)
		if err != nil {
			return 0, err
		}
		if sc.Feed == 0 || sc.Epoch == 0 {
			return 0, fmt.Errorf("%w: scope %d was never read", ErrSnapshot, scope)
		}
		head = max(head, sc.Feed)
	}
	return head, nil
}

// marks checks the columns of a kind that follow from others, and counts its
// conflicts.
func marks(tx *rows.Tx, k *crdt.Kind, head int64) (conflicts int64, err error) {
	odd, _, err := tx.Int(`SELECT count(*) FROM "`+k.Name+`" WHERE n<1 OR n>?1`, head)
	if err == nil && odd != 0 {
		err = fmt.Errorf("%w: %d rows of %s have no number of the feed", ErrSnapshot, odd, k.Name)
	}
	if err != nil {
		return 0, err
	}
	if conflicts, _, err = tx.Int(`SELECT coalesce(sum(conflicts), 0) FROM "` + k.Name + `"`); err != nil || k.Class != crdt.Set {
		return conflicts, err
	}
	gone := map[crdt.ID]bool{}
	err = tx.Query(`SELECT id FROM "`+k.Name+`" WHERE gone=1`, func(st *sqlite.Stmt) error {
		gone[crdt.ID(st.ColumnInt64(0))] = true
		return nil
	})
	if err != nil {
		return conflicts, err
	}
	return conflicts, tx.Rows(k.Num, "1=1", func(r *rows.Stored) error {
		if r.Gone(r.Conflicts...) != gone[r.ID] {
			return fmt.Errorf("%w: a mark of %s", ErrSnapshot, k.Name)
		}
		return nil
	})
}

// Shape is how this release lays out a new file at o.Path, which is made for it
// and removed: copies go only between programs of the same.
func Shape(o Options) ([]byte, error) {
	return rows.Shape(rows.Options{Path: o.Path, Schema: o.Schema, Migrations: localTables, Oldest: oldestReader, Disk: o.Disk})
}
