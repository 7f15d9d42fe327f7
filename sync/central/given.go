package central

import (
	"bough/sync/rows"
	"bough/sync/wire"
)

// Who central was gave rows to branches after the backup was made. A page that it sealed
// then proves it: nobody could make one, and one from before the backup proves nothing,
// for the backup knows what became of that.

// factBackup is the last number of the feeds in the backup that central was restored from.
const factBackup = "backup number"

// isRoot reports whether a kind says by itself which branch holds it.
func (c *Central) isRoot(kind uint8) bool {
	k := c.File.Held().Kind(kind)
	return k != nil && k.Scope.Home != 0
}

// gives notes that a sealed page gave a root to a scope since the backup. What is held for
// want of that is judged again.
func (b *Batch) gives(scope int64, r *wire.PageRow) error {
	if !b.c.isRoot(r.Row.Kind) {
		return nil
	}
	b.IsNews(RowID{Kind: r.Row.Kind, ID: r.Row.ID})
	return b.Tx.Exec(`INSERT INTO given (kind, row_id, scope, at) SELECT ?1, ?2, ?3, ?4 FROM fact WHERE name=?5 AND value<?6
		ON CONFLICT (kind, row_id, scope) DO UPDATE SET at=max(at, excluded.at)`,
		int64(r.Row.Kind), int64(r.Row.ID), scope, r.Row.Clocks.Latest().Millis(), factBackup, r.N)
}

// Given reports whether a sealed page from after the backup gave a root to a scope, and
// when what the page has of it was last written, ms UTC: it was given no earlier.
func (b *Batch) Given(row RowID, scope int64) (at int64, given bool, err error) {
	return b.Tx.Int(`SELECT at FROM given WHERE kind=?1 AND row_id=?2 AND scope=?3`, int64(row.Kind), int64(row.ID), scope)
}

// lacksGiven reports whether a page of a scope may prove that a row was given to it.
func (c *Central) lacksGiven(tx *rows.Tx, scope int64, r wire.RowAt) (bool, error) {
	if !c.isRoot(r.Kind) {
		return false, nil
	}
	_, lacks, err := tx.Int(`SELECT 1 FROM fact WHERE name=?1 AND value<?2
		AND NOT EXISTS (SELECT 1 FROM given WHERE kind=?3 AND row_id=?4 AND scope=?5)`, factBackup, r.N, int64(r.Kind), r.ID, scope)
	return lacks, err
}
