package bundle

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/zstd"
)

// Kind is what a container holds.
type Kind uint8

// The kinds.
const (
	Work     Kind = 1 // what a node wrote and holds, for central
	News     Kind = 2 // the answer: pages of the feed, for the node
	Snapshot Kind = 3 // the file of a new workstation
)

// Lock is how the key of a container is found.
type Lock uint8

// The locks.
const (
	Unlocked  Lock = 0 // it follows from the header: against damage, not against readers
	ToCentral Lock = 1
	ToReply   Lock = 2 // to a reply box
)

// Limits.
const (
	MaxChunk     = 10 << 20 // bytes of what stands in a chunk: a frame of sync/wire with room
	maxSealedKey = 256
	centralSize  = 8 // bytes of central's fingerprint: to tell whose container it is, not to prove it
	idSize       = 16
	keySize      = 32

	magic      = "bghpack\xf7"
	version    = 1
	fixedSize  = len(magic) + 4 + centralSize + idSize + 2
	headInfo   = "bough container v1\x00"
	chunkHead  = 5 // size and flags
	flagLast   = 1
	flagPacked = 2
	flagsKnown = flagLast | flagPacked
)

// Errors.
var (
	// ErrForeign is something else than a container.
	ErrForeign = errors.New("this is not a file of bough")
	// ErrNewer is a container of a release that is newer than this one.
	ErrNewer = errors.New("this file was written by a newer release; upgrade this program first")
	// ErrOtherBank is a container that belongs to another central.
	ErrOtherBank = errors.New("this file belongs to another bank's central")
	// ErrDamaged is a chunk that is not as it was written.
	ErrDamaged = errors.New("this file is damaged")
	// ErrCut is a container that ends before its last chunk: the stick was pulled
	// out, or the disk was full.
	ErrCut = errors.New("this file ends early; what stands before is good")
	// ErrKind is a container of another kind than is wanted.
	ErrKind = errors.New("this file is of another kind")
	// ErrTooLarge is a chunk beyond MaxChunk.
	ErrTooLarge = errors.New("a chunk is too large")
)

// Header begins a container.
type Header struct {
	Kind    Kind
	Lock    Lock
	Central [centralSize]byte // of the fingerprint of whose it is
	ID      [idSize]byte
	Sealed  []byte // the sealed key; empty for Unlocked
}

// CentralOf is what a header says of a central with this fingerprint.
func CentralOf(fingerprint [sha256.Size]byte) (c [centralSize]byte) {
	copy(c[:], fingerprint[:])
	return c
}

// Info is what the sealing of a key is bound to.
func (h *Header) Info() []byte {
	b := append([]byte(headInfo), byte(h.Kind), byte(h.Lock))
	b = append(b, h.Central[:]...)
	return append(b, h.ID[:]...)
}

// Bytes is the header as it is written.
func (h *Header) Bytes() []byte {
	b := append([]byte(magic), version, byte(h.Kind), byte(h.Lock), 0)
	b = append(b, h.Central[:]...)
	b = append(b, h.ID[:]...)
	b = binary.BigEndian.AppendUint16(b, uint16(len(h.Sealed)))
	return append(b, h.Sealed...)
}

// ReadHeader reads the front of a container.
func ReadHeader(r io.Reader) (*Header, error) {
	var b [fixedSize]byte
	if _, err := io.ReadFull(r, b[:]); err != nil || string(b[:len(magic)]) != magic {
		return nil, ErrForeign
	}
	at := b[len(magic):]
	if at[0] != version {
		return nil, fmt.Errorf("%w: version %d", ErrNewer, at[0])
	}
	h := &Header{Kind: Kind(at[1]), Lock: Lock(at[2])}
	copy(h.Central[:], at[4:])
	copy(h.ID[:], at[4+centralSize:])
	n := binary.BigEndian.Uint16(at[4+centralSize+idSize:])
	if n > maxSealedKey || at[3] != 0 {
		return nil, fmt.Errorf("%w: in its header", ErrDamaged)
	}
	h.Sealed = make([]byte, n)
	if _, err := io.ReadFull(r, h.Sealed); err != nil {
		return nil, fmt.Errorf("%w: in its header", ErrCut)
	}
	return h, nil
}

// box makes the cipher of a container. Without a secret its key follows from
// the header.
func (h *Header) box(secret []byte) (cipher.AEAD, error) {
	if h.Lock == Unlocked {
		secret = h.ID[:]
	} else if len(secret) != keySize {
		return nil, fmt.Errorf("bundle: a key has %d bytes, not %d", keySize, len(secret))
	}
	key, err := hkdf.Key(sha256.New, secret, h.ID[:], headInfo+string(h.Bytes()), keySize)
	if err != nil {
		return nil, fmt.Errorf("bundle: %w", err)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("bundle: %w", err)
	}
	return cipher.NewGCM(block)
}

func nonce(index uint64) []byte {
	return binary.BigEndian.AppendUint64(make([]byte, 4, 12), index)
}

// Writer writes the chunks of a container.
type Writer struct {
	w     io.Writer
	box   cipher.AEAD
	pack  *zstd.Encoder
	index uint64
	buf   []byte
	raw   []byte
}

// NewWriter begins a container.
func NewWriter(w io.Writer, h *Header, secret []byte) (*Writer, error) {
	out, err := Resume(w, h, secret, 0)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(h.Bytes()); err != nil {
		return nil, fmt.Errorf("bundle: write: %w", err)
	}
	return out, nil
}

// Resume goes on with a container after its first chunks, which are the same as
// before.
func Resume(w io.Writer, h *Header, secret []byte, chunks uint64) (*Writer, error) {
	box, err := h.box(secret)
	if err != nil {
		return nil, err
	}
	pack, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderCRC(false), zstd.WithEncoderConcurrency(1))
	if err != nil {
		return nil, fmt.Errorf("bundle: make compressor: %w", err)
	}
	return &Writer{w: w, box: box, pack: pack, index: chunks}, nil
}

// Chunk writes one chunk. Packed ones are compressed where that makes them
// smaller; frames of sync/wire are compressed already.
func (w *Writer) Chunk(b []byte, packed bool) error { return w.chunk(b, packed, 0) }

// Close writes the last chunk, which is empty. It does not close what is below.
func (w *Writer) Close() error { return w.chunk(nil, false, flagLast) }

func (w *Writer) chunk(b []byte, packed bool, flags byte) error {
	if len(b) > MaxChunk {
		return fmt.Errorf("%w: %d bytes", ErrTooLarge, len(b))
	}
	if packed {
		if w.raw = w.pack.EncodeAll(b, w.raw[:0]); len(w.raw) < len(b) {
			b, flags = w.raw, flags|flagPacked
		}
	}
	w.buf = append(w.buf[:0], make([]byte, chunkHead)...)
	w.buf = w.box.Seal(w.buf, nonce(w.index), b, []byte{flags})
	binary.BigEndian.PutUint32(w.buf, uint32(len(w.buf)-chunkHead))
	w.buf[4] = flags
	w.index++
	if _, err := w.w.Write(w.buf); err != nil {
		return fmt.Errorf("bundle: write: %w", err)
	}
	return nil
}
