package sim

import (
	"bough/crdt"
	"bough/node/desk"
	"bough/node/store"
	"bough/sync/rows"
	"bough/sync/wire"
)

// plantPage spoils a page on its way into the file, where a fault is planted.
func (s *station) plantPage(page *wire.Page) *wire.Page {
	out := *page
	switch s.w.o.plant {
	case plantSkipVoid:
		out.Rows = nil
		for _, r := range page.Rows {
			if !r.Void {
				out.Rows = append(out.Rows, r)
			}
		}
	case plantDropRow:
		if n := len(page.Rows); n > 1 && s.w.faults.chance(30) {
			out.Rows = append(out.Rows[:0:0], page.Rows[1:]...)
		}
	case plantAckEarly:
		out.Vector = map[crdt.Origin]uint64{s.seat.origin: s.at}
	case plantStampMerge:
		out.Rows = nil
		for _, r := range page.Rows {
			out.Rows = append(out.Rows, s.stampMerge(r))
		}
	}
	return &out
}

// stampMerge keeps of each field the later of the page's value and the file's.
func (s *station) stampMerge(r wire.PageRow) wire.PageRow {
	mine := s.w.row(&counter{file: s.store.File}, r.Row.Kind, r.Row.ID)
	if mine == nil || r.Void {
		return r
	}
	for _, wr := range mine.Clocks {
		op := crdt.Op{Kind: r.Row.Kind, ID: r.Row.ID}
		for f := uint8(1); f <= crdt.MaxField; f++ {
			if wr.Mask>>f&1 == 1 && r.Row.Clocks.Of(f).Stamp.Less(wr.Stamp) {
				op.Set = append(op.Set, crdt.FieldSet{Field: f, Value: mine.Get(f), Saw: []crdt.Stamp{r.Row.Clocks.Of(f).Stamp}})
			}
		}
		if len(op.Set) > 0 {
			r.Row.Merge(s.w.schema.Kind(op.Kind), &op, crdt.Written{Stamp: wr.Stamp, By: wr.By})
		}
	}
	return r
}

// plantDropEntry forgets the last entry of a journal while the machine is off.
func (s *station) plantDropEntry() {
	if s.w.o.plant != plantDropEntry {
		return
	}
	file, err := rows.Open(rows.Options{Path: s.path(), Schema: s.w.schema, Migrations: store.LocalTables(), NoSync: true})
	if !s.w.must("open a file to spoil it", err) {
		return
	}
	err = file.Write(s.w.ctx, func(tx *rows.Tx) error {
		return tx.Exec(`DELETE FROM journal WHERE seq=(SELECT max(seq) FROM journal)`)
	})
	s.w.must("spoil a file", err)
	s.w.must("close it", file.Close())
}

// plantTwice sets central's vector of a node back, so that a change is taken a
// second time.
func (h *hub) plantTwice(s *station) {
	if h.w.o.plant != plantTwice || !h.w.faults.chance(200) {
		return
	}
	err := h.office.Central.File.Write(h.w.ctx, func(tx *rows.Tx) error {
		return tx.Exec(`UPDATE origin SET seq=0, hash=zeroblob(32) WHERE origin=?1`, int64(s.seat.origin))
	})
	h.w.must("set a vector back", err)
}

// plantClaim makes a page claim that the current value was on screen.
func (w *World) plantClaim(e desk.Edit) desk.Edit {
	if w.o.plant == plantClaimSeen {
		e.Saw = nil
	}
	return e
}

// plantTwiceAct saves an interaction a second time, of which its author knows nothing.
func (w *World) plantTwiceAct(c *counter, party crdt.ID, in desk.Interaction) {
	if w.o.plant == plantTwiceAct && w.clerks.chance(100) {
		_, err := c.desk.RecordInteraction(w.ctx, c.who, party, in)
		w.must("save twice", err)
	}
}
