package wire

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"maps"
	"slices"

	"bough/crdt"
	"bough/sync/journal"
)

// Limits of a sealed page.
const (
	maxSeal = 128 // bytes of a signature: ECDSA over P-256 in ASN.1 has 72
	// MaxSealed is the size of a sealed page in bytes, at most: the heads of a
	// branch are few, those of MaxVector origins would still fit.
	MaxSealed = MaxFrame + MaxVector*(2*binary.MaxVarintLen64+sha256.Size) + maxSeal + 16
)

// Head is how far central has taken the changes of an origin, and the link of
// their chain there: whoever wrote them can tell them from others.
type Head struct {
	Seq  uint64
	Hash journal.Hash
}

// Sealed is a page as central signed it, to be handed on by whoever asked for it.
type Sealed struct {
	Heads     map[crdt.Origin]Head // of the origins of the branch, not older than the page's vector
	Frame     []byte               // of the Page, verbatim
	heads     []byte
	signature []byte
}

// Seal makes the bytes of a sealed page; sign signs in central's name.
func Seal(heads map[crdt.Origin]Head, frame []byte, sign func(message []byte) ([]byte, error)) ([]byte, error) {
	if len(heads) > MaxVector {
		return nil, fmt.Errorf("%w: %d heads, at most %d", ErrTooLarge, len(heads), MaxVector)
	}
	out := binary.AppendUvarint(nil, uint64(len(heads)))
	for _, origin := range slices.Sorted(maps.Keys(heads)) {
		h := heads[origin]
		out = binary.AppendUvarint(out, uint64(origin))
		out = binary.AppendUvarint(out, h.Seq)
		out = append(out, h.Hash[:]...)
	}
	signature, err := sign(sealedMessage(out, frame))
	if err != nil {
		return nil, fmt.Errorf("wire: seal a page: %w", err)
	}
	out = binary.AppendUvarint(out, uint64(len(signature)))
	out = append(out, signature...)
	return append(out, frame...), nil
}

// sealedMessage is what central signs: the bytes of the heads, then the SHA-256
// of the frame. Scope, since, until, epoch and vector stand in the frame.
func sealedMessage(heads, frame []byte) []byte {
	digest := sha256.Sum256(frame)
	return append(bytes.Clone(heads), digest[:]...)
}

// Unseal reads a sealed page, whose seal is checked by Check.
func Unseal(b []byte) (*Sealed, error) {
	d := crdt.Decoder{B: b}
	s := &Sealed{Heads: map[crdt.Origin]Head{}}
	n, last := d.Count(MaxVector), crdt.Origin(0)
	for range n {
		origin, h := crdt.Origin(d.Count(int(crdt.MaxOrigin))), Head{Seq: d.Uvarint()}
		copy(h.Hash[:], d.Take(sha256.Size))
		if d.Err != nil || origin <= last {
			return nil, fmt.Errorf("%w: the heads of a sealed page", ErrMalformed)
		}
		s.Heads[origin], last = h, origin
	}
	s.heads = b[:len(b)-len(d.B)]
	s.signature = d.Take(d.Count(maxSeal))
	if d.Err != nil {
		return nil, fmt.Errorf("%w: the seal of a page", ErrMalformed)
	}
	s.Frame = d.B
	return s, nil
}

// Check asks check about what was signed, and by which signature.
func (s *Sealed) Check(check func(message, signature []byte) error) error {
	return check(sealedMessage(s.heads, s.Frame), s.signature)
}
