package vault

import (
	"crypto/cipher"
	"encoding/binary"
	"fmt"
	"io"
)

// sealer seals and opens page images. It is the work space of one open file:
// one goroutine at a time, as SQLite has it.
type sealer struct {
	rand  io.Reader
	nonce [nonceSize]byte
	aad   [128]byte
}

// image says what a page image is bound to: of which bytes it consists, and
// what must be the same when it is opened.
type image struct {
	aead  cipher.AEAD
	clear int    // bytes at its start that stay readable
	aad   []byte // proves place and company
	foot  []byte // 4 bytes at its end, not proved by themselves
}

// seal writes page, sealed, to dst. They must not overlap.
func (s *sealer) seal(dst, page []byte, m image) error {
	if _, err := io.ReadFull(s.rand, s.nonce[:]); err != nil {
		return fmt.Errorf("vault: draw a nonce: %w", err)
	}
	copy(dst[:m.clear], page)
	m.aead.Seal(dst[m.clear:m.clear], s.nonce[:], page[m.clear:bodySize], m.aad)
	copy(dst[nonceAt:footAt], s.nonce[:])
	copy(dst[footAt:pageSize], m.foot)
	return nil
}

// open writes the plain page of sealed to dst, which may be the same memory,
// and says whether it is what was sealed. The reserved bytes become zero: the
// engine's own checksums in the log cover them.
func (m *image) open(dst, sealed []byte) bool {
	copy(dst[:m.clear], sealed[:m.clear])
	if _, err := m.aead.Open(dst[m.clear:m.clear], sealed[nonceAt:footAt], sealed[m.clear:nonceAt], m.aad); err != nil {
		return false
	}
	clear(dst[bodySize:pageSize])
	return true
}

// dbPage is page n of a database; page1 gives the readable header when n is 1.
func (s *sealer) dbPage(k *fileKeys, n int64, page1 []byte) image {
	aad := binary.BigEndian.AppendUint64(s.aad[:0], uint64(n))
	m := image{aead: k.db, foot: []byte(mark)}
	if n == 1 {
		aad, m.clear = append(aad, page1[saltSize:clearUntil]...), clearUntil
	}
	m.aad = aad
	return m
}

// logPage is the page image of a frame of the log: bound to its place in the
// file, to its header but for the checksum (page, size, salts), and to the
// number of commits before it.
func (s *sealer) logPage(k *fileKeys, at int64, head []byte, commits uint32) image {
	aad := binary.BigEndian.AppendUint64(s.aad[:0], uint64(at))
	aad = append(aad, head[:16]...)
	aad = binary.BigEndian.AppendUint32(aad, commits)
	return image{aead: k.log, aad: aad, foot: aad[len(aad)-4:]}
}

// journalPage is the image of page n in a rollback journal.
func (s *sealer) journalPage(k *fileKeys, at int64, n uint32) image {
	aad := binary.BigEndian.AppendUint64(s.aad[:0], uint64(at))
	aad = binary.BigEndian.AppendUint32(aad, n)
	return image{aead: k.journal, aad: aad, foot: []byte(mark)}
}

// hideHead turns a frame header into what is written. The engine's checksum is
// a linear function of the plain page: two versions of a page with a few bytes
// changed would give these bytes away. It is encrypted as one block with the
// salts, and these are masked with page and size, so that a header that was
// changed anywhere comes back with wrong salts.
func (k *fileKeys) hideHead(dst, head []byte) {
	copy(dst[:8], head[:8])
	for i := range 8 {
		dst[8+i] = head[8+i] ^ head[i]
	}
	copy(dst[16:frameHeader], head[16:frameHeader])
	k.logHead.Encrypt(dst[8:frameHeader], dst[8:frameHeader])
}

// showHead undoes hideHead; dst and head may be the same memory.
func (k *fileKeys) showHead(dst, head []byte) {
	copy(dst[:8], head[:8])
	k.logHead.Decrypt(dst[8:frameHeader], head[8:frameHeader])
	for i := range 8 {
		dst[8+i] ^= dst[i]
	}
}
