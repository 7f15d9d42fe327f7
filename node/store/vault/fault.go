package vault

import "fmt"

// FileKind says which of a database's files is meant.
type FileKind uint8

// The files of a database.
const (
	Database FileKind = iota + 1
	Log               // the write-ahead log, -wal
	Journal           // the rollback journal, -journal: only before the log exists
)

// String names the kind.
func (k FileKind) String() string {
	return [...]string{"file", "database", "log", "journal"}[min(k, Journal)]
}

// Op is something done to a file.
type Op uint8

// The operations that pass the seam.
const (
	OpRead Op = iota + 1
	OpWrite
	OpSync
	OpTruncate
)

// Access is one operation, as the platform's disk is about to see it: the
// bytes are sealed already.
type Access struct {
	Path   string // of the database, also for its log and journal
	File   FileKind
	Op     Op
	Offset int64 // of a truncation: the new size
	Bytes  int
}

// Fault decides what becomes of an operation. It is called before the
// operation, on the goroutine of the connection, with the engine's locks held:
// it must not use the database, but may read the files themselves.
type Fault func(Access) Action

// Action is what happens to an operation. The zero Action lets it pass.
type Action struct {
	verb verb
	n    int
}

type verb uint8

const (
	pass verb = iota
	fail
	full
	drop
	torn
	flip
)

// EIO fails the operation: nothing is read or written.
func EIO() Action { return Action{verb: fail} }

// NoSpace fails a write for want of space on the disk.
func NoSpace() Action { return Action{verb: full} }

// Drop reports success and does nothing: a lost write, a lying fsync.
func Drop() Action { return Action{verb: drop} }

// Torn writes whole sectors up to the first n bytes and reports success: what
// a power cut leaves of a write.
func Torn(n int) Action { return Action{verb: torn, n: n} }

// Flip inverts one bit of the bytes read, or of the bytes written on disk.
func Flip(bit int) Action { return Action{verb: flip, n: bit} }

// Damage is something that does not verify: the engine gets an I/O error
// (SQLITE_IOERR_DATA) in place of the bytes.
type Damage struct {
	Path   string // of the database
	File   FileKind
	Offset int64
	Reason string
}

// Page is the number of the page of a database that is damaged; 0 elsewhere.
func (d Damage) Page() int64 {
	if d.File != Database {
		return 0
	}
	return pageNumber(d.Offset)
}

// String says it in words.
func (d Damage) String() string {
	if n := d.Page(); n > 0 {
		return fmt.Sprintf("page %d of the file: %s", n, d.Reason)
	}
	return fmt.Sprintf("the %s, at byte %d: %s", d.File, d.Offset, d.Reason)
}
