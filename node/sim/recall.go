package sim

import (
	"slices"

	"bough/crdt"
	"bough/node/crm"
	"bough/sync/central"
	"bough/sync/journal"
	"bough/sync/rows"
	"bough/sync/wire"
)

// recallAtOnce is how many rows are offered in one request: few, so that the line
// breaks in between.
const recallAtOnce = 40

// recalled lets a push or pull by, unless the workstation has first to tell a
// restored central which pages it keeps; the line may break meanwhile.
func (h *hub) recalled(p *parcel) bool {
	s, c := p.s, h.office.Central
	if p.what != "push" && p.what != "pull" || mine[rebirths](h.w).times == 0 || !s.up || s.life != p.life {
		return true
	}
	keeps, err := s.store.Keeps(h.w.ctx)
	if !h.w.must(s.name+" looks what it keeps", err) || !c.Recalls(p.seat.origin, keeps) {
		return err == nil
	}
	if keeps == wire.KeepsUntold && !c.Recalls(p.seat.origin, wire.KeepsPages) {
		h.w.saw("a page from before a restore comes after its reader told what it keeps")
	}
	h.w.saw("a restored central asks who keeps its pages")
	n, err := c.Node(h.w.ctx, p.seat.origin)
	if !h.w.must("central knows its node", err) {
		return false
	}
	for after := int64(0); ; {
		offers, err := s.store.Kept(h.w.ctx, after, recallAtOnce)
		if !h.w.must("list kept pages", err) {
			return false
		}
		if !h.w.healed && h.w.net.IntN(1000) < h.w.weather.loss/2 {
			h.w.saw("a restored central asks again, for the line broke")
			return false
		}
		answer, err := c.Recall(h.w.ctx, h.w.t.authority, n, wire.Recall{Offers: offers, Last: len(offers) == 0})
		if !h.w.must("central hears what is kept", err) {
			return false
		}
		if len(offers) == 0 {
			return h.w.must(s.name+" notes what it told", s.store.Told(h.w.ctx, after))
		}
		after = offers[len(offers)-1].ID
		pages, err := s.store.KeptPages(h.w.ctx, answer.Want)
		if !h.w.must("read kept pages", err) {
			return false
		}
		_, err = c.Recall(h.w.ctx, h.w.t.authority, n, wire.Recall{Pages: pages})
		if !h.w.must("central takes its pages back", err) {
			return false
		}
		h.noteKept(pages)
		h.w.say("central", "asks %s for %d of %d kept pages", s.name, len(pages), len(offers))
	}
}

// noteKept notes what central wrote that came back with pages.
func (h *hub) noteKept(pages [][]byte) {
	var at []cell
	for _, envelope := range pages {
		if page, _ := h.office.Central.OpenKept(h.w.t.authority, envelope); page != nil {
			for i := range page.Rows {
				at = append(at, cell{page.Rows[i].Row.Kind, page.Rows[i].Row.ID, 0})
			}
		}
	}
	h.noteBack(at)
}

// noteTouched notes what central wrote that came back as journals brought the rows
// for which it waited.
func (h *hub) noteTouched(ranges []journal.Range) {
	if mine[rebirths](h.w).times == 0 {
		return
	}
	var at []cell
	for i := range ranges {
		for j := range ranges[i].Changes {
			for k := range ranges[i].Changes[j].Bodies {
				if b := &ranges[i].Changes[j].Bodies[k]; !b.Closed() {
					at = append(at, cell{b.Op.Kind, b.Op.ID, 0})
				}
			}
		}
	}
	h.noteBack(at)
}

// noteBack notes which acts of central that went with its disk stand in rows of it:
// they may be replaced before the world is quiet, by somebody who saw them.
func (h *hub) noteBack(at []cell) {
	m := mine[rebirths](h.w)
	err := h.office.Central.File.Read(h.w.ctx, func(tx *rows.Tx) error {
		for _, c := range at {
			if h.w.schema.Kind(c.kind) == nil {
				continue
			}
			row, err := tx.Get(c.kind, c.row)
			if err != nil {
				return err
			}
			eachStamp(row, func(s crdt.Stamp) {
				if a := h.w.truth.byStamp[s]; a != nil && m.lost[change{a.origin, a.seq}] {
					m.back[change{a.origin, a.seq}] = true
				}
			})
		}
		return nil
	})
	h.w.must("look what came back", err)
}

// eachStamp goes through the writes that a row shows, open or closed.
func eachStamp(row *rows.Stored, fn func(crdt.Stamp)) {
	if row == nil {
		return
	}
	for _, c := range row.Clocks {
		fn(c.Stamp)
	}
	for i := range row.Conflicts {
		fn(row.Conflicts[i].Stamp)
	}
}

// cameBack gives the acts of central that went with its disk, and of which
// something is at it again, or was until somebody replaced it, back to the truth,
// with those whose values they had replaced: not each value of them, for a later one
// may be all that came.
func (w *World) cameBack(q *quiet) {
	m := mine[rebirths](w)
	if m.times == 0 {
		return
	}
	var back []*act
	is := func(s crdt.Stamp) {
		if a := w.truth.byStamp[s]; a != nil && a.s == nil && a.refused == lostCode {
			a.refused, a.moved = "", true
			m.back[change{a.origin, a.seq}] = true
			back = append(back, a)
			w.saw("what only central wrote came back")
		}
	}
	for _, a := range w.truth.acts {
		if m.back[change{a.origin, a.seq}] {
			is(a.stamp)
		}
	}
	for _, r := range q.head.rows {
		eachStamp(r, is)
		if made := w.truth.made[cell{r.Kind, r.ID, 0}]; made != nil {
			is(made.stamp) // all of it was written anew since
		}
	}
	for len(back) > 0 {
		a := back[0]
		back = back[1:]
		for _, op := range a.ops {
			for _, f := range op.Set {
				for _, s := range f.Saw {
					is(s)
				}
			}
		}
	}
}

// keptOf reads what a workstation keeps, with the key that only central has.
func (w *World) keptOf(s *station) (out []*wire.Page, by []central.Lives) {
	for after := int64(0); ; {
		list, err := s.store.Kept(w.ctx, after, wire.MaxRecallRows)
		if !w.must("list kept pages", err) || len(list) == 0 {
			return out, by
		}
		for i := range list {
			after = list[i].ID
			pages, err := s.store.KeptPages(w.ctx, []int64{after})
			if !w.must("read a kept page", err) {
				return out, by
			}
			for _, envelope := range pages {
				page, lives := w.hub.office.Central.OpenKept(w.t.authority, envelope)
				if page == nil {
					w.found("%s keeps a page that central never sealed", s.name)
					continue
				}
				out, by = append(out, page), append(by, lives)
			}
		}
	}
}

// checkRecalled: what a former life of central wrote, and a workstation that
// works keeps as central sealed it, is at central, or something later; unless it
// was erased, hangs on what nobody made again, or is half of a move of which nobody
// read the other half.
func (w *World) checkRecalled(q *quiet) {
	if mine[rebirths](w).times == 0 {
		return
	}
	for _, s := range w.stations {
		pages, lives := w.keptOf(s)
		for i, page := range pages {
			for j := range page.Rows {
				if r := &page.Rows[j]; !r.Void && page.Epoch < w.hub.office.Central.Epoch() {
					w.checkRow(q, s, r, lives[i])
				}
			}
		}
	}
}

// checkKept: nothing of who was ordered erased is in a page that a workstation
// keeps, closed as it is.
func (w *World) checkKept(*quiet) {
	if len(w.truth.gone) == 0 || mine[rebirths](w).written == 0 {
		return
	}
	for _, s := range w.stations {
		pages, _ := w.keptOf(s)
		for _, page := range pages {
			w.saw("a page is kept where somebody was erased")
			for i := range page.Rows {
				if r := &page.Rows[i]; !r.Void && r.Row.Kind != crm.Erasure && w.truth.erased(r.Row.Kind, r.Row.ID) {
					w.found("%s keeps a page with %s %d, which was erased", s.name, kindName(w, r.Row.Kind), r.Row.ID)
				}
			}
		}
	}
}

func (w *World) checkRow(q *quiet, s *station, r *wire.PageRow, lives central.Lives) {
	if w.truth.erased(r.Row.Kind, r.Row.ID) || tellsOnly(r.Row.Kind) || w.orderedAway(r.Row.Kind, r.Row.ID) {
		return
	}
	now := q.head.by[cell{r.Row.Kind, r.Row.ID, 0}]
	switch {
	case now != nil:
	case r.Row.ID.Origin() >= 1000:
		w.saw("a row waits for its author's journal")
		return
	case r.Row.Kind == crm.Move && q.movedAgain(&r.Row):
		return
	}
	for _, c := range r.Row.Clocks {
		switch {
		case !lives.Has(c.Stamp.Origin):
		case now == nil:
			w.found("%s keeps %s %d as central sealed it at %d, and central does not have it", s.name, kindName(w, r.Row.Kind), r.Row.ID, r.N)
			return
		default:
			for f := uint8(1); f <= crdt.MaxField; f++ {
				if c.Mask>>f&1 == 1 && now.Clocks.Of(f).Stamp.Less(c.Stamp) && !q.halfMoved(r.Row.Kind, f, c.Stamp) {
					w.found("%s keeps field %d of %s %d as central wrote it, and central has an older one", s.name, f, kindName(w, r.Row.Kind), r.Row.ID)
				}
			}
		}
	}
}

// halfMoved reports whether a field tells of a move that nobody who works had read to
// its end.
func (q *quiet) halfMoved(kind, field uint8, at crdt.Stamp) bool {
	return (kind == crm.Party && field == crm.PartyHome || kind == crm.Holding && field == crm.HoldingBranch) &&
		!slices.ContainsFunc(q.head.rows, func(r *rows.Stored) bool { return r.Kind == crm.Move && r.Clocks.Latest() == at })
}

// movedAgain reports whether an order moved a customer once more, after a restore,
// before the page came that told of it.
func (q *quiet) movedAgain(was *crdt.Row) bool {
	return slices.ContainsFunc(q.head.rows, func(r *rows.Stored) bool {
		return r.Kind == crm.Move && !was.Get(crm.MoveJob).IsNull() && r.Get(crm.MoveJob) == was.Get(crm.MoveJob) &&
			r.Get(crm.MoveParty) == was.Get(crm.MoveParty) && r.Get(crm.MoveTo) == was.Get(crm.MoveTo)
	})
}

// tellsOnly are the kinds whose rows a restored central writes anew.
func tellsOnly(kind uint8) bool {
	return kind == crm.Refusal || kind == crm.Erasure || kind == crm.Node || kind == crm.Directory || kind == crm.MoveOrder
}

// orderedAway reports whether central holds a row for erased: an account goes with
// its last holder, which truth does not follow.
func (w *World) orderedAway(kind uint8, id crdt.ID) (gone bool) {
	err := w.hub.office.Central.File.Read(w.ctx, func(tx *rows.Tx) (err error) {
		_, gone, err = tx.Int(`SELECT 1 FROM erased_row WHERE kind=?1 AND row_id=?2`, int64(kind), int64(id))
		return err
	})
	return w.must("look who was erased", err) && gone
}
