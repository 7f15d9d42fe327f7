package central

import (
	"context"
	"errors"

	"bough/crdt"
	"bough/sync/rows"
)

// ErrStale is a batch that was planned against an older state, or is not the latest.
var ErrStale = errors.New("central: something was imported or undone meanwhile; plan again")

// MintMany makes fresh ids for a plan that is written later.
func (c *Central) MintMany(ctx context.Context, n int) (ids []crdt.ID, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	mark := c.author.Mark()
	err = c.File.Write(ctx, func(tx *rows.Tx) error {
		ids = make([]crdt.ID, n)
		for i := range ids {
			if ids[i], err = c.author.Mint(tx); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		c.author.Back(mark)
		return nil, err
	}
	return ids, nil
}

// LatestBatch reads the newest import that was not undone; id 0 for none.
func (c *Central) LatestBatch(ctx context.Context) (id crdt.ID, record []byte, err error) {
	err = c.File.Read(ctx, func(tx *rows.Tx) error {
		id, record, err = latestBatch(tx)
		return err
	})
	return id, record, err
}

func latestBatch(tx *rows.Tx) (id crdt.ID, record []byte, err error) {
	err = tx.Query(`SELECT id, record FROM batch WHERE undone=0 ORDER BY at DESC, id DESC LIMIT 1`, func(s *rows.Stmt) error {
		id, record = crdt.ID(s.ColumnInt64(0)), rows.Blob(s, 1)
		return nil
	})
	return id, record, err
}

// Import writes ops as one batch and keeps record with it; after is the latest
// batch when it was planned.
func (c *Central) Import(ctx context.Context, who rows.Actor, ops []crdt.Op, record []byte, after crdt.ID) (id crdt.ID, err error) {
	_, err = c.act(ctx, who, func(a *rows.Act) error {
		if latest, _, err := latestBatch(a.Tx); err != nil || latest != after {
			return errors.Join(err, ErrStale)
		}
		id, err = a.Mint()
		a.Ops = ops
		return err
	}, func(b *Batch) error {
		return b.Tx.Exec(`INSERT INTO batch (id, person, at, record) VALUES (?1, ?2, ?3, ?4)`, int64(id), int64(who.Person), c.o.NowMS(), record)
	})
	return id, err
}

// RowID names a row.
type RowID struct {
	Kind uint8
	ID   crdt.ID
}

// Undo writes restore, makes the rows of remove void everywhere, and marks the
// batch, which must be the latest, as undone.
func (c *Central) Undo(ctx context.Context, who rows.Actor, batch crdt.ID, restore []crdt.Op, remove []RowID) error {
	_, err := c.act(ctx, who, func(a *rows.Act) error {
		if latest, _, err := latestBatch(a.Tx); err != nil || latest != batch {
			return errors.Join(err, ErrStale)
		}
		a.Ops = restore
		return nil
	}, func(b *Batch) error {
		for _, r := range remove {
			if err := b.remove(key{r.Kind, r.ID}); err != nil {
				return err
			}
		}
		return b.Tx.Exec(`UPDATE batch SET undone=1 WHERE id=?1`, int64(batch))
	})
	return err
}
