package wire

import (
	"fmt"
	"math/bits"

	"bough/crdt"
	"bough/sync/journal"
)

// DecodePush reads a whole frame. The shape of every change is checked, chain
// and signatures are not: journal.Range.Verify does that.
func (c *Codec) DecodePush(frame []byte) (*Push, error) {
	r, err := c.open(kindPush, frame)
	if err != nil {
		return nil, fmt.Errorf("push: %w", err)
	}
	p := &Push{}
	changes, keys := r.ranges(p)
	r.changes(changes, keys)
	r.bodies(changes)
	if err := r.done(); err != nil {
		return nil, fmt.Errorf("push: %w", err)
	}
	if _, err := checkPush(p); err != nil {
		return nil, fmt.Errorf("push: %w: %w", ErrMalformed, err)
	}
	return p, nil
}

// ranges reads the heads, and makes the changes with origin and number set.
func (r *reader) ranges(p *Push) ([]journal.Change, []int64) {
	n := r.count("ranges", MaxPushChanges)
	if !r.charge(n, chargeRange) {
		return nil, nil
	}
	p.Ranges = make([]journal.Range, n)
	sizes, total := make([]int, n), 0
	above := make(map[crdt.Origin]journal.Hash)
	for i := range p.Ranges {
		sizes[i] = r.head(&p.Ranges[i], above)
		if total += sizes[i]; total > MaxPushChanges {
			r.fail("more than %d changes", MaxPushChanges)
		}
		if r.err != nil {
			return nil, nil
		}
	}
	if !r.charge(total, chargeChange) {
		return nil, nil
	}
	changes, keys := make([]journal.Change, total), make([]int64, 0, total)
	rest := changes
	for i := range p.Ranges {
		ran := &p.Ranges[i]
		ran.Changes, rest = rest[:sizes[i]:sizes[i]], rest[sizes[i]:]
		first := ran.Head.Seq
		ran.Head.Seq += uint64(sizes[i]) - 1
		key := ran.Head.Origin
		ran.Head.Origin = r.origins[key]
		for j := range ran.Changes {
			ran.Changes[j].Origin, ran.Changes[j].Seq = ran.Head.Origin, first+uint64(j)
			keys = append(keys, int64(key))
		}
	}
	return changes, keys
}

// head reads one range without its changes; for the time being Head.Origin is
// the index of the origin and Head.Seq the number of the first change.
func (r *reader) head(ran *journal.Range, above map[crdt.Origin]journal.Hash) int {
	key := r.count("as the index of an origin", len(r.origins)-1)
	size := r.count("changes", MaxPushChanges)
	ran.Head.Origin, ran.Head.Seq = crdt.Origin(key), r.uvarint()
	switch r.byte() {
	case prevZero:
	case prevAbove:
		ran.Prev = above[ran.Head.Origin]
	case prevHash:
		copy(ran.Prev[:], r.rawBytes(len(ran.Prev)))
	default:
		r.fail("unknown form of the hash before a range")
	}
	if size == 0 {
		r.fail("an empty range")
	}
	copy(ran.Head.Hash[:], r.rawBytes(len(ran.Head.Hash)))
	above[ran.Head.Origin] = ran.Head.Hash
	if n := r.count("bytes of signature", MaxSignature); n > 0 {
		ran.Head.Signature = append([]byte(nil), r.rawBytes(n)...)
	}
	return size
}

// changes reads stamps, sessions, and makes the bodies.
func (r *reader) changes(changes []journal.Change, keys []int64) {
	if r.err != nil {
		return
	}
	stamps := make([]crdt.Stamp, len(changes))
	r.stampColumn(stamps, keys)
	sessions := grow(&r.numbers, len(changes))
	r.ints(sessions, nil, nil)
	for i := range changes {
		changes[i].Stamp, changes[i].Session = stamps[i], crdt.ID(sessions[i])
	}
	total := 0
	counts := r.small(len(changes), "ops", journal.MaxBodies)
	for _, n := range counts {
		total += int(n)
	}
	if !r.charge(total, chargeBody) {
		return
	}
	bodies := make([]journal.Body, total)
	for i, n := range counts {
		changes[i].Bodies, bodies = bodies[:n:n], bodies[n:]
	}
}

func (r *reader) bodies(changes []journal.Change) {
	total := 0
	for i := range changes {
		total += len(changes[i].Bodies)
	}
	bodies, millis := make([]*journal.Body, 0, total), make([]int64, 0, total)
	for i := range changes {
		for j := range changes[i].Bodies {
			bodies = append(bodies, &changes[i].Bodies[j])
			millis = append(millis, changes[i].Stamp.Millis())
		}
	}
	g := r.groups(len(bodies), r.bodyFlags())
	if r.err != nil {
		return
	}
	r.salts(bodies, g)
	r.fields(bodies, millis, g)
	openBodies(bodies)
}

// bodyFlags are the flags that shapes of bodies may have in this frame.
func (r *reader) bodyFlags() uint8 {
	if r.version < versionOpaque {
		return shapeErased | shapeCleared
	}
	return shapeErased | shapeCleared | shapeOpaque
}

// salts reads salts, hashes, ids and what is opaque, all in the order of the ops.
func (r *reader) salts(bodies []*journal.Body, g *groups) {
	live, opaque := len(bodies), 0
	for at, s := range g.shapes {
		for _, m := range g.members[at] {
			bodies[m].Op.Kind = s.kind
			bodies[m].Erased = s.flags&shapeErased != 0
		}
		if s.flags&(shapeErased|shapeOpaque) != 0 {
			live -= len(g.members[at])
		}
		if s.flags&shapeOpaque != 0 {
			opaque += len(g.members[at])
		}
	}
	ids := make([]int64, live)
	r.ints(ids, nil, nil)
	sizes, total := r.sizes(opaque, "bytes of an op", journal.MaxClosed)
	if !r.charge(total, 1) {
		return
	}
	for _, b := range bodies {
		if b.Erased {
			copy(b.Hash[:], r.rawBytes(len(b.Hash)))
			continue
		}
		copy(b.Salt[:], r.rawBytes(len(b.Salt)))
		if b.Op.Kind == 0 {
			b.Opaque, sizes = append([]byte{}, r.rawBytes(int(sizes[0]))...), sizes[1:]
			continue
		}
		b.Op.ID = crdt.ID(ids[0])
		ids = ids[1:]
	}
}

// openBodies reads what the writer could not, where this release can.
func openBodies(bodies []*journal.Body) {
	for _, b := range bodies {
		if b.Opaque != nil {
			b.Open(b.Opaque)
		}
	}
}

// fields makes the fields of every op, reads the stamps they saw, then the
// values, shape by shape.
func (r *reader) fields(bodies []*journal.Body, millis []int64, g *groups) {
	lists := 0
	for at := range g.shapes {
		s, members := &g.shapes[at], g.members[at]
		lists += len(members) * s.lists()
		if !r.charge(len(members)*s.fields(), chargeField) {
			return
		}
		k := s.fields()
		slab := make([]crdt.FieldSet, len(members)*k)
		for _, m := range members {
			bodies[m].Op.Set, slab = slab[:k:k], slab[k:]
		}
	}
	r.pool(bodies, g.each(len(bodies)), lists)
	for at := range g.shapes {
		s, members := &g.shapes[at], g.members[at]
		ref := grow(&r.refs, len(members))
		for i, m := range members {
			ref[i] = millis[m]
		}
		r.values(s, len(members), ref, func(field int, num uint8, texts []string, ints []int64) {
			for i, m := range members {
				f := &bodies[m].Op.Set[field]
				f.Field = num
				switch {
				case texts != nil:
					f.Value = crdt.Value{T: crdt.Text, S: texts[i]}
				case ints != nil:
					f.Value = crdt.Value{T: crdt.Int, I: ints[i]}
				}
			}
		})
	}
}

// pool reads the lists of stamps that ops saw and cleared.
func (r *reader) pool(bodies []*journal.Body, shapes []*shape, lists int) {
	if !r.charge(lists, chargeList) {
		return
	}
	sizes := make([]int64, lists)
	r.ints(sizes, nil, nil)
	total := 0
	for _, n := range sizes {
		if n < 1 || n > crdt.MaxClear {
			r.fail("a list of %d stamps", n)
			return
		}
		total += int(n)
	}
	if !r.charge(total, chargeStamp) {
		return
	}
	stamps := make([]crdt.Stamp, total)
	r.stampColumn(stamps, nil)
	next := func() []crdt.Stamp {
		n := sizes[0]
		list := stamps[:n:n]
		sizes, stamps = sizes[1:], stamps[n:]
		return list
	}
	for i, b := range bodies {
		s := shapes[i]
		field := 0
		for mask := s.set; mask != 0; mask &= mask - 1 {
			if s.saw>>bits.TrailingZeros64(mask)&1 == 1 {
				b.Op.Set[field].Saw = next()
			}
			field++
		}
		if s.flags&shapeCleared != 0 {
			b.Op.Clear = next()
		}
	}
}
