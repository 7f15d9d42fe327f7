package rows

import (
	"errors"
	"slices"

	"zombiezen.com/go/sqlite"

	"bough/crdt"
)

const selectConflicts = `
SELECT field,
       value,
       stamp,
       by,
       closed
FROM conflict
WHERE kind=?1 AND row_id=?2`

// Conflicts reads the conflicts of a row, ascending by field and stamp.
func (tx *Tx) Conflicts(kind uint8, id crdt.ID) ([]crdt.Conflict, error) {
	s, err := tx.prepared(&tx.st.conflicts, selectConflicts)
	if err != nil {
		return nil, err
	}
	s.BindInt64(1, int64(kind))
	s.BindInt64(2, int64(id))
	var out []crdt.Conflict
	for {
		found, err := s.Step()
		if err != nil {
			return nil, errors.Join(err, s.Reset())
		}
		if !found {
			break
		}
		c, err := scanConflict(s, kind, id)
		if err != nil {
			return nil, errors.Join(err, s.Reset())
		}
		out = append(out, c)
	}
	slices.SortFunc(out, func(a, b crdt.Conflict) int { return a.Compare(&b) })
	return out, s.Reset()
}

func scanConflict(s *sqlite.Stmt, kind uint8, id crdt.ID) (c crdt.Conflict, err error) {
	c = crdt.Conflict{Kind: kind, Row: id, Field: uint8(s.ColumnInt64(0)), Value: ColumnValue(s, 1), By: crdt.ID(s.ColumnInt64(3))}
	if c.Stamp, err = crdt.DecodeStamp(columnBytes(s, 2, nil)); err != nil {
		return c, err
	}
	if s.ColumnType(4) != sqlite.TypeNull {
		c.Closed, err = crdt.DecodeStamp(columnBytes(s, 4, nil))
	}
	return c, err
}

// putConflicts makes the conflict rows of old those of new.
func (tx *Tx) putConflicts(old, new *Stored) error {
	var was, is []crdt.Conflict
	if old != nil {
		was = old.Conflicts
	}
	if new != nil {
		is = new.Conflicts
	}
	for i := range was {
		if !slices.ContainsFunc(is, func(c crdt.Conflict) bool { return c.Compare(&was[i]) == 0 }) {
			if err := tx.Exec(`DELETE FROM conflict WHERE id=?1`, int64(was[i].ID())); err != nil {
				return err
			}
		}
	}
	for i := range is {
		if !slices.Contains(was, is[i]) {
			if err := tx.putConflict(&is[i]); err != nil {
				return err
			}
		}
	}
	return nil
}

func (tx *Tx) putConflict(c *crdt.Conflict) error {
	var value, closed any
	switch c.Value.T {
	case crdt.Int:
		value = c.Value.I
	case crdt.Text:
		value = c.Value.S
	}
	if !c.Closed.IsZero() {
		closed = c.Closed.Bytes()
	}
	return tx.Exec(`INSERT OR REPLACE INTO conflict (id, kind, row_id, field, value, stamp, by, closed)
		VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)`,
		int64(c.ID()), int64(c.Kind), int64(c.Row), int64(c.Field), value, c.Stamp.Bytes(), int64(c.By), closed)
}
