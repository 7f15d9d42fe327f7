package vault

import (
	"modernc.org/libc"
	lib "modernc.org/sqlite/lib"
)

// file is one file that a connection has open. SQLite uses a connection from
// one goroutine at a time, so nothing here is locked.
type file struct {
	vault *vault
	kind  FileKind
	path  string // of the database
	main  *file  // the database: itself, or whose log or journal this is
	at    uintptr
	base  uintptr // the platform's file, behind ours
	disk  methods // the platform's
	own   methods // what at's table was made from

	sealer
	scratch uintptr // one frame, in the engine's memory
	raw     []byte  // the same

	keys  *fileKeys // of a database, once there is a salt
	why   error     // the reason why there are none
	size  int64     // of a database while it is known; lockers may change it
	sized bool
	logs  int    // of a database: how many of its logs are open, one at most
	turns uint64 // of a database: how often a lock was taken or left

	log     logState
	journal journalState
}

// start prepares an open file and, of a database, proves the key.
func (f *file) start(t *libc.TLS) int32 {
	f.scratch = libc.Xmalloc(t, frameSize)
	if f.scratch == 0 {
		return lib.SQLITE_NOMEM
	}
	f.raw = bytesAt(f.scratch, frameSize)
	if f.kind != Database {
		return lib.SQLITE_OK
	}
	return f.findKeys(t)
}

func (f *file) free(t *libc.TLS) {
	if f.scratch != 0 {
		libc.Xfree(t, f.scratch)
	}
	f.scratch, f.raw = 0, nil
}

// methods is the table of a file: what we do ourselves, and what the platform
// does on its own file.
func (f *file) methods() methods {
	m := methods{
		close:    f.close,
		truncate: f.truncate,
		sync:     func(t *libc.TLS, _ uintptr, flags int32) int32 { return f.diskSync(t, flags) },
		fileSize: func(t *libc.TLS, _, out uintptr) int32 { return f.disk.fileSize(t, f.base, out) },
		lock:     func(t *libc.TLS, _ uintptr, level int32) int32 { f.turn(); return f.disk.lock(t, f.base, level) },
		unlock:   func(t *libc.TLS, _ uintptr, level int32) int32 { f.turn(); return f.disk.unlock(t, f.base, level) },
		checkReserved: func(t *libc.TLS, _, out uintptr) int32 {
			return f.disk.checkReserved(t, f.base, out)
		},
		control:         f.control,
		sectorSize:      func(t *libc.TLS, _ uintptr) int32 { return f.disk.sectorSize(t, f.base) },
		characteristics: f.characteristics,
		shmMap:          f.shmMap,
		shmLock: func(t *libc.TLS, _ uintptr, first, n, flags int32) int32 {
			f.turn()
			return f.disk.shmLock(t, f.base, first, n, flags)
		},
		shmBarrier: func(t *libc.TLS, _ uintptr) { f.disk.shmBarrier(t, f.base) },
		shmUnmap:   func(t *libc.TLS, _ uintptr, remove int32) int32 { return f.disk.shmUnmap(t, f.base, remove) },
	}
	switch f.kind {
	case Database:
		m.read, m.write = f.readDB, f.writeDB
	case Log:
		m.read, m.write = f.readLog, f.writeLog
	default:
		m.read, m.write = f.readJournal, f.writeJournal
	}
	return m
}

// turn notes that others may have had the file: what we remember of it is
// stale.
func (f *file) turn() {
	f.sized = false
	f.turns++
}

func (f *file) close(t *libc.TLS, _ uintptr) int32 {
	f.vault.mu.Lock()
	delete(f.vault.files, f.at)
	if f.kind == Log {
		f.main.logs--
	}
	f.vault.mu.Unlock()
	rc := f.disk.close(t, f.base)
	f.free(t)
	return rc
}

// truncate sets the size; a database may grow by it.
func (f *file) truncate(t *libc.TLS, _ uintptr, size int64) int32 {
	if f.kind != Database {
		f.log, f.journal = logState{}, journalState{}
		return f.diskTruncate(t, size)
	}
	if rc := f.grow(t, size); rc != lib.SQLITE_OK {
		return rc
	}
	f.sized = false
	if size == 0 {
		f.keys = nil // a new file begins, with a salt of its own
	}
	return f.diskTruncate(t, size)
}

// control answers what depends on us and passes the rest on.
func (f *file) control(t *libc.TLS, _ uintptr, op int32, arg uintptr) int32 {
	switch op {
	case lib.SQLITE_FCNTL_CHUNK_SIZE, lib.SQLITE_FCNTL_SIZE_HINT, lib.SQLITE_FCNTL_MMAP_SIZE:
		return lib.SQLITE_NOTFOUND // the platform would make holes, or map past us
	case lib.SQLITE_FCNTL_CKPT_START:
		f.turn()
	}
	return f.disk.control(t, f.base, op, arg)
}

// characteristics: the journals are written in the pieces that we know only if
// neighbouring bytes survive a torn write (true of every disk with sectors),
// and nothing that would let the engine write in batches of its own.
func (f *file) characteristics(t *libc.TLS, _ uintptr) int32 {
	const never = lib.SQLITE_IOCAP_BATCH_ATOMIC | lib.SQLITE_IOCAP_SAFE_APPEND | lib.SQLITE_IOCAP_ATOMIC
	return f.disk.characteristics(t, f.base)&^never | lib.SQLITE_IOCAP_POWERSAFE_OVERWRITE
}

// damaged reports and is the engine's error for it.
func (f *file) damaged(at int64, reason string) int32 {
	if tell := f.vault.opt.Damaged; tell != nil {
		tell(Damage{Path: f.path, File: f.kind, Offset: at, Reason: reason})
	}
	return lib.SQLITE_IOERR_DATA
}

// misused reports a write of the engine that the vault does not understand or
// must not store, and refuses it.
func (f *file) misused(at int64, reason string) int32 {
	f.damaged(at, reason)
	return lib.SQLITE_IOERR_WRITE
}
