package sim

import (
	"bough/crdt"
	"bough/node/desk"
	"bough/sync/central"
	"bough/sync/rows"
)

// outageOfTwins is how long the line is down while twins are at work.
const outageOfTwins = 12 * 60_000

// twins are the worst of copies: in an outage both files give the same number to
// another customer, and a third workstation writes of one of them.
func (w *World) twinsAtWork() {
	s := pick(w.faults, w.stations)
	third, n := w.thirdOf(s), len(w.stations)
	if third == nil || !s.up || s.claim != nil {
		return
	}
	if w.clone(s); len(w.stations) == n || len(w.failures) > 0 {
		return
	}
	t, l, b := w.stations[n], mine[lanState](w), s.seat.branch
	l.init()
	w.cut[b], l.apart[s] = true, true
	w.after(outageOfTwins, func() { w.cut[b] = false })
	w.after(outageOfTwins/3, func() { delete(l.apart, s) })
	w.after(10_000, func() { w.meets(t) })
	w.after(10_000+w.faults.between(0, 60_000), func() { w.meets(s) })
	w.after(90_000, func() { w.writesOf(third, s.seat.origin) })
}

// meets makes somebody at a workstation enter a new customer.
func (w *World) meets(s *station) {
	if !s.up || w.healed || w.nowMS < s.pause {
		return
	}
	if c := w.counterAt(s); c != nil {
		w.prospect(c)
	}
}

// writesOf makes somebody talk to the customer that an origin entered last, and
// edit their page.
func (w *World) writesOf(s *station, origin crdt.Origin) {
	if !s.up || w.healed || w.nowMS < s.pause {
		return
	}
	c := w.counterAt(s)
	if c == nil {
		return
	}
	var id crdt.ID
	for _, p := range w.parties(c) {
		if p.Origin() == origin {
			id = p
		}
	}
	l := w.open(c, id)
	if l == nil {
		return
	}
	w.saw("a third workstation writes of a twin's customer")
	saved, err := c.desk.RecordInteraction(w.ctx, c.who, id, desk.Interaction{Channel: "counter", Text: w.text("note")})
	w.did(c, "interaction", saved, err, nil)
}

// restsOnATwin is a customer whom a twin enters in an outage, and a third
// workstation's act about them that comes to head office before the twin's: under
// that number head office has whom the other twin entered.
func (w *World) restsOnATwin() {
	s := pick(w.faults, w.stations)
	third, n, l, b := w.thirdOf(s), len(w.stations), mine[lanState](w), s.seat.branch
	if third == nil || !s.up || s.claim != nil {
		return
	}
	if w.clone(s); len(w.stations) == n || len(w.failures) > 0 {
		return
	}
	t := w.stations[n]
	l.init()
	w.rest(b, 150_000)
	l.apart[s] = true
	w.cutOff(b, 50_000)
	w.then(5_000, func() { w.meets(s) })
	w.then(w.faults.between(6_000, 12_000), func() { w.meets(t) })
	w.then(30_000, func() { w.writesOf(third, s.seat.origin) })
	w.then(40_000, func() { l.cut[b], third.cutUp, t.cutUp = true, true, true })
	w.after(90_000, func() { third.cutUp = false })
	w.after(140_000, func() {
		t.cutUp, l.cut[b] = false, false
		delete(l.apart, s)
	})
}

// waitsForCopies counts what is held until a copy's work comes.
func (w *World) waitsForCopies() {
	if mine[selves](w).twins == 0 {
		return
	}
	err := w.hub.office.Central.File.Read(w.ctx, func(tx *rows.Tx) error {
		n, _, err := tx.Int(`SELECT count(*) FROM held WHERE code=?1`, central.CodeCopied)
		if n > 0 {
			w.saw("a change waits for what a copy wrote")
		}
		return err
	})
	w.must("read what is held", err)
}

// thirdOf is another workstation of the branch that is on; nil: there is none.
func (w *World) thirdOf(s *station) (third *station) {
	for _, o := range w.working() {
		if o != s && o.seat.branch == s.seat.branch && o.seat.origin != s.seat.origin {
			third = o
		}
	}
	return third
}
