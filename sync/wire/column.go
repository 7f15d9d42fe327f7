package wire

import (
	"encoding/binary"

	"bough/crdt"
)

// What stands in a column instead of its integers. A difference wraps around,
// so that it is exact for every integer.
const (
	asIs     byte = iota // the integers
	asDelta              // the first, then differences to the one before
	asKeyed              // as asDelta, among the integers of the same key (origin)
	asOffset             // differences to a reference column: the milliseconds of the stamp
	asID                 // two columns: indexes of origins, counters
)

const maxSplit = 1024 // distinct origins beyond which ids are not split

// writer gathers the sections of a frame.
type writer struct {
	nums, raw, texts []byte
	origins          map[crdt.Origin]int64
	listed           []crdt.Origin
	scratch          []byte
	left             budget
	over             bool  // more than a reader would take
	version          uint8 // lowest that can say what was written
}

func newWriter() *writer {
	return &writer{origins: make(map[crdt.Origin]int64), left: MaxDecoded, version: versionFirst}
}

// sealNumbers is the section of numbers: the origins, then the columns.
func (w *writer) sealNumbers() []byte {
	b := binary.AppendUvarint(nil, uint64(len(w.listed)))
	for _, o := range w.listed {
		b = binary.AppendUvarint(b, uint64(o))
	}
	return append(b, w.nums...)
}

// origin is the index of o in the frame's dictionary.
func (w *writer) origin(o crdt.Origin) int64 {
	at, known := w.origins[o]
	if !known {
		at = int64(len(w.listed))
		w.origins[o] = at
		w.listed = append(w.listed, o)
	}
	return at
}

// charge mirrors the reader's.
func (w *writer) charge(n, size int) {
	w.over = w.over || !w.left.charge(n, size)
}

func (w *writer) byte(c byte)      { w.nums = append(w.nums, c) }
func (w *writer) uvarint(u uint64) { w.nums = binary.AppendUvarint(w.nums, u) }
func (w *writer) varint(i int64)   { w.nums = binary.AppendVarint(w.nums, i) }

// hints tell what else could stand for the integers of a column.
type hints struct {
	keys []int64 // indexes of origins, for asKeyed
	ref  []int64 // for asOffset
	id   bool    // they may be ids
}

// residue is a column after a transformation.
type residue struct {
	as     byte
	firsts []int64
	rest   []int64
	packing
}

// column writes v in the cheapest way.
func (w *writer) column(v []int64, h hints) {
	if len(v) == 0 {
		return
	}
	best := w.residue(residue{as: asIs, rest: v})
	if best.mode == packConst {
		w.put(&best)
		return
	}
	best = cheaper(best, w.residue(deltas(asDelta, v, nil)))
	if h.keys != nil {
		best = cheaper(best, w.residue(deltas(asKeyed, v, h.keys)))
	}
	if h.ref != nil {
		best = cheaper(best, w.residue(offsets(v, h.ref)))
	}
	if h.id {
		if ids, ok := w.splitIDs(v); ok && ids.cost() < best.cost {
			w.putIDs(ids)
			return
		}
	}
	w.put(&best)
}

// cheaper prefers a on a tie.
func cheaper(a, b residue) residue {
	if b.cost < a.cost {
		return b
	}
	return a
}

// residue plans the packing of the rest.
func (w *writer) residue(r residue) residue {
	r.packing = w.plan(r.rest, r.as == asIs)
	for _, i := range r.firsts {
		r.cost += varintBits(i)
	}
	return r
}

func (w *writer) put(r *residue) {
	w.byte(r.as<<4 | r.mode)
	for _, i := range r.firsts {
		w.varint(i)
	}
	w.pack(r.rest, &r.packing)
}

// deltas are the differences to the integer before, of the same key if there
// are keys; the first of each key stands apart, for it would widen the rest.
func deltas(as byte, v, keys []int64) residue {
	r := residue{as: as, rest: make([]int64, 0, len(v))}
	last := map[int64]int64{}
	if keys == nil {
		r.firsts = v[:1]
		for i := 1; i < len(v); i++ {
			r.rest = append(r.rest, v[i]-v[i-1])
		}
		return r
	}
	for i, n := range v {
		if before, seen := last[keys[i]]; seen {
			r.rest = append(r.rest, n-before)
		} else {
			r.firsts = append(r.firsts, n)
		}
		last[keys[i]] = n
	}
	return r
}

func offsets(v, ref []int64) residue {
	r := residue{as: asOffset, rest: make([]int64, len(v))}
	for i, n := range v {
		r.rest[i] = n - ref[i]
	}
	return r
}

// split is a column of ids in two: whose, and which.
type split struct {
	origins  []int64
	packing  packing // of origins
	counters residue
	fresh    []crdt.Origin // not in the dictionary yet, in this order
}

func (s *split) cost() int { return s.packing.cost + 8 + s.counters.cost + 40*len(s.fresh) }

func (w *writer) splitIDs(v []int64) (*split, bool) {
	s := &split{origins: make([]int64, len(v))}
	counters := make([]int64, len(v))
	seen := map[int64]int64{}
	for i, n := range v {
		if n < 0 {
			return nil, false
		}
		at, known := seen[n>>32]
		if !known {
			if at, known = w.origins[crdt.Origin(n>>32)]; !known {
				at = int64(len(w.listed) + len(s.fresh))
				s.fresh = append(s.fresh, crdt.Origin(n>>32))
			}
			seen[n>>32] = at
		}
		if len(seen) > maxSplit {
			return nil, false
		}
		s.origins[i] = at
		counters[i] = n & (1<<32 - 1)
	}
	s.packing = w.plan(s.origins, true)
	s.counters = cheaper(w.residue(residue{as: asIs, rest: counters}), w.residue(deltas(asKeyed, counters, s.origins)))
	return s, true
}

func (w *writer) putIDs(s *split) {
	for _, o := range s.fresh {
		w.origin(o)
	}
	w.byte(asID<<4 | s.packing.mode)
	w.pack(s.origins, &s.packing)
	w.put(&s.counters)
}

// textColumn writes lengths and one run of bytes; a dictionary when few texts
// are distinct.
func (w *writer) textColumn(v []string) {
	if len(v) == 0 {
		return
	}
	at := make(map[string]int64)
	var dict []string
	index := make([]int64, len(v))
	for i, s := range v {
		n, known := at[s]
		if !known {
			n = int64(len(dict))
			at[s] = n
			dict = append(dict, s)
		}
		if index[i] = n; 2*len(dict) > len(v) {
			w.uvarint(0)
			w.textRun(v)
			return
		}
	}
	w.uvarint(uint64(len(dict)))
	w.textRun(dict)
	w.column(index, hints{})
	w.over = w.over || !w.left.chargeTexts(v)
}

func (w *writer) textRun(v []string) {
	lengths := make([]int64, len(v))
	for i, s := range v {
		lengths[i] = int64(len(s))
		w.texts = append(w.texts, s...)
	}
	w.column(lengths, hints{})
}

// stampColumn writes stamps; keys are the indexes of their origins where the
// reader knows them already, otherwise nil.
func (w *writer) stampColumn(v []crdt.Stamp, keys []int64) {
	epochs, millis, counters := make([]int64, len(v)), make([]int64, len(v)), make([]int64, len(v))
	for i, s := range v {
		epochs[i], millis[i], counters[i] = int64(s.Epoch), s.Millis(), int64(s.Time&0xffff)
	}
	if keys == nil {
		keys = make([]int64, len(v))
		for i, s := range v {
			keys[i] = w.origin(s.Origin)
		}
		w.column(keys, hints{})
	}
	w.column(epochs, hints{})
	w.column(millis, hints{keys: keys})
	w.column(counters, hints{})
}
