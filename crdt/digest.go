package crdt

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math/bits"
)

// Digest is the sum, modulo 2^256, of the SHA-256 of canonical rows and
// conflicts: the same set gives the same digest in whatever order it came.
type Digest [4]uint64

// DigestOf is the digest of one row or conflict.
func DigestOf(canonical []byte) Digest {
	h := sha256.Sum256(canonical)
	var d Digest
	for i := range d {
		d[i] = binary.LittleEndian.Uint64(h[i*8:])
	}
	return d
}

// Add counts o in.
func (d *Digest) Add(o Digest) {
	var c uint64
	for i := range d {
		d[i], c = bits.Add64(d[i], o[i], c)
	}
}

// Sub counts o out.
func (d *Digest) Sub(o Digest) {
	var c uint64
	for i := range d {
		d[i], c = bits.Sub64(d[i], o[i], c)
	}
}

// Bytes is the digest in 32 bytes.
func (d Digest) Bytes() []byte {
	b := make([]byte, 0, 32)
	for _, w := range d {
		b = binary.LittleEndian.AppendUint64(b, w)
	}
	return b
}

// String is the digest in hex.
func (d Digest) String() string { return hex.EncodeToString(d.Bytes()) }

// DecodeDigest reads what Bytes wrote.
func DecodeDigest(b []byte) (Digest, error) {
	var d Digest
	if len(b) != 32 {
		return d, fmt.Errorf("crdt: a digest is 32 bytes, got %d", len(b))
	}
	for i := range d {
		d[i] = binary.LittleEndian.Uint64(b[i*8:])
	}
	return d, nil
}
