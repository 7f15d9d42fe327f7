package vault

import (
	"errors"
	"fmt"
	"io"
	"sync"
	"unsafe"

	"modernc.org/libc"
	"modernc.org/libc/sys/types"
	lib "modernc.org/sqlite/lib"
)

// Options of a vault. Rand is needed.
type Options struct {
	// Rand gives nonces and salts, to several goroutines at a time. It must be
	// of cryptographic quality and never repeat, not even in a copy of the
	// running machine: the system's, unbuffered.
	Rand io.Reader
	// Fault stands between the vault and the disk; nil lets everything pass.
	Fault Fault
	// Full is called when a write finds no room on the disk. It may make some, and
	// then says true: the write is tried once more. nil: nobody can.
	Full func() bool
	// Damaged is told of everything that does not verify; nil: nobody is.
	Damaged func(Damage)
}

// registered are the vaults of this process by name. SQLite's own list holds
// bare words that keep no Go memory alive; this is its shadow.
var registered sync.Map

// vault is one registered VFS.
type vault struct {
	opt   Options
	keys  Keyring
	base  uintptr // the platform's VFS
	open  openFunc
	own   uintptr  // ours, in the engine's memory; 0 once it is off the list
	cname uintptr  // its name there
	xOpen openFunc // kept alive for own

	mu      sync.Mutex        // guards what follows
	files   map[uintptr]*file // open files by the engine's pointer
	refused map[string]error  // by path: why the latest opening failed, until Open asks
}

// Register makes a vault known to SQLite under name, until the process ends (see
// Mount for one that can be closed). ErrRegistered when the name is taken.
func Register(name string, keys Keyring, opt Options) error {
	if opt.Rand == nil || keys == nil {
		return errors.New("vault: register: a source of randomness and a keyring are needed")
	}
	v := &vault{opt: opt, keys: keys, files: map[uintptr]*file{}, refused: map[string]error{}}
	if _, taken := registered.LoadOrStore(name, v); taken {
		return fmt.Errorf("vault: register %q: %w", name, ErrRegistered)
	}
	if err := v.register(name); err != nil {
		registered.Delete(name)
		return fmt.Errorf("vault: register %q: %w", name, err)
	}
	return nil
}

// register copies the platform's VFS and puts our xOpen in.
func (v *vault) register(name string) error {
	t := libc.NewTLS()
	defer t.Close()
	if rc := lib.Xsqlite3_initialize(t); rc != lib.SQLITE_OK {
		return fmt.Errorf("SQLite does not start (%d)", rc)
	}
	v.base = lib.Xsqlite3_vfs_find(t, 0)
	if v.base == 0 {
		return errors.New("SQLite has no VFS for this platform")
	}
	cname, err := libc.CString(name)
	if err != nil {
		return err
	}
	if lib.Xsqlite3_vfs_find(t, cname) != 0 {
		libc.Xfree(t, cname)
		return ErrRegistered
	}
	v.own = libc.Xmalloc(t, types.Size_t(unsafe.Sizeof(lib.Tsqlite3_vfs{})))
	if v.own == 0 {
		return errors.New("out of memory")
	}
	own := (*lib.Tsqlite3_vfs)(unsafe.Pointer(v.own))
	*own = *(*lib.Tsqlite3_vfs)(unsafe.Pointer(v.base))
	v.open, v.xOpen = goFunc[openFunc](own.FxOpen), v.openFile
	own.FxOpen, own.FzName, own.FpNext = cFunc(v.xOpen), cname, 0
	own.FszOsFile += int32(cFileSize)
	v.cname = cname
	if rc := lib.Xsqlite3_vfs_register(t, v.own, 0); rc != lib.SQLITE_OK {
		return fmt.Errorf("SQLite refuses it (%d)", rc)
	}
	return nil
}

// kindOf is the kind of file that the engine's flags ask for; 0 for temporary
// ones, which hold content and have no place here: with temp_store=MEMORY the
// engine needs none.
func kindOf(flags int32) FileKind {
	switch {
	case flags&lib.SQLITE_OPEN_MAIN_DB != 0:
		return Database
	case flags&lib.SQLITE_OPEN_WAL != 0:
		return Log
	case flags&lib.SQLITE_OPEN_MAIN_JOURNAL != 0:
		return Journal
	}
	return 0
}

// openFile is the VFS's xOpen.
func (v *vault) openFile(t *libc.TLS, _, name, at uintptr, flags int32, outFlags uintptr) int32 {
	c := (*cFile)(unsafe.Pointer(at))
	c.methods = 0 // until then there is nothing to close
	kind := kindOf(flags)
	if kind == 0 || name == 0 {
		return lib.SQLITE_CANTOPEN
	}
	f := &file{vault: v, kind: kind, at: at, base: at + cFileSize, sealer: sealer{rand: v.opt.Rand}}
	if kind == Database {
		f.path = libc.GoString(name)
		f.main = f
	} else if !v.companion(t, f, name) {
		return lib.SQLITE_CANTOPEN
	}
	word := (*uintptr)(unsafe.Pointer(f.base))
	*word = 0
	rc := v.open(t, v.base, name, f.base, flags, outFlags)
	if *word != 0 {
		f.disk = methodsAt(*word)
	}
	if rc == lib.SQLITE_OK {
		rc = f.start(t)
	}
	if rc != lib.SQLITE_OK {
		if f.disk.close != nil {
			f.disk.close(t, f.base)
		}
		f.free(t)
		if f.why != nil {
			v.mu.Lock()
			v.refused[f.path] = f.why
			v.mu.Unlock()
		}
		return rc
	}
	f.own = f.methods()
	c.table = f.own.table()
	c.methods = at + unsafe.Offsetof(c.table)
	v.mu.Lock()
	v.files[at] = f
	if kind == Log {
		f.main.logs++
	}
	v.mu.Unlock()
	return lib.SQLITE_OK
}

// companion finds the database that a log or a journal belongs to.
func (v *vault) companion(t *libc.TLS, f *file, name uintptr) bool {
	at := lib.Xsqlite3_database_file_object(t, name)
	v.mu.Lock()
	defer v.mu.Unlock()
	main := v.files[at]
	if main == nil {
		return false
	}
	f.path, f.main = main.path, main
	return true
}
