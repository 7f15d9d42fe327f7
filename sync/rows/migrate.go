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

-- What the kinds of the file are, as the newest release that opened it defines
-- them: the release before keeps, merges and scopes by this what it does not
-- know itself.
CREATE TABLE IF NOT EXISTS kind (
	num        INTEGER PRIMARY KEY,
	definition TEXT NOT NULL -- crdt.Kind, JSON
) STRICT;

-- Rows of kinds that no release which opened the file knows, whole: they get a
-- table of their own when one does.
CREATE TABLE IF NOT EXISTS unknown (
	kind      INTEGER NOT NULL,
	id        INTEGER NOT NULL,
	canonical BLOB NOT NULL, -- crdt.Row.AppendCanonical
	n         INTEGER NOT NULL, -- feed number
	PRIMARY KEY (kind, id)
) STRICT, WITHOUT ROWID;
`

// format is raised when the tables of this package, or what is packed in them,
// change in a way that a program with a lower one would misread.
const format = 1

// user_version counts two lists of steps, the shared ones above the lower of
// these bits; the oldest reader, a fact, has the format above the higher one.
const (
	sharedShift = 16
	formatShift = 32
)

// factReader names the oldest reader of the file: how many steps of each list,
// and which format, a program must know to work with it.
const factReader = "oldest reader"

// factTables is the mark of the release whose tables the file has, no more and
// no less; empty where it has more.
const factTables = "tables"

// list is one list of steps, how many of them the file has taken, and how many
// one must know to work with a file that took all of them.
type list struct {
	steps  []string
	have   int64
	oldest int
	shift  int
}

// migrate brings the tables up to date. A file that a newer release wrote is
// worked with as it is, unless it names an oldest reader that is newer, too:
// then it is refused before a byte is written.
func (f *File) migrate(c *connection, o Options) error {
	have, err := f.version(c.Conn)
	if err != nil {
		return err
	}
	reader, err := oldestReader(c.Conn)
	if err != nil {
		return opening(f.path, err)
	}
	lists := []list{{o.Shared, have >> sharedShift, o.SharedOldest, sharedShift}, {o.Migrations, have & (1<<sharedShift - 1), o.Oldest, 0}}
	oldest := reader.max(format << formatShift)
	for _, l := range lists {
		if wants := reader.part(l.shift); wants > int64(len(l.steps)) {
			return fmt.Errorf("%w: %s wants a reader of version %d, this one is %d", ErrNewer, f.path, wants, len(l.steps))
		}
		oldest = oldest.max(int64(l.oldest) << l.shift)
	}
	if wants := reader.part(formatShift); wants > format {
		return fmt.Errorf("%w: %s is of format %d, this one reads %d", ErrNewer, f.path, wants, format)
	}
	if err := sqlitex.ExecuteTransient(c.Conn, `PRAGMA journal_mode=WAL`, nil); err != nil {
		return opening(f.path, err)
	}
	switch same, err := f.asWeLeftIt(c, reader == oldest); {
	case err != nil:
		return opening(f.path, err)
	case !same:
		if err := f.makeTables(c, oldest); err != nil {
			return opening(f.path, err)
		}
	}
	for _, l := range lists {
		for _, sql := range l.steps[min(l.have, int64(len(l.steps))):] {
			have += 1 << l.shift
			if err := step(c.Conn, sql, have); err != nil {
				return fmt.Errorf("rows: migrate %s to version %d: %w", f.path, have, err)
			}
		}
	}
	return nil
}

// reader is an oldest reader, packed as user_version is, the format above.
type reader int64

// part is what it says of one list, or of the format.
func (r reader) part(shift int) int64 { return int64(r) >> shift & (1<<sharedShift - 1) }

// max is the newer of both, part by part.
func (r reader) max(other int64) (out reader) {
	for _, shift := range []int{0, sharedShift, formatShift} {
		out |= reader(max(r.part(shift), reader(other).part(shift)) << shift)
	}
	return out
}

// oldestReader reads which programs may work with the file; zero: any.
func oldestReader(c *sqlite.Conn) (reader, error) {
	facts, err := number(c, `SELECT count(*) FROM sqlite_schema WHERE name='fact'`)
	if err != nil || facts == 0 {
		return 0, err
	}
	n, err := number(c, `SELECT value FROM fact WHERE name='`+factReader+`'`)
	return reader(n), err
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
