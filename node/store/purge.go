package store

import (
	"context"
	"errors"

	"bough/crdt"
	"bough/sync/rows"
	"bough/sync/wire"
)

// purgeAtOnce is how many orders one pass works on: a pass costs as much for
// many as for one.
const purgeAtOnce = 20_000

// OrderPurge notes, in the transaction that takes a row out of the tables, that
// it and all that hangs on it has to go from the disk, and that central waits
// for a receipt.
func (s *Store) OrderPurge(tx *rows.Tx, r wire.Receipt) error {
	return tx.Exec(`INSERT OR REPLACE INTO receipt (why, kind, row_id, n, at) VALUES (?1, ?2, ?3, ?4, ?5)`,
		r.Why, int64(r.Kind), int64(r.Row), r.N, s.nowMS())
}

// Purge makes sure that nothing is left on the disk of what was ordered away:
// not in free parts of pages, the write-ahead log, or the index. Then, and not
// before, the receipts may go out. It tells how many became due. Where a reader
// holds the log, nothing is lost: the next pass does it.
func (s *Store) Purge(ctx context.Context) (done int, err error) {
	orders, err := s.receipts(ctx, `clean=0`, purgeAtOnce)
	if err != nil || len(orders) == 0 {
		return 0, err
	}
	if err := s.Clean(ctx); errors.Is(err, rows.ErrBusy) {
		return 0, nil
	} else if err != nil {
		return 0, err
	}
	err = s.File.Write(ctx, func(tx *rows.Tx) error {
		for _, r := range orders {
			err := tx.Exec(`UPDATE receipt SET clean=1 WHERE why=?1 AND kind=?2 AND row_id=?3 AND n=?4`, r.Why, int64(r.Kind), int64(r.Row), r.N)
			if err != nil {
				return err
			}
		}
		return nil
	})
	return len(orders), err
}

// indexAtOnce is how many parties the index takes in one transaction.
const indexAtOnce = 200

// Receipts reads those that may go out and that central has not noted yet, at
// most limit.
func (s *Store) Receipts(ctx context.Context, limit int) ([]wire.Receipt, error) {
	return s.receipts(ctx, `clean=1`, limit)
}

func (s *Store) receipts(ctx context.Context, where string, limit int) (out []wire.Receipt, err error) {
	err = s.File.Read(ctx, func(tx *rows.Tx) error {
		return tx.Query(`SELECT why, kind, row_id, n FROM receipt WHERE `+where+` ORDER BY at, kind, row_id LIMIT ?1`, func(st *rows.Stmt) error {
			out = append(out, wire.Receipt{Why: st.ColumnText(0), Kind: uint8(st.ColumnInt64(1)), Row: crdt.ID(st.ColumnInt64(2)), N: st.ColumnInt64(3)})
			return nil
		}, limit)
	})
	return out, err
}

// Noted forgets receipts that central has noted, and tells how many are due.
func (s *Store) Noted(ctx context.Context, receipts []wire.Receipt) (due int, err error) {
	count := func(tx *rows.Tx) error {
		n, _, err := tx.Int(`SELECT count(*) FROM receipt WHERE clean=1`)
		due = int(n)
		return err
	}
	if len(receipts) == 0 {
		return due, s.File.Read(ctx, count)
	}
	err = s.File.Write(ctx, func(tx *rows.Tx) error {
		for _, r := range receipts {
			err := tx.Exec(`DELETE FROM receipt WHERE why=?1 AND kind=?2 AND row_id=?3 AND n=?4`, r.Why, int64(r.Kind), int64(r.Row), r.N)
			if err != nil {
				return err
			}
		}
		return count(tx)
	})
	return due, err
}
