package rows

import (
	"context"
	"errors"

	"zombiezen.com/go/sqlite/sqlitex"
)

// A simulator works with each of many files in one goroutine: nobody writes while
// it reads. A connection for reading would parse the schema, prepare its
// statements and read its pages once more, and read the pages anew after each
// Write. So with Options.Alone, Read takes the connection that writes, if that is
// idle; within a Write it takes one for reading, and sees what was before.

// errWithin is a Write within a Read: of a file that is worked with alone it
// would wait for itself.
var errWithin = errors.New("rows: a write within a read or a write")

// idle takes the writing connection for a Read; nil where others may want it, and
// where it is at work.
func (f *File) idle() *connection {
	if !f.alone {
		return nil
	}
	select {
	case c := <-f.writing:
		return c
	default:
		return nil
	}
}

// readAlone reads with the writing connection. What fn writes is undone: a
// connection for reading would have refused it.
func (f *File) readAlone(c *connection, fn func(*Tx) error) (err error) {
	defer func() { f.writing <- c }()
	end := sqlitex.Transaction(c.Conn)
	defer end(&err)
	if err := fn(f.tx(c)); err != nil {
		return err
	}
	return sqlitex.Execute(c.Conn, "ROLLBACK", nil)
}

// Cool forgets the pages that were read: the next are read from the disk.
func (f *File) Cool(ctx context.Context) error {
	return f.Read(ctx, func(tx *Tx) error { return tx.Exec(`PRAGMA shrink_memory`) })
}
