package rows

import (
	"fmt"

	"zombiezen.com/go/sqlite"

	"bough/crdt"
	"bough/sync/journal"
)

// Bodies names a table of changes whose bodies may be erased; it has the
// columns origin (but for the file's own journal), seq and bodies.
type Bodies string

// The tables of this package.
const (
	OwnJournal    Bodies = "journal"
	FormerJournal Bodies = "former_journal"
)

// ChangeID names a change.
type ChangeID struct {
	Origin crdt.Origin // 0: the file's own
	Seq    uint64
}

// Erase has the bodies of all changes of a table erased, where there is one: erase
// tells of how many of a change it did. It tells which changes had any. Hashes stay:
// the chain still verifies.
func (tx *Tx) Erase(in Bodies, erase func(ChangeID, []journal.Body) int) (hit []ChangeID, err error) {
	if _, there, err := tx.Int(`SELECT 1 FROM sqlite_schema WHERE name=?1`, string(in)); err != nil || !there {
		return nil, err
	}
	origin := "origin"
	if in == OwnJournal {
		origin = "0"
	}
	var found [][]byte
	err = tx.Query(fmt.Sprintf(`SELECT %s, seq, bodies FROM %s`, origin, in), func(s *sqlite.Stmt) error {
		id := ChangeID{crdt.Origin(s.ColumnInt64(0)), uint64(s.ColumnInt64(1))}
		bodies, err := journal.DecodeOps(Blob(s, 2))
		if err != nil {
			return fmt.Errorf("rows: erase: change %d/%d: %w", id.Origin, id.Seq, err)
		}
		if erase(id, bodies) > 0 {
			hit, found = append(hit, id), append(found, journal.AppendOps(nil, bodies))
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	for i, id := range hit {
		err := tx.Exec(fmt.Sprintf(`UPDATE %s SET bodies=?3 WHERE %s=?1 AND seq=?2`, in, origin), int64(id.Origin), int64(id.Seq), found[i])
		if err != nil {
			return nil, err
		}
	}
	return hit, nil
}

// Hanging lists the rows of a table whose column names id.
func (tx *Tx) Hanging(k *crdt.Kind, f *crdt.Field, id crdt.ID) ([]crdt.ID, error) {
	return tx.IDs(`SELECT id FROM `+quote(k.Name)+` WHERE `+quote(f.Name)+`=?1`, int64(id))
}
