package rows

import (
	"errors"
	"fmt"
	"strings"

	"zombiezen.com/go/sqlite"
)

// statements are the prepared statements of one connection.
type statements struct {
	get, put, remove [256]*sqlite.Stmt
	conflicts        *sqlite.Stmt
	byText           map[string]*sqlite.Stmt
	all              []*sqlite.Stmt
}

// opaque writes +?1 for ?1. SQLite looks at the values of bare parameters when it
// plans an ORDER BY or a LIMIT, and prepares the statement anew whenever they
// are bound again: 15 to 200 µs instead of 1. It needs to see those of LIKE.
func opaque(sql string) string {
	var b strings.Builder
	done := 0
	for i := range len(sql) - 1 {
		if sql[i] == '?' && '0' <= sql[i+1] && sql[i+1] <= '9' && !shown(sql[:i]) {
			b.WriteString(sql[done:i])
			b.WriteByte('+')
			done = i
		}
	}
	b.WriteString(sql[done:])
	return b.String()
}

// shown reports whether what stands before a parameter lets its value be seen,
// or has hidden it already.
func shown(before string) bool {
	return strings.HasSuffix(before, "+") || strings.HasSuffix(before, "LIKE ") || strings.HasSuffix(before, "GLOB ")
}

// prepare gives the statement of a text; it is kept.
func (tx *Tx) prepare(sql string) (*sqlite.Stmt, error) {
	if s := tx.st.byText[sql]; s != nil {
		return s, nil
	}
	s, err := tx.keep(opaque(sql))
	if err != nil {
		return nil, err
	}
	if tx.st.byText == nil {
		tx.st.byText = map[string]*sqlite.Stmt{}
	}
	tx.st.byText[sql] = s
	return s, nil
}

func (tx *Tx) prepared(slot **sqlite.Stmt, sql string) (*sqlite.Stmt, error) {
	if *slot == nil {
		s, err := tx.keep(sql)
		if err != nil {
			return nil, fmt.Errorf("rows: prepare: %w", err)
		}
		*slot = s
	}
	return *slot, nil
}

// keep prepares a statement, to be finalized with the connection. The driver's
// own Prepare would keep it, too, and go through all it keeps at the beginning
// and at the end of each Read.
func (tx *Tx) keep(sql string) (*sqlite.Stmt, error) {
	s, rest, err := tx.conn.PrepareTransient(sql)
	if err != nil {
		return nil, err
	}
	if rest > 0 {
		return nil, errors.Join(fmt.Errorf("%d bytes after the statement", rest), s.Finalize())
	}
	tx.st.all = append(tx.st.all, s)
	return s, nil
}

// finalize ends what was prepared; why a statement failed was told when it did.
func (st *statements) finalize() {
	for _, s := range st.all {
		s.Finalize() //nolint:errcheck // says it again
	}
}
