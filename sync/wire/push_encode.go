package wire

import (
	"fmt"
	"math/bits"
	"slices"

	"bough/crdt"
	"bough/sync/journal"
)

// How the hash before a range is given.
const (
	prevZero  byte = iota // nothing was before
	prevAbove             // the head of the latest range of the same origin above
	prevHash              // 32 raw bytes
)

// EncodePush makes a frame; ErrMessage when p breaks a shape that the reader
// insists on, ErrTooLarge when it must be sent in parts.
func (c *Codec) EncodePush(p *Push) ([]byte, error) {
	if c.peer.Max != 0 && c.peer.Max < versionOpaque {
		p = closed(p)
	}
	changes, err := checkPush(p)
	if err != nil {
		return nil, err
	}
	w := newWriter()
	keys := w.ranges(p.Ranges, changes)
	w.changes(changes, keys)
	var bodies []*journal.Body
	var millis []int64
	for _, change := range changes {
		for i := range change.Bodies {
			bodies = append(bodies, &change.Bodies[i])
			millis = append(millis, change.Stamp.Millis())
		}
	}
	w.bodies(bodies, millis)
	return c.seal(kindPush, w)
}

// closed is a push for a reader who cannot be handed what nobody here can read:
// the hashes of such ops alone.
func closed(p *Push) *Push {
	out := &Push{Ranges: slices.Clone(p.Ranges)}
	for i := range out.Ranges {
		changes := slices.Clone(out.Ranges[i].Changes)
		for j := range changes {
			ch := &changes[j]
			if !slices.ContainsFunc(ch.Bodies, func(b journal.Body) bool { return b.Opaque != nil }) {
				continue
			}
			ch.Seal(journal.Hash{}, nil) // sets the hashes of the bodies
			ch.Bodies = slices.Clone(ch.Bodies)
			for k := range ch.Bodies {
				if b := &ch.Bodies[k]; b.Opaque != nil {
					*b = journal.Body{Erased: true, Hash: b.Hash}
				}
			}
		}
		out.Ranges[i].Changes = changes
	}
	return out
}

// checkPush lists the changes in order.
func checkPush(p *Push) ([]*journal.Change, error) {
	var changes []*journal.Change
	for i := range p.Ranges {
		r := &p.Ranges[i]
		if err := checkRange(r); err != nil {
			return nil, fmt.Errorf("%w: range %d: %w", ErrMessage, i, err)
		}
		for j := range r.Changes {
			changes = append(changes, &r.Changes[j])
		}
	}
	if len(changes) > MaxPushChanges {
		return nil, fmt.Errorf("%w: %d changes, at most %d", ErrTooLarge, len(changes), MaxPushChanges)
	}
	return changes, nil
}

// checkRange holds what the columns leave unsaid: density, one origin, a head
// at the end, stamps of origins that exist.
func checkRange(r *journal.Range) error {
	if len(r.Changes) == 0 {
		return fmt.Errorf("%w: an empty range", journal.ErrBadChange)
	}
	if len(r.Head.Signature) > MaxSignature {
		return fmt.Errorf("%w: a signature of %d bytes", journal.ErrSignature, len(r.Head.Signature))
	}
	first := r.Changes[0].Seq
	for i := range r.Changes {
		c := &r.Changes[i]
		if err := c.Check(); err != nil {
			return err
		}
		if c.Origin != r.Head.Origin || c.Seq != first+uint64(i) {
			return fmt.Errorf("%w: %d/%d stands where %d/%d should", journal.ErrBadChange, c.Origin, c.Seq, r.Head.Origin, first+uint64(i))
		}
		if !knownOrigins(c) {
			return fmt.Errorf("%w: %d/%d names a stamp of no origin", journal.ErrBadChange, c.Origin, c.Seq)
		}
	}
	if last := first + uint64(len(r.Changes)) - 1; r.Head.Seq != last {
		return fmt.Errorf("%w: the head is at %d, the range ends at %d", journal.ErrChain, r.Head.Seq, last)
	}
	return nil
}

func knownOrigins(c *journal.Change) bool {
	good := func(stamps []crdt.Stamp) bool {
		for _, s := range stamps {
			if s.Origin > crdt.MaxOrigin {
				return false
			}
		}
		return true
	}
	for i := range c.Bodies {
		for j := range c.Bodies[i].Op.Set {
			if !good(c.Bodies[i].Op.Set[j].Saw) {
				return false
			}
		}
		if !good(c.Bodies[i].Op.Clear) {
			return false
		}
	}
	return true
}

// ranges writes the heads and returns for each change the index of its origin.
func (w *writer) ranges(ranges []journal.Range, changes []*journal.Change) []int64 {
	w.charge(len(ranges), chargeRange)
	w.uvarint(uint64(len(ranges)))
	keys := make([]int64, 0, len(changes))
	above := make(map[crdt.Origin]journal.Hash)
	for i := range ranges {
		r := &ranges[i]
		key := w.origin(r.Head.Origin)
		w.uvarint(uint64(key))
		w.uvarint(uint64(len(r.Changes)))
		w.uvarint(r.Changes[0].Seq)
		before, known := above[r.Head.Origin]
		switch {
		case r.Prev == journal.Hash{}:
			w.byte(prevZero)
		case known && before == r.Prev:
			w.byte(prevAbove)
		default:
			w.byte(prevHash)
			w.raw = append(w.raw, r.Prev[:]...)
		}
		w.raw = append(w.raw, r.Head.Hash[:]...)
		w.byte(byte(len(r.Head.Signature)))
		w.raw = append(w.raw, r.Head.Signature...)
		above[r.Head.Origin] = r.Head.Hash
		for range r.Changes {
			keys = append(keys, key)
		}
	}
	return keys
}

func (w *writer) changes(changes []*journal.Change, keys []int64) {
	w.charge(len(changes), chargeChange)
	stamps := make([]crdt.Stamp, len(changes))
	sessions, counts := make([]int64, len(changes)), make([]int64, len(changes))
	for i, c := range changes {
		stamps[i], sessions[i], counts[i] = c.Stamp, int64(c.Session), int64(len(c.Bodies))
	}
	w.stampColumn(stamps, keys)
	w.column(sessions, hints{id: true})
	w.column(counts, hints{})
}

func (w *writer) bodies(bodies []*journal.Body, millis []int64) {
	w.charge(len(bodies), chargeBody)
	g := w.groups(len(bodies), func(i int) shape { return bodyShape(bodies[i]) })
	var ids []int64
	for _, b := range bodies {
		if !b.Closed() {
			ids = append(ids, int64(b.Op.ID))
		}
	}
	w.column(ids, hints{id: true})
	w.column(w.opaque(bodies), hints{})
	for _, b := range bodies {
		if b.Erased {
			w.raw = append(w.raw, b.Hash[:]...)
		} else {
			w.raw = append(append(w.raw, b.Salt[:]...), b.Opaque...)
		}
	}
	w.pool(bodies)
	for at := range g.shapes {
		members := g.members[at]
		ref := make([]int64, len(members))
		for i, m := range members {
			ref[i] = millis[m]
		}
		w.charge(len(members)*g.shapes[at].fields(), chargeField)
		w.values(&g.shapes[at], len(members), ref, func(i, field int, _ uint8) crdt.Value {
			return bodies[members[i]].Op.Set[field].Value
		})
	}
}

// opaque are the sizes of what nobody here can read.
func (w *writer) opaque(bodies []*journal.Body) (sizes []int64) {
	for _, b := range bodies {
		if b.Opaque != nil {
			w.version = versionOpaque
			w.charge(len(b.Opaque), 1)
			sizes = append(sizes, int64(len(b.Opaque)))
		}
	}
	return sizes
}

// pool writes the stamps that ops saw and cleared, op by op.
func (w *writer) pool(bodies []*journal.Body) {
	var counts []int64
	var stamps []crdt.Stamp
	add := func(s []crdt.Stamp) {
		if len(s) > 0 {
			counts = append(counts, int64(len(s)))
			stamps = append(stamps, s...)
		}
	}
	for _, b := range bodies {
		for i := range b.Op.Set {
			add(b.Op.Set[i].Saw)
		}
		add(b.Op.Clear)
	}
	w.charge(len(counts), chargeList)
	w.charge(len(stamps), chargeStamp)
	w.column(counts, hints{})
	w.stampColumn(stamps, nil)
}

func bodyShape(b *journal.Body) shape {
	switch {
	case b.Erased:
		return shape{flags: shapeErased}
	case b.Opaque != nil:
		return shape{flags: shapeOpaque}
	}
	s := shape{kind: b.Op.Kind}
	for i := range b.Op.Set {
		f := &b.Op.Set[i]
		s.value(f.Field, f.Value)
		if len(f.Saw) > 0 {
			s.saw |= 1 << f.Field
		}
	}
	if len(b.Op.Clear) > 0 {
		s.flags |= shapeCleared
	}
	return s
}

// lists is how many lists of stamps an op of this shape has.
func (s *shape) lists() int {
	n := bits.OnesCount64(s.saw)
	if s.flags&shapeCleared != 0 {
		n++
	}
	return n
}
