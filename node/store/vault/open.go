package vault

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"
)

// Errors.
var (
	ErrRegistered = errors.New("the name is taken")
	ErrPlain      = errors.New("the file is not encrypted; a vault does not open it")
	ErrWrongKey   = errors.New("the key is not the one that the file was encrypted with")
	ErrForeign    = errors.New("the file is no database of a vault, or its first page is damaged")
)

// State says what a file is, as far as one can tell without a key.
type State uint8

// The states of a file.
const (
	Absent  State = iota + 1 // no such file, or an empty one
	Plain                    // an ordinary SQLite database
	Sealed                   // a database of a vault
	Foreign                  // something else, or a vault's page 1 damaged
)

// String names the state.
func (s State) String() string {
	return [...]string{"unknown", "absent", "plain", "sealed", "foreign"}[min(s, Foreign)]
}

// Inspect looks at the file at path without opening it as a database. Not for a
// file that this process has open: on Unix, closing a file drops the locks that
// the process holds on it.
func Inspect(path string) (State, error) {
	s, _, err := inspect(path)
	return s, err
}

func inspect(path string) (State, [saltSize]byte, error) {
	var page [pageSize]byte
	var salt [saltSize]byte
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return Absent, salt, nil
	}
	if err != nil {
		return 0, salt, fmt.Errorf("vault: inspect %s: %w", path, err)
	}
	defer func() { _ = f.Close() }()
	n, err := io.ReadFull(f, page[:])
	switch {
	case err == io.EOF:
		return Absent, salt, nil
	case err != nil && err != io.ErrUnexpectedEOF:
		return 0, salt, fmt.Errorf("vault: inspect %s: %w", path, err)
	case looksPlain(page[:]):
		return Plain, salt, nil
	case n == pageSize && string(page[footAt:]) == mark && fits(page[:]):
		return Sealed, [saltSize]byte(page[:]), nil
	}
	return Foreign, salt, nil
}

// Check says why a vault would not open the file at path with this key:
// ErrPlain, ErrWrongKey, ErrForeign or what the system says; nil when nothing
// is in the way. A file that does not exist yet is nothing in the way. As with
// Inspect, not for a file that is open.
func Check(path string, key []byte) error {
	state, salt, err := inspect(path)
	if err != nil {
		return err
	}
	switch state {
	case Plain:
		err = ErrPlain
	case Sealed:
		_, err = deriveKeys(key, salt)
	case Foreign:
		err = ErrForeign
	}
	if err != nil {
		return fmt.Errorf("vault: open %s: %w", path, err)
	}
	return nil
}

// DSN is the file at path, opened through the vault registered under name, as
// a URI for sqlite.OpenConn (with OpenURI), ATTACH and VACUUM INTO.
func DSN(path, name string) string {
	p := filepath.ToSlash(path)
	if filepath.VolumeName(path) != "" && !strings.HasPrefix(p, "/") {
		p = "/" + p // file:/C:/bank/bough.db
	}
	return "file:" + (&url.URL{Path: p}).EscapedPath() + "?vfs=" + strings.ReplaceAll(url.QueryEscape(name), "+", "%20") // SQLite takes + for itself
}

// Open opens the file at path through the vault registered under name, and
// says in plain words why it does not open. Temporary content stays in memory.
func Open(path, name string, flags ...sqlite.OpenFlags) (*sqlite.Conn, error) {
	all := sqlite.OpenURI
	for _, f := range flags {
		all |= f
	}
	v, ok := registered.Load(name)
	if !ok {
		return nil, fmt.Errorf("vault: open %s: no vault is registered as %q", path, name)
	}
	c, err := sqlite.OpenConn(DSN(path, name), all)
	if err != nil {
		return nil, v.(*vault).explain(path, err)
	}
	if err := sqlitex.ExecuteTransient(c, "PRAGMA temp_store=MEMORY", nil); err != nil {
		return nil, errors.Join(fmt.Errorf("vault: open %s: %w", path, err), c.Close())
	}
	return c, nil
}

// explain finds the reason behind the engine's error: what xOpen noted, under
// the path as the engine resolved it. The file is not opened again for it:
// closing it would drop the locks that this process holds on it.
func (v *vault) explain(path string, err error) error {
	full, absErr := filepath.Abs(path)
	if absErr == nil {
		if resolved, linkErr := filepath.EvalSymlinks(full); linkErr == nil {
			full = resolved
		}
	}
	v.mu.Lock()
	why := v.refused[full]
	delete(v.refused, full)
	v.mu.Unlock()
	if why == nil {
		why = err
	}
	return fmt.Errorf("vault: open %s: %w", path, why)
}
