package rows

import (
	"cmp"
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

-- Which field each column of a kind's table holds: a release that does not
-- know a field yet, or no longer, still keeps what stands in its column.
CREATE TABLE IF NOT EXISTS field (
	kind INTEGER NOT NULL,
	num  INTEGER NOT NULL,
	name TEXT NOT NULL,
	type INTEGER NOT NULL, -- crdt.Type
	PRIMARY KEY (kind, num)
) STRICT, WITHOUT ROWID;
`

// user_version counts two lists of steps: the shared ones above this bit.
const sharedShift = 16

// list is one list of steps and how many of them the file has taken.
type list struct {
	steps []string
	have  int64
	shift int
}

func (f *File) migrate(c *sqlite.Conn, o Options) error {
	have, err := f.version(c)
	if err != nil {
		return err
	}
	lists := []list{{o.Shared, have >> sharedShift, sharedShift}, {o.Migrations, have & (1<<sharedShift - 1), 0}}
	for _, l := range lists {
		if l.have > int64(len(l.steps)) {
			return fmt.Errorf("%w: %s has version %d, this one knows %d", ErrNewer, f.path, l.have, len(l.steps))
		}
	}
	if err := sqlitex.ExecuteTransient(c, `PRAGMA journal_mode=WAL`, nil); err != nil {
		return opening(f.path, err)
	}
	if err := f.makeTables(c); err != nil {
		return opening(f.path, err)
	}
	for _, l := range lists {
		for _, sql := range l.steps[l.have:] {
			have += 1 << l.shift
			if err := step(c, sql, have); err != nil {
				return fmt.Errorf("rows: migrate %s to version %d: %w", f.path, have, err)
			}
		}
	}
	return nil
}

// version reads the user_version of a file that is ours, or empty.
func (f *File) version(c *sqlite.Conn) (int64, error) {
	app, err := number(c, "PRAGMA application_id")
	have, err2 := number(c, "PRAGMA user_version")
	tables, err3 := number(c, "SELECT count(*) FROM sqlite_schema")
	if err := cmp.Or(err, err2, err3); err != nil {
		return 0, opening(f.path, err)
	}
	if app != applicationID && (app != 0 || have != 0 || tables != 0) {
		return 0, fmt.Errorf("%w: %s", ErrForeign, f.path)
	}
	return have, nil
}

func step(c *sqlite.Conn, sql string, version int64) (err error) {
	end, err := sqlitex.ImmediateTransaction(c)
	if err != nil {
		return err
	}
	defer end(&err)
	return sqlitex.ExecuteScript(c, fmt.Sprintf("%s;\nPRAGMA user_version=%d;", sql, version), nil)
}

func number(c *sqlite.Conn, sql string) (n int64, err error) {
	err = sqlitex.ExecuteTransient(c, sql, &sqlitex.ExecOptions{
		ResultFunc: func(s *sqlite.Stmt) error { n = s.ColumnInt64(0); return nil },
	})
	return n, err
}
