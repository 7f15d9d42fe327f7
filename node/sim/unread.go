package sim

import (
	"encoding/binary"
	"errors"
	"hash/crc32"
	"slices"

	"bough/crdt"
	"bough/node/crm"
	"bough/node/desk"
	"bough/sync/replica"
	"bough/sync/rows"
	"bough/sync/wire"
)

// Unread is the fault of rows of the feed that workstations cannot read.
const Unread Fault = "unread"

// Limits of it.
const (
	bentAmong  = 25         // of the newest rows of the feeds: somebody has still to read them
	bentForMS  = 5 * hourMS // at most, until it is repaired at central
	asideAskMS = hourMS     // how often rows that were set aside are asked for
)

// unreadables are rows that central's program writes so that workstations cannot
// read them: their feeds go on, and the rows come once they can be read.
func unreadables() feature {
	return feature{
		faults:   []fault{{Unread, "rows of the feed cannot be read by workstations, until they are repaired"}},
		nemeses:  []nemesis{{Unread, 4, (*World).bend}},
		stories:  []story{{Unread, 5, (*World).withdrawnUnread}},
		routes:   []route{{"ask", "row", (*hub).byNumber, (*station).toldAgain}},
		opened:   (*station).askLater,
		heal:     func(w *World) { mine[bent](w).rows = nil },
		restless: (*World).lacking,
		checks:   []check{{2, "what can be read is set aside nowhere", (*World).checkAside}},
		situations: []string{"a page is asked for in parts", "a row of the feed is set aside", "a row that was set aside can be read",
			"a row that was set aside comes with a later number", "a row that was set aside has another number", "a withdrawal may be among what was set aside"},
	}
}

// bent are the rows that cannot be read.
type bent struct{ rows []cell }

func (b *bent) has(kind uint8, id crdt.ID) bool { return slices.Contains(b.rows, cell{kind, id, 0}) }

// bend makes one of the newest rows one that cannot be read, for a while.
func (w *World) bend() {
	if !w.hub.up {
		return
	}
	var newest []cell
	err := w.hub.office.Central.File.Read(w.ctx, func(tx *rows.Tx) error {
		return tx.Query(`SELECT DISTINCT kind, row_id FROM feed WHERE void=0 ORDER BY n DESC, scope LIMIT ?1`, func(s *rows.Stmt) error {
			newest = append(newest, cell{uint8(s.ColumnInt64(0)), crdt.ID(s.ColumnInt64(1)), 0})
			return nil
		}, bentAmong)
	})
	if !w.must("read the newest rows", err) || len(newest) == 0 {
		return
	}
	w.bendRow(pick(w.faults, newest), w.faults.between(60_000, bentForMS))
}

// bendRow makes a row one that workstations cannot read, for a while at most.
func (w *World) bendRow(row cell, forMS int64) (repair func()) {
	b := mine[bent](w)
	w.say("central", "row %d of kind %d cannot be read by workstations", row.row, row.kind)
	b.rows = append(b.rows, row)
	repair = func() {
		w.say("central", "row %d of kind %d can be read again", row.row, row.kind)
		b.rows = slices.DeleteFunc(b.rows, func(c cell) bool { return c == row })
	}
	w.after(forMS, repair)
	return repair
}

// withdrawnUnread is a withdrawal, and a customer, that nobody can read. The
// customer is edited again while a workstation that has set them aside is away
// from the line: it asks for the number that they had.
func (w *World) withdrawnUnread() {
	s, c := w.somewhere()
	if s == nil {
		return
	}
	l := w.open(c, w.someone(c))
	if l == nil {
		return
	}
	w.lineBack(s.seat.branch)
	saved, err := c.desk.RecordConsent(w.ctx, c.who, l.party, desk.ConsentAct{Purpose: crm.Purposes[0], Channel: crm.ConsentChannels[0], Withdraw: true, Evidence: "form"})
	w.did(c, "withdraw", saved, err, nil)
	w.change(c, l, "memo")
	w.bendRow(cell{crm.Consent, saved.ID, 0}, hourMS)
	repair := w.bendRow(cell{crm.Party, l.party, 0}, hourMS)
	again := func() {
		if c := w.staffed(s); c != nil {
			if l := w.open(c, l.party); l != nil {
				w.change(c, l, "memo")
			}
		}
	}
	var t *station
	w.once(func() bool { t = w.setsAside(l.party, s); return t != nil }, func() {
		t.unplugged(40_000)
		w.then(1_000, again)
		w.then(39_999, repair)
		w.then(40_001, func() {
			if t.on() {
				t.askForAside()
			}
			again()
		})
	})
}

// setsAside is a workstation that has set a customer aside, but for one; nil: there
// is none.
func (w *World) setsAside(party crdt.ID, but *station) *station {
	for _, t := range w.working() {
		list, err := t.store.Asides(w.ctx)
		if w.must("read what was set aside", err) && t != but && slices.ContainsFunc(list, func(a rows.Aside) bool { return a.ID == party }) {
			return t
		}
	}
	return nil
}

// bends makes the frame of a page one that cannot be read to its end, where it has
// such a row: with a byte too many in the first section behind the header.
func (w *World) bends(page *wire.Page, frame []byte) []byte {
	b := mine[bent](w)
	if !slices.ContainsFunc(page.Rows, func(r wire.PageRow) bool { return !r.Void && b.has(r.Row.Kind, r.Row.ID) }) {
		return frame
	}
	const atRaw, atSum, header = 12, 32, 36 // PROTOCOL.md
	size := binary.BigEndian.Uint32(frame[atRaw:])
	frame = slices.Insert(frame, header+int(size), 0)
	binary.BigEndian.PutUint32(frame[atRaw:], size+1)
	table := crc32.MakeTable(crc32.Castagnoli)
	binary.BigEndian.PutUint32(frame[atSum:], crc32.Update(crc32.Checksum(frame[:atSum], table), table, frame[header:]))
	return frame
}

// inParts takes a page of which not all rows can be read.
func (s *station) inParts(p *parcel, err error) bool {
	unread := (*wire.UnreadError)(nil)
	if !errors.As(err, &unread) {
		return false
	}
	s.w.saw("a page is asked for in parts")
	s.step(replica.Unread{Ticket: p.ticket, Rows: unread.Rows, Until: unread.Until, Detail: err.Error()})
	return true
}

// tellAside notes what is set aside, which must be what was bent.
func (s *station) tellAside(a rows.Aside) {
	s.w.say(s.name, "row %d of kind %d, number %d of scope %d, is set aside: %s", a.ID, a.Kind, a.N, a.Scope, a.Why)
	s.w.saw("a row of the feed is set aside")
	if a.Kind == crm.Consent || a.Kind == crm.Link {
		s.w.saw("a withdrawal may be among what was set aside")
	}
}

// askLater asks now and then for what was set aside, as uplink does.
func (s *station) askLater() {
	s.store.OnAside(s.tellAside)
	life := s.life
	s.w.after(s.w.faults.between(1_000, asideAskMS), func() { s.askNow(life) })
}

func (s *station) askNow(life int) {
	if !s.up || s.life != life || s.w.done {
		return
	}
	s.askForAside()
	if !s.w.healed {
		s.w.after(asideAskMS, func() { s.askNow(life) })
	}
}

// askForAside asks for each row that was set aside, and reports whether there were
// any. As in uplink, whose number is not certified yet asks for nothing.
func (s *station) askForAside() bool {
	list, err := s.store.Asides(s.w.ctx)
	s.w.must("read what was set aside", err)
	if s.claim != nil {
		return len(list) > 0
	}
	for _, a := range list {
		frame, err := s.w.codec.EncodePull(&wire.Pull{Scope: a.Scope, Since: a.Since, Limit: 1})
		if s.w.must("encode a pull", err) {
			s.send(parcel{what: "ask", frame: frame, aside: a}, timeoutMS)
		}
	}
	return len(list) > 0
}

// byNumber gives one row.
func (h *hub) byNumber(p parcel) (parcel, bool) {
	answer, ok := h.pageFor(p, 0)
	answer.what, answer.aside = "row", p.aside
	return answer, ok
}

// toldAgain takes it.
func (s *station) toldAgain(p parcel) {
	page, err := s.w.codec.DecodePage(p.frame)
	if s.w.unreadable(&p, err) {
		return
	}
	readable, err := s.store.Again(s.w.ctx, p.aside, page)
	if !s.w.must("take a row that was set aside", err) {
		return
	}
	switch {
	case readable:
		s.w.saw("a row that was set aside can be read")
		s.step(replica.News{Scope: p.aside.Scope})
	case len(page.Aside) == 0:
		s.w.saw("a row that was set aside has another number")
	}
}

// comeAnew counts rows of a page that were set aside when they had another number.
func (s *station) comeAnew(page *wire.Page) {
	if !s.w.o.has(Unread) {
		return
	}
	list, err := s.store.Asides(s.w.ctx)
	s.w.must("read what was set aside", err)
	for _, a := range list {
		if slices.ContainsFunc(page.Rows, func(r wire.PageRow) bool { return r.Row.Kind == a.Kind && r.Row.ID == a.ID && r.N > a.N }) {
			s.w.saw("a row that was set aside comes with a later number")
		}
	}
}

// lacking says who still lacks a row, and makes it ask.
func (w *World) lacking() string {
	for _, s := range w.stations {
		if s.up && s.askForAside() {
			return s.name + " has set rows aside"
		}
	}
	return ""
}

// checkAside: nothing is bent any more, so nothing may be aside.
func (w *World) checkAside(*quiet) {
	for _, s := range w.stations {
		if list, err := s.store.Asides(w.ctx); w.must("read what was set aside", err) && len(list) > 0 {
			w.found("%s has rows aside that can be read: %+v", s.name, list)
		}
	}
}
