package rows

import (
	"fmt"
	"regexp"

	"zombiezen.com/go/sqlite"
)

// statements are the prepared statements of one connection.
type statements struct {
	get, put, remove [256]*sqlite.Stmt
	conflicts        *sqlite.Stmt
	byText           map[string]*sqlite.Stmt
}

// parameter is one with what stands before it.
var parameter = regexp.MustCompile(`(\+|LIKE |GLOB )?\?[0-9]+`)

// opaque writes +?1 for ?1. SQLite looks at the values of bare parameters when it
// plans an ORDER BY or a LIMIT, and prepares the statement anew whenever they
// are bound again: 15 to 200 µs instead of 1. It needs to see those of LIKE.
func opaque(sql string) string {
	return parameter.ReplaceAllStringFunc(sql, func(p string) string {
		if p[0] == '?' {
			return "+" + p
		}
		return p
	})
}

// prepare gives the statement of a text; it is kept.
func (tx *Tx) prepare(sql string) (*sqlite.Stmt, error) {
	if s := tx.st.byText[sql]; s != nil {
		return s, nil
	}
	s, err := tx.conn.Prepare(opaque(sql))
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
		s, err := tx.conn.Prepare(sql)
		if err != nil {
			return nil, fmt.Errorf("rows: prepare: %w", err)
		}
		*slot = s
	}
	return *slot, nil
}
