package wire

import (
	"fmt"

	"bough/crdt"
)

// DecodePage reads a whole frame and checks every row. A page of one row that
// cannot be read has it in Aside; one of several is an UnreadError.
func (c *Codec) DecodePage(frame []byte) (*Page, error) {
	r, err := c.open(kindPage, frame)
	if err != nil {
		return nil, fmt.Errorf("page: %w", err)
	}
	p := &Page{}
	r.pageHead(p)
	if r.err != nil {
		return nil, fmt.Errorf("page: %w", r.err)
	}
	if err := checkHead(p); err != nil {
		return nil, fmt.Errorf("page: %w: %w", ErrMalformed, err)
	}
	r.pageRows(p.Rows)
	err = r.done()
	if err == nil {
		if err = checkRows(p, false); err != nil {
			err = fmt.Errorf("%w: %w", ErrMalformed, err)
		}
	}
	switch {
	case err == nil:
		return p, nil
	case len(p.Rows) == 0:
		return nil, fmt.Errorf("page: %w", err)
	}
	return r.unread(p, err)
}

func (r *reader) pageHead(p *Page) {
	flags := r.byte()
	if flags&^pageFlags != 0 {
		r.fail("unknown flags %x of a page", flags)
	}
	p.More = flags&pageMore != 0
	if flags&pageDigest != 0 {
		if digest, err := crdt.DecodeDigest(r.rawBytes(32)); err == nil {
			p.Digest = digest
		}
	}
	if flags&pageFloor != 0 {
		p.Floor, p.Head = int64(r.uvarint()), int64(r.uvarint())
	}
	p.Scope, p.Epoch, p.Since = r.varint(), r.uvarint(), int64(r.uvarint())
	p.Until = p.Since + int64(r.uvarint())
	p.NowMS, p.Backed = r.varint(), r.uvarint()
	n := r.count("rows", MaxPageRows)
	p.Vector = r.vector()
	if r.charge(n, chargeRow) {
		p.Rows = make([]PageRow, n)
	}
}

func (r *reader) pageRows(rows []PageRow) {
	ids := grow(&r.numbers, len(rows))
	r.ints(ids, nil, nil)
	for i, id := range ids {
		rows[i].Row.ID = crdt.ID(id)
	}
	numbers := grow(&r.numbers, len(rows))
	r.ints(numbers, nil, nil)
	for i, n := range numbers {
		rows[i].N = n
	}
	g := r.groups(len(rows), shapeCleared|shapeVoid)
	if r.err != nil {
		return
	}
	shapes := g.each(len(rows))
	r.named = true
	for i := range rows {
		rows[i].Row.Kind = shapes[i].kind
	}
	r.clocks(rows, shapes)
	r.rows(rows, g)
	r.cleared(rows, shapes)
	r.conflicts(rows)
}

// each is the shape of every thing.
func (g *groups) each(n int) []*shape {
	shapes := make([]*shape, n)
	for at, members := range g.members {
		for _, m := range members {
			shapes[m] = &g.shapes[at]
		}
	}
	return shapes
}

// sizes reads how long the lists of n things are, and their sum.
func (r *reader) sizes(n int, what string, limit int) ([]int64, int) {
	counts := make([]int64, n)
	copy(counts, r.small(n, what, limit))
	total := 0
	for _, c := range counts {
		total += int(c)
	}
	return counts, total
}

func (r *reader) clocks(rows []PageRow, shapes []*shape) {
	counts, total := r.sizes(len(rows), "clock entries", crdt.MaxField)
	if !r.charge(total, chargeClock) {
		return
	}
	entries := make(crdt.Clocks, total)
	for i, n := range counts {
		rows[i].Row.Clocks, entries = entries[:n:n], entries[n:]
	}
	v := grow(&r.numbers, total)
	r.ints(v, nil, nil)
	for i := range rows {
		for j := range rows[i].Row.Clocks {
			rows[i].Row.Clocks[j].Mask = uint64(v[0]) ^ shapes[i].set
			v = v[1:]
		}
	}
	stamps := make([]crdt.Stamp, total)
	r.stampColumn(stamps, nil)
	v = grow(&r.numbers, total)
	r.ints(v, nil, nil)
	at := 0
	for i := range rows {
		for j := range rows[i].Row.Clocks {
			e := &rows[i].Row.Clocks[j]
			e.Stamp, e.By = stamps[at], crdt.ID(v[at])
			at++
		}
	}
}

func (r *reader) rows(rows []PageRow, g *groups) {
	for at := range g.shapes {
		s, members := &g.shapes[at], g.members[at]
		slots := s.slots()
		if s.null != 0 || s.saw != 0 {
			r.fail("the shape of a row names nulls or stamps seen")
		}
		if !r.charge(len(members)*slots, chargeField) {
			return
		}
		slab := make([]crdt.Value, len(members)*slots)
		ref := grow(&r.refs, len(members))
		for i, m := range members {
			row := &rows[m]
			row.Void = s.flags&shapeVoid != 0
			if slots > 0 {
				row.Row.Fields = slab[i*slots : (i+1)*slots : (i+1)*slots]
			}
			ref[i] = row.Row.Clocks.Latest().Millis()
		}
		r.values(s, len(members), ref, func(_ int, num uint8, texts []string, ints []int64) {
			put(slab, int(num), slots, texts, ints)
		})
	}
}

// put sets every slots-th value of slab, from the first on.
func put(slab []crdt.Value, first, slots int, texts []string, ints []int64) {
	for i, s := range texts {
		slab[first+i*slots] = crdt.Value{T: crdt.Text, S: s}
	}
	for i, n := range ints {
		slab[first+i*slots] = crdt.Value{T: crdt.Int, I: n}
	}
}

func (r *reader) cleared(rows []PageRow, shapes []*shape) {
	n := 0
	for _, s := range shapes {
		if s.flags&shapeCleared != 0 {
			n++
		}
	}
	counts, total := r.sizes(n, "stamps cleared", MaxCleared)
	if !r.charge(total, chargeStamp) {
		return
	}
	stamps := make([]crdt.Stamp, total)
	r.stampColumn(stamps, nil)
	for i, s := range shapes {
		if s.flags&shapeCleared == 0 {
			continue
		}
		if counts[0] == 0 {
			r.fail("a row that clears nothing says it does")
			return
		}
		rows[i].Row.Cleared, stamps, counts = stamps[:counts[0]:counts[0]], stamps[counts[0]:], counts[1:]
	}
}

func (r *reader) conflicts(rows []PageRow) {
	counts, total := r.sizes(len(rows), "conflicts", MaxConflicts)
	if total == 0 || !r.charge(total, chargeConflict) {
		return
	}
	all := make([]crdt.Conflict, total)
	at := 0
	for i, n := range counts {
		if n == 0 {
			continue
		}
		rows[i].Conflicts = all[at : at+int(n) : at+int(n)]
		for range n {
			all[at].Kind, all[at].Row = rows[i].Row.Kind, rows[i].Row.ID
			at++
		}
	}
	for i, num := range r.small(total, "a field", crdt.MaxField) {
		all[i].Field = uint8(num)
	}
	var ints, texts int
	for i, t := range r.small(total, "a type", int(crdt.Text)) {
		switch all[i].Value.T = crdt.Type(t); all[i].Value.T {
		case crdt.Int:
			ints++
		case crdt.Text:
			texts++
		}
	}
	r.conflictClocks(all)
	r.conflictValues(all, ints, texts)
}

func (r *reader) conflictClocks(all []crdt.Conflict) {
	people := grow(&r.numbers, len(all))
	r.ints(people, nil, nil)
	for i, by := range people {
		all[i].By = crdt.ID(by)
	}
	stamps := make([]crdt.Stamp, len(all))
	r.stampColumn(stamps, nil)
	for i, s := range stamps {
		all[i].Stamp = s
	}
	clear(stamps)
	r.stampColumn(stamps, nil)
	for i, s := range stamps {
		all[i].Closed = s
	}
}

func (r *reader) conflictValues(all []crdt.Conflict, ints, texts int) {
	numbers := make([]int64, ints)
	r.ints(numbers, nil, nil)
	var words []string
	if texts > 0 {
		words = r.textColumn(texts)
	}
	if r.err != nil {
		return
	}
	for i := range all {
		switch v := &all[i].Value; v.T {
		case crdt.Int:
			v.I, numbers = numbers[0], numbers[1:]
		case crdt.Text:
			v.S, words = words[0], words[1:]
		}
	}
}
