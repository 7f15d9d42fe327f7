package bank

import (
	"bough/crdt"
	"bough/node/crm"
)

// Sizes of the pen's sheets: large enough that allocation does not show, small
// enough that a forgotten act does not hold much memory.
const (
	sheetOps  = 2048
	sheetSets = 8192
	rowSets   = crdt.MaxField // room that one op may need
)

// pen writes acts. Ops and fields are cut from sheets, so that an act costs no
// allocation of its own.
type pen struct {
	last  crdt.ID // the latest id given
	visit func(Act)
	act   Act
	ops   []crdt.Op
	sets  []crdt.FieldSet
	from  int // where the act's ops begin on the sheet
	row   int // where the open op's fields begin on theirs
}

// begin opens an act.
func (p *pen) begin(at int64, by string, branch int64) {
	p.act = Act{AtMS: at, By: by, Branch: branch}
	if cap(p.ops)-len(p.ops) < MaxActOps {
		p.ops = make([]crdt.Op, 0, sheetOps)
	}
	p.from = len(p.ops)
}

// create opens an op for a new row.
func (p *pen) create(kind uint8) crdt.ID {
	p.last++
	p.edit(kind, p.last)
	return p.last
}

// edit opens an op for a row that is there.
func (p *pen) edit(kind uint8, id crdt.ID) {
	p.close()
	if cap(p.sets)-len(p.sets) < rowSets {
		p.sets = make([]crdt.FieldSet, 0, sheetSets)
	}
	p.row = len(p.sets)
	p.ops = append(p.ops, crdt.Op{Kind: kind, ID: id})
}

// close gives the open op its fields.
func (p *pen) close() {
	if len(p.ops) > p.from {
		p.ops[len(p.ops)-1].Set = p.sets[p.row:len(p.sets):len(p.sets)]
	}
}

// text sets a field of the open op, in ascending order of fields; an empty text
// is left out.
func (p *pen) text(field uint8, s string) {
	if s != "" {
		p.sets = append(p.sets, crdt.FieldSet{Field: field, Value: crdt.TextValue(s)})
	}
}

func (p *pen) number(field uint8, n int64) {
	p.sets = append(p.sets, crdt.FieldSet{Field: field, Value: crdt.IntValue(n)})
}

// ref is like number; no reference is left out.
func (p *pen) ref(field uint8, id crdt.ID) {
	if id != 0 {
		p.number(field, int64(id))
	}
}

// full reports that the act takes no more ops.
func (p *pen) full() bool { return len(p.ops)-p.from >= MaxActOps }

// end hands the act out, unless nothing was written.
func (p *pen) end() {
	p.close()
	if len(p.ops) > p.from {
		p.act.Ops = p.ops[p.from:len(p.ops):len(p.ops)]
		p.visit(p.act)
	}
}

// overrides reports whether a field is the text of a consent that lists ids.
func overrides(kind, field uint8) bool {
	return kind == crm.Consent && field == crm.ConsentOverrides
}
