package sim

import (
	"fmt"
	"slices"
	"strings"

	"bough/crdt"
	"bough/node/crm"
	"bough/sync/journal"
	"bough/sync/rows"
)

// ledger is what was typed, by its words: files that are copies give numbers,
// ids and stamps out twice, and write them anew, but no clerk types a text
// twice. It holds what truth cannot know of them.
type ledger struct {
	texts    map[string]*typed
	order    []string
	shown    map[shownAt]string // what a stamp stands for on a screen
	doubted  map[crdt.Origin]bool
	touched  map[cell]bool // rows that doubted files wrote to; field 0
	followed map[crdt.ID]anew
}

type shownAt struct {
	kind, field uint8
	stamp       crdt.Stamp
}

// anew is the id that a row got instead of another one, and the branch that is
// told.
type anew struct {
	id     crdt.ID
	branch int64
}

// typed is a text, and the acts that wrote it: who settles a conflict writes one
// of its values again.
type typed struct {
	kind, field uint8
	rows        []crdt.ID // all ids that its row had
	writes      []*wrote
}

// wrote is one act that wrote a text, in all forms that it has.
type wrote struct {
	forms []form
	seen  []string // texts on the screen that it replaced
	with  mark     // whose an interaction is
}

// form is a change as it stands in a journal.
type form struct {
	s     *station
	link  change
	stamp crdt.Stamp
	lost  bool // with the file
}

// mark tells a customer whatever number they have: by when they were made.
type mark struct {
	epoch uint16
	time  uint64
}

func (w *World) words() *ledger {
	l := mine[ledger](w)
	if l.texts == nil {
		*l = ledger{texts: map[string]*typed{}, shown: map[shownAt]string{}, doubted: map[crdt.Origin]bool{}, touched: map[cell]bool{}, followed: map[crdt.ID]anew{}}
	}
	return l
}

// typedText is a text that nobody types twice: a word and a number of at least
// five digits.
func typedText(v crdt.Value) (string, bool) {
	word, _, _ := strings.Cut(v.S, "\n")
	name, number, ok := strings.Cut(word, " ")
	ok = ok && v.T == crdt.Text && len(number) >= 5 && strings.Trim(number, "0123456789") == "" && strings.Trim(name, "abcdefghijklmnopqrstuvwxyz") == ""
	return v.S, ok
}

// doubt makes an origin one of which more than one file may speak.
func (w *World) doubt(origin crdt.Origin) { w.words().doubted[origin] = true }

func (w *World) doubted(origin crdt.Origin) bool { return w.words().doubted[origin] }

// unsure reports whether truth cannot follow a row: files that are copies wrote
// to it, or gave it its id.
func (w *World) unsure(kind uint8, id crdt.ID) bool {
	return w.doubted(id.Origin()) || w.words().touched[cell{kind, id, 0}]
}

// spell notes the texts of a change that was just written.
func (l *ledger) spell(s *station, c *journal.Change, on screen) {
	for i := range c.Bodies {
		op := &c.Bodies[i].Op
		if c.Bodies[i].Closed() {
			continue
		}
		if l.doubted[c.Origin] {
			l.touched[cell{op.Kind, op.ID, 0}] = true
		}
		for j := range op.Set {
			f := &op.Set[j]
			at := cell{op.Kind, op.ID, f.Field}
			text, ok := typedText(f.Value)
			if !ok {
				text = "" // who settles may write again what the core gave
			}
			if !ok && len(l.read(at, on[at])) == 0 {
				continue
			}
			wr := &wrote{forms: []form{{s: s, link: change{c.Origin, c.Seq}, stamp: c.Stamp}}, seen: l.read(at, on[at])}
			if s != nil && op.Kind == crm.Interaction {
				wr.with = s.markOf(op)
			}
			l.add(at, text, wr)
			l.texts[text].rows = append(l.texts[text].rows, refsOf(s, op)...)
			if ok {
				l.shown[shownAt{op.Kind, f.Field, c.Stamp}] = text
			}
		}
		for _, st := range op.Clear { // what stood there was seen
			if text := l.shown[shownAt{op.Kind, crm.ReachValue, st}]; text != "" && l.texts[text] != nil {
				l.texts[text].writes = append(l.texts[text].writes, &wrote{seen: []string{text}})
			}
		}
	}
}

func (l *ledger) add(at cell, text string, wr *wrote) {
	if l.texts[text] == nil {
		l.texts[text] = &typed{kind: at.kind, field: at.field}
		l.order = append(l.order, text)
	}
	l.texts[text].rows = append(l.texts[text].rows, at.row)
	l.texts[text].writes = append(l.texts[text].writes, wr)
}

// read is what stood under stamps on a screen.
func (l *ledger) read(at cell, stamps []crdt.Stamp) (out []string) {
	for _, st := range stamps {
		if text := l.shown[shownAt{at.kind, at.field, st}]; text != "" {
			out = append(out, text)
		}
	}
	return out
}

// markOf tells whose an interaction is that was just written here.
func (s *station) markOf(op *crdt.Op) (m mark) {
	err := s.store.File.Read(s.w.ctx, func(tx *rows.Tx) error {
		row, err := tx.Get(op.Kind, op.ID)
		if err != nil || row == nil {
			return err
		}
		m, err = markIn(tx, row.Get(crm.InteractionParty).ID())
		return err
	})
	s.w.must("read whose an interaction is", err)
	return m
}

func markIn(tx *rows.Tx, party crdt.ID) (m mark, err error) {
	row, err := tx.Get(crm.Party, party)
	if err == nil && row != nil {
		made := row.Clocks.Of(crm.PartyType).Stamp
		m = mark{made.Epoch, made.Time}
	}
	return m, err
}

// respell notes that a change stands in another form now.
func (l *ledger) respell(s *station, f *journal.Former, c *journal.Change) {
	was := change{f.Origin, f.Seq}
	for i := range c.Bodies {
		op := &c.Bodies[i].Op
		l.touched[cell{op.Kind, op.ID, 0}] = true
		for j := range op.Set {
			text, ok := typedText(op.Set[j].Value)
			if !ok {
				text = ""
			}
			if l.texts[text] == nil {
				continue
			}
			l.shown[shownAt{op.Kind, op.Set[j].Field, c.Stamp}] = text
			l.texts[text].rows = append(l.texts[text].rows, op.ID)
			for _, wr := range l.texts[text].writes {
				if slices.ContainsFunc(wr.forms, func(x form) bool { return x.link == was && x.stamp == f.Stamp }) {
					wr.forms = append(wr.forms, form{s: s, link: change{c.Origin, c.Seq}, stamp: c.Stamp})
				}
			}
		}
	}
	for was, is := range f.IDs {
		l.followed[was] = anew{is, s.seat.branch}
	}
}

// forget notes that a file is gone, with what it wrote as an origin after a number.
func (l *ledger) forget(s *station, origin crdt.Origin, after uint64) {
	for _, text := range l.order {
		for _, wr := range l.texts[text].writes {
			for i := range wr.forms {
				if f := &wr.forms[i]; f.s == s && (f.link.origin != origin || f.link.seq > after) {
					f.lost = true
				}
			}
		}
	}
}

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
			if v, _ := j.of(wr); v == stood {
				for _, s := range wr.seen {
					replaced[s] = true
				}
			}
		}
	}
	gone := w.erasedRows()
	for _, text := range l.order {
		if slices.ContainsFunc(l.texts[text].rows, func(id crdt.ID) bool { return gone[id] }) {
			continue
		}
		w.checkText(j, text, l.texts[text], at[text], replaced[text])
	}
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
	switch {
	case len(at) > 1:
		w.found("%q was typed once, and stands in %d rows at central", text, len(at))
	case best == stood && len(at) == 0 && !replaced:
		w.found("%q was typed and acknowledged%s, and is not at central", text, t.where())
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
			if code == "missing_row" && !lacked && w.marked(t.writes[0].with) && !j.restsOnFormerSession(t) {
				w.found("%q was refused (%s)%s, and the customer it was typed for is at head office", text, code, t.where())
			}
			return nil
		}
		row, err := tx.Get(crm.Interaction, at[0].row)
		if err != nil || row == nil {
			return err
		}
		m, err := markIn(tx, row.Get(crm.InteractionParty).ID())
		if m != (mark{}) && m != t.writes[0].with {
			w.found("%q was typed for a customer made at %d.%d, and stands with the one made at %d.%d", text, t.writes[0].with.epoch, t.writes[0].with.time, m.epoch, m.time)
		}
		return err
	})
	w.must("read whose an interaction is", err)
}

// marked reports whether central has a customer.
func (w *World) marked(m mark) (has bool) {
	err := w.hub.office.Central.File.Read(w.ctx, func(tx *rows.Tx) error {
		return tx.Rows(crm.Party, "1=1", func(r *rows.Stored) error {
			made := r.Clocks.Of(crm.PartyType).Stamp
			has = has || m == mark{made.Epoch, made.Time}
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

// namesDoubted reports whether a value refers to a row whose id more than one
// file may have given out.
func (w *World) namesDoubted(at cell, v crdt.Value) bool {
	k := w.schema.Kind(at.kind)
	f := k != nil && k.Field(at.field) != nil && k.Field(at.field).Ref != 0
	return f && !v.IsNull() && w.doubted(v.ID().Origin())
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

// erasedRows are the ids that head office ordered erased.
func (w *World) erasedRows() map[crdt.ID]bool {
	out := map[crdt.ID]bool{}
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

// refsOf are the rows that an op refers to.
func refsOf(s *station, op *crdt.Op) []crdt.ID {
	if s == nil {
		return nil
	}
	return crm.NamedIn(s.w.schema, op)[1:]
}
