package central

import (
	"context"
	"errors"
	"fmt"

	"bough/crdt"
	"bough/sync/rows"
)

// Errors of imports.
var (
	// ErrStale is a batch that was planned against an older state, or is not the latest.
	ErrStale = errors.New("central: something was imported or undone meanwhile; plan again")
	// ErrUnderWay is an import while another one is being written.
	ErrUnderWay = errors.New("central: an import is being written at head office; wait until it is at its end, or stop it there")
)

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

// LatestBatch reads the newest import that was not undone, the records of its
// parts in order; id, that of its last part, is 0 for none.
func (c *Central) LatestBatch(ctx context.Context) (id crdt.ID, records [][]byte, err error) {
	err = c.File.Read(ctx, func(tx *rows.Tx) (err error) {
		var job int64
		if id, job, err = latestBatch(tx); err != nil {
			return err
		}
		return tx.Query(`SELECT record FROM batch WHERE id=?1 OR ?2<>0 AND job=?2 AND undone=0 ORDER BY id`, func(s *rows.Stmt) error {
			records = append(records, rows.Blob(s, 0))
			return nil
		}, int64(id), job)
	})
	return id, records, err
}

func latestBatch(tx *rows.Tx) (id crdt.ID, job int64, err error) {
	err = tx.Query(`SELECT id, job FROM batch WHERE undone=0 ORDER BY at DESC, id DESC LIMIT 1`, func(s *rows.Stmt) error {
		id, job = crdt.ID(s.ColumnInt64(0)), s.ColumnInt64(1)
		return nil
	})
	return id, job, err
}

// Part is what Import writes in one transaction: a batch, or a part of one.
type Part struct {
	Ops    []crdt.Op
	Record []byte  // what it takes to undo it
	After  crdt.ID // the latest batch when it was planned
	Job    int64   // parts of one job are one batch; 0: it is one by itself
}

// Import writes a batch, or a part of one, and keeps its record. While a job
// writes, nobody else does.
func (c *Central) Import(ctx context.Context, who rows.Actor, p Part) (id crdt.ID, err error) {
	_, err = c.act(ctx, who, func(a *rows.Act) error {
		if err := c.mayImport(a.Tx, p.After, p.Job); err != nil {
			return err
		}
		id, err = a.Mint()
		a.Ops = p.Ops
		return err
	}, func(b *Batch) error {
		return b.Tx.Exec(`INSERT INTO batch (id, person, at, record, job) VALUES (?1, ?2, ?3, ?4, ?5)`, int64(id), int64(who.Person), c.o.NowMS(), p.Record, p.Job)
	})
	return id, err
}

// mayImport fails where the latest batch is another than expected, or another
// job is writing or taking back.
func (c *Central) mayImport(tx *rows.Tx, latest crdt.ID, job int64) error {
	other, busy, err := tx.Int(`SELECT id FROM import_job WHERE id<>?1 AND state IN ('writing', 'halted', 'undoing')`, job)
	if err != nil || busy {
		return errors.Join(err, fmt.Errorf("%w: number %d", ErrUnderWay, other))
	}
	if is, _, err := latestBatch(tx); err != nil || is != latest {
		return errors.Join(err, ErrStale)
	}
	return nil
}

// RowID names a row.
type RowID struct {
	Kind uint8
	ID   crdt.ID
}

// Undoing is what Undo does in one transaction: all of it, or a part.
type Undoing struct {
	Batch   crdt.ID // which must be the latest
	Restore []crdt.Op
	Remove  []RowID
	More    bool // other parts come after this one
}

// Undo writes restore, makes the rows of remove void everywhere, and, unless more
// comes, marks the batch as undone with all its parts.
func (c *Central) Undo(ctx context.Context, who rows.Actor, u Undoing) error {
	var job int64
	_, err := c.act(ctx, who, func(a *rows.Act) (err error) {
		if _, job, err = latestBatch(a.Tx); err != nil {
			return err
		}
		a.Ops = u.Restore
		return c.mayImport(a.Tx, u.Batch, job)
	}, func(b *Batch) error {
		for _, r := range u.Remove {
			if err := b.remove(key{r.Kind, r.ID}); err != nil {
				return err
			}
		}
		if u.More {
			return nil
		}
		return b.Tx.Exec(`UPDATE batch SET undone=1 WHERE id=?1 OR ?2<>0 AND job=?2`, int64(u.Batch), job)
	})
	return err
}
