package sim

import (
	"context"
	"slices"

	"bough/crdt"
	"bough/node/crm"
	"bough/sync/journal"
)

type ctx = context.Context

// cell is one field of one row; field 0 is the row as an element of a set.
type cell struct {
	kind  uint8
	row   crdt.ID
	field uint8
}

// screen is what an author had before their eyes: of each cell the stamps of
// the values shown. It is only looked up, never walked.
type screen map[cell][]crdt.Stamp

// write is one value that an author gave a field.
type write struct {
	cell
	value crdt.Value
	act   *act
	saw   []crdt.Stamp // as the change says
	seen  []crdt.Stamp // as it was
}

// removal is an element that an author cleared.
type removal struct {
	cell
	act   *act
	named []crdt.Stamp
}

// act is a change that somebody was told is saved.
type act struct {
	s       *station // nil: central
	origin  crdt.Origin
	seq     uint64
	stamp   crdt.Stamp
	session crdt.ID
	what    string
	ops     []crdt.Op
	refused string // code; set when the world is quiet
	held    bool   // head office has yet to decide
	moved   bool   // central has it in another form, or not: the ledger of words knows; set when the world is quiet
}

// truth is what really happened, kept beside the program.
type truth struct {
	w       *World
	acts    []*act
	byStamp map[crdt.Stamp]*act
	writes  []*write
	clears  []*removal
	made    map[cell]*act // who made a row; field 0
	atCell  map[cell][]*write
	adopted map[crdt.ID]bool // parties that the core came to know
	gone    map[cell]crdt.ID // rows that went with a party that was erased: which; field 0
}

func newTruth(w *World) *truth {
	return &truth{w: w, byStamp: map[crdt.Stamp]*act{}, made: map[cell]*act{}, atCell: map[cell][]*write{}, adopted: map[crdt.ID]bool{}, gone: map[cell]crdt.ID{}}
}

// note takes a change in, with what its author had on screen.
func (t *truth) note(s *station, c *journal.Change, what string, on screen) *act {
	a := &act{s: s, origin: c.Origin, seq: c.Seq, stamp: c.Stamp, session: c.Session, what: what}
	t.w.words().spell(s, c, on)
	if t.w.doubted(c.Origin) {
		return a // another file may give the same numbers and stamps to something else
	}
	if t.byStamp[c.Stamp] != nil {
		t.w.fail("two acts have the stamp %s", c.Stamp)
	}
	t.byStamp[c.Stamp] = a
	t.acts = append(t.acts, a)
	for i := range c.Bodies {
		if c.Bodies[i].Closed() {
			continue
		}
		op := &c.Bodies[i].Op
		a.ops = append(a.ops, *op)
		t.noteOp(a, op, on)
	}
	if len(t.gone) > 0 {
		t.follow(a)
	}
	return a
}

// erase notes that a party is ordered erased: it goes with all that hangs on it.
func (t *truth) erase(party crdt.ID) {
	t.gone[cell{crm.Party, party, 0}] = party
	for grown := true; grown; {
		grown = false
		for _, a := range t.acts {
			grown = t.follow(a) || grown
		}
	}
}

// erased reports whether a row went with somebody.
func (t *truth) erased(kind uint8, id crdt.ID) bool { return t.gone[cell{kind, id, 0}] != 0 }

// unfollowed reports whether truth cannot know on whom a row hangs: who made it
// named somebody whose number more than one file may have given out.
func (t *truth) unfollowed(kind uint8, id crdt.ID) bool {
	made := t.made[cell{kind, id, 0}]
	return made != nil && made.unsure(t.w)
}

// follow notes which rows of an act go with what is erased.
func (t *truth) follow(a *act) (grown bool) {
	for i := range a.ops {
		op := &a.ops[i]
		kind := t.w.schema.Kind(op.Kind)
		if kind == nil || t.erased(op.Kind, op.ID) {
			continue
		}
		with := crdt.ID(0)
		get := func(field uint8) crdt.Value {
			if f := slices.IndexFunc(op.Set, func(f crdt.FieldSet) bool { return f.Field == field }); f >= 0 {
				return op.Set[f].Value
			}
			return crdt.Value{}
		}
		if crm.Belongs(kind, get, func(kind uint8, id crdt.ID) bool { with = t.gone[cell{kind, id, 0}]; return with != 0 }) {
			t.gone[cell{op.Kind, op.ID, 0}], grown = with, true
		}
	}
	return grown
}

func (t *truth) noteOp(a *act, op *crdt.Op, on screen) {
	row := cell{op.Kind, op.ID, 0}
	if t.made[row] == nil && len(op.Set) > 0 {
		t.made[row] = a
	}
	for i := range op.Set {
		f := &op.Set[i]
		if !t.tracked(op.Kind, f.Field) {
			continue
		}
		wr := &write{cell: cell{op.Kind, op.ID, f.Field}, value: f.Value, act: a, saw: f.Saw, seen: on[cell{op.Kind, op.ID, f.Field}]}
		t.checkSaw(a, wr.cell, wr.saw, wr.seen)
		t.writes = append(t.writes, wr)
		t.atCell[wr.cell] = append(t.atCell[wr.cell], wr)
		t.concurrent(wr)
	}
	if len(op.Clear) > 0 {
		t.checkSaw(a, row, op.Clear, on[row])
		t.clears = append(t.clears, &removal{row, a, op.Clear})
	}
}

// checkSaw: a change must not claim that its author saw what was not shown.
func (t *truth) checkSaw(a *act, c cell, saw, seen []crdt.Stamp) {
	for _, s := range saw {
		if !slices.Contains(seen, s) {
			t.w.fail("change %d/%d (%s) of %s %d field %d names %s, which its author never saw", a.origin, a.seq, a.what,
				t.w.schema.Kind(c.kind).Name, c.row, c.field, s)
		}
	}
}

// concurrent counts writes of one field that did not see each other.
func (t *truth) concurrent(wr *write) {
	for _, o := range t.atCell[wr.cell] {
		if o != wr && o.act.origin != wr.act.origin && !slices.Contains(wr.seen, o.act.stamp) && !t.superseded(o, wr) {
			t.w.saw("concurrent edit")
			if o.act.s != nil && wr.act.s != nil && o.act.s.seat.branch != wr.act.s.seat.branch {
				t.w.saw("concurrent edit at two branches")
			}
			return
		}
	}
}

// superseded: some other write than by had seen o.
func (t *truth) superseded(o, by *write) bool {
	return slices.ContainsFunc(t.atCell[o.cell], func(x *write) bool {
		return x != by && slices.Contains(x.seen, o.act.stamp)
	})
}

// valueAt is the value a cell was given at a stamp; false: nobody did.
func (t *truth) valueAt(c cell, s crdt.Stamp) (crdt.Value, *act, bool) {
	for _, wr := range t.atCell[c] {
		if wr.act.stamp == s {
			return wr.value, wr.act, true
		}
	}
	return crdt.Value{}, nil, false
}

// tracked reports whether truth follows a field: the core's and head office's
// have one writer.
func (t *truth) tracked(kind, field uint8) bool {
	k := t.w.schema.Kind(kind)
	if k == nil {
		return false
	}
	f := k.Field(field)
	return !k.CentralOnly && f != nil && !f.Owner.Replaces()
}

func kindName(w *World, kind uint8) string {
	if k := w.schema.Kind(kind); k != nil {
		return k.Name
	}
	return "?"
}

// unsure reports whether an act names rows that truth cannot follow.
func (a *act) unsure(w *World) bool {
	return a.moved || w.doubted(a.session.Origin()) || slices.ContainsFunc(a.ops, func(op crdt.Op) bool {
		return w.unsure(op.Kind, op.ID) || slices.ContainsFunc(op.Set, func(f crdt.FieldSet) bool {
			return w.namesDoubted(cell{op.Kind, op.ID, f.Field}, f.Value)
		})
	})
}
