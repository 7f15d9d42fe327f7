package crdt_test

import (
	"cmp"
	"maps"
	"math/rand/v2"
	"slices"

	"bough/crdt"
	"bough/crdt/crdttest"
)

// A model of how bough syncs, over the real merge and clock: journal up, state
// feed down, neighbours sideways, clocks that are off, one row. Central refuses
// a share of what it gets. What truly happened before what is kept on the side.

// flaws are wrong designs that the model must be able to tell from the right one.
type flaws struct {
	// feedByStamp: a feed row is merged by stamp instead of replacing the row.
	feedByStamp bool
	// onlyOlder: a write is concurrent only if what it saw is older than the
	// current value, not whenever it differs.
	onlyOlder bool
}

// act is one change of one origin; acts of a schedule fit a 64-bit set.
type act struct {
	op     crdt.Op
	at     crdt.Written
	seq    int
	bit    uint64
	past   uint64 // what its author had received
	origin crdt.Origin
}

// holder is a node, or central.
type holder struct {
	branch    int
	clock     crdt.Clock
	skewMS    int64
	seq       int
	row       crdt.Row
	conflicts []crdt.Conflict
	journal   map[crdt.Origin][]*act
	vector    map[crdt.Origin]int
	seen      uint64
}

// schedule is one run of the model.
type schedule struct {
	flaws
	rand    *rand.Rand
	refuses float64
	kind    *crdt.Kind
	nodes   []*holder
	central *holder
	acts    []*act
	refused uint64
	nowMS   int64
}

// outcome is what is wrong after quiet.
type outcome struct{ lost, diverged, otherConflicts, unsent int }

func (s *schedule) newHolder(origin, branch int) *holder {
	return &holder{
		branch: branch, clock: crdt.Clock{Origin: crdt.Origin(origin)},
		journal: map[crdt.Origin][]*act{}, vector: map[crdt.Origin]int{},
		row: crdt.Row{Kind: s.kind.Num, ID: crdt.MakeID(1, 1)},
	}
}

// play runs the schedule of a seed and reports what it left behind.
func play(seed uint64, kind *crdt.Kind, refuses float64, f flaws) outcome {
	s := &schedule{flaws: f, rand: rand.New(rand.NewPCG(seed, 7)), refuses: refuses, kind: kind}
	s.central = s.newHolder(100, -1)
	for b := range 1 + s.rand.IntN(3) {
		for range 1 + s.rand.IntN(3) {
			n := s.newHolder(len(s.nodes)+1, b)
			n.skewMS = []int64{0, 0, s.rand.Int64N(101) - 50}[s.rand.IntN(3)]
			s.nodes = append(s.nodes, n)
		}
	}
	s.nowMS = 1000
	for range 5 + s.rand.IntN(56) {
		s.step()
	}
	for range len(s.nodes) + 3 {
		for _, n := range s.nodes {
			s.push(n)
		}
	}
	for _, n := range s.nodes {
		s.pull(n)
	}
	return s.judge()
}

func (s *schedule) step() {
	s.nowMS += s.rand.Int64N(21)
	n := s.nodes[s.rand.IntN(len(s.nodes))]
	switch dice := s.rand.Float64(); {
	case dice < .45:
		s.write(n)
	case dice < .65:
		peer := s.nodes[s.rand.IntN(len(s.nodes))]
		if peer != n && peer.branch == n.branch {
			s.sideways(peer, n)
		}
	case dice < .85:
		s.push(n)
		if s.rand.Float64() < .8 {
			s.pull(n)
		}
	default:
		s.push(n)
	}
}

func (s *schedule) write(n *holder) {
	op := crdt.Op{Kind: s.kind.Num, ID: n.row.ID}
	if s.kind.Class == crdt.Set && len(n.row.Clocks) > 0 && s.rand.IntN(4) == 0 {
		for _, w := range n.row.Clocks {
			op.Clear = append(op.Clear, w.Stamp)
		}
	} else {
		field := uint8(1 + s.rand.IntN(2))
		set := crdt.FieldSet{Field: field, Value: crdt.IntValue(int64(len(s.acts)))}
		if cur := n.row.Clocks.Of(field).Stamp; !cur.IsZero() {
			set.Saw = append(set.Saw, cur)
		}
		for _, c := range n.conflicts {
			if c.Field == field && c.Closed.IsZero() && s.rand.IntN(4) == 0 {
				set.Saw = append(set.Saw, c.Stamp)
			}
		}
		op.Set = append(op.Set, set)
	}
	n.seq++
	stamp := n.clock.Now(s.nowMS + n.skewMS)
	a := &act{
		op: op, at: crdt.Written{Stamp: stamp, By: crdt.MakeID(stamp.Origin, 9)},
		seq: n.seq, bit: 1 << len(s.acts), past: n.seen, origin: stamp.Origin,
	}
	s.acts = append(s.acts, a)
	n.journal[a.origin] = append(n.journal[a.origin], a)
	s.take(n, a)
}

// take merges an act and notes what its receiver now knows of.
func (s *schedule) take(h *holder, a *act) {
	s.merge(h, a)
	h.seen |= a.past | a.bit
	if err := h.clock.Observe(a.at.Stamp, s.nowMS, -1); err != nil {
		panic(err)
	}
}

func (s *schedule) merge(h *holder, a *act) {
	op := a.op
	if s.onlyOlder {
		op.Set = slices.Clone(op.Set)
		for i, f := range op.Set {
			cur := h.row.Clocks.Of(f.Field).Stamp
			if len(f.Saw) > 0 && cur.Less(f.Saw[0]) {
				op.Set[i].Saw = append(slices.Clone(f.Saw), cur)
			}
		}
	}
	h.conflicts = crdt.MergeConflicts(h.conflicts, h.row.Merge(s.kind, &op, a.at))
}

// sideways hands b what a holds and central had not taken when a last heard.
func (s *schedule) sideways(a, b *holder) {
	var news []*act
	for origin, acts := range a.journal {
		has := b.vector[origin]
		if own := b.journal[origin]; len(own) > 0 {
			has = own[len(own)-1].seq
		}
		if len(acts) == 0 || acts[0].seq > has+1 {
			continue
		}
		for _, x := range acts {
			if x.seq > has && x.seq > b.vector[origin] {
				news = append(news, x)
			}
		}
	}
	for _, x := range byStamp(news) {
		b.journal[x.origin] = append(b.journal[x.origin], x)
		s.take(b, x)
	}
}

// push offers central everything untaken, in stamp order, dense per origin.
func (s *schedule) push(n *holder) {
	c := s.central
	for _, a := range byStamp(slices.Concat(slices.Collect(maps.Values(n.journal))...)) {
		taken := c.vector[a.origin]
		if a.seq <= taken {
			continue
		}
		if a.seq != taken+1 {
			return
		}
		if s.rand.Float64() < s.refuses {
			s.refused |= a.bit
		} else {
			s.merge(c, a)
		}
		c.vector[a.origin] = a.seq
		c.seen |= a.past | a.bit
	}
}

// pull replaces the node's row and conflicts by central's and merges what
// central has not taken on top.
func (s *schedule) pull(n *holder) {
	c := s.central
	n.vector = maps.Clone(c.vector)
	var rest []*act
	for origin, acts := range n.journal {
		n.journal[origin] = slices.DeleteFunc(slices.Clone(acts), func(a *act) bool { return a.seq <= n.vector[origin] })
		rest = append(rest, n.journal[origin]...)
	}
	n.seen |= c.seen
	if err := n.clock.Observe(c.row.Clocks.Latest(), s.nowMS, -1); err != nil {
		panic(err)
	}
	if s.feedByStamp {
		byStampOnly(n, c)
		return
	}
	n.row, n.conflicts = c.row.Clone(), slices.Clone(c.conflicts)
	for _, a := range byStamp(rest) {
		s.merge(n, a)
	}
}

// byStampOnly is the wrong way to take a feed row: field by field, the later
// stamp wins, conflicts are added up.
func byStampOnly(n, c *holder) {
	central := crdttest.Schema().Kind(crdttest.Core)
	for _, w := range c.row.Clocks {
		for f := uint8(1); f <= 2; f++ {
			if w.Mask>>f&1 == 1 {
				op := crdt.Op{Set: []crdt.FieldSet{{Field: f, Value: c.row.Get(f)}}}
				n.row.Merge(central, &op, w)
			}
		}
	}
	n.conflicts = crdt.MergeConflicts(n.conflicts, crdt.Effect{Opened: c.conflicts})
}

func byStamp(acts []*act) []*act {
	slices.SortFunc(acts, func(a, b *act) int { return a.at.Stamp.Compare(b.at.Stamp) })
	return acts
}

func (s *schedule) judge() outcome {
	var out outcome
	want, conflicts := s.central.row.AppendCanonical(nil), s.central.conflicts
	for _, n := range s.nodes {
		if !slices.Equal(n.row.AppendCanonical(nil), want) {
			out.diverged++
		}
		if !slices.Equal(n.conflicts, conflicts) {
			out.otherConflicts++
		}
	}
	for _, a := range s.acts {
		switch {
		case a.seq > s.central.vector[a.origin]:
			out.unsent++
		case s.refused&a.bit == 0 && s.lost(a):
			out.lost++
		}
	}
	return out
}

// lost: a value that no later writer of the field had received, and no clearer,
// is neither current nor an open conflict, or stands on an element that is gone.
func (s *schedule) lost(a *act) bool {
	row, conflicts := &s.central.row, s.central.conflicts
	for _, f := range a.op.Set {
		if slices.ContainsFunc(s.acts, func(b *act) bool {
			return b.past&a.bit != 0 && s.refused&b.bit == 0 && (len(b.op.Clear) > 0 || b.op.Set[0].Field == f.Field)
		}) {
			continue
		}
		open := slices.ContainsFunc(conflicts, func(c crdt.Conflict) bool {
			return cmp.Or(c.Stamp.Compare(a.at.Stamp), cmp.Compare(c.Field, f.Field)) == 0 && c.Closed.IsZero()
		})
		if row.Gone(conflicts...) || !open && row.Clocks.Of(f.Field).Stamp != a.at.Stamp {
			return true
		}
	}
	return false
}
