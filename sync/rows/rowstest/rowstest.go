package rowstest

import (
	"context"
	"path/filepath"
	"testing"

	"bough/crdt"
	"bough/sync/rows"
)

// column is a column of a table, or an index of it, as SQLite tells of it.
type column struct{ table, name string }

type described struct {
	text    string // what must stay as it is
	demands bool   // a row written without it is refused
}

// Expand checks a list of steps (as Options.Migrations): whatever a release
// that knows at least oldest of them has in its file must be there, unchanged,
// when all steps are taken, and what they add must not ask anything of a
// program that does not know it.
func Expand(t testing.TB, schema *crdt.Schema, steps []string, oldest int) {
	t.Helper()
	for n := oldest; n < len(steps); n++ {
		path := filepath.Join(t.TempDir(), "bough.db")
		before := open(t, rows.Options{Path: path, Schema: schema, Migrations: steps[:n], Oldest: min(n, oldest), NoSync: true})
		after := open(t, rows.Options{Path: path, Schema: schema, Migrations: steps, Oldest: oldest, NoSync: true})
		tables := map[string]bool{}
		for c, d := range before {
			tables[c.table] = true
			if after[c].text != d.text {
				t.Errorf("%s.%s of a release with %d steps was %q, after %d steps it is %q", c.table, c.name, n, d.text, len(steps), after[c].text)
			}
		}
		for c, d := range after {
			if _, had := before[c]; !had && tables[c.table] && d.demands {
				t.Errorf("%s.%s asks more of a release with %d steps than it knows: %s", c.table, c.name, n, d.text)
			}
		}
	}
}

const describe = `
SELECT m.name,
       c.name,
       c.type || ' ' || c."notnull" || ' ' || coalesce(c.dflt_value, '-') || ' ' || c.pk,
       c."notnull"=1 AND c.dflt_value IS NULL OR c.pk>0
FROM sqlite_schema AS m
JOIN pragma_table_info(m.name) AS c
WHERE m.type='table'
UNION ALL
SELECT m.name, 'index ' || i.name, coalesce((SELECT sql FROM sqlite_schema WHERE name=i.name), ''), i."unique"=1
FROM sqlite_schema AS m
JOIN pragma_index_list(m.name) AS i
WHERE m.type='table'
UNION ALL
SELECT tbl_name, 'trigger ' || name, sql, 1
FROM sqlite_schema
WHERE type='trigger'`

func open(t testing.TB, o rows.Options) map[column]described {
	t.Helper()
	f, err := rows.Open(o)
	if err != nil {
		t.Fatalf("%d steps: %v", len(o.Migrations), err)
	}
	out := map[column]described{}
	err = f.Read(context.Background(), func(tx *rows.Tx) error {
		return tx.Query(describe, func(s *rows.Stmt) error {
			out[column{s.ColumnText(0), s.ColumnText(1)}] = described{text: s.ColumnText(2), demands: s.ColumnInt64(3) == 1}
			return nil
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	return out
}
