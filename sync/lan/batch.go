package lan

import (
	"encoding/binary"
	"errors"
	"fmt"

	"bough/sync/journal"
	"bough/sync/wire"
)

// ErrMalformed is an answer that cannot be read.
var ErrMalformed = errors.New("lan: the answer of a neighbour cannot be read")

// batch is an answer: certificates (DER) of the authors, then their ranges.
type batch struct {
	certificates [][]byte
	ranges       []journal.Range
}

// encode makes the bytes of an answer: uvarint number of certificates, each
// with its uvarint length before it, then a Push frame.
func (b *batch) encode(codec *wire.Codec) ([]byte, error) {
	frame, err := codec.EncodePush(&wire.Push{Ranges: b.ranges})
	if err != nil {
		return nil, err
	}
	if len(b.certificates) > maxCertificates {
		return nil, fmt.Errorf("%w: %d certificates", wire.ErrTooLarge, len(b.certificates))
	}
	out := binary.AppendUvarint(nil, uint64(len(b.certificates)))
	for _, der := range b.certificates {
		if len(der) > maxCertificate {
			return nil, fmt.Errorf("%w: a certificate of %d bytes", wire.ErrTooLarge, len(der))
		}
		out = binary.AppendUvarint(out, uint64(len(der)))
		out = append(out, der...)
	}
	return append(out, frame...), nil
}

func decodeBatch(codec *wire.Codec, data []byte) (*batch, error) {
	n, data, err := count(data, maxCertificates)
	if err != nil {
		return nil, err
	}
	b := &batch{}
	for range n {
		size, rest, err := count(data, maxCertificate)
		if err != nil {
			return nil, err
		}
		if size > len(rest) {
			return nil, fmt.Errorf("%w: a certificate ends early", ErrMalformed)
		}
		b.certificates = append(b.certificates, rest[:size:size])
		data = rest[size:]
	}
	push, err := codec.DecodePush(data)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	b.ranges = push.Ranges
	return b, nil
}

// count reads a number that has a limit.
func count(data []byte, limit int) (n int, rest []byte, err error) {
	u, size := binary.Uvarint(data)
	if size <= 0 || u > uint64(limit) {
		return 0, nil, fmt.Errorf("%w: a count is cut off or above %d", ErrMalformed, limit)
	}
	return int(u), data[size:], nil
}
