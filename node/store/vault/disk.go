package vault

import (
	"unsafe"

	"modernc.org/libc"
	lib "modernc.org/sqlite/lib"
)

// What passes between the vault and the platform goes through here, and
// through the seam for faults.

func (f *file) ask(op Op, at int64, n int) Action {
	if f.vault.opt.Fault == nil {
		return Action{}
	}
	return f.vault.opt.Fault(Access{Path: f.path, File: f.kind, Op: op, Offset: at, Bytes: n})
}

func (f *file) diskRead(t *libc.TLS, buf uintptr, n int, at int64) int32 {
	a := f.ask(OpRead, at, n)
	if a.verb == fail {
		return lib.SQLITE_IOERR_READ
	}
	rc := f.disk.read(t, f.base, buf, int32(n), at)
	if a.verb == flip {
		bytesAt(buf, n)[a.n/8%n] ^= 1 << (a.n % 8)
	}
	return rc
}

// diskWrite writes; where there is no room it asks once for some.
func (f *file) diskWrite(t *libc.TLS, buf uintptr, n int, at int64) int32 {
	rc := f.tryWrite(t, buf, n, at)
	if rc == lib.SQLITE_FULL && f.vault.makeRoom() {
		rc = f.tryWrite(t, buf, n, at)
	}
	return rc
}

func (v *vault) makeRoom() bool { return v.opt.Full != nil && v.opt.Full() }

// shmMap maps a part of the shared memory, whose file may have to grow.
func (f *file) shmMap(t *libc.TLS, _ uintptr, region, size, extend int32, out uintptr) int32 {
	rc := f.disk.shmMap(t, f.base, region, size, extend, out)
	if rc == lib.SQLITE_IOERR_SHMSIZE && f.vault.makeRoom() {
		rc = f.disk.shmMap(t, f.base, region, size, extend, out)
	}
	return rc
}

func (f *file) tryWrite(t *libc.TLS, buf uintptr, n int, at int64) int32 {
	a := f.ask(OpWrite, at, n)
	switch a.verb {
	case fail:
		return lib.SQLITE_IOERR_WRITE
	case full:
		return lib.SQLITE_FULL
	case drop:
		return lib.SQLITE_OK
	case torn:
		n = max(0, int((at+int64(min(a.n, n)))/sectorSize*sectorSize-at))
		if n == 0 {
			return lib.SQLITE_OK
		}
	case flip:
		b := bytesAt(buf, n)
		bit := &b[a.n/8%n]
		*bit ^= 1 << (a.n % 8)
		defer func() { *bit ^= 1 << (a.n % 8) }()
	}
	return f.disk.write(t, f.base, buf, int32(n), at)
}

func (f *file) diskSync(t *libc.TLS, flags int32) int32 {
	switch f.ask(OpSync, 0, 0).verb {
	case fail:
		return lib.SQLITE_IOERR_FSYNC
	case full:
		return lib.SQLITE_FULL
	case drop:
		return lib.SQLITE_OK
	}
	return f.disk.sync(t, f.base, flags)
}

func (f *file) diskTruncate(t *libc.TLS, size int64) int32 {
	switch f.ask(OpTruncate, size, 0).verb {
	case fail:
		return lib.SQLITE_IOERR_TRUNCATE
	case full:
		return lib.SQLITE_FULL
	case drop:
		return lib.SQLITE_OK
	}
	return f.disk.truncate(t, f.base, size)
}

// diskSize is the size of the file, in bytes.
func (f *file) diskSize(t *libc.TLS) (int64, int32) {
	out := t.Alloc(8)
	defer t.Free(8)
	rc := f.disk.fileSize(t, f.base, out)
	return *(*int64)(unsafe.Pointer(out)), rc
}
