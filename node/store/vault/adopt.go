package vault

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"
)

// What lies beside a database while it is adopted. A power cut leaves the plain
// file in its place, or the sealed one: Adopt finishes what it finds.
const (
	sealingTail = ".sealing" // the encrypted copy, until it is proved
	plainTail   = ".plain"   // the plain file, once the copy stands in its place
)

// Adopt encrypts the database at path if it is a plain one, and says whether it
// was. Nobody else may have it open. A sealed copy is made and proved (SQLite's
// own check, and as many rows in every table), takes the file's place in one
// step, and what the plain file held is overwritten. That reaches the sectors
// of a disk that writes in place; what a flash drive or a journal of the file
// system keeps aside, no program can reach.
func (d *Disk) Adopt(path string) (done bool, err error) {
	state, err := Inspect(path)
	if err != nil {
		return false, err
	}
	switch state {
	case Plain:
		if err := d.adopt(path); err != nil {
			return false, fmt.Errorf("vault: encrypt %s: %w", path, err)
		}
		done = true
	case Sealed: // perhaps by an Adopt that was interrupted
	default:
		return false, nil
	}
	if err := shred(path + plainTail); err != nil {
		return done, fmt.Errorf("vault: encrypt %s: remove the plain file: %w", path, err)
	}
	return done, nil
}

func (d *Disk) adopt(path string) error {
	for _, old := range []string{path + sealingTail, path + plainTail} {
		if err := os.Remove(old); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	if err := d.copySealed(path, path+sealingTail); err != nil {
		return errors.Join(err, os.Remove(path+sealingTail))
	}
	if err := os.Link(path, path+plainTail); err != nil {
		return err
	}
	if err := os.Rename(path+sealingTail, path); err != nil {
		return err
	}
	return syncFolder(path)
}

// copySealed makes an encrypted copy of a plain database, and proves it.
func (d *Disk) copySealed(from, to string) error {
	plain, err := sqlite.OpenConn(from, sqlite.OpenReadWrite, sqlite.OpenURI)
	if err != nil {
		return err
	}
	return errors.Join(d.copyFrom(plain, to), plain.Close())
}

// copyFrom makes an encrypted copy of an open database, and proves it. What the
// log holds is moved into the database first.
func (d *Disk) copyFrom(plain *sqlite.Conn, to string) error {
	for _, sql := range []string{"PRAGMA temp_store=MEMORY", "PRAGMA wal_checkpoint(TRUNCATE)"} {
		if err := sqlitex.ExecuteTransient(plain, sql, nil); err != nil {
			return err
		}
	}
	// reserve: a plain file has no room at the end of its pages.
	err := sqlitex.ExecuteTransient(plain, "VACUUM INTO ?1", &sqlitex.ExecOptions{Args: []any{d.URI(to) + "&reserve=32"}})
	if err != nil {
		return err
	}
	sealed, err := d.Open(to, sqlite.OpenReadWrite)
	if err != nil {
		return err
	}
	if err := errors.Join(alike(plain, sealed), sealed.Close()); err != nil {
		return err
	}
	return syncFile(to)
}

// alike proves that a copy is sound and holds as many rows in every table.
func alike(plain, sealed *sqlite.Conn) error {
	if got, err := text(sealed, "PRAGMA integrity_check(1)"); err != nil || got != "ok" {
		return errors.Join(fmt.Errorf("the encrypted copy is not sound: %s", got), err)
	}
	counts := `SELECT group_concat('SELECT ' || quote(name) || ', count(*) FROM "' || replace(name, '"', '""') || '"', ' UNION ALL ')
		FROM pragma_table_list WHERE schema='main' AND type IN ('table', 'shadow') ORDER BY name`
	sql, err := text(plain, counts)
	if err != nil || sql == "" {
		return err
	}
	sql = "SELECT group_concat(a || ' ' || b) FROM (SELECT '' AS a, 0 AS b UNION ALL " + sql + ")"
	was, err := text(plain, sql)
	is, err2 := text(sealed, sql)
	if err := errors.Join(err, err2); err != nil {
		return err
	}
	if was != is {
		return errors.New("the encrypted copy has other rows than the plain file")
	}
	return nil
}

// text is the first value of a query.
func text(c *sqlite.Conn, sql string) (out string, err error) {
	err = sqlitex.ExecuteTransient(c, sql, &sqlitex.ExecOptions{ResultFunc: func(s *sqlite.Stmt) error {
		if out == "" {
			out = s.ColumnText(0)
		}
		return nil
	}})
	return out, err
}

func syncFile(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// shred overwrites a file with zeros and removes it; none is none.
func shred(path string) error {
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	info, err := f.Stat()
	if err == nil {
		_, err = io.CopyN(f, zeros{}, info.Size())
	}
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Remove(path); err != nil {
		return err
	}
	return syncFolder(path)
}

// zeros is an endless source of zeros.
type zeros struct{}

func (zeros) Read(b []byte) (int, error) {
	clear(b)
	return len(b), nil
}
