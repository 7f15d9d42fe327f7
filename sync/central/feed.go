package central

import (
	"context"
	"fmt"

	"zombiezen.com/go/sqlite"

	"bough/crdt"
	"bough/sync/rows"
	"bough/sync/wire"
)

func (c *Central) scope(ctx context.Context, scope int64) (sc rows.Scope, err error) {
	err = c.File.Read(ctx, func(tx *rows.Tx) error {
		sc, err = tx.Scope(scope)
		return err
	})
	return sc, err
}

// Page reads the rows of a scope after number since, for a node, with the
// vector and the digest of the same snapshot.
func (c *Central) Page(ctx context.Context, n *Node, q wire.Pull) (*wire.Page, error) {
	page, err := c.page(ctx, n, q)
	if err == nil {
		c.readers.asked(n.Origin, q, page.Head, page.NowMS)
	}
	return page, err
}

// page is a Page that is not asked for over the line: that the node has what is
// before it is not said by it.
func (c *Central) page(ctx context.Context, n *Node, q wire.Pull) (*wire.Page, error) {
	if q.Limit <= 0 || q.Limit > wire.MaxPageRows {
		q.Limit = wire.MaxPageRows
	}
	page := &wire.Page{Scope: q.Scope, Epoch: c.epoch, Since: q.Since, Until: q.Since, NowMS: c.o.NowMS()}
	err := c.File.Read(ctx, func(tx *rows.Tx) error {
		if err := c.pageRows(tx, q, page); err != nil {
			return err
		}
		sc, err := tx.Scope(q.Scope)
		if err != nil {
			return err
		}
		if len(page.Rows) < q.Limit {
			// The newest number may be of a row that has left the scope since.
			page.Until = max(page.Until, sc.Feed)
		}
		if page.More = page.Until < sc.Feed; !page.More {
			page.Digest = sc.Digest
		}
		page.Head = sc.Feed
		if page.Floor, err = floorOf(tx, q.Scope); err != nil {
			return err
		}
		if page.Vector, err = vector(tx, n.Branch); err != nil {
			return err
		}
		page.Backed, err = backed(tx, n.Origin)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("central: page of scope %d after %d: %w", q.Scope, q.Since, err)
	}
	return page, nil
}

func (c *Central) pageRows(tx *rows.Tx, q wire.Pull, page *wire.Page) error {
	return tx.Query(`SELECT n, kind, row_id, void FROM feed WHERE scope=?1 AND n>?2 ORDER BY n LIMIT ?3`, func(s *sqlite.Stmt) error {
		r := wire.PageRow{N: s.ColumnInt64(0)}
		kind, id := uint8(s.ColumnInt64(1)), crdt.ID(s.ColumnInt64(2))
		row, err := tx.Get(kind, id)
		if err != nil {
			return err
		}
		if row == nil || s.ColumnInt64(3) == 1 {
			r.Void, r.Row = true, crdt.Row{Kind: kind, ID: id}
		} else {
			r.Row, r.Conflicts = row.Row, row.Conflicts
		}
		page.Rows = append(page.Rows, r)
		page.Until = r.N
		return nil
	}, q.Scope, q.Since, q.Limit)
}

// Lag is how many rows of a branch's feed lie beyond number since.
func (c *Central) Lag(ctx context.Context, branch, since int64) (n int64, err error) {
	err = c.File.Read(ctx, func(tx *rows.Tx) error {
		n, _, err = tx.Int(`SELECT count(*) FROM feed WHERE scope=?1 AND n>?2`, branch, since)
		return err
	})
	return n, err
}

// vector is how far the changes of the nodes of a branch are taken.
func vector(tx *rows.Tx, branch int64) (map[crdt.Origin]uint64, error) {
	out := map[crdt.Origin]uint64{}
	err := tx.Query(`SELECT origin, seq FROM origin WHERE branch=?1`, func(s *sqlite.Stmt) error {
		out[crdt.Origin(s.ColumnInt64(0))] = uint64(s.ColumnInt64(1))
		return nil
	}, branch)
	return out, err
}

// feed puts the newest entry of a row into the feed of a scope. A void one
// tells that the scope does not hold the row.
func (b *Batch) feed(k key, scope int64, void bool) error {
	flag := 0
	if void {
		flag, b.c.voids = 1, true
	}
	err := b.Tx.Exec(`INSERT INTO feed (scope, n, kind, row_id, void) VALUES (?1, ?2, ?3, ?4, ?5)`, scope, b.c.number, int64(k.kind), int64(k.id), flag)
	if err != nil || !void {
		return err
	}
	return b.Tx.Exec(`INSERT INTO void (kind, row_id, scope, n) VALUES (?1, ?2, ?3, ?4)`, int64(k.kind), int64(k.id), scope, b.c.number)
}

// unfeed takes the older entries of a row out of the feeds of the scopes that
// are told of it now: one entry a row.
func (b *Batch) unfeed(k key, e *entry, told []int64) error {
	for _, scope := range e.was {
		if err := b.Tx.Exec(`DELETE FROM feed WHERE scope=?1 AND n=?2`, scope, e.old.N); err != nil {
			return err
		}
	}
	told = without(told, e.was)
	if !b.c.voids || len(told) == 0 {
		return nil
	}
	was := map[int64]int64{} // numbers of void entries by scope
	err := b.Tx.Query(`SELECT scope, n FROM void WHERE kind=?1 AND row_id=?2`, func(s *sqlite.Stmt) error {
		was[s.ColumnInt64(0)] = s.ColumnInt64(1)
		return nil
	}, int64(k.kind), int64(k.id))
	if err != nil {
		return err
	}
	for _, scope := range told {
		n, there := was[scope]
		if !there {
			continue
		}
		if err := b.Tx.Exec(`DELETE FROM feed WHERE scope=?1 AND n=?2`, scope, n); err != nil {
			return err
		}
		if err := b.Tx.Exec(`DELETE FROM void WHERE kind=?1 AND row_id=?2 AND scope=?3`, int64(k.kind), int64(k.id), scope); err != nil {
			return err
		}
	}
	return nil
}
