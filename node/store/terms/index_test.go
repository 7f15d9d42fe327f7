package terms

import (
	"fmt"
	"testing"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"
)

// index is the table that the store keeps, in memory.
type index struct {
	conn *sqlite.Conn
	size int64
}

func newIndex(t testing.TB) *index {
	t.Helper()
	conn, err := sqlite.OpenConn(":memory:", sqlite.OpenReadWrite, sqlite.OpenCreate)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := conn.Close(); err != nil {
			t.Error(err)
		}
	})
	x := &index{conn: conn}
	x.exec(t, `CREATE VIRTUAL TABLE t USING fts5(
		names, sounds, digits, words,
		content='', contentless_delete=1, detail=column, tokenize='unicode61')`)
	return x
}

func (x *index) exec(t testing.TB, sql string) {
	t.Helper()
	if err := sqlitex.ExecuteTransient(x.conn, sql, nil); err != nil {
		t.Fatal(err)
	}
}

// put indexes a document and returns its rowid.
func (x *index) put(t testing.TB, d Document) int64 {
	t.Helper()
	x.size++
	c := d.Columns()
	err := sqlitex.Execute(x.conn,
		`INSERT INTO t (rowid, names, sounds, digits, words) VALUES (?1, ?2, ?3, ?4, ?5)`,
		&sqlitex.ExecOptions{Args: []any{x.size, c.Names, c.Sounds, c.Digits, c.Words}})
	if err != nil {
		t.Fatal(err)
	}
	return x.size
}

// holds reports whether an expression finds a row.
func (x *index) holds(expression string, id int64) (bool, error) {
	if expression == "" {
		return false, nil
	}
	found := false
	err := sqlitex.Execute(x.conn, `SELECT rowid FROM t WHERE t MATCH ?1 AND rowid = ?2`,
		&sqlitex.ExecOptions{
			Args:       []any{expression, id},
			ResultFunc: func(*sqlite.Stmt) error { found = true; return nil },
		})
	if err != nil {
		return false, fmt.Errorf("ask %q: %w", expression, err)
	}
	return found, nil
}

// finds is holds for tests in which every expression must be valid.
func (x *index) finds(t testing.TB, expression string, id int64) bool {
	t.Helper()
	found, err := x.holds(expression, id)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// vocabulary are the terms in the index.
func (x *index) vocabulary(t testing.TB) map[string]bool {
	t.Helper()
	x.exec(t, `CREATE VIRTUAL TABLE temp.v USING fts5vocab('main', 't', 'row')`)
	defer x.exec(t, `DROP TABLE temp.v`)
	out := map[string]bool{}
	err := sqlitex.Execute(x.conn, `SELECT term FROM v`, &sqlitex.ExecOptions{
		ResultFunc: func(s *sqlite.Stmt) error { out[s.ColumnText(0)] = true; return nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}
