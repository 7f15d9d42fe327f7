package sim

import (
	"fmt"
	"slices"
	"strings"

	"bough/crdt"
	"bough/node/crm"
	"bough/sync/rows"
)

// verdict is what became of an act that wrote a text.
type verdict uint8

const (
	stood   verdict = iota // central took it, or will have to have it
	refused                // central said so
	perhaps                // it went with a file; somebody else may have had it
)

// judgement reads what central says of changes.
type judgement struct {
	w       *World
	history map[crdt.Origin]map[uint64]crdt.Stamp
	refused map[change]string
}

func (w *World) judgement(head *census) *judgement {
	j := &judgement{w: w, history: map[crdt.Origin]map[uint64]crdt.Stamp{}, refused: map[change]string{}}
	for _, r := range head.rows {
		if r.Kind == crm.Refusal && r.Get(crm.RefusalState).S != crm.RefusalApplied {
			j.refused[change{crdt.Origin(r.Get(crm.RefusalOrigin).I), uint64(r.Get(crm.RefusalSeq).I)}] = r.Get(crm.RefusalCode).S
		}
	}
	return j
}

// took reports whether central's history has a change under its stamp.
func (j *judgement) took(at change, stamp crdt.Stamp) bool {
	if j.history[at.origin] == nil {
		j.history[at.origin] = j.w.hub.history(at.origin)
	}
	return j.history[at.origin][at.seq] == stamp
}

func (j *judgement) of(wr *wrote) (verdict, string) {
	kept := len(wr.forms) == 0
	for _, f := range wr.forms {
		if f.s == nil && mine[rebirths](j.w).lost[f.link] {
			continue
		}
		took := f.s == nil || j.took(f.link, f.stamp)
		if code, no := j.refused[f.link]; no && took {
			return refused, code
		}
		kept = kept || took || !f.lost
	}
	if !kept {
		return perhaps, ""
	}
	return stood, ""
}

// places are where texts stand in a file: as values, current or in conflict.
type place struct {
	row     crdt.ID
	kind    uint8
	settled bool
}

func placesOf(c *census) map[string][]place {
	out := map[string][]place{}
	put := func(v crdt.Value, p place) {
		if text, ok := typedText(v); ok && !slices.ContainsFunc(out[text], func(q place) bool { return q.row == p.row && q.kind == p.kind }) {
			out[text] = append(out[text], p)
		}
	}
	for _, r := range c.rows {
		if derived(r.Kind) {
			continue
		}
		for _, v := range r.Fields {
			put(v, place{r.ID, r.Kind, false})
		}
		for i := range r.Conflicts {
			put(r.Conflicts[i].Value, place{r.ID, r.Kind, !r.Conflicts[i].Closed.IsZero()})
		}
	}
	return out
}

// checkTyped: what was typed stands at head office once, unless somebody who saw
// it wrote something else, or it was refused; and an interaction with whom it was
// typed for.
func (w *World) checkTyped(q *quiet) {
	l, j, at := w.words(), w.judgement(q.head), placesOf(q.head)
	if len(l.doubted) == 0 {
		return // truth knows all of it
	}
	replaced := map[string]bool{}
	for _, text := range l.order {
		for _, wr := range l.texts[text].writes {
			if v, why := j.of(wr); v == stood || w.wasBack(wr) || w.overtaken(why) {
				for _, s := range wr.seen {
					replaced[s] = true
				}
			}
		}
	}
	gone := w.goneRows()
	for _, text := range l.order {
		if slices.ContainsFunc(l.texts[text].rows, func(id crdt.ID) bool { return gone[id] }) {
			continue
		}
		w.checkText(j, text, l.texts[text], at[text], replaced[text])
	}
}

// wasBack reports whether an act of central that went with its disk came back.
func (w *World) wasBack(wr *wrote) bool {
	return slices.ContainsFunc(wr.forms, func(f form) bool { return f.s == nil && mine[rebirths](w).back[f.link] })
}

func (w *World) checkText(j *judgement, text string, t *typed, at []place, replaced bool) {
	if text == "" || strings.HasPrefix(text, "poison") {
		return
	}
	best, code := refused, ""
	for _, wr := range t.writes {
		switch v, why := j.of(wr); {
		case v == stood:
			best = stood
		case v == perhaps && best == refused && code == "":
			best = perhaps
		default:
			code = why
		}
	}
	if best == stood && slices.ContainsFunc(t.rows, w.perhapsGone) {
		best = perhaps
	}
	switch {
	case len(at) > 1:
		w.found("%q was typed once, and stands in %d rows at central", text, len(at))
	case best == stood && len(at) == 0 && !replaced:
		w.found("%q was typed and acknowledged%s, and is not at central", text, t.where())
	case best == refused && code == "session_elsewhere":
		w.found("%q was held for a session of its own workstation%s", text, t.where())
	case best == refused && len(at) == 1 && !at[0].settled && code != "":
		w.found("%q was refused (%s), and stands at central", text, code)
	}
	w.checkWith(j, text, t, at, code)
}

// checkWith: an interaction stands with the customer it was typed for, whatever
// number that one has now.
func (w *World) checkWith(j *judgement, text string, t *typed, at []place, code string) {
	if t.kind != crm.Interaction || t.writes[0].with == (mark{}) {
		return
	}
	err := w.hub.office.Central.File.Read(w.ctx, func(tx *rows.Tx) error {
		if len(at) == 0 {
			// Central may lack the customer when it judges: it was restored, and
			// whoever entered them has not called yet.
			lacked := mine[rebirths](w).times > 0
			if code == "missing_row" && !lacked && w.marked(t.writes[0].with) {
				w.found("%q was refused (%s)%s, and the customer it was typed for is at head office", text, code, t.where())
			}
			return nil
		}
		row, err := tx.Get(crm.Interaction, at[0].row)
		if err != nil || row == nil {
			return err
		}
		m, err := markIn(tx, row.Get(crm.InteractionParty).ID())
		if l := w.words(); m != (mark{}) && l.first(m) != l.first(t.writes[0].with) {
			w.found("%q was typed for a customer made at %d.%d, and stands with the one made at %d.%d", text, t.writes[0].with.epoch, t.writes[0].with.time, m.epoch, m.time)
		}
		return err
	})
	w.must("read whose an interaction is", err)
}

// marked reports whether central has a customer.
func (w *World) marked(m mark) (has bool) {
	l := w.words()
	err := w.hub.office.Central.File.Read(w.ctx, func(tx *rows.Tx) error {
		return tx.Rows(crm.Party, "1=1", func(r *rows.Stored) error {
			has = has || l.first(m) == l.first(markAt(r.Clocks.Of(crm.PartyType).Stamp))
			return nil
		})
	})
	w.must("look for a customer", err)
	return has
}

// history reads what central took of an origin, verbatim: the stamps by number.
func (h *hub) history(origin crdt.Origin) map[uint64]crdt.Stamp {
	stamps := map[uint64]crdt.Stamp{}
	err := h.office.Central.File.Read(h.w.ctx, func(tx *rows.Tx) error {
		return tx.Query(`SELECT frame FROM taken WHERE origin=?1 ORDER BY last`, func(st *rows.Stmt) error {
			push, err := h.w.codec.DecodePush(rows.Blob(st, 0))
			if err != nil {
				return err
			}
			for _, c := range push.Ranges[0].Changes {
				stamps[c.Seq] = c.Stamp
			}
			return nil
		}, int64(origin))
	})
	h.w.must("read what was taken", err)
	return stamps
}

// elsewhere are the changes of an origin that stand in central's history of another.
func (h *hub) elsewhere(origin crdt.Origin) map[uint64]bool {
	forms := map[crdt.Stamp]uint64{}
	err := h.office.Central.File.Read(h.w.ctx, func(tx *rows.Tx) error {
		return tx.Query(`SELECT seq, stamp FROM former_form WHERE origin=?1`, func(st *rows.Stmt) error {
			stamp, err := crdt.DecodeStamp(rows.Blob(st, 1))
			forms[stamp] = uint64(st.ColumnInt64(0))
			return err
		}, int64(origin))
	})
	h.w.must("read what was taken in another form", err)
	out := map[uint64]bool{}
	for stamp, seq := range forms {
		for _, took := range h.history(stamp.Origin) {
			out[seq] = out[seq] || took == stamp
		}
	}
	return out
}

// namesDoubted reports whether a value names a row whose id more than one file
// may have given out: it refers to it, or is a grant that overrides it.
func (w *World) namesDoubted(at cell, v crdt.Value) bool {
	op := &crdt.Op{Kind: at.kind, ID: at.row, Set: []crdt.FieldSet{{Field: at.field, Value: v}}}
	return slices.ContainsFunc(crm.NamedIn(w.schema, op)[1:], func(id crdt.ID) bool { return w.doubted(id.Origin()) })
}

// where tells in which forms a text stands.
func (t *typed) where() (out string) {
	for _, wr := range t.writes {
		for _, f := range wr.forms {
			name := "central"
			if f.s != nil {
				name = f.s.name
			}
			out += fmt.Sprintf(" (%s %d/%d lost=%t)", name, f.link.origin, f.link.seq, f.lost)
		}
	}
	return out
}

// goneRows are the ids that went with somebody who was ordered erased: those that
// central knows, and those that it never had, for their author heard of the order
// before they were sent.
func (w *World) goneRows() map[crdt.ID]bool {
	out := w.erasedRows()
	for at := range w.truth.gone {
		if !w.unsure(at.kind, at.row) {
			out[at.row] = true
		}
	}
	return out
}

// perhapsGone reports whether a row went with somebody who was ordered erased, if it
// hung on them: a copy may have given their number to somebody else, too.
func (w *World) perhapsGone(id crdt.ID) bool {
	for at := range w.truth.gone {
		if at.row == id {
			return true
		}
	}
	return false
}

// erasedRows are the ids that head office ordered erased; none while it is down.
func (w *World) erasedRows() map[crdt.ID]bool {
	out := map[crdt.ID]bool{}
	if !w.hub.up {
		return out
	}
	err := w.hub.office.Central.File.Read(w.ctx, func(tx *rows.Tx) error {
		ids, err := tx.IDs(`SELECT row_id FROM erased_row`)
		for _, id := range ids {
			out[id] = true
		}
		return err
	})
	w.must("read what was erased", err)
	return out
}
