package rows

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"
)

// ErrStrange is a file of somebody else that is not what Extract makes: it is
// damaged, has other tables, or holds more than rows.
var ErrStrange = errors.New("rows: this file is not a copy of rows alone")

// holds are the tables of a copy that are not as they are in a new file: besides
// those of the kinds.
var holds = []string{"conflict", "scope", "unknown", "met"}

// freshTail ends the name of the new file that a copy is compared with.
const freshTail = ".fresh"

// thing is an entry of a file's table of contents.
type thing struct{ kind, name, table, sql string }

// Shape tells files apart by their tables: copies go only between programs whose
// new files have the same. o.Path names a file that is made for it and removed.
func Shape(o Options) (shape []byte, err error) {
	h := sha256.New()
	err = fresh(&o, func(c *sqlite.Conn) error {
		things, err := contents(c, "main")
		for _, t := range things {
			fmt.Fprintf(h, "%q %q %q %q\n", t.kind, t.name, t.table, t.sql)
		}
		return err
	})
	return h.Sum(nil), err
}

// Adopt makes the indexes of a file that Extract made elsewhere. With strict
// the file is not trusted: its tables are those of a new file here, it holds
// nothing but rows, conflicts and how far feeds were read, and is sound. What its
// rows say is for the caller to check.
func Adopt(o Options, strict bool) error {
	to, path := o, o.Path
	to.Path += freshTail
	err := fresh(&to, func(c *sqlite.Conn) error {
		disk := o.disk()
		if err := bind1(c, `ATTACH ?1 AS copy`, disk.URI(path)); err != nil {
			return err
		}
		// Each index reads its table: what fits stays decrypted until the next.
		if err := script(c, fmt.Sprintf("PRAGMA copy.cache_size=-%d", cacheKiB), "PRAGMA copy.synchronous=OFF", "PRAGMA copy.journal_mode=OFF", "PRAGMA trusted_schema=OFF", "PRAGMA cell_size_check=ON"); err != nil {
			return err
		}
		want, err := contents(c, "main")
		if err != nil {
			return err
		}
		have, err := contents(c, "copy")
		if err != nil {
			return err
		}
		if strict {
			if err := onlyRows(c, &o, want, have); err != nil {
				return err
			}
		}
		return index(c, want, have)
	})
	if err != nil {
		return fmt.Errorf("rows: adopt %s: %w", path, err)
	}
	return nil
}

// fresh makes a new file for fn, and removes it.
func fresh(o *Options, fn func(*sqlite.Conn) error) (err error) {
	defer func() {
		for _, end := range []string{"", "-wal", "-shm", "-journal"} {
			if gone := os.Remove(o.Path + end); gone != nil && !errors.Is(gone, os.ErrNotExist) {
				err = errors.Join(err, gone)
			}
		}
	}()
	o.NoSync = true
	f, err := Open(*o)
	if err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	return onFile(*o, fn)
}

// contents lists what a file holds, by name; the indexes that SQLite makes by
// itself are not told.
func contents(c *sqlite.Conn, file string) (out []thing, err error) {
	err = sqlitex.ExecuteTransient(c, `SELECT type, name, tbl_name, coalesce(sql, '') FROM `+file+`.sqlite_schema ORDER BY type, name`, &sqlitex.ExecOptions{ResultFunc: func(s *sqlite.Stmt) error {
		t := thing{s.ColumnText(0), s.ColumnText(1), s.ColumnText(2), s.ColumnText(3)}
		if t.kind != "index" || t.sql != "" {
			out = append(out, t)
		}
		return nil
	}})
	return out, err
}

// onlyRows checks that a file holds what Extract puts into one and nothing else.
func onlyRows(c *sqlite.Conn, o *Options, want, have []thing) error {
	for _, t := range have {
		if !slices.Contains(want, t) {
			return fmt.Errorf("%w: it has the %s %q", ErrStrange, t.kind, t.name)
		}
	}
	rows := slices.Clone(holds)
	for _, k := range o.Schema.Kinds {
		rows = append(rows, k.Name)
	}
	for _, t := range want {
		if t.kind == "index" {
			continue
		}
		if !slices.Contains(have, t) {
			return fmt.Errorf("%w: it has no %s %q", ErrStrange, t.kind, t.name)
		}
		if slices.Contains(rows, t.name) || strings.HasPrefix(t.sql, "CREATE VIRTUAL") {
			continue
		}
		if err := asNew(c, t.name); err != nil {
			return err
		}
	}
	if free, err := number(c, `PRAGMA copy.freelist_count`); err != nil || free != 0 {
		return errors.Join(err, fmt.Errorf("%w: it has %d pages that are not used", ErrStrange, free))
	}
	return sound(c)
}

// asNew checks that a table holds what it does in a new file.
func asNew(c *sqlite.Conn, table string) error {
	t := quote(table)
	n, err := number(c, fmt.Sprintf(`SELECT (SELECT count(*) FROM main.%[1]s)<>(SELECT count(*) FROM copy.%[1]s)
		OR EXISTS (SELECT * FROM copy.%[1]s EXCEPT SELECT * FROM main.%[1]s)`, t))
	if err == nil && n != 0 {
		err = fmt.Errorf("%w: table %q", ErrStrange, table)
	}
	return err
}

// sound has SQLite look at the pages of the copy.
func sound(c *sqlite.Conn) error {
	return sqlitex.ExecuteTransient(c, `PRAGMA copy.quick_check(1)`, &sqlitex.ExecOptions{ResultFunc: func(s *sqlite.Stmt) error {
		if t := s.ColumnText(0); t != "ok" {
			return fmt.Errorf("%w: %.200s", ErrStrange, t)
		}
		return nil
	}})
}

// index makes the indexes that are wanted and not there. A copy of an earlier
// release lacks columns: they come with their indexes when it is opened.
func index(c *sqlite.Conn, want, have []thing) error {
	for _, t := range want {
		if t.kind != "index" || slices.Contains(have, t) {
			continue
		}
		lacks, err := lacksColumn(c, t)
		if err != nil {
			return err
		}
		if lacks {
			continue
		}
		at := strings.Index(t.sql, quote(t.name))
		if at < 0 {
			at = strings.Index(t.sql, t.name)
		}
		if at < 0 {
			return fmt.Errorf("the index %q cannot be made", t.name)
		}
		if err := script(c, t.sql[:at]+"copy."+t.sql[at:]); err != nil {
			return err
		}
	}
	return nil
}

// lacksColumn reports whether a column of an index of a new file is not in the copy.
func lacksColumn(c *sqlite.Conn, index thing) (lacks bool, err error) {
	err = sqlitex.ExecuteTransient(c, `SELECT 1 FROM pragma_index_info(?1, 'main') WHERE name IS NOT NULL AND name NOT IN (SELECT name FROM pragma_table_info(?2, 'copy'))`,
		&sqlitex.ExecOptions{Args: []any{index.name, index.table}, ResultFunc: func(*sqlite.Stmt) error { lacks = true; return nil }})
	return lacks, err
}

func bind1(c *sqlite.Conn, sql, value string) error {
	return sqlitex.ExecuteTransient(c, sql, &sqlitex.ExecOptions{Args: []any{value}})
}

// disk is where the file lies.
func (o *Options) disk() Disk {
	if o.Disk == nil {
		return Platform{}
	}
	return o.Disk
}
