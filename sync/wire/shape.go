package wire

import (
	"math/bits"

	"bough/crdt"
)

// shape is what ops or rows of one group have in common. Sets of fields are
// masks, bit n for field n.
type shape struct {
	kind  uint8
	flags uint8
	set   uint64 // fields that are there
	text  uint64 // of these, texts
	null  uint64 // of these, nulls; the others are integers
	saw   uint64 // of these, fields that saw a stamp
}

// Flags of a shape.
const (
	shapeErased  uint8 = 1 // a body of which only the hash is left
	shapeCleared uint8 = 2 // it carries cleared stamps
	shapeVoid    uint8 = 4 // central does not have the row
	shapeOpaque  uint8 = 8 // a body of which the writer could not read more than its bytes; from version 2 on
)

func (s *shape) fields() int { return bits.OnesCount64(s.set) }

// groups sorts things by shape.
type groups struct {
	shapes  []shape
	members [][]int // by shape: positions, ascending
}

func (w *writer) groups(n int, of func(i int) shape) *groups {
	g := &groups{}
	at := make(map[shape]int64)
	index := make([]int64, n)
	for i := range n {
		s := of(i)
		to, known := at[s]
		if !known {
			to = int64(len(g.shapes))
			at[s] = to
			g.shapes = append(g.shapes, s)
			g.members = append(g.members, nil)
		}
		index[i] = to
		g.members[to] = append(g.members[to], i)
	}
	w.charge(len(g.shapes), chargeShape)
	w.uvarint(uint64(len(g.shapes)))
	for _, s := range g.shapes {
		w.nums = append(w.nums, s.kind, s.flags)
		for _, mask := range [...]uint64{s.set, s.text, s.null, s.saw} {
			w.uvarint(mask)
		}
	}
	w.column(index, hints{})
	return g
}

// groups reads the shapes of n things; flags are those that may be there.
func (r *reader) groups(n int, flags uint8) *groups {
	count := r.count("shapes", n)
	if !r.charge(count, chargeShape) {
		return &groups{}
	}
	g := &groups{shapes: make([]shape, count), members: make([][]int, count)}
	for i := range g.shapes {
		s := shape{kind: r.byte(), flags: r.byte()}
		s.set, s.text, s.null, s.saw = r.uvarint(), r.uvarint(), r.uvarint(), r.uvarint()
		r.checkShape(&s, flags)
		g.shapes[i] = s
	}
	if n > 0 && count == 0 {
		r.fail("%d things without a shape", n)
	}
	index := r.small(n, "the index of a shape", count-1)
	sizes := make([]int, count)
	for _, to := range index {
		sizes[to]++
	}
	all := make([]int, len(index))
	for i, size := range sizes {
		g.members[i], all = all[:0:size], all[size:]
	}
	for i, to := range index {
		g.members[to] = append(g.members[to], i)
	}
	return g
}

func (r *reader) checkShape(s *shape, flags uint8) {
	inside := (s.text|s.null|s.saw)&^s.set == 0 && s.text&s.null == 0 && s.set&1 == 0
	closed := s.flags & (shapeErased | shapeOpaque)
	if s.flags&^flags != 0 || !inside || (s.kind == 0) != (closed != 0) || closed != 0 && (*s != shape{flags: closed} || closed == shapeErased|shapeOpaque) {
		r.fail("the shape %+v", *s)
	}
}

// value notes the type of a field in the shape.
func (s *shape) value(field uint8, v crdt.Value) {
	bit := uint64(1) << field
	s.set |= bit
	switch v.T {
	case crdt.Null:
		s.null |= bit
	case crdt.Text:
		s.text |= bit
	}
}

// values writes the columns of a group, field by field; ref holds for each
// member milliseconds that its integers may lie close to.
func (w *writer) values(s *shape, members int, ref []int64, get func(member, field int, num uint8) crdt.Value) {
	texts, ints := make([]string, members), make([]int64, members)
	field := 0
	for mask := s.set; mask != 0; mask &= mask - 1 {
		num := uint8(bits.TrailingZeros64(mask))
		bit := uint64(1) << num
		switch {
		case s.text&bit != 0:
			for i := range texts {
				texts[i] = get(i, field, num).S
			}
			w.textColumn(texts)
		case s.null&bit == 0:
			for i := range ints {
				ints[i] = get(i, field, num).I
			}
			w.column(ints, hints{ref: ref, id: true})
		}
		field++
	}
}

// values reads the columns of a group; put is called for one field after the
// other with its texts or its integers, by member.
func (r *reader) values(s *shape, members int, ref []int64, put func(field int, num uint8, texts []string, ints []int64)) {
	field := 0
	for mask := s.set; mask != 0 && r.err == nil; mask &= mask - 1 {
		num := uint8(bits.TrailingZeros64(mask))
		bit := uint64(1) << num
		switch {
		case s.text&bit != 0:
			put(field, num, r.textColumn(members), nil)
		case s.null&bit == 0:
			ints := grow(&r.numbers, members)
			r.ints(ints, nil, ref)
			put(field, num, nil, ints)
		default:
			put(field, num, nil, nil)
		}
		field++
	}
}

// slots is how long the fields of a row are: up to the last that is set.
func (s *shape) slots() int { return bits.Len64(s.set) }
