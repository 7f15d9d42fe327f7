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
	MaxOps    = 256     // ops of one change
	MaxChange = 1 << 20 // bytes of one change, by Size: an eighth of a frame
	MaxBodies = 4096    // ops that a change of others may have and still travel: what is beyond MaxOps is held at central
	MaxClosed = 1 << 20 // bytes of an op that cannot be decoded here
	SignEvery = 256     // changes between two signed heads, at most
	SaltSize  = 8       // bytes; 64 bits keep an erased body from being guessed
)

// Hash is SHA-256.
type Hash [sha256.Size]byte

// Salt makes the hash of an erased body useless to a guesser.
type Salt [SaltSize]byte

// Body is one op with its salt, or, once erased, only its hash. Opaque, if not
// nil, are the canonical bytes of an op that this release cannot decode; Op is
// empty then.
type Body struct {
	Op     crdt.Op
	Opaque []byte
	Salt   Salt
	Erased bool
	Hash   Hash // of the salted canonical bytes; always set by Seal
}

// Closed reports whether the op cannot be read here.
func (b Body) Closed() bool { return b.Erased || b.Opaque != nil }

// Open makes the body of the canonical bytes of an op: read where this release
// can, else kept as they are.
func (b *Body) Open(canonical []byte) {
	if op, rest, err := crdt.DecodeOp(canonical); err == nil && len(rest) == 0 {
		b.Op, b.Opaque = op, nil
		return
	}
	b.Opaque = append([]byte{}, canonical...)
}

// canonical adds the bytes that are hashed.
func (b *Body) canonical(to []byte) []byte {
	if b.Opaque != nil {
		return append(to, b.Opaque...)
	}
	return b.Op.Append(to)
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
	// ErrTooLarge is a change beyond what may be written: in parts it may.
	ErrTooLarge  = errors.New("journal: the change is too large; do it in parts")
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
		buf = b.canonical(buf)
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
	case len(c.Bodies) == 0 || len(c.Bodies) > MaxBodies:
		return fmt.Errorf("%w: %d/%d has %d ops, 1 to %d can be read", ErrBadChange, c.Origin, c.Seq, len(c.Bodies), MaxBodies)
	case c.Stamp.Origin != c.Origin:
		return fmt.Errorf("%w: %d/%d carries a stamp of origin %d", ErrBadChange, c.Origin, c.Seq, c.Stamp.Origin)
	}
	for i := range c.Bodies {
		if c.Bodies[i].Closed() {
			if n := len(c.Bodies[i].Opaque); n > MaxClosed {
				return fmt.Errorf("%w: %d/%d, op %d has %d bytes", ErrBadChange, c.Origin, c.Seq, i, n)
			}
			continue
		}
		if err := c.Bodies[i].Op.Check(); err != nil {
			return fmt.Errorf("journal: change %d/%d, op %d: %w", c.Origin, c.Seq, i, err)
		}
	}
	return nil
}

// Size is about how many bytes the change has: texts and what stands around them.
func (c *Change) Size() (n int) {
	for i := range c.Bodies {
		op := &c.Bodies[i].Op
		n += 32 + len(c.Bodies[i].Opaque) + len(op.Clear)*crdt.StampSize
		for j := range op.Set {
			n += 12 + len(op.Set[j].Value.S) + len(op.Set[j].Saw)*crdt.StampSize
		}
	}
	return n
}

// Fit holds a change against what may be written and taken: ErrTooLarge.
func (c *Change) Fit() error {
	if n := len(c.Bodies); n > MaxOps {
		return fmt.Errorf("%w: %d/%d has %d ops, at most %d", ErrTooLarge, c.Origin, c.Seq, n, MaxOps)
	}
	if n := c.Size(); n > MaxChange {
		return fmt.Errorf("%w: %d/%d has %d bytes, at most %d", ErrTooLarge, c.Origin, c.Seq, n, MaxChange)
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

// How a body is stored.
const (
	storedOp byte = iota
	storedErased
	storedOpaque
)

// AppendOps adds the storage form of the bodies: flags, salt or hash, op.
func AppendOps(b []byte, bodies []Body) []byte {
	b = binary.AppendUvarint(b, uint64(len(bodies)))
	for i := range bodies {
		body := &bodies[i]
		switch {
		case body.Erased:
			b = append(b, storedErased)
			b = append(b, body.Hash[:]...)
			continue
		case body.Opaque != nil:
			b = append(b, storedOpaque)
			b = append(b, body.Salt[:]...)
			b = binary.AppendUvarint(b, uint64(len(body.Opaque)))
		default:
			b = append(b, storedOp)
			b = append(b, body.Salt[:]...)
		}
		b = body.canonical(b)
	}
	return b
}

// DecodeOps reads what AppendOps wrote, all of b. Hashes of live bodies are
// not set: Seal does that.
func DecodeOps(b []byte) ([]Body, error) {
	d := crdt.Decoder{B: b}
	n := d.Count(MaxBodies)
	out := make([]Body, 0, min(n, len(b)))
	for range n {
		body, err := decodeBody(&d)
		if err == nil {
			err = d.Err
		}
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrBadChange, err)
		}
		out = append(out, body)
	}
	if d.Err != nil || len(d.B) != 0 {
		return nil, fmt.Errorf("%w: %d bytes left over", ErrBadChange, len(d.B))
	}
	return out, nil
}

func decodeBody(d *crdt.Decoder) (body Body, err error) {
	switch flag := d.Byte(); flag {
	case storedErased:
		body.Erased = true
		copy(body.Hash[:], d.Take(len(body.Hash)))
	case storedOp:
		copy(body.Salt[:], d.Take(SaltSize))
		if d.Err == nil {
			body.Op, d.B, err = crdt.DecodeOp(d.B)
		}
	case storedOpaque:
		copy(body.Salt[:], d.Take(SaltSize))
		if b := d.Take(d.Count(MaxClosed)); d.Err == nil {
			body.Open(b)
		}
	default:
		err = fmt.Errorf("unknown form %d of a body", flag)
	}
	return body, err
}
