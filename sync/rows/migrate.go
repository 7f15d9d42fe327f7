package rows

import (
	"fmt"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"
)

// own are the tables of this package besides those of the kinds.
const own = `
-- A value that lost against a concurrent one (DESIGN, section 5). closed is the
-- stamp of the op that settled it; NULL while it is open.
CREATE TABLE IF NOT EXISTS conflict (
	id     INTEGER PRIMARY KEY,
	kind   INTEGER NOT NULL,
	row_id INTEGER NOT NULL,
	field  INTEGER NOT NULL,
	value  ANY,
	stamp  BLOB NOT NULL,
	by     INTEGER NOT NULL,
	closed BLOB
) STRICT;
CREATE INDEX IF NOT EXISTS conflict_row ON conflict (kind, row_id);
CREATE INDEX IF NOT EXISTS conflict_open ON conflict (id) WHERE closed IS NULL;

-- What the file holds of a scope: the digest over its rows, and how far its
-- feed has been read (node) or written (central).
CREATE TABLE IF NOT EXISTS scope (
	scope  INTEGER PRIMARY KEY,
	digest BLOB NOT NULL,
	feed   INTEGER NOT NULL DEFAULT 0,
	epoch  INTEGER NOT NULL DEFAULT 0
) STRICT;

-- The changes this file's own origin wrote, dense from 1 (or from what was
-- trimmed). bodies is journal.AppendOps; hash is the link of the chain.
CREATE TABLE IF NOT EXISTS journal (
	seq     INTEGER PRIMARY KEY,
	stamp   BLOB NOT NULL,
	session INTEGER NOT NULL,
	bodies  BLOB NOT NULL,
	hash    BLOB NOT NULL
) STRICT;

-- Small facts of the file, by name.
CREATE TABLE IF NOT EXISTS fact (
	name  TEXT PRIMARY KEY,
	value ANY
) STRICT, WITHOUT ROWID;
`

func (f *File) migrate(c *sqlite.Conn, steps []string) error {
	app, err := pragma(c, "application_id")
	if err != nil {
		return fmt.Errorf("rows: open %s: %w", f.path, err)
	}
	have, err := pragma(c, "user_version")
	if err != nil {
		return fmt.Errorf("rows: open %s: %w", f.path, err)
	}
	switch {
	case app != applicationID && (app != 0 || have != 0):
		return fmt.Errorf("%w: %s", ErrForeign, f.path)
	case have > int64(len(steps)):
		return fmt.Errorf("%w: %s has version %d, this one knows %d", ErrNewer, f.path, have, len(steps))
	}
	if err := sqlitex.ExecuteTransient(c, `PRAGMA journal_mode=WAL`, nil); err != nil {
		return fmt.Errorf("rows: open %s: %w", f.path, err)
	}
	if err := f.makeTables(c); err != nil {
		return fmt.Errorf("rows: open %s: %w", f.path, err)
	}
	for n := have; n < int64(len(steps)); n++ {
		if err := step(c, steps[n], n+1); err != nil {
			return fmt.Errorf("rows: migrate %s to version %d: %w", f.path, n+1, err)
		}
	}
	return nil
}

func step(c *sqlite.Conn, sql string, version int64) (err error) {
	end, err := sqlitex.ImmediateTransaction(c)
	if err != nil {
		return err
	}
	defer end(&err)
	return sqlitex.ExecuteScript(c, fmt.Sprintf("%s;\nPRAGMA user_version=%d;", sql, version), nil)
}

// makeTables creates what is missing of the generated tables. Fields the table
// gained since the file was made become columns: that only expands, so the
// previous release still opens the file.
func (f *File) makeTables(c *sqlite.Conn) (err error) {
	end, err := sqlitex.ImmediateTransaction(c)
	if err != nil {
		return err
	}
	defer end(&err)
	if err := sqlitex.ExecuteScript(c, fmt.Sprintf("PRAGMA application_id=%d;\n%s", applicationID, own), nil); err != nil {
		return err
	}
	for _, k := range f.schema.Kinds {
		p := f.plans[k.Num]
		have := map[string]bool{}
		err := sqlitex.ExecuteTransient(c, `SELECT name FROM pragma_table_info(?1)`, &sqlitex.ExecOptions{
			Args:       []any{k.Name},
			ResultFunc: func(s *sqlite.Stmt) error { have[s.ColumnText(0)] = true; return nil },
		})
		if err != nil {
			return err
		}
		if len(have) == 0 {
			if err := sqlitex.ExecuteScript(c, p.create, nil); err != nil {
				return fmt.Errorf("table %s: %w", k.Name, err)
			}
			continue
		}
		for _, fd := range k.Fields {
			if !have[fd.Name] {
				if err := sqlitex.ExecuteScript(c, p.addColumn(fd), nil); err != nil {
					return fmt.Errorf("table %s: %w", k.Name, err)
				}
			}
		}
	}
	return nil
}

func pragma(c *sqlite.Conn, name string) (n int64, err error) {
	err = sqlitex.ExecuteTransient(c, "PRAGMA "+name, &sqlitex.ExecOptions{
		ResultFunc: func(s *sqlite.Stmt) error { n = s.ColumnInt64(0); return nil },
	})
	return n, err
}
