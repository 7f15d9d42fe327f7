package rows

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"slices"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"bough/crdt"
)

// asWeLeftIt reports whether the file has just the tables of this release, and
// plans their SQL if so: nothing is looked for and nothing written then. facts
// tells that the file has facts at all.
func (f *File) asWeLeftIt(c *connection, facts bool) (bool, error) {
	if !facts {
		return false, nil
	}
	ours, err := mark(f.schema)
	if err != nil {
		return false, err
	}
	left, err := f.tx(c).FactBytes(factTables)
	if err != nil || !bytes.Equal(left, ours) {
		return false, err
	}
	f.held = f.schema
	for _, k := range f.held.Kinds {
		f.plans[k.Num] = newPlan(k, nil)
	}
	return true, nil
}

// mark names the tables of a release.
func mark(s *crdt.Schema) ([]byte, error) {
	kinds, err := s.Sum()
	sum := sha256.Sum256(append(kinds[:], own...))
	return sum[:], err
}

// makeTables creates what is missing of the generated tables and plans their
// SQL. Fields the table gained since the file was made become columns: that
// only expands, so the previous release still opens the file. What a newer
// release added has its place in the plans, too.
func (f *File) makeTables(c *connection, oldest reader) (err error) {
	end, err := sqlitex.ImmediateTransaction(c.Conn)
	if err != nil {
		return err
	}
	defer end(&err)
	if err := sqlitex.ExecuteScript(c.Conn, fmt.Sprintf("PRAGMA application_id=%d;\n%s", applicationID, own), nil); err != nil {
		return err
	}
	tx := f.tx(c)
	if err := tx.SetFact(factReader, int64(oldest)); err != nil {
		return err
	}
	if err := tx.define(); err != nil {
		return err
	}
	columns, err := tx.columns()
	if err != nil {
		return err
	}
	same := f.held == f.schema
	for _, k := range f.held.Kinds {
		if err := tx.makeTable(k, columns[k.Num]); err != nil {
			return fmt.Errorf("table %s: %w", k.Name, err)
		}
		same = same && len(f.plans[k.Num].fields) == len(k.Fields)
	}
	return tx.noteTables(same)
}

// noteTables notes whose tables the file has.
func (tx *Tx) noteTables(same bool) (err error) {
	left := []byte{}
	if same {
		if left, err = mark(tx.file.schema); err != nil {
			return err
		}
	}
	return tx.SetFact(factTables, left)
}

// define joins what this release knows with what the file says of its kinds,
// and writes down what is new.
func (tx *Tx) define() error {
	f := tx.file
	inFile := map[uint8]string{}
	err := tx.Query(`SELECT num, definition FROM kind`, func(s *sqlite.Stmt) error {
		inFile[uint8(s.ColumnInt64(0))] = s.ColumnText(1)
		return nil
	})
	if err != nil {
		return err
	}
	f.held = f.schema
	kinds, more := make([]*crdt.Kind, 0, len(f.schema.Kinds)), false
	for _, k := range f.schema.Kinds {
		held, err := tx.defineKind(k, inFile[k.Num])
		if err != nil {
			return fmt.Errorf("definition of %s: %w", k.Name, err)
		}
		more = more || held != k
		kinds = append(kinds, held)
		delete(inFile, k.Num)
	}
	for num, text := range inFile {
		k := &crdt.Kind{}
		if err := json.Unmarshal([]byte(text), k); err != nil {
			return fmt.Errorf("definition of kind %d: %w", num, err)
		}
		kinds, more = append(kinds, k), true
	}
	if more {
		slices.SortFunc(kinds, func(a, b *crdt.Kind) int { return cmp.Compare(a.Num, b.Num) })
		f.held, err = crdt.NewSchema(kinds...)
	}
	return err
}

// defineKind is k with the fields that a newer release added to it; where there
// are none, this release defines the kind.
func (tx *Tx) defineKind(k *crdt.Kind, inFile string) (*crdt.Kind, error) {
	ours, err := json.Marshal(k)
	if err != nil || inFile == string(ours) {
		return k, err
	}
	held := *k
	if inFile != "" {
		var theirs crdt.Kind
		if err := json.Unmarshal([]byte(inFile), &theirs); err != nil {
			return nil, err
		}
		for _, fd := range theirs.Fields {
			if k.Field(fd.Num) == nil {
				held.Fields = append(held.Fields[:len(held.Fields):len(held.Fields)], fd)
			}
		}
	}
	if len(held.Fields) > len(k.Fields) {
		slices.SortFunc(held.Fields, func(a, b crdt.Field) int { return cmp.Compare(a.Num, b.Num) })
		return &held, nil
	}
	return k, tx.Exec(`INSERT OR REPLACE INTO kind (num, definition) VALUES (?1, ?2)`, int64(k.Num), string(ours))
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
	var more []crdt.Field // columns of a file that does not define its kinds yet
	for _, fd := range have {
		more = append(more, fd)
	}
	tx.file.plans[k.Num] = newPlan(k, more)
	switch {
	case fresh:
		tx.file.gained = append(tx.file.gained, k.Num)
		return tx.revive(k.Num)
	case widened:
		return tx.unpack(k.Num)
	}
	return nil
}

// revive gives the rows of a kind that was unknown until now their table.
func (tx *Tx) revive(kind uint8) error {
	kept, err := tx.unknownRows(`kind=?1`, int64(kind))
	if err != nil || len(kept) == 0 {
		return err
	}
	for _, r := range kept {
		if err := tx.put(r); err != nil {
			return err
		}
	}
	return tx.Exec(`DELETE FROM unknown WHERE kind=?1`, int64(kind))
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
