package wire

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"sync"

	"github.com/klauspost/compress/zstd"
)

// The frame; PROTOCOL.md has the table.
const (
	magic        = "bgh\xf7"
	atVersion    = 4
	atMin        = 5
	atMax        = 6
	atKind       = 7
	preambleSize = 8 // the same in every version, for ever
	atFlags      = 8
	atSizes      = 12 // raw, numbers stored and inflated, texts stored and inflated
	atChecksum   = 32
	headerSize   = 36
	additionHead = 5 // tag, size
)

// Kinds of messages.
const (
	kindPush   uint8 = 1
	kindPushed uint8 = 2
	kindPull   uint8 = 3
	kindPage   uint8 = 4
)

// Flags: which sections are compressed.
const (
	flagNumbers uint8 = 1 << iota
	flagTexts
	flagAdditions // what follows the sections may be passed over; from version 2 on
	flagsKnown    = flagNumbers | flagTexts | flagAdditions
)

// Errors.
var (
	// ErrMalformed is a frame that breaks PROTOCOL.md.
	ErrMalformed = errors.New("wire: malformed frame")
	// ErrChecksum is a frame that was damaged on its way.
	ErrChecksum = errors.New("wire: the checksum of the frame does not fit")
	// ErrTooLarge is a message beyond the limits: send it in parts.
	ErrTooLarge = errors.New("wire: message is too large")
	// ErrMessage is a message that must not be sent: its sender is at fault.
	ErrMessage = errors.New("wire: message cannot be encoded")
)

// Codec turns messages into frames and back. It is safe for concurrent use;
// what it returns is the caller's and shares nothing with the codec. Texts of
// one message share one string.
type Codec struct {
	enc   *zstd.Encoder
	dec   *zstd.Decoder
	table *crc32.Table
	peer  Versions
}

// For is the codec for a peer that speaks these versions: what it cannot be told
// is left out, in a way that it can see.
func (c *Codec) For(peer Versions) *Codec {
	out := *c
	out.peer = peer
	return &out
}

// NewCodec makes a codec; it may live as long as the process. Codecs are cheap:
// all of a process share the compressor, whose tables take 1.3 MB for each
// processor, and the decompressor.
func NewCodec() (*Codec, error) {
	c, err := shared()
	if err != nil {
		return nil, err
	}
	return &c, nil
}

var shared = sync.OnceValues(func() (Codec, error) {
	enc, err := zstd.NewWriter(nil, zstd.WithEncoderCRC(false), zstd.WithWindowSize(maxWindow),
		zstd.WithEncoderLevel(zstd.SpeedDefault))
	if err != nil {
		return Codec{}, fmt.Errorf("wire: make compressor: %w", err)
	}
	dec, err := zstd.NewReader(nil, zstd.WithDecoderMaxMemory(MaxInflated), zstd.WithDecoderMaxWindow(maxWindow),
		zstd.WithDecoderConcurrency(0), zstd.WithDecodeAllCapLimit(true))
	if err != nil {
		return Codec{}, fmt.Errorf("wire: make decompressor: %w", err)
	}
	return Codec{enc: enc, dec: dec, table: crc32.MakeTable(crc32.Castagnoli)}, nil
})

// seal makes the frame of what was written.
func (c *Codec) seal(kind uint8, w *writer) ([]byte, error) {
	w.charge(len(w.listed), chargeOrigin)
	if w.over {
		return nil, fmt.Errorf("%w: a reader would need more than %d bytes", ErrTooLarge, MaxDecoded)
	}
	nums := w.sealNumbers()
	if total := len(w.raw) + len(nums) + len(w.texts); total > MaxInflated {
		return nil, fmt.Errorf("%w: %d bytes before compression, at most %d", ErrTooLarge, total, MaxInflated)
	}
	b := make([]byte, headerSize, headerSize+len(w.raw)+len(nums)/2+len(w.texts)/2)
	copy(b, magic)
	v := Supported()
	b[atVersion], b[atMin], b[atMax], b[atKind] = w.version, v.Min, v.Max, kind
	b = append(b, w.raw...)
	sizes := [5]int{len(w.raw)}
	for i, section := range [][]byte{nums, w.texts} {
		start := len(b)
		if b = c.enc.EncodeAll(section, b); len(b)-start < len(section) {
			b[atFlags] |= flagNumbers << i
		} else {
			b = append(b[:start], section...)
		}
		sizes[1+2*i], sizes[2+2*i] = len(b)-start, len(section)
	}
	if len(b) > MaxFrame {
		return nil, fmt.Errorf("%w: a frame of %d bytes, at most %d", ErrTooLarge, len(b), MaxFrame)
	}
	for i, size := range sizes {
		binary.BigEndian.PutUint32(b[atSizes+4*i:], uint32(size))
	}
	binary.BigEndian.PutUint32(b[atChecksum:], c.checksum(b))
	return b, nil
}

// checksum is CRC-32C over the frame without the checksum itself.
func (c *Codec) checksum(frame []byte) uint32 {
	return crc32.Update(crc32.Checksum(frame[:atChecksum], c.table), c.table, frame[headerSize:])
}

// open checks the frame and inflates its sections.
func (c *Codec) open(kind uint8, frame []byte) (*reader, error) {
	if err := c.checkHeader(kind, frame); err != nil {
		return nil, err
	}
	var sizes [5]int
	for i := range sizes {
		sizes[i] = int(binary.BigEndian.Uint32(frame[atSizes+4*i:]))
	}
	frame, err := trimmed(frame, headerSize+sizes[0]+sizes[1]+sizes[3])
	if err != nil {
		return nil, err
	}
	if inflated := sizes[0] + sizes[2] + sizes[4]; inflated > MaxInflated {
		return nil, fmt.Errorf("%w: %d bytes inflated, at most %d", ErrTooLarge, inflated, MaxInflated)
	}
	raw, rest := frame[headerSize:headerSize+sizes[0]], frame[headerSize+sizes[0]:]
	nums, err := c.inflate(rest[:sizes[1]], sizes[2], frame[atFlags]&flagNumbers != 0)
	if err != nil {
		return nil, err
	}
	texts, err := c.inflate(rest[sizes[1]:], sizes[4], frame[atFlags]&flagTexts != 0)
	if err != nil {
		return nil, err
	}
	r := &reader{version: frame[atVersion], nums: nums, raw: raw, texts: string(texts), left: MaxDecoded}
	r.readOrigins()
	return r, r.err
}

// Inflated is how many bytes the header of a frame says that its sections have;
// what cannot be a frame has none. It is not checked.
func Inflated(frame []byte) (size int) {
	if len(frame) < headerSize {
		return 0
	}
	for _, at := range [...]int{0, 2, 4} {
		size += int(binary.BigEndian.Uint32(frame[atSizes+4*at:]))
	}
	return min(size, MaxInflated)
}

func (c *Codec) checkHeader(kind uint8, frame []byte) error {
	peer, err := Peer(frame)
	switch {
	case err != nil:
		return err
	case !Supported().holds(frame[atVersion]):
		if _, err := Supported().Meet(peer); err != nil {
			return err
		}
		return fmt.Errorf("%w: the frame is in version %d, we speak %s", ErrVersion, frame[atVersion], Supported())
	case len(frame) < headerSize:
		return fmt.Errorf("%w: %d bytes, a header has %d", ErrMalformed, len(frame), headerSize)
	case len(frame) > MaxFrame:
		return fmt.Errorf("%w: a frame of %d bytes, at most %d", ErrTooLarge, len(frame), MaxFrame)
	case binary.BigEndian.Uint32(frame[atChecksum:]) != c.checksum(frame):
		return ErrChecksum
	case frame[atKind] != kind:
		return fmt.Errorf("%w: a message of kind %d where kind %d was expected", ErrMalformed, frame[atKind], kind)
	case frame[atFlags]&flagAdditions != 0 && frame[atVersion] < versionOpaque:
		return fmt.Errorf("%w: additions in version %d", ErrMalformed, frame[atVersion])
	case frame[atFlags]&^flagsKnown != 0 || frame[atFlags+1]|frame[atFlags+2]|frame[atFlags+3] != 0:
		return fmt.Errorf("%w: unknown flags %x", ErrMalformed, frame[atFlags:atSizes])
	}
	return nil
}

// trimmed is a frame up to the end of its sections. What follows are additions,
// each a tag, a size and its bytes: of a later version, passed over here, unless
// the tag is odd, which says that it must be understood.
func trimmed(frame []byte, size int) ([]byte, error) {
	if size > len(frame) || size < len(frame) && frame[atFlags]&flagAdditions == 0 {
		return nil, fmt.Errorf("%w: its sections make %d bytes, it has %d", ErrMalformed, size, len(frame))
	}
	for rest := frame[size:]; len(rest) > 0; {
		if len(rest) < additionHead {
			return nil, fmt.Errorf("%w: an addition ends early", ErrMalformed)
		}
		tag, n := rest[0], int(binary.BigEndian.Uint32(rest[1:]))
		if tag&1 == 1 {
			return nil, fmt.Errorf("%w: the frame has an addition %d that must be understood: upgrade this program", ErrVersion, tag)
		}
		if n > len(rest)-additionHead {
			return nil, fmt.Errorf("%w: addition %d ends early", ErrMalformed, tag)
		}
		rest = rest[additionHead+n:]
	}
	return frame[:size], nil
}

func (c *Codec) inflate(stored []byte, size int, compressed bool) ([]byte, error) {
	if !compressed {
		if len(stored) != size {
			return nil, fmt.Errorf("%w: a stored section of %d bytes says it has %d", ErrMalformed, len(stored), size)
		}
		return stored, nil
	}
	out, err := c.dec.DecodeAll(stored, make([]byte, 0, size))
	if err != nil {
		return nil, fmt.Errorf("%w: inflate: %w", ErrMalformed, err)
	}
	if len(out) != size {
		return nil, fmt.Errorf("%w: a section of %d bytes says it has %d", ErrMalformed, len(out), size)
	}
	return out, nil
}
