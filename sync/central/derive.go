package central

import (
	"context"

	"bough/crdt"
	"bough/sync/rows"
)

// Wrote is a row that a transaction wrote: Old nil, it made it; New nil, it took
// it away.
type Wrote struct{ Old, New *rows.Stored }

// wrote are the rows whose content a batch changed, in the order of their ids.
func (b *Batch) wrote() (out []Wrote) {
	keys := map[key]bool{}
	for k, e := range b.rows {
		if e.old != e.cur {
			keys[k] = true
		}
	}
	for _, k := range sorted(keys) {
		out = append(out, Wrote{b.rows[k].old, b.rows[k].cur})
	}
	return out
}

// derive writes, in the transaction of a batch that is flushed, the rows that
// follow from what it wrote.
func (c *Central) derive(b *Batch) (scopes []int64, err error) {
	wrote := b.wrote()
	if c.o.Derive == nil || len(wrote) == 0 {
		return nil, nil
	}
	next := newBatch(c, b.Tx)
	next.erased = b.erased
	if err := c.o.Derive(next, wrote); err != nil {
		return nil, err
	}
	scopes, _, err = next.flush()
	return scopes, err
}

// Keep commits rows that only tell what central itself does: they stand in no
// journal.
func (c *Central) Keep(ctx context.Context, fn func(*Batch) error) error { return c.write(ctx, fn) }

// Drop takes a derived row away: whoever holds it hears so.
func (b *Batch) Drop(kind uint8, id crdt.ID) error {
	row, err := b.Get(kind, id)
	if err != nil || row == nil {
		return err
	}
	return b.remove(key{kind, id})
}

// Rederive hands the rows of a kind after an id, at most limit, to what follows
// from them, as if they had just been written. It returns the last id; 0: there
// was none left.
func (c *Central) Rederive(ctx context.Context, kind uint8, after crdt.ID, limit int) (last crdt.ID, err error) {
	err = c.write(ctx, func(b *Batch) error {
		var wrote []Wrote
		err := b.Tx.Rows(kind, `id>?1 ORDER BY id LIMIT ?2`, func(r *rows.Stored) error {
			wrote, last = append(wrote, Wrote{New: r}), r.ID
			return nil
		}, int64(after), limit)
		if err != nil || len(wrote) == 0 {
			return err
		}
		return c.o.Derive(b, wrote)
	})
	return last, err
}
