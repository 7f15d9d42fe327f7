package wire

import (
	"errors"
	"fmt"

	"bough/crdt"
)

// Flags of a page.
const (
	pageMore byte = 1 << iota
	pageDigest
	pageFloor
	pageFlags = pageMore | pageDigest | pageFloor
)

// EncodePage makes a frame. Nulls at the end of Fields are not carried.
func (c *Codec) EncodePage(p *Page) ([]byte, error) {
	w, err := writePage(p)
	if err != nil {
		return nil, err
	}
	return c.seal(kindPage, w)
}

// EncodeUnsaid encodes a page of one row that cannot be encoded: who reads it sets
// the row aside, by kind, id and number, and goes on behind it.
func (c *Codec) EncodeUnsaid(p *Page) ([]byte, error) {
	if len(p.Rows) != 1 {
		return nil, fmt.Errorf("%w: %d rows are left unsaid, not one", ErrMessage, len(p.Rows))
	}
	one, row := *p, &p.Rows[0]
	one.Rows = []PageRow{{N: row.N, Void: true, Row: crdt.Row{Kind: row.Row.Kind, ID: row.Row.ID}}}
	w, err := writePage(&one)
	if err != nil {
		return nil, err
	}
	w.raw = append(w.raw, 0) // left over: nobody takes it for a row
	return c.seal(kindPage, w)
}

func writePage(p *Page) (*writer, error) {
	if len(p.Rows) > MaxPageRows {
		return nil, fmt.Errorf("%w: a page of %d rows, at most %d", ErrTooLarge, len(p.Rows), MaxPageRows)
	}
	if err := errors.Join(checkHead(p), checkRows(p, true)); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrMessage, err)
	}
	w := newWriter()
	if err := w.pageHead(p); err != nil {
		return nil, err
	}
	w.charge(len(p.Rows), chargeRow)
	ids, numbers := make([]int64, len(p.Rows)), make([]int64, len(p.Rows))
	for i := range p.Rows {
		ids[i], numbers[i] = int64(p.Rows[i].Row.ID), p.Rows[i].N
	}
	w.column(ids, hints{id: true})
	w.column(numbers, hints{})
	g := w.groups(len(p.Rows), func(i int) shape { return rowShape(&p.Rows[i]) })
	w.clocks(p.Rows, g)
	w.rows(p.Rows, g)
	w.cleared(p.Rows)
	w.conflicts(p.Rows)
	return w, nil
}

func (w *writer) pageHead(p *Page) error {
	flags := byte(0)
	if p.More {
		flags |= pageMore
	}
	if p.Digest != (crdt.Digest{}) {
		flags |= pageDigest
		w.raw = append(w.raw, p.Digest.Bytes()...)
	}
	if p.Floor != 0 || p.Head != 0 {
		flags |= pageFloor
	}
	w.byte(flags)
	if flags&pageFloor != 0 {
		w.uvarint(uint64(p.Floor))
		w.uvarint(uint64(p.Head))
	}
	w.varint(p.Scope)
	w.uvarint(p.Epoch)
	w.uvarint(uint64(p.Since))
	w.uvarint(uint64(p.Until - p.Since))
	w.varint(p.NowMS)
	w.uvarint(p.Backed)
	w.uvarint(uint64(len(p.Rows)))
	return w.vector(p.Vector)
}

func rowShape(p *PageRow) shape {
	s := shape{kind: p.Row.Kind}
	for num, v := range p.Row.Fields {
		if !v.IsNull() {
			s.value(uint8(num), v)
		}
	}
	if len(p.Row.Cleared) > 0 {
		s.flags |= shapeCleared
	}
	if p.Void {
		s.flags |= shapeVoid
	}
	return s
}

// clocks writes the entries of all rows, one after the other. A mask is
// written against the fields of its row's shape: nearly always one entry
// covers them all, which leaves zero.
func (w *writer) clocks(rows []PageRow, g *groups) {
	shapes := g.each(len(rows))
	counts := make([]int64, len(rows))
	var masks, people []int64
	var stamps []crdt.Stamp
	for i := range rows {
		counts[i] = int64(len(rows[i].Row.Clocks))
		for _, e := range rows[i].Row.Clocks {
			masks = append(masks, int64(e.Mask^shapes[i].set))
			stamps = append(stamps, e.Stamp)
			people = append(people, int64(e.By))
		}
	}
	w.charge(len(stamps), chargeClock)
	w.column(counts, hints{})
	w.column(masks, hints{})
	w.stampColumn(stamps, nil)
	w.column(people, hints{id: true})
}

func (w *writer) rows(rows []PageRow, g *groups) {
	for at := range g.shapes {
		members := g.members[at]
		ref := make([]int64, len(members))
		for i, m := range members {
			ref[i] = rows[m].Row.Clocks.Latest().Millis()
		}
		w.charge(len(members)*g.shapes[at].slots(), chargeField)
		w.values(&g.shapes[at], len(members), ref, func(i, _ int, num uint8) crdt.Value {
			return rows[members[i]].Row.Fields[num]
		})
	}
}

// cleared writes the stamps of the rows whose shape says so.
func (w *writer) cleared(rows []PageRow) {
	var counts []int64
	var stamps []crdt.Stamp
	for i := range rows {
		if c := rows[i].Row.Cleared; len(c) > 0 {
			counts = append(counts, int64(len(c)))
			stamps = append(stamps, c...)
		}
	}
	w.charge(len(stamps), chargeStamp)
	w.column(counts, hints{})
	w.stampColumn(stamps, nil)
}

func (w *writer) conflicts(rows []PageRow) {
	counts := make([]int64, len(rows))
	var all []*crdt.Conflict
	for i := range rows {
		counts[i] = int64(len(rows[i].Conflicts))
		for j := range rows[i].Conflicts {
			all = append(all, &rows[i].Conflicts[j])
		}
	}
	w.charge(len(all), chargeConflict)
	w.column(counts, hints{})
	if len(all) == 0 {
		return
	}
	fields, types, people := make([]int64, len(all)), make([]int64, len(all)), make([]int64, len(all))
	stamps, closed := make([]crdt.Stamp, len(all)), make([]crdt.Stamp, len(all))
	var ints []int64
	var texts []string
	for i, c := range all {
		fields[i], types[i], people[i] = int64(c.Field), int64(c.Value.T), int64(c.By)
		stamps[i], closed[i] = c.Stamp, c.Closed
		switch c.Value.T {
		case crdt.Int:
			ints = append(ints, c.Value.I)
		case crdt.Text:
			texts = append(texts, c.Value.S)
		}
	}
	w.column(fields, hints{})
	w.column(types, hints{})
	w.column(people, hints{id: true})
	w.stampColumn(stamps, nil)
	w.stampColumn(closed, nil)
	w.column(ints, hints{id: true})
	w.textColumn(texts)
}
