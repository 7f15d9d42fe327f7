package sim

import (
	"reflect"
	"slices"

	"bough/node/desk"
)

// feature is one part of what happens in the world: its faults, what they do,
// what must hold at quiet, and what the gate wants to have seen. Each lives in a
// file of its own and has one line in the table of features. Every field may be
// empty.
type feature struct {
	faults     []fault
	nemeses    []nemesis
	orders     []order
	stories    []story
	acts       []deed
	routes     []route
	refusals   []refusal
	checks     []check
	opened     func(*station)       // a workstation's process began: its store and desk are open
	heal       func(*World)         // ends this feature's trouble; all is on when it returns
	fates      func(*World, *quiet) // before the checks: marks acts that are gone for a reason, as refused
	restless   func(*World) string  // what still moves after heal; empty when nothing does
	situations []string             // what the gate must have seen often enough
}

// fault is a word of -faults.
type fault struct {
	name  Fault
	means string
}

// nemesis is one random thing that goes wrong. It may find that it cannot, and
// then does nothing.
type nemesis struct {
	fault  Fault
	weight int // against the other nemeses; 2 is usual, 7 is often
	do     func(*World)
}

// order is one random act of head office or of the core's feed, while central
// is up. It belongs to the fault Feed.
type order struct {
	weight int
	do     func(*World)
}

// deed is one random act of somebody at a counter. It ends in World.did.
type deed struct {
	weight int
	do     func(*World, *counter)
}

// route is a question of a workstation and the answer of central. An empty ask
// is of what is only answered.
type route struct {
	ask, answer string
	serve       func(*hub, parcel) (answer parcel, ok bool) // not ok: nothing is answered
	receive     func(*station, parcel)
}

// refusal is a code with which central may refuse a change, and whether it had a
// reason to.
type refusal struct {
	code   string
	reason func(*World, *act) bool // nil: always
}

// check is what must hold at quiet. It tells what it finds with World.found.
type check struct {
	promise int // of DESIGN section 10
	name    string
	do      func(*World, *quiet)
}

// quiet is the world at rest, as the files have it.
type quiet struct {
	head *census   // central
	here []*census // as World.stations
}

// all flattens one field of all features.
func all[T any](features []feature, field func(*feature) []T) (out []T) {
	for i := range features {
		out = append(out, field(&features[i])...)
	}
	return out
}

// mine is what a feature keeps of a world: one T for each world, empty at first.
func mine[T any](w *World) *T {
	key := reflect.TypeFor[T]()
	if w.parts[key] == nil {
		w.parts[key] = new(T)
	}
	return w.parts[key].(*T)
}

// cast are the nemeses of a run with their weights. Where all faults are on,
// each seed has its own mood: it favours some and leaves others out.
func (w *World) cast() {
	moody := w.o.every()
	for _, n := range all(w.features, func(f *feature) []nemesis { return f.nemeses }) {
		if w.o.has(n.fault) {
			if moody {
				n.weight *= pick(w.faults, []int{0, 1, 1, 3})
			}
			w.nemeses = append(w.nemeses, n)
		}
	}
	w.orders = all(w.features, func(f *feature) []order { return f.orders })
	w.deeds = all(w.features, func(f *feature) []deed { return f.acts })
}

// draw picks one of a table by weight; nil when nothing has any.
func draw[T any](d *dice, table []T, weight func(*T) int) *T {
	weights, total := make([]int, len(table)), 0
	for i := range table {
		weights[i] = weight(&table[i])
		total += weights[i]
	}
	if total == 0 {
		return nil
	}
	return &table[d.weighed(weights)]
}

// trouble is one random thing that goes wrong, or that head office does.
func (w *World) trouble() {
	if n := draw(w.faults, w.nemeses, func(n *nemesis) int { return n.weight }); n != nil {
		n.do(w)
	}
}

// actAt is one random act at a counter.
func (w *World) actAt(c *counter) {
	if d := draw(w.clerks, w.deeds, func(d *deed) int { return d.weight }); d != nil {
		d.do(w, c)
	}
}

// asked is the route of a question, answered that of an answer.
func (w *World) asked(what string) *route {
	return w.routeOf(func(r route) bool { return r.ask == what && r.serve != nil })
}
func (w *World) answered(what string) *route {
	return w.routeOf(func(r route) bool { return r.answer == what && r.receive != nil })
}

func (w *World) routeOf(is func(route) bool) *route {
	for i := range w.features {
		if at := slices.IndexFunc(w.features[i].routes, is); at >= 0 {
			return &w.features[i].routes[at]
		}
	}
	return nil
}

// clerk makes somebody at a workstation do something.
func (w *World) clerk(s *station) {
	who := s.signIn()
	if who == nil || len(w.failures) > 0 {
		return
	}
	w.actAt(s.counter(who))
}

// counter is a workstation with somebody at it.
func (s *station) counter(who *desk.Who) *counter {
	return &counter{name: s.name, branch: s.seat.branch, desk: s.desk, file: s.store.File, who: who, looks: &s.looks, unsure: &s.unsure, harvest: s.harvest}
}
