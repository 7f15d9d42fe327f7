package central

import (
	"cmp"
	"slices"

	"zombiezen.com/go/sqlite"

	"bough/crdt"
	"bough/sync/journal"
)

// What is held for a row that is not there, or not at the author's branch, is
// judged again when the row is made, comes there, or will never be. After a
// restore this is how what workstations send again finds together, in whatever
// order they call.

// RestoredMS is when central was last restored from a backup, ms UTC; long ago if
// it never was.
func (b *Batch) RestoredMS() int64 { return int64(b.c.epoch) }

// makes reports whether an op makes its row: its own workstation's word of a row
// that is not there, and of where it belongs.
func (b *Batch) makes(ch *journal.Change, op *crdt.Op) (bool, error) {
	row, err := b.Get(op.Kind, op.ID)
	if err != nil || row != nil || len(op.Set) == 0 || op.ID.Origin() != ch.Origin {
		return false, err
	}
	kind := b.c.File.Held().Kind(op.Kind)
	if kind == nil {
		return true, nil // a newer release knows
	}
	for _, f := range append([]uint8{kind.Scope.Home}, kind.Scope.Roots...) {
		said := slices.ContainsFunc(op.Set, func(set crdt.FieldSet) bool { return set.Field == f && !set.Value.IsNull() })
		if f != 0 && !said {
			return false, nil
		}
	}
	return true, nil
}

// unmakeOf notes that the rows which a refused change makes will never be.
func (b *Batch) unmakeOf(ch *journal.Change) error {
	for i := range ch.Bodies {
		op := &ch.Bodies[i].Op
		if ch.Bodies[i].Closed() {
			continue
		}
		makes, err := b.makes(ch, op)
		if err == nil && makes {
			err = b.unmake(key{op.Kind, op.ID})
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// unmakeHeld notes that the rows which a held change makes will never be.
func (b *Batch) unmakeHeld(id crdt.ID) error {
	var keys []key
	err := b.Tx.Query(`SELECT kind, row_id FROM held_row WHERE held=?1 ORDER BY kind, row_id`, func(s *sqlite.Stmt) error {
		keys = append(keys, key{uint8(s.ColumnInt64(0)), crdt.ID(s.ColumnInt64(1))})
		return nil
	}, int64(id))
	for _, k := range keys {
		if err == nil {
			err = b.unmake(k)
		}
	}
	return err
}

func (b *Batch) unmake(k key) error {
	b.isNews(k)
	return b.Tx.Exec(`INSERT OR IGNORE INTO unmade (kind, row_id) VALUES (?1, ?2)`, int64(k.kind), int64(k.id))
}

// IsNews has what is held for a row judged again, for more is known of it.
func (b *Batch) IsNews(row RowID) { b.isNews(key{row.Kind, row.ID}) }

// isNews notes a row that what is held may wait for.
func (b *Batch) isNews(k key) {
	if b.c.holds {
		b.news = append(b.news, k)
	}
}

// holdFor notes which rows a held change waits for.
func (b *Batch) holdFor(id crdt.ID, r *Refusal) error {
	if err := b.Tx.Exec(`DELETE FROM held_for WHERE held=?1`, int64(id)); err != nil {
		return err
	}
	for _, row := range append(slices.Clone(r.Comes), r.Missing) {
		if row == (RowID{}) {
			continue
		}
		if err := b.Tx.Exec(`INSERT OR IGNORE INTO held_for (kind, row_id, held) VALUES (?1, ?2, ?3)`, int64(row.Kind), int64(row.ID), int64(id)); err != nil {
			return err
		}
	}
	return nil
}

// fulfil settles where rows are held, and judges again what waited for those that
// are there now, or never will be.
func (b *Batch) fulfil() error {
	for {
		if err := cmp.Or(b.takeAwaited(), b.settle()); err != nil || len(b.news) == 0 {
			return err
		}
		news := b.news
		b.news = nil
		for _, k := range news {
			list, err := b.heldWhere(`id IN (SELECT held FROM held_for WHERE kind=?1 AND row_id=?2)`, int64(k.kind), int64(k.id))
			if err != nil {
				return err
			}
			for _, h := range list {
				ch, n, err := b.stillHeld(h)
				if err == nil && ch != nil {
					err = b.rejudge(h, ch, n)
				}
				if err != nil {
					return err
				}
			}
		}
	}
}
