package store

import (
	"context"
	"fmt"

	"zombiezen.com/go/sqlite"

	"bough/crdt"
	"bough/node/crm"
	"bough/sync/rows"
	"bough/sync/wire"
)

// maxKeptBytes is how much of central's pages is kept: some weeks of a busy branch.
// The oldest go first; a backup of central a day leaves far less.
const maxKeptBytes = 64 << 20

// factKept is how many bytes of pages are kept.
const factKept = "bytes of kept pages"

// factTold is up to which kept page a restored central was told of them: no id above
// it is given to two.
const factTold = "kept pages told"

// keepPage keeps a page for the case that central is restored from a backup that does
// not have it; not one with rows that cannot be read, for nobody could tell whom these
// are about. What the oldest backup covers is forgotten.
func (s *Store) keepPage(tx *rows.Tx, page *wire.Page) error {
	p := page.Proof
	if p == nil || s.enclosing == nil || len(page.Aside) > 0 {
		return nil
	}
	if err := forgetKept(tx, `until<=?1`, p.Covered); err != nil {
		return err
	}
	until := int64(0)
	for i := range page.Rows {
		switch r := &page.Rows[i]; {
		case r.Void:
		case s.namesGone(&r.Row):
			return nil
		case r.N > p.Covered:
			until = r.N
		}
	}
	if until == 0 {
		return nil
	}
	envelope, err := s.enclosing(p.Sealed)
	if err != nil {
		return err
	}
	told, err := tx.FactInt(factTold)
	if err != nil {
		return err
	}
	id, _, err := tx.Int(`SELECT max(coalesce(max(id), 0), ?1)+1 FROM kept_page`, told)
	if err != nil {
		return err
	}
	err = tx.Exec(`INSERT INTO kept_page (id, epoch, until, envelope) VALUES (?1, ?2, ?3, ?4)`, id, int64(page.Epoch), until, envelope)
	if err != nil {
		return err
	}
	if err := s.nameKept(tx, id, page); err != nil {
		return err
	}
	size, err := tx.FactInt(factKept)
	if err != nil {
		return err
	}
	if err := tx.SetFact(factKept, size+int64(len(envelope))); err != nil || size+int64(len(envelope)) <= maxKeptBytes {
		return err
	}
	return forgetKept(tx, `id<=(SELECT min(id)+max(1, count(*)/8) FROM kept_page)`)
}

// nameKept notes which rows are in a page, and on which rows they hang: they go with
// these. Only those that no backup covers are offered.
func (s *Store) nameKept(tx *rows.Tx, id int64, page *wire.Page) error {
	const name = `INSERT INTO kept_row (kind, row_id, page, n) VALUES (?1, ?2, ?3, ?4)
		ON CONFLICT (kind, row_id, page) DO UPDATE SET n=max(n, ?4)`
	for i := range page.Rows {
		r := &page.Rows[i]
		if r.Void {
			continue
		}
		n := r.N
		if n <= page.Proof.Covered {
			n = 0
		}
		if err := tx.Exec(name, int64(r.Row.Kind), int64(r.Row.ID), id, n); err != nil {
			return err
		}
		for _, f := range crm.Above(s.File.Held().Kind(r.Row.Kind)) {
			if at := r.Row.Get(f.Num); !at.IsNull() {
				if err := tx.Exec(name, int64(f.Ref), int64(at.ID()), id, int64(0)); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// namesGone reports whether a row was ordered erased, or hangs on one that was.
func (s *Store) namesGone(row *crdt.Row) bool {
	kind := s.File.Held().Kind(row.Kind)
	return s.gone.has(row.Kind, row.ID) || kind != nil && crm.Belongs(kind, row.Get, s.gone.has)
}

// forgetKept forgets the pages that a condition selects.
func forgetKept(tx *rows.Tx, where string, args ...any) error {
	gone, size := []int64{}, int64(0)
	err := tx.Query(`SELECT id, length(envelope) FROM kept_page WHERE `+where, func(s *sqlite.Stmt) error {
		gone = append(gone, s.ColumnInt64(0))
		size += s.ColumnInt64(1)
		return nil
	}, args...)
	if err != nil || len(gone) == 0 {
		return err
	}
	for _, id := range gone {
		for _, sql := range []string{`DELETE FROM kept_row WHERE page=?1`, `DELETE FROM kept_page WHERE id=?1`} {
			if err := tx.Exec(sql, id); err != nil {
				return err
			}
		}
	}
	kept, err := tx.FactInt(factKept)
	if err != nil {
		return err
	}
	return tx.SetFact(factKept, max(kept-size, 0))
}

// Keeps reports which pages of central are kept. An answer from before central was
// restored may be on its way, or in memory, while the restored one is told what is kept.
func (s *Store) Keeps(ctx context.Context) (keeps wire.Keeps, err error) {
	err = s.File.Read(ctx, func(tx *rows.Tx) error {
		told, err := tx.FactInt(factTold)
		if err != nil {
			return err
		}
		_, untold, err := tx.Int(`SELECT 1 FROM kept_page WHERE id>?1 AND epoch<(SELECT max(epoch) FROM scope) LIMIT 1`, told)
		if keeps = wire.KeepsUntold; err != nil || untold {
			return err
		}
		_, some, err := tx.Int(`SELECT 1 FROM kept_page LIMIT 1`)
		if keeps = wire.KeepsPages; !some {
			keeps = wire.KeepsNothing
		}
		return err
	})
	return keeps, err
}

// Told notes that a restored central was told of the kept pages up to an id.
func (s *Store) Told(ctx context.Context, upTo int64) error {
	err := s.File.Write(ctx, func(tx *rows.Tx) error {
		told, err := tx.FactInt(factTold)
		if err != nil || upTo <= told {
			return err
		}
		return tx.SetFact(factTold, upTo)
	})
	if err != nil {
		return fmt.Errorf("store: note that kept pages were told: %w", err)
	}
	return nil
}

// Kept lists the pages that are kept, by the ids of their rows: those after an
// id, about limit rows of them. None: there are no more.
func (s *Store) Kept(ctx context.Context, after int64, limit int) (out []wire.Keepsake, err error) {
	err = s.File.Read(ctx, func(tx *rows.Tx) error {
		ids, err := tx.IDs(`SELECT id FROM kept_page WHERE id>?1 ORDER BY id LIMIT ?2`, after, wire.MaxRecallPages)
		if err != nil {
			return err
		}
		for _, id := range ids {
			k := wire.Keepsake{ID: int64(id)}
			err := tx.Query(`SELECT p.epoch, r.kind, r.row_id, r.n FROM kept_page AS p JOIN kept_row AS r ON r.page=p.id WHERE p.id=?1 AND r.n>0`, func(st *sqlite.Stmt) error {
				k.Epoch = uint64(st.ColumnInt64(0))
				k.Rows = append(k.Rows, wire.RowAt{Kind: uint8(st.ColumnInt64(1)), ID: st.ColumnInt64(2), N: st.ColumnInt64(3)})
				return nil
			}, k.ID)
			if err != nil {
				return err
			}
			out = append(out, k)
			if limit -= len(k.Rows); limit <= 0 {
				return nil
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("store: kept pages: %w", err)
	}
	return out, nil
}

// KeptPages reads kept pages, each enclosed for central; those that were forgotten
// meanwhile are left out.
func (s *Store) KeptPages(ctx context.Context, ids []int64) (out [][]byte, err error) {
	err = s.File.Read(ctx, func(tx *rows.Tx) error {
		for _, id := range ids {
			err := tx.Query(`SELECT envelope FROM kept_page WHERE id=?1`, func(st *sqlite.Stmt) error {
				out = append(out, rows.Blob(st, 0))
				return nil
			}, id)
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("store: read kept pages: %w", err)
	}
	return out, nil
}
