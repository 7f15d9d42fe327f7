package rows

import (
	"errors"
	"fmt"

	"zombiezen.com/go/sqlite"

	"bough/crdt"
)

// Stored is a row as the file has it.
type Stored struct {
	crdt.Row
	Conflicts []crdt.Conflict // ascending by field and stamp
	N         int64           // feed number; 0: not from the feed yet
}

// Digest is what the row and its conflicts add to the digest of a scope; zero
// for nil.
func (s *Stored) Digest() crdt.Digest {
	if s == nil {
		return crdt.Digest{}
	}
	buf := make([]byte, 0, 512)
	d := crdt.DigestOf(s.AppendCanonical(buf))
	for i := range s.Conflicts {
		d.Add(crdt.DigestOf(s.Conflicts[i].AppendCanonical(buf)))
	}
	return d
}

// Tx is one transaction. Not for keeping.
type Tx struct {
	file    *File
	conn    *sqlite.Conn
	st      *statements
	digests map[int64]crdt.Digest // changes not yet flushed, by scope
}

// Get reads a row with its conflicts; nil when there is none. Rows of kinds
// that the file has no table for are kept, too.
func (tx *Tx) Get(kind uint8, id crdt.ID) (*Stored, error) {
	p := tx.file.plans[kind]
	if p == nil {
		return tx.getUnknown(kind, id)
	}
	s, err := tx.prepared(&tx.st.get[kind], p.sql().get)
	if err != nil {
		return nil, err
	}
	s.BindInt64(1, int64(id))
	found, err := s.Step()
	if err != nil || !found {
		return nil, wrap(errors.Join(err, s.Reset()), p, id)
	}
	row, conflicts, err := p.scan(s, 0, id)
	if rerr := s.Reset(); err == nil {
		err = rerr
	}
	if err != nil {
		return nil, wrap(err, p, id)
	}
	if conflicts {
		row.Conflicts, err = tx.Conflicts(kind, id)
	}
	return row, err
}

func wrap(err error, p *plan, id crdt.ID) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("rows: %s %d: %w", p.kind.Name, id, err)
}

// scan reads the columns of get, the first at col.
func (p *plan) scan(s *sqlite.Stmt, col int, id crdt.ID) (*Stored, bool, error) {
	r := &Stored{Row: crdt.Row{Kind: p.kind.Num, ID: id, Fields: make([]crdt.Value, p.maxField+1)}}
	for i := range p.fields {
		r.Fields[p.fields[i].Num] = ColumnValue(s, col+i)
	}
	col += len(p.fields)
	var buf [256]byte
	var err error
	if r.Clocks, err = crdt.DecodeClocks(columnBytes(s, col, buf[:])); err != nil {
		return nil, false, err
	}
	r.N = s.ColumnInt64(col + 1)
	conflicts := s.ColumnInt64(col+2) > 0
	if s.ColumnType(col+3) != sqlite.TypeNull {
		if err := decodeExtra(r, columnBytes(s, col+3, nil)); err != nil {
			return nil, false, err
		}
	}
	if p.kind.Class == crdt.Set && s.ColumnType(col+4) != sqlite.TypeNull {
		if r.Cleared, err = decodeStamps(columnBytes(s, col+4, nil)); err != nil {
			return nil, false, err
		}
	}
	return r, conflicts, nil
}

func columnBytes(s *sqlite.Stmt, col int, buf []byte) []byte {
	n := s.ColumnLen(col)
	if n > len(buf) {
		buf = make([]byte, n)
	}
	return buf[:s.ColumnBytes(col, buf)]
}

// ColumnValue reads a column as a value.
func ColumnValue(s *sqlite.Stmt, col int) crdt.Value {
	switch s.ColumnType(col) {
	case sqlite.TypeInteger:
		return crdt.Value{T: crdt.Int, I: s.ColumnInt64(col)}
	case sqlite.TypeText:
		return crdt.Value{T: crdt.Text, S: s.ColumnText(col)}
	default:
		return crdt.Value{}
	}
}

// put writes the row itself, over whatever was there.
func (tx *Tx) put(r *Stored) error {
	p := tx.file.plans[r.Kind]
	if p == nil {
		return tx.putUnknown(r)
	}
	s, err := tx.prepared(&tx.st.put[r.Kind], p.sql().put)
	if err != nil {
		return err
	}
	s.BindInt64(1, int64(r.ID))
	col := 2
	for i := range p.fields {
		bindField(s, col, p.fields[i].Type, r.Get(p.fields[i].Num))
		col++
	}
	var buf [256]byte
	s.BindBytes(col, r.Clocks.Append(buf[:0]))
	s.BindInt64(col+1, r.N)
	bindCount(s, col+2, len(r.Conflicts))
	bindBlob(s, col+3, encodeExtra(p, r))
	if p.kind.Class == crdt.Set {
		bindBlob(s, col+4, encodeStamps(r.Cleared))
		gone := 0
		if r.Gone(r.Conflicts...) {
			gone = 1
		}
		bindCount(s, col+5, gone)
	}
	_, err = s.Step()
	return wrap(errors.Join(err, s.Reset()), p, r.ID)
}

// bindField binds a value to its column; of another type it goes into extra.
func bindField(s *sqlite.Stmt, col int, t crdt.Type, v crdt.Value) {
	switch {
	case v.T != t:
		s.BindNull(col)
	case v.T == crdt.Int:
		s.BindInt64(col, v.I)
	default:
		s.BindText(col, v.S)
	}
}

func bindCount(s *sqlite.Stmt, col, n int) {
	if n == 0 {
		s.BindNull(col)
		return
	}
	s.BindInt64(col, int64(n))
}

func bindBlob(s *sqlite.Stmt, col int, b []byte) {
	if len(b) == 0 {
		s.BindNull(col)
		return
	}
	s.BindBytes(col, b)
}

// Swap replaces old, as Get gave it (nil: there was none), by new (nil: the
// row goes), conflicts included, and keeps the digests of scopes.
func (tx *Tx) Swap(old, new *Stored, scopes ...int64) error {
	if len(scopes) > 0 {
		was, is := old.Digest(), new.Digest()
		for _, scope := range scopes {
			tx.Count(scope, is, was)
		}
	}
	if new == nil {
		if old == nil {
			return nil
		}
		return tx.drop(old)
	}
	if err := tx.putConflicts(old, new); err != nil {
		return err
	}
	return tx.put(new)
}

func (tx *Tx) drop(old *Stored) error {
	if err := tx.putConflicts(old, nil); err != nil {
		return err
	}
	p := tx.file.plans[old.Kind]
	if p == nil {
		return tx.dropUnknown(old.Kind, old.ID)
	}
	s, err := tx.prepared(&tx.st.remove[old.Kind], p.sql().remove)
	if err != nil {
		return err
	}
	s.BindInt64(1, int64(old.ID))
	_, err = s.Step()
	return wrap(errors.Join(err, s.Reset()), p, old.ID)
}
