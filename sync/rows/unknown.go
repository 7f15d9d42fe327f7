package rows

import (
	"fmt"

	"zombiezen.com/go/sqlite"

	"bough/crdt"
)

// unknownRows reads rows of kinds without a table, with their conflicts.
func (tx *Tx) unknownRows(where string, args ...any) (out []*Stored, err error) {
	err = tx.Query(`SELECT canonical, n FROM unknown WHERE `+where+` ORDER BY kind, id`, func(s *sqlite.Stmt) error {
		row, err := crdt.DecodeRow(Blob(s, 0))
		if err != nil {
			return fmt.Errorf("rows: a row of an unknown kind: %w", err)
		}
		r := &Stored{Row: row, N: s.ColumnInt64(1)}
		r.Conflicts, err = tx.Conflicts(row.Kind, row.ID)
		out = append(out, r)
		return err
	}, args...)
	return out, err
}

// getUnknown reads a row of a kind without a table; nil when there is none.
func (tx *Tx) getUnknown(kind uint8, id crdt.ID) (*Stored, error) {
	found, err := tx.unknownRows(`kind=?1 AND id=?2`, int64(kind), int64(id))
	if err != nil || len(found) == 0 {
		return nil, err
	}
	return found[0], nil
}

// putUnknown keeps a row of a kind without a table, whole.
func (tx *Tx) putUnknown(r *Stored) error {
	return tx.Exec(`INSERT OR REPLACE INTO unknown (kind, id, canonical, n) VALUES (?1, ?2, ?3, ?4)`,
		int64(r.Kind), int64(r.ID), r.AppendCanonical(nil), r.N)
}

func (tx *Tx) dropUnknown(kind uint8, id crdt.ID) error {
	return tx.Exec(`DELETE FROM unknown WHERE kind=?1 AND id=?2`, int64(kind), int64(id))
}
