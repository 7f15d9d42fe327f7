package rows

import (
	"fmt"

	"zombiezen.com/go/sqlite"

	"bough/crdt"
)

// Query runs sql with parameters ?1, ?2, … (int64, string, []byte or nil) and
// calls fn for each row. Statements are kept by their text.
func (tx *Tx) Query(sql string, fn func(*sqlite.Stmt) error, args ...any) (err error) {
	s, err := tx.prepare(sql)
	if err != nil {
		return fmt.Errorf("rows: query: %w", err)
	}
	if err := bind(s, args); err != nil {
		return err
	}
	defer func() {
		if rerr := s.Reset(); err == nil {
			err = rerr
		}
		s.ClearBindings()
	}()
	for {
		found, err := s.Step()
		if err != nil {
			return fmt.Errorf("rows: query: %w", err)
		}
		if !found {
			return nil
		}
		if fn == nil {
			continue
		}
		if err := fn(s); err != nil {
			return err
		}
	}
}

// Exec runs a statement that gives no rows.
func (tx *Tx) Exec(sql string, args ...any) error { return tx.Query(sql, nil, args...) }

// Int reads one integer; found is false when there is no row.
func (tx *Tx) Int(sql string, args ...any) (n int64, found bool, err error) {
	err = tx.Query(sql, func(s *sqlite.Stmt) error {
		n, found = s.ColumnInt64(0), true
		return nil
	}, args...)
	return n, found, err
}

func bind(s *sqlite.Stmt, args []any) error {
	for i, a := range args {
		switch v := a.(type) {
		case nil:
			s.BindNull(i + 1)
		case int64:
			s.BindInt64(i+1, v)
		case int:
			s.BindInt64(i+1, int64(v))
		case string:
			s.BindText(i+1, v)
		case []byte:
			s.BindBytes(i+1, v)
		default:
			return fmt.Errorf("rows: cannot bind a %T", a)
		}
	}
	return nil
}

// Rows reads whole rows of a kind that a condition on its columns selects, for
// example `party=?1 ORDER BY id`. The condition comes from our own code only.
func (tx *Tx) Rows(kind uint8, where string, fn func(*Stored) error, args ...any) error {
	p := tx.file.plans[kind]
	if p == nil {
		return fmt.Errorf("rows: kind %d has no table", kind)
	}
	return tx.Query(p.sql().find+where, func(s *sqlite.Stmt) error {
		id := crdt.ID(s.ColumnInt64(0))
		row, conflicts, err := p.scan(s, 1, id)
		if err != nil {
			return wrap(err, p, id)
		}
		if conflicts {
			if row.Conflicts, err = tx.Conflicts(kind, id); err != nil {
				return err
			}
		}
		return fn(row)
	}, args...)
}

// encodeExtra packs what has no place in a column, the field being unknown or
// its value of another type than the column: number and value each.
func encodeExtra(p *plan, r *Stored) []byte {
	var b []byte
	for n, v := range r.Fields {
		if !v.IsNull() && v.T != p.types[n] {
			b = append(b, byte(n))
			b = crdt.AppendValue(b, v)
		}
	}
	return b
}

func decodeExtra(r *Stored, b []byte) error {
	d := crdt.Decoder{B: b}
	for len(d.B) > 0 && d.Err == nil {
		n := d.Byte()
		v := d.Value()
		for int(n) >= len(r.Fields) {
			r.Fields = append(r.Fields, crdt.Value{})
		}
		r.Fields[n] = v
	}
	return d.Err
}

func encodeStamps(stamps []crdt.Stamp) []byte {
	var b []byte
	for _, s := range stamps {
		b = s.Append(b)
	}
	return b
}

func decodeStamps(b []byte) ([]crdt.Stamp, error) {
	out := make([]crdt.Stamp, 0, len(b)/crdt.StampSize)
	for ; len(b) >= crdt.StampSize; b = b[crdt.StampSize:] {
		s, err := crdt.DecodeStamp(b[:crdt.StampSize])
		if err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	if len(b) != 0 {
		return nil, fmt.Errorf("rows: %d bytes after the last stamp", len(b))
	}
	return out, nil
}

// SetFact keeps a small fact of the file: an int64, string or []byte.
func (tx *Tx) SetFact(name string, value any) error {
	return tx.Exec(`INSERT OR REPLACE INTO fact (name, value) VALUES (?1, ?2)`, name, value)
}

// FactInt reads an integer fact; 0 when it was never set.
func (tx *Tx) FactInt(name string) (int64, error) {
	n, _, err := tx.Int(`SELECT value FROM fact WHERE name=?1`, name)
	return n, err
}

// FactBytes reads a blob fact; nil when it was never set.
func (tx *Tx) FactBytes(name string) (b []byte, err error) {
	err = tx.Query(`SELECT value FROM fact WHERE name=?1`, func(s *sqlite.Stmt) error {
		b = append([]byte{}, columnBytes(s, 0, nil)...)
		return nil
	}, name)
	return b, err
}

// Blob reads column col of s.
func Blob(s *sqlite.Stmt, col int) []byte { return columnBytes(s, col, nil) }

// IDs reads the first column as ids.
func (tx *Tx) IDs(sql string, args ...any) (out []crdt.ID, err error) {
	err = tx.Query(sql, func(s *sqlite.Stmt) error {
		out = append(out, crdt.ID(s.ColumnInt64(0)))
		return nil
	}, args...)
	return out, err
}

// Stmt is a row that a query gives; named here so that readers need not know
// the driver.
type Stmt = sqlite.Stmt
