package store

import (
	"context"

	"bough/crdt"
	"bough/sync/rows"
)

// The index consists of pieces: each transaction of Index adds one, and a find
// looks for each of its terms in every piece.
const (
	mergedAtOnce = 32 // pages: nobody's save waits more than some milliseconds
	alike        = 2  // pieces of about one size are merged into one: a find looks into few, and an entry is merged again only when the index has doubled
)

// Index brings the entries of at most limit parties up to date and tells how
// many it did; fewer than limit means that none is left.
func (l *Local) Index(ctx context.Context, limit int) (n int, err error) {
	err = l.File.Write(ctx, func(tx *rows.Tx) error {
		parties, err := tx.IDs(`SELECT party FROM dirty LIMIT ?1`, limit)
		if err != nil {
			return err
		}
		n = len(parties)
		for _, id := range parties {
			if err := index(tx, id); err != nil {
				return err
			}
		}
		return nil
	})
	return n, err
}

func index(tx *rows.Tx, id crdt.ID) error {
	if err := tx.Exec(`DELETE FROM find WHERE rowid=(SELECT doc FROM document WHERE party=?1)`, int64(id)); err != nil {
		return err
	}
	if err := tx.Exec(`DELETE FROM document WHERE party=?1`, int64(id)); err != nil {
		return err
	}
	c, there, err := candidateAt(tx, id)
	if err != nil {
		return err
	}
	if there {
		d, err := c.document(tx, true)
		if err != nil {
			return err
		}
		if err := tx.Exec(`INSERT INTO document (party) VALUES (?1)`, int64(id)); err != nil {
			return err
		}
		is := d.Columns()
		err = tx.Exec(`INSERT INTO find (rowid, names, sounds, digits, words)
			SELECT doc, ?2, ?3, ?4, ?5 FROM document WHERE party=?1`, int64(id), is.Names, is.Sounds, is.Digits, is.Words)
		if err != nil {
			return err
		}
	}
	return tx.Exec(`DELETE FROM dirty WHERE party=?1`, int64(id))
}

// Settle merges some pieces of the index into one; more tells that others are
// left. What is found does not depend on it, how fast does: call it where there
// was something to index, and nobody waits.
func (l *Local) Settle(ctx context.Context) (more bool, err error) {
	err = l.File.Write(ctx, func(tx *rows.Tx) error {
		set, _, err := tx.Int(`SELECT v FROM find_config WHERE k='usermerge'`)
		if err == nil && set != alike {
			err = tx.Exec(`INSERT INTO find (find, rank) VALUES ('usermerge', ?1)`, alike)
		}
		if err != nil {
			return err
		}
		const changes = `SELECT total_changes()`
		before, _, err := tx.Int(changes)
		if err != nil {
			return err
		}
		if err := tx.Exec(`INSERT INTO find (find, rank) VALUES ('merge', ?1)`, mergedAtOnce); err != nil {
			return err
		}
		after, _, err := tx.Int(changes)
		more = after-before > 1 // one is the statement itself: FTS5 tells it so
		return err
	})
	return more, err
}
