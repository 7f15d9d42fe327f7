package sim

import (
	"bough/crdt"
	"bough/node/desk"
)

// outageOfTwins is how long the line is down while twins are at work.
const outageOfTwins = 12 * 60_000

// twins are the worst of copies: in an outage both files give the same number to
// another customer, and a third workstation writes of one of them.
func (w *World) twinsAtWork() {
	s := pick(w.faults, w.stations)
	var third *station
	for _, o := range w.working() {
		if o != s && o.seat.branch == s.seat.branch && o.seat.origin != s.seat.origin {
			third = o
		}
	}
	n := len(w.stations)
	if third == nil || !s.up || s.claim != nil {
		return
	}
	if w.clone(s); len(w.stations) == n || len(w.failures) > 0 {
		return
	}
	t, l, b := w.stations[n], mine[lanState](w), s.seat.branch
	if l.cut == nil {
		l.cut, l.apart = map[int64]bool{}, map[*station]bool{}
	}
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
