package central

import (
	"context"
	"fmt"
	"slices"

	"zombiezen.com/go/sqlite"

	"bough/crdt"
	"bough/sync/rows"
	"bough/sync/wire"
)

// Purges is what a node was told to be rid of and has not confirmed.
type Purges struct {
	Count    int64
	OldestMS int64 // when the oldest was ordered, ms UTC
}

// OrderPurge makes the nodes that read a scope owe a receipt for a row: every
// one that may sync, for the office scope. n numbers the order; a later one
// replaces an earlier one of the same row.
func (b *Batch) OrderPurge(why string, row RowID, scope, n int64) error {
	err := b.Tx.Exec(`INSERT OR REPLACE INTO purge (origin, why, kind, row_id, n, at)
		SELECT origin, ?1, ?2, ?3, ?4, ?5 FROM origin WHERE revoked=0 AND (branch=?6 OR ?6=?7)`,
		why, int64(row.Kind), int64(row.ID), n, b.c.o.NowMS(), scope, OfficeScope)
	if err != nil {
		return fmt.Errorf("central: order purge of %d/%d: %w", row.Kind, row.ID, err)
	}
	return nil
}

// Noted takes down the receipts of a node. One for an order that was replaced
// by a later one, or never given, changes nothing: sent twice is harmless.
func (c *Central) Noted(ctx context.Context, origin crdt.Origin, receipts []wire.Receipt) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	err := c.File.Write(ctx, func(tx *rows.Tx) error {
		for _, r := range receipts {
			err := tx.Exec(`UPDATE purge SET done=?6 WHERE origin=?1 AND why=?2 AND (?4=0 OR kind=?3 AND row_id=?4) AND n<=?5 AND done=0`,
				int64(origin), r.Why, int64(r.Kind), int64(r.Row), r.N, c.o.NowMS())
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("central: receipts of %d: %w", origin, err)
	}
	return nil
}

// Outstanding tells of each node what it has not confirmed to be rid of.
func (c *Central) Outstanding(ctx context.Context) (map[crdt.Origin]Purges, error) {
	out := map[crdt.Origin]Purges{}
	err := c.File.Read(ctx, func(tx *rows.Tx) error {
		return tx.Query(`SELECT origin, count(*), min(at) FROM purge WHERE done=0 GROUP BY origin`, func(s *sqlite.Stmt) error {
			out[crdt.Origin(s.ColumnInt64(0))] = Purges{Count: s.ColumnInt64(1), OldestMS: s.ColumnInt64(2)}
			return nil
		})
	})
	return out, err
}

// Owes reports whether a node has not confirmed yet that it is rid of a row
// that left its scopes, be it by what was taken before in this transaction.
func (b *Batch) Owes(n *Node, row RowID) (owes bool, err error) {
	if e := b.rows[key{row.Kind, row.ID}]; e != nil && slices.Contains(e.was, n.Branch) {
		return true, nil
	}
	_, owes, err = b.Tx.Int(`SELECT 1 FROM purge WHERE origin=?1 AND why=?2 AND kind=?3 AND row_id=?4 AND done=0`,
		int64(n.Origin), wire.WhyLeft, int64(row.Kind), int64(row.ID))
	return owes, err
}

// recallPurge takes back what the nodes of a scope owe for a row that left it:
// it is held there again.
func (b *Batch) recallPurge(row RowID, scope int64) error {
	return b.Tx.Exec(`DELETE FROM purge WHERE why=?1 AND kind=?2 AND row_id=?3 AND done=0 AND origin IN (SELECT origin FROM origin WHERE branch=?4)`,
		wire.WhyLeft, int64(row.Kind), int64(row.ID), scope)
}
