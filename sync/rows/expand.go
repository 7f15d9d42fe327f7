package rows

import (
	"fmt"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"bough/crdt"
)

// makeTables creates what is missing of the generated tables and plans their
// SQL. Fields the table gained since the file was made become columns: that
// only expands, so the previous release still opens the file.
func (f *File) makeTables(c *sqlite.Conn) (err error) {
	end, err := sqlitex.ImmediateTransaction(c)
	if err != nil {
		return err
	}
	defer end(&err)
	if err := sqlitex.ExecuteScript(c, fmt.Sprintf("PRAGMA application_id=%d;\n%s", applicationID, own), nil); err != nil {
		return err
	}
	tx := &Tx{file: f, conn: c, st: f.stmts[c]}
	columns, err := tx.columns()
	if err != nil {
		return err
	}
	for _, k := range f.schema.Kinds {
		if err := tx.makeTable(k, columns[k.Num]); err != nil {
			return fmt.Errorf("table %s: %w", k.Name, err)
		}
	}
	return nil
}

// columns reads which fields have a column, by kind and number.
func (tx *Tx) columns() (map[uint8]map[uint8]crdt.Field, error) {
	out := map[uint8]map[uint8]crdt.Field{}
	err := tx.Query(`SELECT kind, num, name, type FROM field`, func(s *sqlite.Stmt) error {
		kind := uint8(s.ColumnInt64(0))
		if out[kind] == nil {
			out[kind] = map[uint8]crdt.Field{}
		}
		f := crdt.Field{Num: uint8(s.ColumnInt64(1)), Name: s.ColumnText(2), Type: crdt.Type(s.ColumnInt64(3))}
		out[kind][f.Num] = f
		return nil
	})
	return out, err
}

func (tx *Tx) makeTable(k *crdt.Kind, have map[uint8]crdt.Field) error {
	fresh := have == nil
	if fresh {
		if err := sqlitex.ExecuteScript(tx.conn, createTable(k), nil); err != nil {
			return err
		}
	}
	widened := false
	for _, fd := range k.Fields {
		if _, there := have[fd.Num]; there {
			delete(have, fd.Num)
			continue
		}
		if !fresh {
			widened = true
			if err := sqlitex.ExecuteScript(tx.conn, addColumn(k, fd), nil); err != nil {
				return err
			}
		}
		err := tx.Exec(`INSERT INTO field (kind, num, name, type) VALUES (?1, ?2, ?3, ?4)`, int64(k.Num), int64(fd.Num), fd.Name, int64(fd.Type))
		if err != nil {
			return err
		}
	}
	var more []crdt.Field
	for _, fd := range have {
		more = append(more, fd)
	}
	tx.file.plans[k.Num] = newPlan(k, more)
	if widened {
		return tx.unpack(k.Num)
	}
	return nil
}

// unpack brings what a release that did not know a field kept in extra into
// the field's own column.
func (tx *Tx) unpack(kind uint8) error {
	var kept []*Stored
	err := tx.Rows(kind, "extra IS NOT NULL", func(r *Stored) error {
		kept = append(kept, r)
		return nil
	})
	if err != nil {
		return err
	}
	for _, r := range kept {
		if err := tx.put(r); err != nil {
			return err
		}
	}
	return nil
}
