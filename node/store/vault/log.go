package vault

import (
	"encoding/binary"

	"modernc.org/libc"
	lib "modernc.org/sqlite/lib"
)

// logState is what an open log remembers between calls.
//
// Every frame carries, under its seal, how many commits lie before it in this
// round of the log. It follows from the frame before, so a writer that has not
// written that one itself looks it up.
type logState struct {
	turn      uint64            // of the database: all this belongs to it
	pending   [frameHeader]byte // the header written last; its page comes next
	pendingAt int64             // where; 0: none
	last      frame             // the frame written last
	salts     [8]byte           // of this round of the log, if salted
	salted    bool

	recover recovery
}

// frame is what is known of a frame.
type frame struct {
	at      int64 // offset of its header; 0: nothing is known
	commits uint32
	ends    bool // it ends a transaction
}

// next is the number of commits before the frame that follows.
func (r frame) next() uint32 {
	if r.ends {
		return r.commits + 1
	}
	return r.commits
}

func endsTransaction(head []byte) bool { return binary.BigEndian.Uint32(head[4:]) != 0 }

// place splits an offset of the log into the offset of its frame and the rest.
func place(at int64) (frameAt int64, rest int) {
	rest = int((at - walHeader) % frameSize)
	return at - int64(rest), rest
}

// readLog is xRead of a log. The engine reads its header, page images, frame
// headers in parts and, to recover, whole frames one after the other.
func (f *file) readLog(t *libc.TLS, _, buf uintptr, n int32, at int64) int32 {
	if at+int64(n) <= walHeader {
		return f.readLogHeader(t, buf, int(n), at)
	}
	if rc := f.main.haveKeys(t); rc != lib.SQLITE_OK {
		return rc
	}
	if f.main.keys == nil || at < walHeader {
		return f.damaged(at, "a log without a database, or a read across its header")
	}
	frameAt, rest := place(at)
	dst := bytesAt(buf, int(n))
	switch {
	case rest == frameHeader && n == pageSize:
		return f.readImage(t, dst, frameAt)
	case rest == 0 && n == frameSize:
		return f.readFrame(t, buf, frameAt)
	case rest+int(n) <= frameHeader:
		rc := f.diskRead(t, f.scratch, frameHeader, frameAt)
		if rc == lib.SQLITE_OK {
			f.main.keys.showHead(f.raw, f.raw)
			copy(dst, f.raw[rest:frameHeader])
		}
		return rc
	case rest >= frameHeader && rest+int(n) <= frameSize:
		rc := f.readImage(t, f.raw[frameHeader:], frameAt)
		copy(dst, f.raw[rest:frameSize])
		return rc
	}
	return f.damaged(at, "a read across frames")
}

// readImage reads the page image of a frame. Its header lies before it, so one
// read fetches both.
func (f *file) readImage(t *libc.TLS, dst []byte, frameAt int64) int32 {
	rc := f.diskRead(t, f.scratch, frameSize, frameAt)
	if rc == lib.SQLITE_IOERR_SHORT_READ {
		return f.damaged(frameAt, "log is cut short")
	}
	if rc != lib.SQLITE_OK {
		return rc
	}
	if _, ok := f.openFrame(dst, f.raw, frameAt); !ok {
		return f.damaged(frameAt, "frame does not verify")
	}
	return lib.SQLITE_OK
}

// openFrame opens a sealed frame: the header in place, the page to dst.
func (f *file) openFrame(dst, sealed []byte, at int64) (frame, bool) {
	f.main.keys.showHead(sealed, sealed)
	commits := binary.BigEndian.Uint32(sealed[frameHeader+footAt:])
	m := f.logPage(f.main.keys, at, sealed, commits)
	ok := m.open(dst, sealed[frameHeader:frameSize])
	return frame{at: at, commits: commits, ends: endsTransaction(sealed)}, ok
}

// writeLog is xWrite of a log: its header, a frame's header, a page image.
func (f *file) writeLog(t *libc.TLS, _, buf uintptr, n int32, at int64) int32 {
	if at == 0 && n == walHeader {
		f.log = logState{}
		return f.diskWrite(t, buf, walHeader, 0)
	}
	if rc := f.main.haveKeys(t); rc != lib.SQLITE_OK {
		return rc
	}
	if f.main.keys == nil || at < walHeader {
		return f.misused(at, "a log without a database, or a write across its header")
	}
	frameAt, rest := place(at)
	switch {
	case rest == 0 && n == frameHeader:
		return f.writeHead(t, bytesAt(buf, frameHeader), frameAt)
	case rest == frameHeader && n == pageSize:
		return f.writeImage(t, bytesAt(buf, pageSize), frameAt)
	}
	return f.misused(at, "a write that is no frame")
}

// writeHead writes the header of a frame. While a transaction overwrites frames
// of its own, the engine leaves salts and checksum empty and fills them in at
// the end; the salts are needed at once, for the page is bound to them.
func (f *file) writeHead(t *libc.TLS, head []byte, frameAt int64) int32 {
	f.takeTurn()
	pending := f.log.pending[:]
	copy(pending, head)
	if allZero(pending[8:]) {
		if !f.log.salted {
			if rc := f.diskRead(t, f.scratch, walHeader, 0); rc != lib.SQLITE_OK {
				return rc
			}
			f.log.salts, f.log.salted = [8]byte(f.raw[16:]), true
		}
		copy(pending[8:], f.log.salts[:])
	}
	f.log.pendingAt = frameAt
	f.main.keys.hideHead(f.raw, pending)
	return f.diskWrite(t, f.scratch, frameHeader, frameAt)
}

// takeTurn forgets what others may have changed since.
func (f *file) takeTurn() {
	if f.log.turn != f.main.turns {
		f.log = logState{turn: f.main.turns}
	}
}

// writeImage seals a page image and writes it behind its header.
func (f *file) writeImage(t *libc.TLS, page []byte, frameAt int64) int32 {
	if !allZero(page[bodySize:]) {
		return f.misused(frameAt, "a page without 32 reserved bytes is not stored")
	}
	f.takeTurn()
	head := &f.log.pending
	if f.log.pendingAt != frameAt { // a page written again within its transaction
		if rc := f.diskRead(t, f.scratch, frameHeader, frameAt); rc != lib.SQLITE_OK {
			return rc
		}
		f.main.keys.showHead(head[:], f.raw)
	}
	f.log.pendingAt = 0
	commits, rc := f.commitsBefore(t, frameAt)
	if rc != lib.SQLITE_OK {
		return rc
	}
	if err := f.seal(f.raw, page, f.logPage(f.main.keys, frameAt, head[:], commits)); err != nil {
		return f.misused(frameAt, err.Error())
	}
	if f.log.last.at < frameAt {
		f.log.last = frame{at: frameAt, commits: commits, ends: endsTransaction(head[:])}
	}
	return f.diskWrite(t, f.scratch, pageSize, frameAt+frameHeader)
}

// commitsBefore is the number of commits before the frame about to be written.
func (f *file) commitsBefore(t *libc.TLS, frameAt int64) (uint32, int32) {
	last := f.log.last
	switch {
	case frameAt == walHeader:
		return 0, lib.SQLITE_OK
	case last.at != 0 && last.at+frameSize == frameAt:
		return last.next(), lib.SQLITE_OK
	case last.at >= frameAt:
		return last.commits, lib.SQLITE_OK // again, within the transaction
	}
	before := frameAt - frameSize
	if rc := f.diskRead(t, f.scratch, frameSize, before); rc != lib.SQLITE_OK {
		return 0, rc
	}
	r, ok := f.openFrame(f.raw[frameHeader:], f.raw, before)
	if !ok {
		return 0, f.damaged(before, "frame does not verify")
	}
	return r.next(), lib.SQLITE_OK
}
