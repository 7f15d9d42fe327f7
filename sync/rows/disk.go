package rows

import (
	"context"
	"errors"
	"fmt"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"
)

// Disk is where files lie: the seam at which they are encrypted, and at which
// tests make disks fail.
type Disk interface {
	// Open opens the file at path; the error says what was wrong with which file.
	Open(path string, flags ...sqlite.OpenFlags) (*sqlite.Conn, error)
	// URI names the file at path in SQL: VACUUM INTO writes it.
	URI(path string) string
}

// Platform is the disk as the platform has it: nothing is encrypted.
type Platform struct{}

// Open opens the file at path.
func (Platform) Open(path string, flags ...sqlite.OpenFlags) (*sqlite.Conn, error) {
	var all sqlite.OpenFlags
	for _, f := range flags {
		all |= f
	}
	c, err := sqlite.OpenConn(path, all)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	return c, nil
}

// URI is the path: without the flag for URIs it is taken as it is.
func (Platform) URI(path string) string { return path }

// Full reports whether an error says that there is no room on the disk.
func Full(err error) bool { return sqlite.ErrCode(err).ToPrimary() == sqlite.ResultFull }

// Backup writes a consistent copy of the file to path while work goes on. path
// must not exist. The copy is encrypted as the file is, with keys of its own.
func (f *File) Backup(ctx context.Context, path string) error {
	c, err := f.readers.take(ctx)
	if err != nil {
		return err
	}
	defer f.readers.back(c)
	// Outside a transaction, as VACUUM wants it: it takes its own snapshot. It
	// also wants a connection that may write, though it only reads here.
	tx := f.tx(c)
	if err := tx.Exec(`PRAGMA query_only=OFF`); err != nil {
		return err
	}
	err = tx.Exec(`VACUUM INTO ?1`, f.disk.URI(path))
	return errors.Join(err, tx.Exec(`PRAGMA query_only=ON`))
}

// Integrity runs SQLite's own check and returns what it found, at most 100
// lines; none when the file is sound.
//
// It opens a connection of its own: a full-text index keeps its structure in
// each connection that searched, and the check does not look whether it is
// still current, so that it would find faults that are not there.
func (f *File) Integrity(ctx context.Context) (faults []string, err error) {
	c, err := f.disk.Open(f.path, sqlite.OpenReadWrite)
	if err != nil {
		return nil, fmt.Errorf("rows: check %s: %w", f.path, err)
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	c.SetInterrupt(ctx.Done())
	err = sqlitex.ExecuteTransient(c, `PRAGMA integrity_check(100)`, &sqlitex.ExecOptions{ResultFunc: func(s *sqlite.Stmt) error {
		if t := s.ColumnText(0); t != "ok" {
			faults = append(faults, t)
		}
		return nil
	}})
	if err != nil {
		return nil, fmt.Errorf("rows: check %s: %w", f.path, err)
	}
	return faults, nil
}
