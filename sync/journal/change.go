package journal

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"

	"bough/crdt"
)

// Limits. A change is one act of a clerk; an import writes many changes.
const (
	MaxOps    = 256 // ops of one change
	SignEvery = 256 // changes between two signed heads, at most
	SaltSize  = 8   // bytes; 64 bits keep an erased body from being guessed
)

// Hash is SHA-256.
type Hash [sha256.Size]byte

// Salt makes the hash of an erased body useless to a guesser.
type Salt [SaltSize]byte

// Body is one op with its salt, or, once erased, only its hash.
type Body struct {
	Op     crdt.Op
	Salt   Salt
	Erased bool
	Hash   Hash // of the salted canonical bytes; always set by Seal
}

// Change is one committed act.
type Change struct {
	Origin  crdt.Origin
	Seq     uint64 // dense per origin, from 1
	Stamp   crdt.Stamp
	Session crdt.ID
	Bodies  []Body
}

// Written is how the ops of the change stand in clocks, without fields. by is
// the person of its session.
func (c *Change) Written(by crdt.ID) crdt.Written { return crdt.Written{Stamp: c.Stamp, By: by} }

// Errors.
var (
	ErrBadChange = errors.New("journal: malformed change")
	ErrChain     = errors.New("journal: the chain of hashes is broken")
	ErrSignature = errors.New("journal: the signature of the head does not fit")
)

const hashContext = "bough change v1\x00"

// Seal computes the hashes of the bodies and returns the hash of the change on
// top of prev. buf is scratch space and is returned grown.
func (c *Change) Seal(prev Hash, buf []byte) (Hash, []byte) {
	for i := range c.Bodies {
		b := &c.Bodies[i]
		if b.Erased {
			continue
		}
		buf = append(buf[:0], b.Salt[:]...)
		buf = b.Op.Append(buf)
		b.Hash = sha256.Sum256(buf)
	}
	buf = append(buf[:0], hashContext...)
	buf = append(buf, prev[:]...)
	buf = binary.BigEndian.AppendUint32(buf, uint32(c.Origin))
	buf = binary.BigEndian.AppendUint64(buf, c.Seq)
	buf = c.Stamp.Append(buf)
	buf = binary.BigEndian.AppendUint64(buf, uint64(c.Session))
	buf = binary.BigEndian.AppendUint16(buf, uint16(len(c.Bodies)))
	for i := range c.Bodies {
		buf = append(buf, c.Bodies[i].Hash[:]...)
	}
	return sha256.Sum256(buf), buf
}

// Check validates the shape of the change, without a schema.
func (c *Change) Check() error {
	switch {
	case c.Origin == 0 || c.Origin > crdt.MaxOrigin || c.Seq == 0:
		return fmt.Errorf("%w: origin %d, number %d", ErrBadChange, c.Origin, c.Seq)
	case len(c.Bodies) == 0 || len(c.Bodies) > MaxOps:
		return fmt.Errorf("%w: %d/%d has %d ops, 1 to %d are allowed", ErrBadChange, c.Origin, c.Seq, len(c.Bodies), MaxOps)
	case c.Stamp.Origin != c.Origin:
		return fmt.Errorf("%w: %d/%d carries a stamp of origin %d", ErrBadChange, c.Origin, c.Seq, c.Stamp.Origin)
	}
	for i := range c.Bodies {
		if c.Bodies[i].Erased {
			continue
		}
		if err := c.Bodies[i].Op.Check(); err != nil {
			return fmt.Errorf("journal: change %d/%d, op %d: %w", c.Origin, c.Seq, i, err)
		}
	}
	return nil
}

// Head is the end of a chain, signed by its author.
type Head struct {
	Origin    crdt.Origin
	Seq       uint64
	Hash      Hash
	Signature []byte
}

// Message is what is signed: origin, number, hash. The signer puts its own
// context before it.
func (h *Head) Message() []byte {
	b := binary.BigEndian.AppendUint32(nil, uint32(h.Origin))
	b = binary.BigEndian.AppendUint64(b, h.Seq)
	return append(b, h.Hash[:]...)
}

// Signer signs the message of a head as its author.
type Signer func(message []byte) (signature []byte)

// Checker tells whether a signature is the author's.
type Checker func(message, signature []byte) bool

// Range is a run of changes of one origin, dense and ending at a signed head.
type Range struct {
	Prev    Hash // hash of the change before the first; zero before number 1
	Changes []Change
	Head    Head
}

// Verify checks shape, density, chain and signature.
func (r *Range) Verify(check Checker) error {
	if len(r.Changes) == 0 {
		return fmt.Errorf("%w: an empty range", ErrBadChange)
	}
	first, hash, buf := r.Changes[0].Seq, r.Prev, []byte(nil)
	for i := range r.Changes {
		c := &r.Changes[i]
		if err := c.Check(); err != nil {
			return err
		}
		if c.Seq != first+uint64(i) || c.Origin != r.Head.Origin {
			return fmt.Errorf("%w: %d/%d stands where %d/%d should", ErrBadChange, c.Origin, c.Seq, r.Head.Origin, first+uint64(i))
		}
		hash, buf = c.Seal(hash, buf)
	}
	last := r.Changes[len(r.Changes)-1].Seq
	if r.Head.Seq != last || r.Head.Hash != hash {
		return fmt.Errorf("%w: origin %d at %d", ErrChain, r.Head.Origin, last)
	}
	if !check(r.Head.Message(), r.Head.Signature) {
		return fmt.Errorf("%w: origin %d at %d", ErrSignature, r.Head.Origin, r.Head.Seq)
	}
	return nil
}

// AppendOps adds the storage form of the bodies: flags, salt or hash, op.
func AppendOps(b []byte, bodies []Body) []byte {
	b = binary.AppendUvarint(b, uint64(len(bodies)))
	for i := range bodies {
		body := &bodies[i]
		if body.Erased {
			b = append(b, 1)
			b = append(b, body.Hash[:]...)
			continue
		}
		b = append(b, 0)
		b = append(b, body.Salt[:]...)
		b = body.Op.Append(b)
	}
	return b
}

// DecodeOps reads what AppendOps wrote, all of b. Hashes of live bodies are
// not set: Seal does that.
func DecodeOps(b []byte) ([]Body, error) {
	d := crdt.Decoder{B: b}
	n := d.Count(MaxOps)
	out := make([]Body, 0, min(n, len(b)))
	for range n {
		var body Body
		switch d.Byte() {
		case 1:
			body.Erased = true
			copy(body.Hash[:], d.Take(len(body.Hash)))
		case 0:
			copy(body.Salt[:], d.Take(SaltSize))
			if d.Err != nil {
				break
			}
			op, rest, err := crdt.DecodeOp(d.B)
			if err != nil {
				return nil, fmt.Errorf("%w: %w", ErrBadChange, err)
			}
			body.Op, d.B = op, rest
		default:
			return nil, fmt.Errorf("%w: unknown body flag", ErrBadChange)
		}
		if d.Err != nil {
			return nil, fmt.Errorf("%w: %w", ErrBadChange, d.Err)
		}
		out = append(out, body)
	}
	if d.Err != nil || len(d.B) != 0 {
		return nil, fmt.Errorf("%w: %d bytes left over", ErrBadChange, len(d.B))
	}
	return out, nil
}
