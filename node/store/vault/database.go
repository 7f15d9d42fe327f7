package vault

import (
	"errors"
	"fmt"

	"modernc.org/libc"
	lib "modernc.org/sqlite/lib"
)

// findKeys reads the salt and derives the keys. An empty file, and one whose
// first page never reached the disk, has none yet: a rollback may be due.
func (f *file) findKeys(t *libc.TLS) int32 {
	rc := f.diskRead(t, f.scratch, clearUntil, 0)
	head := f.raw[:clearUntil]
	switch {
	case rc != lib.SQLITE_OK && rc != lib.SQLITE_IOERR_SHORT_READ:
		return rc
	case allZero(head[:saltSize]):
		f.keys = nil
		return lib.SQLITE_OK
	case looksPlain(head):
		return f.refuse(ErrPlain)
	case !fits(head):
		return f.refuse(ErrForeign)
	}
	key, err := f.vault.keys(f.path)
	if err != nil {
		return f.refuse(fmt.Errorf("no key: %w", err))
	}
	if f.keys, err = deriveKeys(key, [saltSize]byte(head)); err != nil {
		return f.refuse(err)
	}
	return lib.SQLITE_OK
}

// refuse notes why the file cannot be opened, and is the engine's error for it.
func (f *file) refuse(why error) int32 {
	f.why = why
	f.damaged(0, why.Error())
	for _, known := range []error{ErrPlain, ErrForeign, ErrWrongKey} {
		if errors.Is(why, known) {
			return lib.SQLITE_NOTADB
		}
	}
	return lib.SQLITE_CANTOPEN
}

// haveKeys makes sure there are keys to open something with.
func (f *file) haveKeys(t *libc.TLS) int32 {
	if f.keys != nil {
		return lib.SQLITE_OK
	}
	return f.findKeys(t)
}

// makeKeys makes sure there are keys to seal something with: those of the salt
// in the file or, for a file without, of a new one.
func (f *file) makeKeys(t *libc.TLS) int32 {
	if rc := f.haveKeys(t); rc != lib.SQLITE_OK || f.keys != nil {
		return rc
	}
	key, err := f.vault.keys(f.path)
	if err != nil {
		return f.refuse(fmt.Errorf("no key: %w", err))
	}
	salt, err := newSalt(f.vault.opt.Rand, key)
	if err == nil {
		f.keys, err = deriveKeys(key, salt)
	}
	if err != nil {
		f.damaged(0, err.Error())
		return lib.SQLITE_IOERR_WRITE
	}
	return lib.SQLITE_OK
}

// readDB is xRead of a database.
func (f *file) readDB(t *libc.TLS, _, buf uintptr, n int32, at int64) int32 {
	if n == pageSize && at%pageSize == 0 {
		return f.readPage(t, buf, pageNumber(at))
	}
	dst := bytesAt(buf, int(n))
	if at+int64(n) <= clearUntil {
		return f.readHeader(t, dst, at)
	}
	// Parts of pages: the engine reads long values past its cache.
	for len(dst) > 0 {
		rc := f.readPage(t, f.scratch, pageNumber(at))
		if rc != lib.SQLITE_OK {
			clear(dst)
			return rc
		}
		done := copy(dst, f.raw[at%pageSize:pageSize])
		dst, at = dst[done:], at+int64(done)
	}
	return lib.SQLITE_OK
}

// readHeader reads from the readable head of page 1. It is not verified here:
// after a power cut page 1 may be torn and the whole one wait in the log. What
// the engine decides by it is verified with the page.
func (f *file) readHeader(t *libc.TLS, dst []byte, at int64) int32 {
	rc := f.diskRead(t, f.scratch, clearUntil, 0)
	if rc != lib.SQLITE_OK && rc != lib.SQLITE_IOERR_SHORT_READ {
		return rc
	}
	head := f.raw[:clearUntil]
	if allZero(head) {
		emptyHeader(head)
	} else {
		copy(head, magic)
	}
	copy(dst, head[at:])
	return lib.SQLITE_OK
}

// readPage reads page n whole into buf.
func (f *file) readPage(t *libc.TLS, buf uintptr, n int64) int32 {
	at := (n - 1) * pageSize
	rc := f.diskRead(t, buf, pageSize, at)
	if rc == lib.SQLITE_IOERR_SHORT_READ {
		return f.beyondEnd(buf, n)
	}
	if rc != lib.SQLITE_OK {
		return rc
	}
	b := bytesAt(buf, pageSize)
	if n == 1 && f.keys != nil && string(b[:saltSize]) != string(f.keys.salt[:]) {
		f.keys = nil // another file took its place: read the salt anew
	}
	if rc := f.haveKeys(t); rc != lib.SQLITE_OK {
		return rc
	}
	if f.keys == nil {
		return f.damaged(at, "page without a salt in the file")
	}
	m := f.dbPage(f.keys, n, b)
	if string(b[footAt:]) != mark || !m.open(b, b) {
		clear(b)
		return f.damaged(at, "page does not verify")
	}
	if n == 1 {
		copy(b, magic)
	}
	return lib.SQLITE_OK
}

// beyondEnd answers a read past the end of the file. Under a log, every page is
// in the one or in the other. Without one, pages may be missing that were made
// and freed again without ever being written, and the engine itself compares
// the size of the file with what page 1 says.
func (f *file) beyondEnd(buf uintptr, n int64) int32 {
	clear(bytesAt(buf, pageSize))
	if f.logs > 0 {
		return f.damaged((n-1)*pageSize, "file is cut short")
	}
	return lib.SQLITE_IOERR_SHORT_READ
}

// writeDB is xWrite of a database: whole pages, nothing else.
func (f *file) writeDB(t *libc.TLS, _, buf uintptr, n int32, at int64) int32 {
	if n != pageSize || at%pageSize != 0 {
		return f.misused(at, "a page of another size is not stored: the vault keeps 4096 bytes")
	}
	page := bytesAt(buf, pageSize)
	if !allZero(page[bodySize:]) || at == 0 && !fits(page) {
		return f.misused(at, "a page without 32 reserved bytes is not stored: copy with VACUUM INTO and reserve=32")
	}
	if rc := f.makeKeys(t); rc != lib.SQLITE_OK {
		return rc
	}
	if rc := f.grow(t, at); rc != lib.SQLITE_OK {
		return rc
	}
	if rc := f.writePage(t, page, pageNumber(at)); rc != lib.SQLITE_OK {
		return rc
	}
	f.size = max(f.size, at+pageSize)
	return lib.SQLITE_OK
}

// writePage seals page n and writes it.
func (f *file) writePage(t *libc.TLS, page []byte, n int64) int32 {
	sealed := f.raw[:pageSize]
	if err := f.seal(sealed, page, f.dbPage(f.keys, n, page)); err != nil {
		return f.misused((n-1)*pageSize, err.Error())
	}
	if n == 1 {
		copy(sealed, f.keys.salt[:])
	}
	return f.diskWrite(t, f.scratch, pageSize, (n-1)*pageSize)
}

// grow fills the file with sealed pages of zeros up to size: pages that the
// engine made and freed again are never written, and a hole would read as a
// page that was wiped. Under a log there are no such pages, and a hole is one
// to come from there, or damage.
func (f *file) grow(t *libc.TLS, size int64) int32 {
	if f.logs > 0 {
		return lib.SQLITE_OK
	}
	if !f.sized {
		var rc int32
		if f.size, rc = f.diskSize(t); rc != lib.SQLITE_OK {
			return rc
		}
		f.sized = true
	}
	if size <= f.size {
		return lib.SQLITE_OK
	}
	if rc := f.makeKeys(t); rc != lib.SQLITE_OK {
		return rc
	}
	var zero [pageSize]byte
	for at := f.size &^ (pageSize - 1); at < size; at += pageSize {
		if n := pageNumber(at); n != lockPage {
			if rc := f.writePage(t, zero[:], n); rc != lib.SQLITE_OK {
				return rc
			}
		}
	}
	f.size = size
	return lib.SQLITE_OK
}
