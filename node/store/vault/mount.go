package vault

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"

	"modernc.org/libc"
	lib "modernc.org/sqlite/lib"
	"zombiezen.com/go/sqlite"
)

// ErrBusy is a vault that files are still open through.
var ErrBusy = errors.New("files are open through the vault")

// Disk is a vault to those who open files; it is what rows.Options.Disk wants.
type Disk struct {
	name  string
	vault *vault

	mu     sync.Mutex          // guards looked
	looked map[string]*os.File // databases that Verify and Scan read, by path
}

// OneKey is the keyring of a vault whose files all have the same data key.
func OneKey(key []byte) Keyring {
	return func(string) ([]byte, error) { return key, nil }
}

// Mount registers a vault under name; Close takes it off again.
func Mount(name string, keys Keyring, opt Options) (*Disk, error) {
	if err := Register(name, keys, opt); err != nil {
		return nil, err
	}
	v, _ := registered.Load(name)
	return &Disk{name: name, vault: v.(*vault), looked: map[string]*os.File{}}, nil
}

// Open opens the file at path and says in plain words why it does not open.
func (d *Disk) Open(path string, flags ...sqlite.OpenFlags) (*sqlite.Conn, error) {
	return Open(path, d.name, flags...)
}

// URI names the file at path in ATTACH and VACUUM INTO.
func (d *Disk) URI(path string) string { return DSN(path, d.name) }

// Check says why the file at path would not open; see the function Check.
func (d *Disk) Check(path string) error {
	key, err := d.vault.keys(path)
	if err != nil {
		return fmt.Errorf("vault: open %s: no key: %w", path, err)
	}
	return Check(path, key)
}

// Close makes SQLite forget the vault. ErrBusy while files are open.
func (d *Disk) Close() error {
	if err := d.vault.unregister(); err != nil {
		return fmt.Errorf("vault: close %q: %w", d.name, err)
	}
	registered.Delete(d.name)
	d.mu.Lock()
	defer d.mu.Unlock()
	var errs []error
	for _, f := range d.looked {
		errs = append(errs, f.Close())
	}
	clear(d.looked)
	return errors.Join(errs...)
}

// look opens a database to be read beside the engine. It stays open until
// Close: on Unix, closing any handle of a file drops the locks that the process
// holds on it.
func (d *Disk) look(path string) (*os.File, error) {
	full, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if f := d.looked[full]; f != nil && sameFile(f, full) {
		return f, nil
	}
	f, err := os.Open(full)
	if err != nil {
		return nil, err
	}
	if old := d.looked[full]; old != nil {
		err = old.Close() // another file took its place: nobody's locks are on it
	}
	d.looked[full] = f
	return f, err
}

func sameFile(f *os.File, path string) bool {
	a, err := f.Stat()
	b, err2 := os.Stat(path)
	return err == nil && err2 == nil && os.SameFile(a, b)
}

// unregister takes the VFS off SQLite's list.
func (v *vault) unregister() error {
	v.mu.Lock()
	defer v.mu.Unlock()
	if len(v.files) > 0 {
		return fmt.Errorf("%w: %d", ErrBusy, len(v.files))
	}
	if v.own == 0 {
		return nil
	}
	t := libc.NewTLS()
	defer t.Close()
	if rc := lib.Xsqlite3_vfs_unregister(t, v.own); rc != lib.SQLITE_OK {
		return fmt.Errorf("SQLite does not let it go (%d)", rc)
	}
	libc.Xfree(t, v.cname)
	libc.Xfree(t, v.own)
	v.own = 0
	return nil
}
