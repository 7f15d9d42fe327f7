package rows

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"
)

// ErrWider is a file with columns that this release does not know: it is not
// copied table by table.
var ErrWider = errors.New("rows: the file holds fields of a newer release")

// Extract makes a new file from parts of this one, in one snapshot of it. fill
// copies rows: Copy does it for a kind; tables of the new file are named snap.
// in SQL. The new file is not in WAL mode, so that its pages are all of it, and
// has no indexes: Adopt makes them where it goes.
func (f *File) Extract(ctx context.Context, to Options, fill func(*Extract) error) error {
	fresh, err := Open(to)
	if err != nil {
		return err
	}
	if err := fresh.Close(); err != nil {
		return err
	}
	err = onFile(to, dropIndexes)
	if err == nil {
		err = f.extract(ctx, to, fill)
	}
	if err != nil {
		return fmt.Errorf("rows: extract to %s: %w", to.Path, err)
	}
	return nil
}

// Extract is a new file while it is filled.
type Extract struct {
	*Tx
	to Options
}

// dropIndexes takes the indexes of a new file away, in one transaction.
func dropIndexes(c *sqlite.Conn) error {
	drop := []string{"PRAGMA journal_mode=DELETE", "BEGIN"}
	err := sqlitex.ExecuteTransient(c, `SELECT name FROM sqlite_schema WHERE type='index' AND sql IS NOT NULL`, &sqlitex.ExecOptions{ResultFunc: func(s *sqlite.Stmt) error {
		drop = append(drop, "DROP INDEX "+quote(s.ColumnText(0)))
		return nil
	}})
	return errors.Join(err, script(c, append(drop, "COMMIT", "VACUUM")...))
}

// onFile works on a file on a connection of its own, without waiting for the disk.
func onFile(to Options, fn func(*sqlite.Conn) error) error {
	disk := to.Disk
	if disk == nil {
		disk = Platform{}
	}
	c, err := disk.Open(to.Path, sqlite.OpenReadWrite, sqlite.OpenCreate)
	if err != nil {
		return err
	}
	return errors.Join(script(c, "PRAGMA synchronous=OFF"), fn(c), c.Close())
}

func script(c *sqlite.Conn, lines ...string) error {
	for _, sql := range lines {
		if err := sqlitex.ExecuteTransient(c, sql, nil); err != nil {
			return fmt.Errorf("%.40s: %w", sql, err)
		}
	}
	return nil
}

func (f *File) extract(ctx context.Context, to Options, fill func(*Extract) error) (err error) {
	c, err := f.connect(Options{Path: f.path, Disk: f.disk}, false)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	c.SetInterrupt(ctx.Done())
	tx := f.tx(c)
	if err := tx.Exec(`ATTACH ?1 AS snap`, f.disk.URI(to.Path)); err != nil {
		return err
	}
	if err := script(c.Conn, "PRAGMA snap.synchronous=OFF", "PRAGMA snap.journal_mode=OFF"); err != nil {
		return err
	}
	end := sqlitex.Transaction(c.Conn)
	defer end(&err)
	return fill(&Extract{Tx: tx, to: to})
}

// CopyAll copies the rows of a kind, with their conflicts.
func (x *Extract) CopyAll(kind uint8) error {
	p, err := x.plan(kind)
	if err != nil {
		return err
	}
	// Where the columns stand alike SQLite copies rows without looking into them.
	var columns [2][]string
	for i, file := range []string{"main", "snap"} {
		err := x.Query(`SELECT name FROM pragma_table_info(?1, ?2) ORDER BY cid`, func(s *sqlite.Stmt) error {
			columns[i] = append(columns[i], s.ColumnText(0))
			return nil
		}, p.kind.Name, file)
		if err != nil {
			return err
		}
	}
	if !slices.Equal(columns[0], columns[1]) {
		return x.Copy(kind, "SELECT id FROM main."+quote(p.kind.Name))
	}
	t := quote(p.kind.Name)
	err = x.Exec(fmt.Sprintf("INSERT INTO snap.%s SELECT * FROM main.%s", t, t))
	if err != nil {
		return err
	}
	return x.Exec(fmt.Sprintf(`INSERT INTO snap.conflict (id, kind, row_id, field, value, stamp, by, closed)
		SELECT id, kind, row_id, field, value, stamp, by, closed FROM main.conflict WHERE kind=%d`, kind))
}

// plan is that of a kind which both files hold alike.
func (x *Extract) plan(kind uint8) (*plan, error) {
	p := x.file.plans[kind]
	k := x.to.Schema.Kind(kind)
	if p == nil || k == nil || len(p.fields) != len(k.Fields) {
		return nil, fmt.Errorf("%w: kind %d", ErrWider, kind)
	}
	return p, nil
}

// Copy copies the rows of a kind whose ids a query gives, with their conflicts.
func (x *Extract) Copy(kind uint8, ids string, args ...any) error {
	p, err := x.plan(kind)
	if err != nil {
		return err
	}
	cols, t := "id, "+p.sql().columns, quote(p.kind.Name)
	err = x.Exec(fmt.Sprintf("INSERT INTO snap.%s (%s) SELECT %s FROM main.%s WHERE id IN (%s)", t, cols, cols, t, ids), args...)
	if err != nil {
		return err
	}
	return x.Exec(fmt.Sprintf(`INSERT INTO snap.conflict (id, kind, row_id, field, value, stamp, by, closed)
		SELECT id, kind, row_id, field, value, stamp, by, closed FROM main.conflict
		WHERE kind=%d AND row_id IN (SELECT id FROM snap.%s WHERE conflicts IS NOT NULL)`, kind, t))
}

// PageSize is of every file, bytes.
const PageSize = 4096

// Pages reads the pages of a file that nobody writes to, from number from (1 and
// up), per at a time, and says how many there are.
func Pages(disk Disk, path string, from, per int, fn func(first, total int, data []byte) error) (err error) {
	c, err := disk.Open(path, sqlite.OpenReadOnly)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	total := 0
	err = sqlitex.ExecuteTransient(c, `PRAGMA page_count`, &sqlitex.ExecOptions{ResultFunc: func(s *sqlite.Stmt) error {
		total = s.ColumnInt(0)
		return nil
	}})
	if err != nil {
		return err
	}
	buf, first := make([]byte, 0, per*PageSize), from
	err = sqlitex.ExecuteTransient(c, `SELECT data FROM sqlite_dbpage WHERE pgno>=?1 ORDER BY pgno`, &sqlitex.ExecOptions{Args: []any{from}, ResultFunc: func(s *sqlite.Stmt) error {
		at := len(buf)
		buf = buf[:at+PageSize]
		if n := s.ColumnBytes(0, buf[at:]); n != PageSize {
			return fmt.Errorf("rows: a page of %d bytes", n)
		}
		if len(buf) < cap(buf) {
			return nil
		}
		err := fn(first, total, buf)
		first, buf = first+per, buf[:0]
		return err
	}})
	if err == nil && len(buf) > 0 {
		err = fn(first, total, buf)
	}
	return err
}

// FromPages makes a file of the pages that next gives, some at a time, until
// io.EOF. It is not durable before it is opened and written to.
func FromPages(disk Disk, path string, next func() ([]byte, error)) (err error) {
	c, err := disk.Open(path, sqlite.OpenReadWrite, sqlite.OpenCreate)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	if err := script(c, "PRAGMA synchronous=OFF", "PRAGMA journal_mode=OFF"); err != nil {
		return err
	}
	end, err := sqlitex.ExclusiveTransaction(c)
	if err != nil {
		return err
	}
	defer end(&err)
	put, err := c.Prepare(`INSERT INTO sqlite_dbpage (pgno, data) VALUES (?1, ?2)`)
	if err != nil {
		return err
	}
	for n := 1; ; {
		data, err := next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if len(data)%PageSize != 0 {
			return fmt.Errorf("rows: %d bytes are no pages", len(data))
		}
		for ; len(data) > 0; data = data[PageSize:] {
			put.BindInt64(1, int64(n))
			put.BindBytes(2, data[:PageSize])
			if _, err := put.Step(); err != nil {
				return fmt.Errorf("rows: page %d: %w", n, err)
			}
			if err := put.Reset(); err != nil {
				return err
			}
			n++
		}
	}
}
