package bundle

import (
	"crypto/cipher"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/zstd"
)

// Reader reads the chunks of a container.
type Reader struct {
	r      io.Reader
	box    cipher.AEAD
	unpack *zstd.Decoder
	index  uint64
	buf    []byte
	out    []byte
	over   bool
}

// NewReader reads what follows the header.
func NewReader(r io.Reader, h *Header, secret []byte) (*Reader, error) {
	return Follow(r, h, secret, 0)
}

// Follow reads what follows the first chunks.
func Follow(r io.Reader, h *Header, secret []byte, chunks uint64) (*Reader, error) {
	box, err := h.box(secret)
	if err != nil {
		return nil, err
	}
	unpack, err := zstd.NewReader(nil, zstd.WithDecoderMaxMemory(MaxChunk), zstd.WithDecoderConcurrency(1), zstd.WithDecodeAllCapLimit(true))
	if err != nil {
		return nil, fmt.Errorf("bundle: make decompressor: %w", err)
	}
	return &Reader{r: r, box: box, unpack: unpack, index: chunks}, nil
}

// Index is the number of the next chunk.
func (r *Reader) Index() uint64 { return r.index }

// Next reads one chunk; it is good until the next call. After the last one the
// error is io.EOF; ErrCut when the container ends before it.
func (r *Reader) Next() ([]byte, error) {
	if r.over {
		return nil, io.EOF
	}
	var head [chunkHead]byte
	if _, err := io.ReadFull(r.r, head[:]); err != nil {
		return nil, r.cut(err)
	}
	size, flags := binary.BigEndian.Uint32(head[:]), head[4]
	if size > MaxChunk+uint32(r.box.Overhead()) || flags&^byte(flagsKnown) != 0 {
		return nil, r.damaged()
	}
	if cap(r.buf) < int(size) {
		r.buf = make([]byte, size)
	}
	r.buf = r.buf[:size]
	if _, err := io.ReadFull(r.r, r.buf); err != nil {
		return nil, r.cut(err)
	}
	b, err := r.box.Open(r.buf[:0], nonce(r.index), r.buf, []byte{flags})
	if err != nil {
		return nil, r.damaged()
	}
	r.index++
	if flags&flagLast != 0 {
		r.over = true
		return nil, io.EOF
	}
	if flags&flagPacked == 0 {
		return b, nil
	}
	if r.out == nil {
		r.out = make([]byte, 0, MaxChunk)
	}
	if r.out, err = r.unpack.DecodeAll(b, r.out[:0]); err != nil {
		return nil, r.damaged()
	}
	return r.out, nil
}

func (r *Reader) damaged() error {
	return fmt.Errorf("%w: in part %d", ErrDamaged, r.index)
}

func (r *Reader) cut(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return fmt.Errorf("%w: after part %d", ErrCut, r.index)
	}
	return fmt.Errorf("bundle: read: %w", err)
}
