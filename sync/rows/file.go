package rows

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"bough/crdt"
)

// Limits of a file.
const (
	defaultReaders = 4
	busyTimeout    = 10 * time.Second // another process (a backup) may hold the file for a moment
	cacheKiB       = 16 << 10         // of the writer; readers have a quarter
	applicationID  = 0x626f7567       // "boug": tells our files from others
)

// Options opens a file.
type Options struct {
	Path   string
	Schema *crdt.Schema
	// Migrations are the steps of the tables besides the generated ones, oldest
	// first, each in one transaction; user_version counts them. Append only.
	Migrations []string
	// Shared are the steps of what shares the file, counted on their own, so
	// that both lists can grow. They run first.
	Shared []string
	// Oldest and SharedOldest are how many steps of the lists a program must know
	// to work with a file that took all of them. Steps expand (new tables, new
	// columns with a default), so that the release before can; the one that takes
	// something away raises them to the length of the list in the first release
	// that did without it.
	Oldest, SharedOldest int

	Readers int  // connections for reading, 0: 4
	NoSync  bool // for simulators: no fsync
	Alone   bool // for simulators, of one goroutine: see alone.go
	Disk    Disk // nil: the platform's, which does not encrypt
}

// File is one SQLite file, open.
type File struct {
	schema *crdt.Schema
	held   *crdt.Schema
	plans  [256]*plan
	gained []uint8
	path   string
	disk   Disk
	alone  bool

	writing chan *connection // holds the one writing connection: the write lock
	readers *readers

	closing  sync.Once
	closeErr error
}

// Errors.
var (
	ErrNewer   = errors.New("rows: the file was changed by a newer version of bough in a way that this one cannot read; start the newer version")
	ErrForeign = errors.New("rows: the file is not one of bough's")
	ErrClosed  = errors.New("rows: the file is closed")
	// ErrBusy: somebody reads an older state of the file; try again later.
	ErrBusy = errors.New("rows: the file is being read")
)

// Open opens or makes the file and brings its tables up to date. A file whose
// oldest reader is a newer version is refused and left untouched.
func Open(o Options) (*File, error) {
	if o.Readers <= 0 {
		o.Readers = defaultReaders
	}
	if o.Disk == nil {
		o.Disk = Platform{}
	}
	f := &File{schema: o.Schema, path: o.Path, disk: o.Disk, alone: o.Alone, writing: make(chan *connection, 1)}
	f.readers = newReaders(o.Readers, func() (*connection, error) { return f.connect(o, true) })
	w, err := f.connect(o, false)
	if err != nil {
		return nil, err
	}
	if err := f.migrate(w, o); err != nil {
		return nil, errors.Join(err, w.Close())
	}
	f.writing <- w
	return f, nil
}

func (f *File) connect(o Options, reader bool) (*connection, error) {
	// Not OpenWAL: that writes to the file before it is known to be ours.
	c, err := f.disk.Open(o.Path, sqlite.OpenReadWrite, sqlite.OpenCreate)
	if err != nil {
		return nil, fmt.Errorf("rows: %w", err)
	}
	c.SetBlockOnBusy()
	sync, cache, query := "FULL", cacheKiB, "OFF"
	if o.NoSync {
		sync = "OFF"
	}
	if reader {
		cache, query = cacheKiB/4, "ON"
	}
	// busy_timeout first: the others may have to wait for a lock. One by one:
	// in a script, which is a transaction, synchronous cannot be changed.
	for _, p := range []string{
		fmt.Sprintf("busy_timeout=%d", busyTimeout.Milliseconds()), "synchronous=" + sync, fmt.Sprintf("cache_size=-%d", cache),
		"temp_store=MEMORY", "secure_delete=ON", "trusted_schema=OFF", "cell_size_check=ON", "query_only=" + query,
	} {
		if err := sqlitex.ExecuteTransient(c, "PRAGMA "+p, nil); err != nil {
			return nil, errors.Join(opening(o.Path, err), c.Close())
		}
	}
	return &connection{Conn: c}, nil
}

// opening says what was wrong when a file was opened.
func opening(path string, err error) error {
	if sqlite.ErrCode(err).ToPrimary() == sqlite.ResultNotADB {
		return fmt.Errorf("%w: %s", ErrForeign, path)
	}
	return fmt.Errorf("rows: open %s: %w", path, err)
}

// Path is where the file lies.
func (f *File) Path() string { return f.path }

// Disk is where the file lies.
func (f *File) Disk() Disk { return f.disk }

// Schema is the table the file was opened with: what this release knows.
func (f *File) Schema() *crdt.Schema { return f.schema }

// Held is the table of all that the file has tables for: what this release
// knows, and the kinds and fields that a newer one added. Rows are merged and
// scoped by it.
func (f *File) Held() *crdt.Schema { return f.held }

// Gained are the kinds that this opening made a table for: what was kept of
// them unread until now has come to life.
func (f *File) Gained() []uint8 { return f.gained }

// Close waits for writers and readers and closes the file. Twice is harmless.
func (f *File) Close() error {
	f.closing.Do(func() {
		errs := []error{(<-f.writing).Close()}
		close(f.writing)
		f.closeErr = errors.Join(append(errs, f.readers.close())...)
	})
	return f.closeErr
}

// Write runs fn in one transaction of the one writer, durable when it returns
// nil. An error of fn rolls everything back and is returned as it is.
func (f *File) Write(ctx context.Context, fn func(*Tx) error) (err error) {
	c, err := f.writer(ctx)
	if err != nil {
		return err
	}
	defer func() { f.writing <- c }()
	end, err := sqlitex.ImmediateTransaction(c.Conn)
	if err != nil {
		return fmt.Errorf("rows: write: %w", err)
	}
	defer end(&err)
	tx := f.tx(c)
	if err := fn(tx); err != nil {
		return err
	}
	return tx.flushDigests()
}

// Read runs fn on a snapshot of the file.
func (f *File) Read(ctx context.Context, fn func(*Tx) error) (err error) {
	if c := f.idle(); c != nil {
		return f.readAlone(c, fn)
	}
	c, err := f.readers.take(ctx)
	if err != nil {
		return err
	}
	defer f.readers.back(c)
	if done := ctx.Done(); done != nil {
		c.SetInterrupt(done)
		defer c.SetInterrupt(nil)
	}
	end := sqlitex.Transaction(c.Conn)
	defer end(&err)
	return fn(f.tx(c))
}

// writer waits for the writing connection, which goes back to f.writing.
func (f *File) writer(ctx context.Context) (c *connection, err error) {
	ok := false
	if f.alone {
		select {
		case c, ok = <-f.writing:
		default:
			return nil, errWithin
		}
	} else {
		select {
		case c, ok = <-f.writing:
		case <-ctx.Done():
			return nil, fmt.Errorf("rows: write: %w", ctx.Err())
		}
	}
	if !ok {
		return nil, ErrClosed
	}
	return c, nil
}

// Checkpoint moves the write-ahead log into the file and empties it.
func (f *File) Checkpoint(ctx context.Context) error {
	c, err := f.writer(ctx)
	if err != nil {
		return err
	}
	defer func() { f.writing <- c }()
	return sqlitex.ExecuteTransient(c.Conn, `PRAGMA wal_checkpoint(TRUNCATE)`, nil)
}

var _ io.Closer = (*File)(nil)
