package store

import (
	"context"
	"errors"
	"fmt"

	"zombiezen.com/go/sqlite"

	"bough/crdt"
	"bough/sync/rows"
	"bough/sync/wire"
)

// repairAfterMS is how long a scope that was read anew is not read anew again:
// where that did not help, somebody has to look, and the line is not for ever.
const repairAfterMS = 5 * 60 * 1000

// Facts of a scope that differed; its number follows.
const (
	factDiffers = "digest differs since " // ms UTC; absent: it agrees
	factReread  = "scope read anew at "   // ms UTC
)

// Differences tells of which scopes the rows may not be those of central, and
// since when (ms UTC); none, mostly. They are being read anew, and the last page
// settles it.
func (s *Store) Differences(ctx context.Context) (since map[int64]int64, err error) {
	since = map[int64]int64{}
	err = s.File.Read(ctx, func(tx *rows.Tx) error {
		for _, scope := range s.Scopes() {
			at, err := tx.FactInt(fmt.Sprint(factDiffers, scope))
			if err != nil {
				return err
			}
			if at != 0 {
				since[scope] = at
			}
		}
		return nil
	})
	return since, err
}

// OnDiffer tells fn of a scope that differs from central, each time it is found
// out. Call it before anything is applied.
func (s *Store) OnDiffer(fn func(scope int64)) { s.differs = fn }

// agree compares, after the last page of a scope and where nothing untaken lies
// over the rows, the digest with central's. Where they differ the rows are
// added up anew; where that does not settle it the scope is read from 0, as
// after a long absence, so that every row is central's again and what it does
// not have goes.
func (s *Store) agree(ctx context.Context, page *wire.Page) error {
	if page.Digest == (crdt.Digest{}) || !s.overlay.empty() {
		return nil
	}
	at, err := s.Cursor(ctx, page.Scope)
	if err != nil || at.Feed != page.Until {
		return err
	}
	doubts, err := s.Differences(ctx)
	if err != nil {
		return err
	}
	lacks, err := s.lacking(ctx, page.Scope)
	if err != nil {
		return err
	}
	switch doubted := doubts[page.Scope] != 0; {
	case at.Digest == page.Digest:
		if !doubted && !lacks {
			return nil
		}
	case lacks && !doubted:
		return nil // it cannot agree, for what was set aside
	default:
		if _, err := s.Recount(ctx); err != nil {
			return err
		}
	}
	differs := false
	s.mu.Lock()
	err = s.File.Write(ctx, func(tx *rows.Tx) (err error) {
		differs, err = s.settle(tx, page)
		return err
	})
	s.mu.Unlock()
	if err == nil && differs {
		s.differs(page.Scope)
	}
	return err
}

// settle notes whether a scope agrees, and begins to read it anew if not. Where
// rows were set aside it is read anew once for a doubt, which ends with that.
func (s *Store) settle(tx *rows.Tx, page *wire.Page) (differs bool, err error) {
	sc, err := tx.Scope(page.Scope)
	if err != nil {
		return false, err
	}
	const certain = `DELETE FROM fact WHERE name=?1`
	if sc.Digest == page.Digest {
		return false, errors.Join(tx.Exec(certain, fmt.Sprint(factDiffers, page.Scope)), s.numbered(tx, page.Scope, sc.Feed), forgetAside(tx, page.Scope))
	}
	if err := s.doubt(tx, page.Scope); err != nil {
		return true, err
	}
	now, name := s.nowMS(), fmt.Sprint(factReread, page.Scope)
	last, err := tx.FactInt(name)
	if err != nil || last != 0 && now-last >= 0 && now-last < repairAfterMS {
		return true, err
	}
	if err := tx.SetFact(name, now); err != nil {
		return true, err
	}
	if lacks, err := countAside(tx, page.Scope); err != nil || lacks > 0 {
		if err := errors.Join(err, tx.Exec(certain, fmt.Sprint(factDiffers, page.Scope))); err != nil {
			return true, err
		}
	}
	return true, s.reread(tx, page.Scope, page.Epoch)
}

// Recount adds the rows up as they stand on the disk and makes the digests say
// it; it tells of which scopes they did not. Somebody else wrote to the file
// then: the next page shows whether central has other rows.
func (s *Store) Recount(ctx context.Context) (wrong []int64, err error) {
	var delta map[int64]crdt.Digest
	err = s.File.Read(ctx, func(tx *rows.Tx) (err error) {
		delta, err = s.deltas(tx)
		return err
	})
	if err != nil || len(delta) == 0 {
		return nil, err
	}
	for _, scope := range s.Scopes() {
		if _, off := delta[scope]; off {
			wrong = append(wrong, scope)
		}
	}
	err = s.File.Write(ctx, func(tx *rows.Tx) error {
		for scope, d := range delta {
			tx.Count(scope, d, crdt.Digest{}) // whatever was written meanwhile counts besides
			if err := s.doubt(tx, scope); err != nil {
				return err
			}
		}
		return nil
	})
	return wrong, err
}

// doubt notes since when a scope may differ from central.
func (s *Store) doubt(tx *rows.Tx, scope int64) error {
	return tx.Exec(`INSERT OR IGNORE INTO fact (name, value) VALUES (?1, ?2)`, fmt.Sprint(factDiffers, scope), s.nowMS())
}

// deltas are what rows make of digests, less what is kept; only those that are
// not zero.
func (s *Store) deltas(tx *rows.Tx) (map[int64]crdt.Digest, error) {
	sums := map[int64]crdt.Digest{}
	for _, scope := range s.Scopes() {
		sums[scope] = crdt.Digest{}
	}
	unknown, err := scopesOfUnknown(tx)
	if err != nil {
		return nil, err
	}
	err = tx.Each(func(r *rows.Stored) error {
		scope := s.ScopeOf(r.Kind)
		if in, is := unknown[key{r.Kind, r.ID}]; is && s.File.Held().Kind(r.Kind) == nil {
			scope = in
		}
		d := sums[scope]
		d.Add(r.Digest())
		sums[scope] = d
		return nil
	})
	if err != nil {
		return nil, err
	}
	for scope, d := range sums {
		sc, err := tx.Scope(scope)
		if err != nil {
			return nil, err
		}
		if d.Sub(sc.Digest); d == (crdt.Digest{}) {
			delete(sums, scope)
		} else {
			sums[scope] = d
		}
	}
	return sums, nil
}

// scopesOfUnknown tells in which scope rows of kinds came that nobody knows here.
func scopesOfUnknown(tx *rows.Tx) (map[key]int64, error) {
	out := map[key]int64{}
	return out, tx.Query(`SELECT u.kind, u.id, m.scope FROM unknown AS u JOIN met AS m ON m.kind=u.kind AND m.row_id=u.id`, func(st *sqlite.Stmt) error {
		out[key{uint8(st.ColumnInt64(0)), crdt.ID(st.ColumnInt64(1))}] = st.ColumnInt64(2)
		return nil
	})
}
