package wire

import (
	"slices"

	"pgregory.net/rapid"

	"bough/crdt"
	"bough/sync/journal"
)

// Generators of messages: mostly alike, as real ones are, with odd ones among
// them.

var someOrigins = []crdt.Origin{1, 2, 77, 1 << 20, crdt.MaxOrigin}

func anOrigin(t *rapid.T) crdt.Origin { return rapid.SampledFrom(someOrigins).Draw(t, "origin") }

func aStamp(t *rapid.T) crdt.Stamp {
	switch rapid.IntRange(0, 9).Draw(t, "sort of stamp") {
	case 0:
		return crdt.Stamp{}
	case 1:
		return crdt.Stamp{Epoch: rapid.Uint16().Draw(t, "epoch"), Time: rapid.Uint64().Draw(t, "time"), Origin: anOrigin(t)}
	}
	ms := uint64(1_760_000_000_000 + rapid.Int64Range(0, 1e6).Draw(t, "ms"))
	return crdt.Stamp{Time: ms<<16 | uint64(rapid.IntRange(0, 2).Draw(t, "counter")), Origin: anOrigin(t)}
}

func someStamps(t *rapid.T, most int) []crdt.Stamp {
	return rapid.SliceOfN(rapid.Custom(aStamp), 0, rapid.SampledFrom([]int{0, 0, 1, most}).Draw(t, "most")).Draw(t, "stamps")
}

func anID(t *rapid.T) crdt.ID {
	if rapid.IntRange(0, 9).Draw(t, "sort of id") == 0 {
		return crdt.ID(rapid.Int64Range(1, 1<<63-1).Draw(t, "id"))
	}
	return crdt.MakeID(anOrigin(t), rapid.Uint32Range(1, 5000).Draw(t, "counter"))
}

func aText(t *rapid.T) string {
	if rapid.IntRange(0, 3).Draw(t, "sort of text") > 0 {
		return rapid.SampledFrom([]string{"counter", "call_in", "张伟", "done", "x"}).Draw(t, "word")
	}
	return rapid.StringN(1, 40, 200).Draw(t, "text") + "."
}

func anInt(t *rapid.T) int64 {
	switch rapid.IntRange(0, 3).Draw(t, "sort of int") {
	case 0:
		return rapid.Int64().Draw(t, "int")
	case 1:
		return int64(anID(t))
	case 2:
		return 1_760_000_000_000 + 60_000*rapid.Int64Range(-50, 50).Draw(t, "minutes")
	}
	return rapid.Int64Range(-3, 3).Draw(t, "small")
}

func aValue(t *rapid.T) crdt.Value {
	switch rapid.IntRange(0, 5).Draw(t, "type") {
	case 0:
		return crdt.Value{}
	case 1, 2:
		return crdt.IntValue(anInt(t))
	}
	return crdt.TextValue(aText(t))
}

// someFields are numbers of fields, ascending: a usual set, or any, or all 63.
func someFields(t *rapid.T) []uint8 {
	switch rapid.IntRange(0, 9).Draw(t, "sort of fields") {
	case 0:
		return nil
	case 1:
		return slices.Sorted(slices.Values(rapid.SliceOfNDistinct(rapid.Uint8Range(1, 63), 1, 63, rapid.ID).Draw(t, "fields")))
	case 2:
		all := make([]uint8, 63)
		for i := range all {
			all[i] = uint8(i + 1)
		}
		return all
	}
	return []uint8{1, 2, 4, 5}
}

func aKind(t *rapid.T) uint8 { return rapid.SampledFrom([]uint8{1, 8, 8, 8, 8, 200}).Draw(t, "kind") }

func aBody(t *rapid.T) journal.Body {
	if rapid.IntRange(0, 9).Draw(t, "sort of body") == 0 {
		b := journal.Body{Erased: true}
		copy(b.Hash[:], rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, "hash"))
		return b
	}
	if rapid.IntRange(0, 9).Draw(t, "sort of body") == 0 {
		return journal.Body{Opaque: append([]byte{77}, rapid.SliceOfN(rapid.Byte(), 0, 40).Draw(t, "opaque")...)}
	}
	b := journal.Body{Op: crdt.Op{Kind: aKind(t), ID: anID(t)}}
	for _, num := range someFields(t) {
		b.Op.Set = append(b.Op.Set, crdt.FieldSet{Field: num, Value: aValue(t), Saw: someStamps(t, 3)})
	}
	if len(b.Op.Set) == 0 || rapid.IntRange(0, 9).Draw(t, "clear") == 0 {
		b.Op.Clear = append(someStamps(t, 5), aStamp(t))
	}
	copy(b.Salt[:], rapid.SliceOfN(rapid.Byte(), 8, 8).Draw(t, "salt"))
	return b
}

func aRange(t *rapid.T) journal.Range {
	o := anOrigin(t)
	first := rapid.SampledFrom([]uint64{1, 2, 500, 1<<64 - 9}).Draw(t, "first")
	r := journal.Range{Head: journal.Head{Origin: o}}
	if rapid.Bool().Draw(t, "prev") {
		copy(r.Prev[:], rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, "prev hash"))
	}
	n := uint64(rapid.IntRange(1, 8).Draw(t, "changes"))
	for seq := first; seq < first+n; seq++ {
		c := journal.Change{Origin: o, Seq: seq, Stamp: aStamp(t), Session: anID(t)}
		c.Stamp.Origin = o
		c.Bodies = rapid.SliceOfN(rapid.Custom(aBody), 1, rapid.SampledFrom([]int{1, 1, 5}).Draw(t, "most")).Draw(t, "bodies")
		r.Changes = append(r.Changes, c)
	}
	r.Head.Seq = first + n - 1
	copy(r.Head.Hash[:], rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, "head"))
	r.Head.Signature = rapid.SliceOfN(rapid.Byte(), 0, 64).Draw(t, "signature")
	return r
}

func aPush(t *rapid.T) *Push {
	p := &Push{Ranges: rapid.SliceOfN(rapid.Custom(aRange), 0, 5).Draw(t, "ranges")}
	if n := len(p.Ranges); n > 1 && rapid.Bool().Draw(t, "follow") {
		p.Ranges[n-1].Prev = p.Ranges[n-2].Head.Hash
	}
	return p
}

// aRow has clocks as merging makes them: disjoint masks, ascending stamps.
func aRow(t *rapid.T) PageRow {
	p := PageRow{Void: rapid.IntRange(0, 9).Draw(t, "void") == 0}
	r := &p.Row
	r.Kind, r.ID = aKind(t), anID(t)
	entries := rapid.SampledFrom([]int{1, 1, 1, 0, 2, 7}).Draw(t, "entries")
	stamps := rapid.SliceOfNDistinct(rapid.Custom(aStamp), entries, entries, rapid.ID).Draw(t, "clock stamps")
	slices.SortFunc(stamps, crdt.Stamp.Compare)
	for _, s := range stamps {
		if s.IsZero() {
			continue
		}
		r.Clocks = append(r.Clocks, crdt.Written{Stamp: s, By: anID(t)})
	}
	for _, num := range someFields(t) {
		for len(r.Fields) <= int(num) {
			r.Fields = append(r.Fields, crdt.Value{})
		}
		r.Fields[num] = aValue(t)
		if n := len(r.Clocks); n > 0 {
			r.Clocks[rapid.IntRange(0, n-1).Draw(t, "entry")].Mask |= 1 << num
		}
	}
	r.Clocks = slices.DeleteFunc(r.Clocks, func(w crdt.Written) bool { return w.Mask == 0 })
	r.Cleared = someStamps(t, 5)
	slices.SortFunc(r.Cleared, crdt.Stamp.Compare)
	r.Cleared = slices.Compact(r.Cleared)
	if rapid.IntRange(0, 4).Draw(t, "conflicts") == 0 {
		for range rapid.IntRange(1, 4).Draw(t, "how many") {
			c := crdt.Conflict{Kind: r.Kind, Row: r.ID, Field: rapid.Uint8Range(1, 63).Draw(t, "field"), Value: aValue(t), Stamp: aStamp(t), Closed: aStamp(t)}
			if rapid.Bool().Draw(t, "arrived") {
				c.By = anID(t)
			}
			p.Conflicts = append(p.Conflicts, c)
		}
	}
	return p
}

func aVector(t *rapid.T) map[crdt.Origin]uint64 {
	return rapid.MapOfN(rapid.Custom(anOrigin), rapid.Uint64(), 0, 3).Draw(t, "vector")
}

func aPage(t *rapid.T) *Page {
	p := &Page{
		Scope: rapid.Int64().Draw(t, "scope"), Epoch: rapid.Uint64().Draw(t, "epoch"), NowMS: rapid.Int64().Draw(t, "now"),
		Since: rapid.Int64Range(0, 1<<40).Draw(t, "since"), More: rapid.Bool().Draw(t, "more"), Vector: aVector(t),
		Backed: rapid.Uint64().Draw(t, "backed"),
		Rows:   rapid.SliceOfN(rapid.Custom(aRow), 0, 20).Draw(t, "rows"),
	}
	if !p.More {
		p.Digest = crdt.DigestOf([]byte{rapid.Byte().Draw(t, "digest")})
	}
	p.Until = p.Since
	for i := range p.Rows {
		p.Until += rapid.SampledFrom([]int64{1, 1, 1, 5, 1e6}).Draw(t, "gap")
		p.Rows[i].N = p.Until
	}
	return p
}
