package central

import (
	"context"
	"fmt"

	"zombiezen.com/go/sqlite"

	"bough/crdt"
	"bough/sync/rows"
)

// Limits of what is held where somebody was served.
const (
	defaultServedMonths = 13 // where nobody says otherwise
	monthMS             = 30 * 24 * 60 * 60 * 1000
	renewedMS           = 24 * 60 * 60 * 1000 // a service renews no more often: each would be a write
)

// Serve makes a scope hold a root row for the months that head office says,
// from now on, because somebody was served there who does not belong there.
func (b *Batch) Serve(row RowID, scope int64) error {
	k := key{row.Kind, row.ID}
	months, err := b.servedMonths()
	if err != nil || months == 0 {
		return err
	}
	until := b.c.o.NowMS() + months*monthMS
	was, there, err := b.Tx.Int(`SELECT until FROM served WHERE kind=?1 AND row_id=?2 AND scope=?3`, int64(k.kind), int64(k.id), scope)
	if err != nil || there && was > until-renewedMS {
		return err
	}
	b.unsettled[k] = b.unsettled[k] || !there
	if there {
		return b.Tx.Exec(`UPDATE served SET until=?4 WHERE kind=?1 AND row_id=?2 AND scope=?3`, int64(k.kind), int64(k.id), scope, until)
	}
	return b.Tx.Exec(`INSERT INTO served (kind, row_id, scope, until) VALUES (?1, ?2, ?3, ?4)`, int64(k.kind), int64(k.id), scope, until)
}

func (b *Batch) servedAt(k key) ([]int64, error) {
	return scopeList(b.Tx, `SELECT scope FROM served WHERE kind=?1 AND row_id=?2 ORDER BY scope`, k)
}

// unserve forgets that a root was served in a scope: it moved away from there.
func (b *Batch) unserve(k key, scope int64) error {
	return b.Tx.Exec(`DELETE FROM served WHERE kind=?1 AND row_id=?2 AND scope=?3`, int64(k.kind), int64(k.id), scope)
}

// servedMonths is for how many months a customer who was served elsewhere is
// held there, from a service on.
func (b *Batch) servedMonths() (int64, error) {
	if b.c.o.ServedMonths == nil {
		return defaultServedMonths, nil
	}
	return b.c.o.ServedMonths(b.Tx)
}

// ExpireServed makes at most limit roots leave the scopes where their service
// is too long ago, and tells how many; fewer than limit: none is left.
func (c *Central) ExpireServed(ctx context.Context, limit int) (n int, err error) {
	now := c.o.NowMS()
	any := false
	err = c.File.Read(ctx, func(tx *rows.Tx) error {
		_, any, err = tx.Int(`SELECT 1 FROM served WHERE until<=?1 LIMIT 1`, now)
		return err
	})
	if err != nil || !any {
		return 0, err
	}
	err = c.write(ctx, func(b *Batch) error {
		type over struct {
			k     key
			scope int64
		}
		var list []over
		err := b.Tx.Query(`SELECT kind, row_id, scope FROM served WHERE until<=?1 ORDER BY until LIMIT ?2`, func(s *sqlite.Stmt) error {
			list = append(list, over{key{uint8(s.ColumnInt64(0)), crdt.ID(s.ColumnInt64(1))}, s.ColumnInt64(2)})
			return nil
		}, now, limit)
		for _, o := range list {
			if err == nil {
				err = b.unserve(o.k, o.scope)
			}
			b.unsettled[o.k] = true
		}
		n = len(list)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("central: expire what was served: %w", err)
	}
	return n, nil
}
