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

// A row of a feed that cannot be read is set aside: the reading goes on behind it.
// By its number it is asked for again; once it can be read, or a later row of its
// name comes, or the scope agrees with central, it is forgotten.

// asideListed is how many rows that were set aside are listed at most.
const asideListed = 200

// OnAside tells fn of each row that is set aside. Call it before
// anything is applied.
func (s *Store) OnAside(fn func(rows.Aside)) { s.putAside = fn }

// Asides are the rows that were set aside, by scope and number.
func (s *Store) Asides(ctx context.Context) (out []rows.Aside, err error) {
	err = s.File.Read(ctx, func(tx *rows.Tx) error {
		out, err = asides(tx, `1 ORDER BY scope, n LIMIT ?1`, asideListed)
		return err
	})
	return out, err
}

func asides(tx *rows.Tx, where string, args ...any) (out []rows.Aside, err error) {
	err = tx.Query(`SELECT scope, n, since, kind, row_id, why, at FROM aside WHERE `+where, func(st *sqlite.Stmt) error {
		out = append(out, rows.Aside{Scope: st.ColumnInt64(0), N: st.ColumnInt64(1), Since: st.ColumnInt64(2), Kind: uint8(st.ColumnInt64(3)),
			ID: crdt.ID(st.ColumnInt64(4)), Why: st.ColumnText(5), AtMS: st.ColumnInt64(6)})
		return nil
	}, args...)
	return out, err
}

func countAside(tx *rows.Tx, scope int64) (int64, error) {
	n, _, err := tx.Int(`SELECT count(*) FROM aside WHERE scope=?1`, scope)
	return n, err
}

// lacking reports whether a scope lacks rows that were set aside.
func (s *Store) lacking(ctx context.Context, scope int64) (yes bool, err error) {
	err = s.File.Read(ctx, func(tx *rows.Tx) error {
		n, err := countAside(tx, scope)
		yes = n > 0
		return err
	})
	return yes, err
}

// numbered gives the rows of a scope that agrees, and that have no number of the
// feed, its number. They stand here as central has them, but came as changes, from
// here or from a neighbour: what the feed had of them was set aside.
func (s *Store) numbered(tx *rows.Tx, scope, n int64) error {
	for _, k := range s.File.Held().Kinds {
		if s.ScopeOf(k.Num) != scope {
			continue
		}
		if err := tx.Exec(`UPDATE "`+k.Name+`" SET n=?1 WHERE n=0`, n); err != nil {
			return err
		}
	}
	return nil
}

// forgetAside forgets what was set aside of a scope: it agrees, or is read from 0.
func forgetAside(tx *rows.Tx, scope int64) error {
	return tx.Exec(`DELETE FROM aside WHERE scope=?1`, scope)
}

// setAside notes a row, and that a sweep meets it.
func (s *Store) setAside(tx *rows.Tx, a rows.Aside) error {
	s.anyAside = true
	r, err := reading(tx, a.Scope)
	if err == nil && a.Kind != 0 {
		err = s.meet(tx, r, a.Scope, &wire.PageRow{Row: crdt.Row{Kind: a.Kind, ID: a.ID}})
	}
	return errors.Join(err, tx.Exec(`INSERT INTO aside (scope, n, since, kind, row_id, why, at)
		VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
		ON CONFLICT DO UPDATE SET since=excluded.since, kind=excluded.kind, row_id=excluded.row_id, why=excluded.why`,
		a.Scope, a.N, a.Since, int64(a.Kind), int64(a.ID), a.Why, s.nowMS()))
}

// unread are the rows of a page that its reader could not read.
func unread(page *wire.Page) (out []rows.Aside) {
	for _, a := range page.Aside {
		out = append(out, rows.Aside{Scope: page.Scope, N: a.N, Since: page.Since, Kind: a.Kind, ID: a.ID, Why: a.Why})
	}
	return out
}

// readAgain forgets what was set aside of a row that comes now.
func (s *Store) readAgain(tx *rows.Tx, k key) error {
	if !s.anyAside {
		return nil
	}
	return tx.Exec(`DELETE FROM aside WHERE kind=?1 AND row_id=?2`, int64(k.kind), int64(k.id))
}

// Again takes what central answered when a row that was set aside was asked for by
// its number: a page from Since, of one row. Where the row can be read now the scope
// is read again from there. Where it has another number it comes, or came, with that.
func (s *Store) Again(ctx context.Context, a rows.Aside, page *wire.Page) (readable bool, err error) {
	if page.Scope != a.Scope || page.Since != a.Since || len(page.Aside) > 0 {
		return false, nil
	}
	s.applying.Lock()
	defer s.applying.Unlock()
	s.mu.Lock()
	defer s.mu.Unlock()
	err = s.File.Write(ctx, func(tx *rows.Tx) error {
		readable = false
		sc, err := tx.Scope(a.Scope)
		if err != nil || sc.Epoch != page.Epoch {
			return err
		}
		if len(page.Rows) == 0 || page.Rows[0].N > a.N {
			return tx.Exec(`DELETE FROM aside WHERE scope=?1 AND n=?2`, a.Scope, a.N)
		}
		readable = true
		return s.back(tx, sc, a.Since)
	})
	if err != nil {
		return false, fmt.Errorf("store: read number %d of scope %d again: %w", a.N, a.Scope, err)
	}
	return readable, nil
}

// back makes the reading of a scope go on from an earlier number.
func (s *Store) back(tx *rows.Tx, sc rows.Scope, since int64) error {
	sc.Feed = min(sc.Feed, since)
	if err := tx.SetScope(sc); err != nil || sc.Scope != s.branch {
		return err
	}
	whole, err := tx.FactInt(factWhole) // purges wait for the branch's feed
	if err != nil || whole <= since {
		return err
	}
	return tx.SetFact(factWhole, since)
}

// unheard reports whether something that was set aside may be what somebody said of
// consent, or that two are the same person.
func unheard(tx *rows.Tx) (yes bool, err error) {
	_, yes, err = tx.Int(`SELECT 1 FROM aside WHERE kind IN (0, ?1, ?2) LIMIT 1`, int64(crm.Consent), int64(crm.Link))
	return yes, err
}
