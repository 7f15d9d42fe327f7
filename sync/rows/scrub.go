package rows

import (
	"context"
	"errors"
	"fmt"
	"time"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"
)

// scrubWait is how long readers are waited for.
const scrubWait = 50 * time.Millisecond

// Scrub moves the write-ahead log into the file and leaves nothing of it: what
// was deleted before is then nowhere on the disk, for deleting writes zeroes.
// ErrBusy when a reader still needs the log.
func (f *File) Scrub(ctx context.Context) error {
	select {
	case c, ok := <-f.writing:
		if !ok {
			return ErrClosed
		}
		defer func() { f.writing <- c }()
		return scrub(c.Conn)
	case <-ctx.Done():
		return fmt.Errorf("rows: scrub: %w", ctx.Err())
	}
}

func scrub(c *sqlite.Conn) error {
	busy := int64(0)
	c.SetBusyTimeout(scrubWait) // whoever wants to save waits no longer than this
	defer c.SetBlockOnBusy()
	err := sqlitex.ExecuteTransient(c, `PRAGMA wal_checkpoint(TRUNCATE)`, &sqlitex.ExecOptions{ResultFunc: func(s *sqlite.Stmt) error {
		busy = s.ColumnInt64(0)
		return nil
	}})
	switch {
	case err != nil && sqlite.ErrCode(err).ToPrimary() != sqlite.ResultBusy:
		return fmt.Errorf("rows: scrub: %w", err)
	case err != nil || busy != 0:
		return errors.Join(ErrBusy, err)
	}
	return nil
}
