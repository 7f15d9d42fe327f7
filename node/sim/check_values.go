package sim

import (
	"slices"

	"bough/crdt"
	"bough/node/crm"
	"bough/node/desk"
	"bough/sync/rows"
)

// standings are what became of every value.
func standings() feature {
	return feature{
		checks: []check{
			{4, "no concurrent value disappears without a conflict row", func(w *World, q *quiet) { w.checkStanding(q.head) }},
			{4, "what was cleared is gone, what came with it stays", func(w *World, q *quiet) { w.checkRemovals(q.head) }},
			{2, "nothing is anywhere that nobody wrote, or that was refused", func(w *World, q *quiet) {
				for _, c := range append(q.here, q.head) {
					w.checkNothingElse(c)
				}
			}},
		},
		situations: []string{"concurrent edit", "concurrent edit at two branches", "open conflict", "a clear met a concurrent edit"},
	}
}

// standing is how a value stands in a file.
type standing uint8

const (
	nowhere standing = iota
	current
	open
	settled
)

func (s standing) String() string {
	return [...]string{"nowhere", "current", "an open conflict", "a settled conflict"}[s]
}

// stands tells how a write stands in a row, and with which value.
func stands(r *rows.Stored, field uint8, s crdt.Stamp) (standing, crdt.Value) {
	if r == nil {
		return nowhere, crdt.Value{}
	}
	if r.Clocks.Of(field).Stamp == s {
		return current, r.Get(field)
	}
	for i := range r.Conflicts {
		if x := &r.Conflicts[i]; x.Field == field && x.Stamp == s {
			if x.Closed.IsZero() {
				return open, x.Value
			}
			return settled, x.Value
		}
	}
	return nowhere, crdt.Value{}
}

// overtaken reports whether what is refused with a code may have been taken by a
// central that did not know the customer from the core yet, and be refused now that
// it is sent again: a restored one learns first that the core does. What its author
// saw was replaced then.
func (w *World) overtaken(code string) bool {
	return code == "core_field" && mine[rebirths](w).times > 0
}

// named collects the stamps that accepted writes of a cell, or removals of its
// row, name: as their authors saw, and as the changes say.
func (w *World) named(c cell) (seen, said []crdt.Stamp) {
	t := w.truth
	for _, wr := range t.atCell[c] {
		if w.overtaken(wr.act.refused) {
			seen = append(seen, wr.seen...)
		}
		if wr.act.refused == "" {
			seen = append(seen, wr.seen...)
			if !wr.act.moved {
				said = append(said, wr.saw...)
			}
		}
	}
	for _, rm := range t.clears {
		if rm.kind == c.kind && rm.row == c.row && rm.act.refused == "" {
			seen, said = append(seen, rm.named...), append(said, rm.named...)
		}
	}
	return seen, said
}

// checkStanding: every accepted value is current, an open conflict, or was seen
// by the author of another accepted one; a value that somebody named is not
// open any more; refused values are nowhere.
func (w *World) checkStanding(head *census) {
	went := w.erasedAs()
	for _, wr := range w.truth.writes {
		if went(wr.kind, wr.row) || wr.act.moved || w.unsure(wr.kind, wr.row) || w.namesDoubted(wr.cell, wr.value) {
			continue // the ledger of words has it, where truth cannot know
		}
		r := head.by[cell{wr.kind, wr.row, 0}]
		how, value := stands(r, wr.field, wr.act.stamp)
		what := func() string { return kindName(w, wr.kind) }
		if wr.act.refused != "" {
			if how == current || how == open {
				w.found("change %d/%d (%s) was refused, and its value of %s %d field %d is %s", wr.act.origin, wr.act.seq, wr.act.what, what(), wr.row, wr.field, how)
			}
			continue
		}
		seen, said := w.named(wr.cell)
		switch {
		case (how == current || how == open) && value != wr.value:
			w.found("%s %d field %d: %q was saved by change %d/%d, central has %q under its stamp", what(), wr.row, wr.field, wr.value, wr.act.origin, wr.act.seq, value)
		case how != current && how != open && !slices.Contains(seen, wr.act.stamp):
			w.found("%s %d field %d: %q of change %d/%d (%s) is %s, and no author of a later value saw it", what(), wr.row, wr.field, wr.value, wr.act.origin, wr.act.seq, wr.act.what, how)
		case how == open && slices.Contains(said, wr.act.stamp) && mine[rebirths](w).times == 0:
			w.found("%s %d field %d: %q of change %d/%d is an open conflict, though a change names it", what(), wr.row, wr.field, wr.value, wr.act.origin, wr.act.seq)
		case how == open:
			w.saw("open conflict")
		case how == current && r.Gone(r.Conflicts...) && !slices.Contains(seen, wr.act.stamp):
			w.found("%s %d: change %d/%d wrote field %d, nobody who cleared the element saw it, and it is gone", what(), wr.row, wr.act.origin, wr.act.seq, wr.field)
		}
	}
}

// checkRemovals: an element is gone if all that was written to it was seen by
// those who cleared it, and not otherwise.
func (w *World) checkRemovals(head *census) {
	went := w.erasedAs()
	for _, rm := range w.truth.clears {
		if rm.act.refused != "" || went(rm.kind, rm.row) || rm.act.moved || w.unsure(rm.kind, rm.row) {
			continue
		}
		r := head.by[rm.cell]
		if r == nil {
			w.found("%s %d was cleared, and central does not know it", kindName(w, rm.kind), rm.row)
			continue
		}
		stays := false
		for _, wr := range w.truth.writes {
			if wr.kind != rm.kind || wr.row != rm.row || wr.act.refused != "" {
				continue
			}
			how, _ := stands(r, wr.field, wr.act.stamp)
			stays = stays || (how == current || how == open) && !slices.Contains(r.Cleared, wr.act.stamp)
		}
		if gone := r.Gone(r.Conflicts...); gone == stays {
			w.found("%s %d: gone is %t, written unseen is %t", kindName(w, rm.kind), rm.row, gone, stays)
		}
		if stays {
			w.saw("a clear met a concurrent edit")
		} else {
			w.saw("an element was cleared")
		}
	}
}

// checkNothingElse: every value in a file was written by an accepted act, with
// just this content; and every row.
func (w *World) checkNothingElse(c *census) {
	for _, r := range c.rows {
		at := cell{r.Kind, r.ID, 0}
		if r.Kind == crm.Reissue || w.unsure(r.Kind, r.ID) {
			continue
		}
		if made := w.truth.made[at]; made == nil && !derived(r.Kind) {
			w.found("%s has %s %d, which nobody made", c.name, kindName(w, r.Kind), r.ID)
		} else if made != nil && made.refused != "" {
			w.found("%s has %s %d, whose making (change %d/%d) was refused", c.name, kindName(w, r.Kind), r.ID, made.origin, made.seq)
		}
		for _, wr := range r.Clocks {
			for f := uint8(1); f <= crdt.MaxField; f++ {
				if wr.Mask>>f&1 == 1 && w.truth.tracked(r.Kind, f) {
					w.checkValue(c, cell{r.Kind, r.ID, f}, wr.Stamp, r.Get(f))
				}
			}
		}
		for i := range r.Conflicts {
			if x := &r.Conflicts[i]; x.Closed.IsZero() {
				w.checkValue(c, cell{r.Kind, r.ID, x.Field}, x.Stamp, x.Value)
			}
		}
	}
}

func (w *World) checkValue(c *census, at cell, s crdt.Stamp, v crdt.Value) {
	value, a, ok := w.truth.valueAt(at, s)
	switch {
	case w.doubted(s.Origin) || w.namesDoubted(at, value):
	case !ok:
		w.found("%s: %s %d field %d has a value of %s, which nobody wrote", c.name, kindName(w, at.kind), at.row, at.field, s)
	case a.refused != "":
		w.found("%s: %s %d field %d has a value of change %d/%d (%s), which central refused (%s)", c.name, kindName(w, at.kind), at.row, at.field, a.origin, a.seq, a.what, a.refused)
	case value != v:
		w.found("%s: %s %d field %d has %q under %s; %q was written", c.name, kindName(w, at.kind), at.row, at.field, v, s, value)
	}
}

// checkPage: a page shows values under the stamps they were written at, and
// consents as they are.
func (w *World) checkPage(c *counter, page *desk.Customer) {
	kind := w.schema.Kind(crm.Party)
	for i := range page.Fields {
		f := &page.Fields[i]
		num := kind.Named(f.Name).Num
		if f.Stamp != "" && w.truth.tracked(crm.Party, num) {
			w.checkShown(c, cell{crm.Party, page.ID, num}, f.Stamp, f.Value)
		}
		for _, x := range f.Conflicts {
			w.checkShown(c, cell{crm.Party, page.ID, num}, x.Stamp, x.Value)
		}
	}
	for _, r := range page.Reaches {
		w.checkShown(c, cell{crm.Reach, r.ID, crm.ReachValue}, r.Stamp, r.Value)
	}
	w.checkConsents(c, page)
}

func (w *World) checkShown(c *counter, at cell, stamp, value string) {
	for _, s := range w.stamps(stamp) {
		if w.doubted(s.Origin) || w.unsure(at.kind, at.row) {
			continue
		}
		if v, _, ok := w.truth.valueAt(at, s); !ok || v.String() != value {
			w.fail("%s shows %q under %s in %s %d field %d; %q was written there", c.name, value, stamp, kindName(w, at.kind), at.row, at.field, v)
		}
	}
}

// checkPages: what the desks show at quiet.
func (w *World) checkPages(q *quiet) {
	for i, s := range w.stations {
		w.checkDesk(s, q.here[i])
	}
}

// checkDesk: its lists have every open conflict; its pages open and show
// consents as they are.
func (w *World) checkDesk(s *station, here *census) {
	who := s.anybody()
	if who == nil {
		return
	}
	list, err := s.desk.Conflicts(w.ctx, who, desk.MaxLimit)
	if !w.must("list conflicts", err) {
		return
	}
	shown := map[crdt.ID]bool{}
	for _, x := range list {
		shown[x.ID] = true
	}
	for _, r := range here.rows {
		for i := range r.Conflicts {
			if x := &r.Conflicts[i]; x.Closed.IsZero() && !shown[x.ID()] && s.knows(x.Kind, x.Field) {
				w.found("%s does not list the conflict of %s %d field %d", s.name, kindName(w, r.Kind), r.ID, x.Field)
			}
		}
		if r.Kind == crm.Party {
			page, err := s.desk.Customer(w.ctx, who, r.ID)
			if w.must(s.name+" opens a page", err) {
				w.checkPage(&counter{name: s.name, desk: s.desk, file: s.store.File}, page)
				if page.State != desk.AtHeadOffice {
					w.found("%s shows party %d as %s, though all is at head office", s.name, r.ID, page.State)
				}
			}
		}
	}
}

// anybody is somebody signed in at a node; nil when nobody is.
func (s *station) anybody() *desk.Who {
	for _, p := range s.w.t.people {
		if token := s.tokens[p.login]; token != "" {
			if who, err := s.desk.Check(s.w.ctx, token); err == nil {
				return who
			}
		}
	}
	return nil
}

// checkKept: what was acknowledged here, and no page came that says central has
// it, is here, in the rows.
func (s *station) checkKept(when string) {
	for _, a := range s.w.truth.acts {
		if !s.own(a) || a.seq <= s.covered || s.w.doubted(a.origin) {
			continue
		}
		for i := range a.ops {
			s.checkOp(when, a, &a.ops[i])
		}
	}
}

func (s *station) checkOp(when string, a *act, op *crdt.Op) {
	if s.w.unsure(op.Kind, op.ID) {
		return
	}
	r := s.w.row(&counter{file: s.store.File}, op.Kind, op.ID)
	if r == nil && (s.erased(op) || s.hidden(op)) {
		return // it is erased, or left and is on its way up from the journal
	}
	for i := range op.Set {
		f := &op.Set[i]
		if !s.w.truth.tracked(op.Kind, f.Field) || s.w.namesDoubted(cell{op.Kind, op.ID, f.Field}, f.Value) {
			continue
		}
		how, value := stands(r, f.Field, a.stamp)
		ok := how == current && value == f.Value || how == open && value == f.Value
		if seen, _ := s.w.named(cell{op.Kind, op.ID, f.Field}); !ok && !slices.Contains(seen, a.stamp) {
			s.w.fail("%s %s: change %d (%s) was acknowledged, and field %d of %s %d is %s", s.name, when, a.seq, a.what, f.Field, kindName(s.w, op.Kind), op.ID, how)
		}
	}
}
