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

// recovery is how far the engine got that recovers.
type recovery struct {
	next    int64     // the frame it reads next; 0: it does not recover
	sum     [2]uint32 // the checksum up to there
	commits uint32    // that lie before it
}

// readLogHeader reads from the header of the log. One that the engine would
// throw away, and the log with it, must not be followed by a sound frame: it
// is synced before the first.
func (f *file) readLogHeader(t *libc.TLS, buf uintptr, n int, at int64) int32 {
	rc := f.diskRead(t, buf, n, at)
	if rc != lib.SQLITE_OK || at != 0 || n != walHeader {
		return rc
	}
	head := bytesAt(buf, walHeader)
	f.log.recover = recovery{}
	if soundLogHeader(head) {
		f.log.recover = recovery{next: walHeader, sum: sumIn(head[24:])}
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
	return checksum(first, [2]uint32{}, head[:24]) == sumIn(head[24:])
}

// checksum is the engine's, over b and all before it; the first word of the
// log says in which order bytes count.
func checksum(first uint32, sum [2]uint32, b []byte) [2]uint32 {
	var order binary.ByteOrder = binary.LittleEndian
	if first&1 != 0 {
		order = binary.BigEndian
	}
	for ; len(b) >= 8; b = b[8:] {
		sum[0] += order.Uint32(b) + sum[1]
		sum[1] += order.Uint32(b[4:]) + sum[0]
	}
	return sum
}

func sumIn(b []byte) [2]uint32 {
	return [2]uint32{binary.BigEndian.Uint32(b), binary.BigEndian.Uint32(b[4:])}
}

// readFrame reads a frame whole: to recover or, within a transaction, to
// compute checksums anew.
func (f *file) readFrame(t *libc.TLS, buf uintptr, at int64) int32 {
	state := f.log.recover
	f.log.recover = recovery{}
	rc := f.diskRead(t, buf, frameSize, at)
	if rc != lib.SQLITE_OK {
		return rc
	}
	b := bytesAt(buf, frameSize)
	r, ok := f.openFrame(b[frameHeader:], b, at)
	if state.next != at {
		if !ok {
			return f.damaged(at, "frame does not verify")
		}
		return rc
	}
	if rc := f.diskRead(t, f.scratch, walHeader, 0); rc != lib.SQLITE_OK {
		return rc
	}
	first, salts := binary.BigEndian.Uint32(f.raw), [8]byte(f.raw[16:])
	sum := checksum(first, checksum(first, state.sum, b[:8]), b[frameHeader:])
	if ok && [8]byte(b[8:]) == salts && sum == sumIn(b[16:]) {
		f.log.recover = recovery{next: at + frameSize, sum: sum, commits: r.next()}
		return rc
	}
	clear(b) // no page 0: the engine stops here
	return f.confirmEnd(t, at, salts, state.commits)
}

// confirmEnd makes sure that no frame behind the one at at, which is not a
// sound frame of this round, was written after a later commit.
func (f *file) confirmEnd(t *libc.TLS, at int64, salts [8]byte, commits uint32) int32 {
	end, rc := f.diskSize(t)
	if rc != lib.SQLITE_OK {
		return rc
	}
	for next := at + frameSize; next+frameSize <= end; next += frameSize {
		if rc := f.diskRead(t, f.scratch, frameHeader, next); rc != lib.SQLITE_OK {
			return rc
		}
		f.main.keys.showHead(f.raw, f.raw)
		if [8]byte(f.raw[8:]) != salts {
			continue
		}
		if rc := f.diskRead(t, f.scratch, frameSize, next); rc != lib.SQLITE_OK {
			return rc
		}
		if r, ok := f.openFrame(f.raw[frameHeader:], f.raw, next); ok && r.commits > commits {
			return f.damaged(at, "frame does not verify, and commits follow it")
		}
	}
	return lib.SQLITE_OK
}
