package vault

import "encoding/binary"

// The geometry of what is on disk, and limits.
const (
	pageSize = 4096 // bytes of a page: the engine's default, and what disks write at once
	reserved = 32   // bytes at the end of a page that the engine leaves to us: tag, nonce, foot

	tagSize   = 16
	nonceSize = 12
	bodySize  = pageSize - reserved // of a page, sealed; the tag follows it
	nonceAt   = bodySize + tagSize
	footAt    = nonceAt + nonceSize // 4 bytes: the mark, or in the log the commit's number

	saltSize   = 16  // first bytes of the database: instead of the engine's magic
	clearUntil = 100 // of page 1: the engine's header, which holds nothing a person entered

	walHeader   = 32
	frameHeader = 24
	frameSize   = frameHeader + pageSize

	sectorSize = 512                // the most that a power cut leaves whole
	lockPage   = 1<<30/pageSize + 1 // the engine locks bytes of it and never stores there

	keySize = 32 // AES-256

	maxSecretBytes = 1 << 20 // of a machine secret: a key, not a disk by mistake
	maxKeyIDBytes  = 255     // one byte counts them

	walkPages   = 64   // read at once when every page is looked at
	verifyTries = 3    // how often a page that may just be written is looked at
	maxDamages  = 1000 // that Verify lists: more say nothing new
)

const (
	magic = "SQLite format 3\x00"
	mark  = "bgv1" // foot of a database page, and of a journal's: this format, first version
)

// pageNumber is the number of the page at an offset of the database.
func pageNumber(at int64) int64 { return at/pageSize + 1 }

// allZero says whether the bytes hold nothing.
func allZero(b []byte) bool {
	for len(b) >= 8 {
		if binary.NativeEndian.Uint64(b) != 0 {
			return false
		}
		b = b[8:]
	}
	for _, x := range b {
		if x != 0 {
			return false
		}
	}
	return true
}

// looksPlain says whether a page 1 (its first 24 bytes) is an unsealed one.
func looksPlain(head []byte) bool { return string(head[:saltSize]) == magic }

// fits says whether the header of a page 1 keeps our geometry: sealing needs
// the reserved bytes, and the engine must not store anything in them.
func fits(page1 []byte) bool {
	return binary.BigEndian.Uint16(page1[16:]) == pageSize && page1[20] == reserved
}

// emptyHeader is what the engine is told of an empty file, so that it makes a
// database of our geometry without being asked to.
func emptyHeader(b []byte) {
	clear(b)
	binary.BigEndian.PutUint16(b[16:], pageSize)
	b[20] = reserved
}
