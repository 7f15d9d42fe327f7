package vault

import (
	"encoding/binary"

	"modernc.org/libc"
	lib "modernc.org/sqlite/lib"
)

// SQLite takes the first frame of a log whose checksum is wrong for the end of
// it: what a power cut left half written. A flipped bit would look the same,
// and everything behind it be forgotten without a word. So, while the engine
// recovers, a frame that does not verify is only passed off as the end when
// nothing behind it was written after a later commit. Commits are synced one
// by one (synchronous=FULL), so such a frame was whole once.

// readLogHeader reads from the header of the log. One that the engine would
// throw away, and the log with it, must not be followed by a sound frame: it
// is synced before the first.
func (f *file) readLogHeader(t *libc.TLS, buf uintptr, n int, at int64) int32 {
	rc := f.diskRead(t, buf, n, at)
	if rc != lib.SQLITE_OK || at != 0 || n != walHeader {
		return rc
	}
	head := bytesAt(buf, walHeader)
	f.log.recoverNext = 0
	if soundLogHeader(head) {
		f.log.recoverNext, f.log.recoverWant = walHeader, 0
		return rc
	}
	if rc := f.main.haveKeys(t); rc != lib.SQLITE_OK || f.main.keys == nil {
		return rc
	}
	switch rc := f.diskRead(t, f.scratch, frameSize, walHeader); rc {
	case lib.SQLITE_OK:
	case lib.SQLITE_IOERR_SHORT_READ:
		return lib.SQLITE_OK
	default:
		return rc
	}
	if _, ok := f.openFrame(f.raw[frameHeader:], f.raw, walHeader); ok {
		return f.damaged(0, "header of the log does not verify")
	}
	return lib.SQLITE_OK
}

// soundLogHeader verifies the header as the engine does.
func soundLogHeader(head []byte) bool {
	first := binary.BigEndian.Uint32(head)
	if first&^1 != 0x377f0682 || binary.BigEndian.Uint32(head[4:]) != 3007000 || binary.BigEndian.Uint32(head[8:]) != pageSize {
		return false
	}
	var order binary.ByteOrder = binary.LittleEndian
	if first&1 != 0 {
		order = binary.BigEndian
	}
	var a, b uint32
	for i := 0; i < 24; i += 8 {
		a += order.Uint32(head[i:]) + b
		b += order.Uint32(head[i+4:]) + a
	}
	return a == binary.BigEndian.Uint32(head[24:]) && b == binary.BigEndian.Uint32(head[28:])
}

// readFrame reads a frame whole: to recover or, within a transaction, to
// compute checksums anew.
func (f *file) readFrame(t *libc.TLS, buf uintptr, at int64) int32 {
	recovers := f.log.recoverNext == at
	f.log.recoverNext = 0
	rc := f.diskRead(t, buf, frameSize, at)
	if rc != lib.SQLITE_OK {
		return rc
	}
	b := bytesAt(buf, frameSize)
	r, ok := f.openFrame(b[frameHeader:], b, at)
	if !recovers {
		if !ok {
			return f.damaged(at, "frame does not verify")
		}
		return rc
	}
	salts, rc := f.salts(t)
	if rc != lib.SQLITE_OK {
		return rc
	}
	if ok && string(b[8:16]) == string(salts[:]) && r.commits == f.log.recoverWant {
		f.log.recoverNext, f.log.recoverWant = at+frameSize, r.next()
		return rc
	}
	clear(b) // no page 0: the engine stops here
	return f.confirmEnd(t, at, salts)
}

// salts reads the salts of the present round of the log.
func (f *file) salts(t *libc.TLS) ([8]byte, int32) {
	rc := f.diskRead(t, f.scratch, walHeader, 0)
	return [8]byte(f.raw[16:24]), rc
}

// confirmEnd makes sure that no frame behind the one at at, which is not a
// sound frame of this round, was written after a later commit.
func (f *file) confirmEnd(t *libc.TLS, at int64, salts [8]byte) int32 {
	end, rc := f.diskSize(t)
	if rc != lib.SQLITE_OK {
		return rc
	}
	want := f.log.recoverWant
	for next := at + frameSize; next+frameSize <= end; next += frameSize {
		if rc := f.diskRead(t, f.scratch, frameHeader, next); rc != lib.SQLITE_OK {
			return rc
		}
		f.main.keys.showHead(f.raw, f.raw)
		if string(f.raw[8:16]) != string(salts[:]) {
			continue
		}
		if rc := f.diskRead(t, f.scratch, frameSize, next); rc != lib.SQLITE_OK {
			return rc
		}
		if r, ok := f.openFrame(f.raw[frameHeader:], f.raw, next); ok && r.commits > want {
			return f.damaged(at, "frame does not verify, and commits follow it")
		}
	}
	return lib.SQLITE_OK
}
