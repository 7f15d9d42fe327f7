package wire

import (
	"fmt"
	"maps"
	"slices"

	"bough/crdt"
)

// EncodePushed makes a frame.
func (c *Codec) EncodePushed(p *Pushed) ([]byte, error) {
	if p.Refused < 0 || p.Refused > MaxPushChanges {
		return nil, fmt.Errorf("%w: %d changes refused", ErrMessage, p.Refused)
	}
	w := newWriter()
	w.uvarint(uint64(p.Refused))
	w.varint(p.NowMS)
	if err := w.vector(p.Vector); err != nil {
		return nil, err
	}
	return c.seal(kindPushed, w)
}

// DecodePushed reads a whole frame.
func (c *Codec) DecodePushed(frame []byte) (*Pushed, error) {
	r, err := c.open(kindPushed, frame)
	if err != nil {
		return nil, fmt.Errorf("pushed: %w", err)
	}
	p := &Pushed{Refused: r.count("changes refused", MaxPushChanges), NowMS: r.varint(), Vector: r.vector()}
	if err := r.done(); err != nil {
		return nil, fmt.Errorf("pushed: %w", err)
	}
	return p, nil
}

// EncodePull makes a frame.
func (c *Codec) EncodePull(p *Pull) ([]byte, error) {
	if p.Since < 0 || p.Limit < 1 || p.Limit > MaxPageRows {
		return nil, fmt.Errorf("%w: %d rows since %d, 1 to %d can be asked for", ErrMessage, p.Limit, p.Since, MaxPageRows)
	}
	w := newWriter()
	w.varint(p.Scope)
	w.uvarint(uint64(p.Since))
	w.uvarint(uint64(p.Limit))
	return c.seal(kindPull, w)
}

// DecodePull reads a whole frame.
func (c *Codec) DecodePull(frame []byte) (*Pull, error) {
	r, err := c.open(kindPull, frame)
	if err != nil {
		return nil, fmt.Errorf("pull: %w", err)
	}
	p := &Pull{Scope: r.varint(), Since: int64(r.uvarint()), Limit: r.count("rows", MaxPageRows)}
	if p.Limit == 0 || p.Since < 0 {
		r.fail("%d rows since %d", p.Limit, p.Since)
	}
	if err := r.done(); err != nil {
		return nil, fmt.Errorf("pull: %w", err)
	}
	return p, nil
}

// vector writes origins, ascending, and their numbers.
func (w *writer) vector(v map[crdt.Origin]uint64) error {
	if len(v) > MaxVector {
		return fmt.Errorf("%w: a vector of %d origins, at most %d", ErrTooLarge, len(v), MaxVector)
	}
	w.charge(len(v), chargeOrigin)
	w.uvarint(uint64(len(v)))
	origins, numbers := make([]int64, 0, len(v)), make([]int64, 0, len(v))
	for _, o := range slices.Sorted(maps.Keys(v)) {
		if o == 0 || o > crdt.MaxOrigin {
			return fmt.Errorf("%w: a vector names origin %d", ErrMessage, o)
		}
		origins = append(origins, int64(o))
		numbers = append(numbers, int64(v[o]))
	}
	w.column(origins, hints{})
	w.column(numbers, hints{})
	return nil
}

func (r *reader) vector() map[crdt.Origin]uint64 {
	n := r.count("origins in a vector", MaxVector)
	if !r.charge(n, chargeOrigin) {
		return nil
	}
	origins, numbers := make([]int64, n), make([]int64, n)
	r.ints(origins, nil, nil)
	r.ints(numbers, nil, nil)
	v := make(map[crdt.Origin]uint64, n)
	last := int64(0)
	for i, o := range origins {
		if o <= last || o > int64(crdt.MaxOrigin) {
			r.fail("a vector names origin %d after %d", o, last)
			return nil
		}
		last = o
		v[crdt.Origin(o)] = uint64(numbers[i])
	}
	return v
}
