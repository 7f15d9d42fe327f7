package vault

import (
	"encoding/binary"

	"modernc.org/libc"
	lib "modernc.org/sqlite/lib"
)

// A rollback journal exists while a file is made, copied or turned to the log.
// It consists of headers (512 bytes, no content) and of records: page number
// (4 bytes), page image, checksum (4 bytes). The engine writes each piece by
// itself and no other piece has the length of a page.
//
// The checksum adds up bytes of the plain page: it is not stored, but computed
// when it is read. The image proves itself.

// journalState is what an open journal remembers between calls.
type journalState struct {
	numberAt int64   // where the page number written last stands, if numbered
	number   [4]byte // it
	numbered bool
	imageEnd int64  // where the last image, written or read, ended; 0: none
	sum      uint32 // what it adds up to, when it was read
	start    uint32 // what a sum starts from, as the header read last says
}

// readJournal is xRead of a journal.
func (f *file) readJournal(t *libc.TLS, _, buf uintptr, n int32, at int64) int32 {
	if n == pageSize {
		return f.readRecord(t, bytesAt(buf, pageSize), at)
	}
	rc := f.diskRead(t, buf, int(n), at)
	if rc != lib.SQLITE_OK || n != 4 {
		return rc
	}
	j, b := &f.journal, bytesAt(buf, 4)
	switch {
	case at == j.imageEnd && at != 0:
		binary.BigEndian.PutUint32(b, j.start+j.sum)
	case at%sectorSize == startOfSums: // records begin at multiples of 8
		j.start = binary.BigEndian.Uint32(b)
	}
	return rc
}

// startOfSums is where a header says what its records' sums start from.
const startOfSums = 12

// readRecord reads the page image at at, with the number before it. The engine
// only reads records that were counted, and synced before they were.
func (f *file) readRecord(t *libc.TLS, dst []byte, at int64) int32 {
	if rc := f.main.haveKeys(t); rc != lib.SQLITE_OK {
		return rc
	}
	if f.main.keys == nil || at < 4 {
		return f.damaged(at, "a journal without a database")
	}
	if rc := f.diskRead(t, f.scratch, 4+pageSize, at-4); rc != lib.SQLITE_OK {
		return rc
	}
	sealed := f.raw[4 : 4+pageSize]
	m := f.journalPage(f.main.keys, at, binary.BigEndian.Uint32(f.raw))
	if string(sealed[footAt:]) != mark || !m.open(dst, sealed) {
		return f.damaged(at, "record does not verify")
	}
	f.journal.imageEnd, f.journal.sum = at+pageSize, 0
	for i := pageSize - 200; i > 0; i -= 200 {
		f.journal.sum += uint32(dst[i])
	}
	return lib.SQLITE_OK
}

// writeJournal is xWrite of a journal.
func (f *file) writeJournal(t *libc.TLS, _, buf uintptr, n int32, at int64) int32 {
	j := &f.journal
	switch {
	case n == pageSize:
		return f.writeRecord(t, bytesAt(buf, pageSize), at)
	case n > sectorSize:
		return f.misused(at, "a journal record of another size is not stored")
	case n == 4 && at == j.imageEnd && at != 0:
		clear(f.raw[:4])
		return f.diskWrite(t, f.scratch, 4, at)
	case n == 4:
		j.numberAt, j.numbered = at, true
		copy(j.number[:], bytesAt(buf, 4))
	}
	return f.diskWrite(t, buf, int(n), at)
}

// writeRecord seals a page image and writes it behind its number.
func (f *file) writeRecord(t *libc.TLS, page []byte, at int64) int32 {
	j := &f.journal
	if !j.numbered || j.numberAt+4 != at || !allZero(page[bodySize:]) {
		return f.misused(at, "a page image without its number, or without reserved bytes, is not stored")
	}
	if rc := f.main.makeKeys(t); rc != lib.SQLITE_OK {
		return rc
	}
	m := f.journalPage(f.main.keys, at, binary.BigEndian.Uint32(j.number[:]))
	if err := f.seal(f.raw, page, m); err != nil {
		return f.misused(at, err.Error())
	}
	j.imageEnd = at + pageSize
	return f.diskWrite(t, f.scratch, pageSize, at)
}
