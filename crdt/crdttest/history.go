package crdttest

import (
	"fmt"
	"math/bits"
	"strings"

	"pgregory.net/rapid"

	"bough/crdt"
)

// Limits of a history: enough for every tangle of three authors that a law can
// be about, few enough for thousands of cases a second.
const (
	authors  = 3
	maxSteps = 30
)

// Write is one write as every replica gets it.
type Write struct {
	Op crdt.Op
	At crdt.Written // stamp and session, no fields
	// Seq counts the writes of the stamp's origin from 1.
	Seq uint64
	// past holds the writes that the author had made or received before.
	past set
}

// set is a set of indexes of writes.
type set uint64

func (s set) has(i int) bool { return s>>i&1 == 1 }

// History is what several authors wrote to one row.
type History struct {
	Kind *crdt.Kind // nil: a kind that nobody knows
	Row  crdt.ID
	// Writes are in the order in which they were made, which respects causality.
	Writes []Write
	// logs holds what each author ended up with, in the order it arrived.
	logs [authors][]int
}

// author is one of those who write, with a plain replica.
type author struct {
	clock    crdt.Clock
	skewMS   int64
	received set
	log      []int
	seq      uint64
	at       *Memory
}

// Histories draws histories of one row of the kind; k is nil for a kind that
// nobody knows.
func Histories(k *crdt.Kind) *rapid.Generator[*History] {
	return rapid.Custom(func(t *rapid.T) *History {
		steps := rapid.SliceOfN(rapid.Uint32(), 1, maxSteps).Draw(t, "steps")
		return play(k, steps)
	})
}

func play(k *crdt.Kind, steps []uint32) *History {
	h := &History{Kind: k, Row: crdt.MakeID(1, 7)}
	var who [authors]*author
	for i := range who {
		who[i] = &author{
			clock:  crdt.Clock{Origin: crdt.Origin(i + 1)},
			skewMS: int64(mix(uint64(steps[0])+uint64(i)) % 8),
			at:     &Memory{kind: k},
		}
	}
	for n, step := range steps {
		d := dice(mix(uint64(step)<<8 | uint64(n)))
		a := who[d.roll(authors)]
		if d.roll(8) < 3 {
			h.receive(a, who[d.roll(authors)])
		} else {
			h.write(who, a, int64(n), &d)
		}
	}
	for i, a := range who {
		h.logs[i] = a.log
	}
	return h
}

// receive brings a everything that from has.
func (h *History) receive(a, from *author) {
	for _, i := range from.log {
		if !a.received.has(i) {
			h.take(a, i)
		}
	}
}

func (h *History) take(a *author, i int) {
	w := &h.Writes[i]
	a.at.Merge(*w)
	a.received |= 1 << i
	a.log = append(a.log, i)
	if err := a.clock.Observe(w.At.Stamp, 0, -1); err != nil {
		panic(err) // without a limit only a broken clock refuses
	}
}

// write lets a write something; what only central writes, the first author does.
func (h *History) write(who [authors]*author, a *author, now int64, d *dice) {
	op := crdt.Op{Kind: Unknown, ID: h.Row}
	if h.Kind != nil {
		op.Kind = h.Kind.Num
		if h.Kind.Class == crdt.Event && (a != who[0] || a.seq > 0) {
			return // written once, by who minted its id
		}
	}
	row, conflicts := &a.at.row, a.at.conflicts
	if h.clears() && len(row.Clocks) > 0 && d.roll(3) == 0 {
		op.Clear = seen(row, conflicts, d)
	}
	if len(op.Clear) == 0 || d.roll(4) == 0 {
		for f := uint8(1); f <= fieldsOfKind; f++ {
			if h.event() || d.roll(2) == 0 && (a == who[0] || !h.replaced(f)) {
				value := crdt.IntValue(int64(len(h.Writes)))
				op.Set = append(op.Set, crdt.FieldSet{Field: f, Value: value, Saw: saw(row, conflicts, f, d)})
			}
		}
	}
	if len(op.Set) == 0 && len(op.Clear) == 0 {
		return
	}
	a.seq++
	stamp := a.clock.Now(now/2 + a.skewMS)
	by := crdt.MakeID(stamp.Origin, 99)
	h.Writes = append(h.Writes, Write{Op: op, At: crdt.Written{Stamp: stamp, By: by}, Seq: a.seq, past: a.received})
	h.take(a, len(h.Writes)-1)
}

func (h *History) clears() bool { return h.Kind == nil || h.Kind.Class == crdt.Set }
func (h *History) event() bool  { return h.Kind != nil && h.Kind.Class == crdt.Event }

func (h *History) replaced(field uint8) bool {
	return h.Kind != nil && h.Kind.Field(field).Owner.Replaces()
}

// saw is what an author names who writes a field: the current value and some
// of the open conflicts; now and then, writing blind, nothing.
func saw(row *crdt.Row, conflicts []crdt.Conflict, field uint8, d *dice) []crdt.Stamp {
	cur := row.Clocks.Of(field).Stamp
	if cur.IsZero() || d.roll(8) == 0 {
		return nil
	}
	named := []crdt.Stamp{cur}
	for _, c := range conflicts {
		if c.Field == field && c.Closed.IsZero() && d.roll(2) == 0 {
			named = append(named, c.Stamp)
		}
	}
	return named
}

// seen is what an author names who clears an element: all values and, mostly,
// the open conflicts.
func seen(row *crdt.Row, conflicts []crdt.Conflict, d *dice) []crdt.Stamp {
	var named []crdt.Stamp
	for _, w := range row.Clocks {
		named = append(named, w.Stamp)
	}
	for _, c := range conflicts {
		if c.Closed.IsZero() && d.roll(4) > 0 {
			named = append(named, c.Stamp)
		}
	}
	return named
}

// order draws an order of all writes: any at all, or one that respects causality.
func (h *History) order(seed uint64, causal bool) []int {
	var done set
	out := make([]int, 0, len(h.Writes))
	for len(out) < len(h.Writes) {
		best, lowest := -1, uint64(0)
		for i := range h.Writes {
			rank := mix(seed + uint64(i)*7919)
			if !done.has(i) && (!causal || h.ready(i, done)) && (best < 0 || rank < lowest) {
				best, lowest = i, rank
			}
		}
		done |= 1 << best
		out = append(out, best)
	}
	return out
}

// ready: everything that write i names, and what its origin wrote before, is done.
func (h *History) ready(i int, done set) bool {
	w := &h.Writes[i]
	for rest := w.past &^ done; rest != 0; rest &= rest - 1 {
		p := bits.TrailingZeros64(uint64(rest))
		if s := h.Writes[p].At.Stamp; s.Origin == w.At.Stamp.Origin || w.names(s) {
			return false
		}
	}
	return true
}

func (w *Write) names(s crdt.Stamp) bool {
	for _, f := range w.Op.Set {
		if contains(f.Saw, s) {
			return true
		}
	}
	return contains(w.Op.Clear, s)
}

// field finds what w sets; nil when it leaves the field alone.
func (w *Write) field(num uint8) *crdt.FieldSet {
	for i := range w.Op.Set {
		if w.Op.Set[i].Field == num {
			return &w.Op.Set[i]
		}
	}
	return nil
}

// String lists the writes, for a failed test.
func (h *History) String() string {
	var b strings.Builder
	for i, w := range h.Writes {
		fmt.Fprintf(&b, "\n  %d: %s", i, short(w.At.Stamp))
		for _, f := range w.Op.Set {
			fmt.Fprintf(&b, "  f%d=%s saw %s", f.Field, f.Value, shorts(f.Saw))
		}
		if len(w.Op.Clear) > 0 {
			fmt.Fprintf(&b, "  clear %s", shorts(w.Op.Clear))
		}
	}
	return b.String()
}

func short(s crdt.Stamp) string {
	return fmt.Sprintf("%d.%d@%d", s.Millis(), s.Time&0xffff, s.Origin)
}

func shorts(stamps []crdt.Stamp) string {
	var out []string
	for _, s := range stamps {
		out = append(out, short(s))
	}
	return "[" + strings.Join(out, " ") + "]"
}

func contains(stamps []crdt.Stamp, s crdt.Stamp) bool {
	for _, t := range stamps {
		if t == s {
			return true
		}
	}
	return false
}

// dice gives small numbers out of one drawn one.
type dice uint64

func (d *dice) roll(n int) int {
	*d = dice(mix(uint64(*d)))
	return int(uint64(*d) >> 33 % uint64(n))
}

// mix spreads a number over 64 bits, a bijection.
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}
