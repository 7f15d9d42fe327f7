package sim

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"

	"bough/crdt"
	"bough/node/store"
	"bough/sync/journal"
	"bough/sync/lan"
	"bough/sync/replica"
	"bough/sync/wire"
)

// LAN is the fault of a branch's own network.
const LAN Fault = "lan"

// Limits of the make-believe LAN, as those of package lan.
const (
	lanWaitMS  = 20_000 // how long an ask waits for news
	lanAskMS   = 35_000 // until it counts as lost
	lanRetryMS = 5_000
	relayMS    = 2_100 // what came of neighbours is passed on after this
	dueMS      = 60_000
)

// neighbours are the workstations of a branch to each other.
func neighbours() feature {
	return feature{
		faults:   []fault{{LAN, "the LAN of a branch is cut, loses, repeats and damages"}},
		nemeses:  []nemesis{{LAN, 4, (*World).cutLAN}},
		opened:   (*station).greet,
		heal:     func(w *World) { *mine[lanState](w) = lanState{waiting: mine[lanState](w).waiting} },
		restless: (*World).unrelayed,
		situations: []string{"a neighbour holds a copy", "changes of a neighbour passed on", "a node without a line is relayed",
			"LAN cut", "LAN cut for one", "LAN message damaged", "LAN message lost"},
	}
}

// lanState is how the LANs are for now.
type lanState struct {
	cut     map[int64]bool    // by branch
	apart   map[*station]bool // cut off alone
	loss    int               // per mille
	repeat  int
	waiting []waiter
}

// init makes the tables of a LAN that nothing happened to yet.
func (l *lanState) init() {
	if l.cut == nil {
		l.cut, l.apart = map[int64]bool{}, map[*station]bool{}
	}
}

// waiter is an ask that waits for news.
type waiter struct {
	asker, asked *station
	ticket       uint64
	lives        [2]int
	have         map[crdt.Origin]uint64
	self         journal.Head // of the asker
}

// cutLAN cuts a LAN for a while, or one machine from it.
func (w *World) cutLAN() {
	l := mine[lanState](w)
	l.init()
	l.loss, l.repeat = w.faults.IntN(maxLoss+1), w.faults.IntN(maxRepeat+1)
	s := pick(w.faults, w.stations)
	lasts := w.faults.between(5_000, 1_800_000)
	if w.faults.chance(400) {
		l.apart[s] = true
		w.say(s.name, "is off the LAN for %d ms", lasts)
		w.saw("LAN cut for one")
		w.after(lasts, func() { delete(l.apart, s) })
		return
	}
	b := s.seat.branch
	l.cut[b] = true
	w.say("net", "the LAN of branch %d is cut for %d ms", b, lasts)
	w.saw("LAN cut")
	w.after(lasts, func() { delete(l.cut, b) })
}

// side carries bytes between neighbours, or loses them. deliver is told whether
// they were damaged.
func (w *World) side(from, to *station, frame []byte, deliver func(frame []byte, damaged bool)) {
	l := mine[lanState](w)
	if l.cut[from.seat.branch] || l.apart[from] || l.apart[to] {
		return
	}
	if w.net.chance(l.loss) {
		w.saw("LAN message lost")
		return
	}
	copies := 1
	if w.net.chance(l.repeat) {
		copies = 2
	}
	for range copies {
		b, damaged := frame, false
		if len(frame) > 0 && !w.healed && w.o.has(LAN) && w.net.chance(20) {
			b, damaged = slices.Clone(frame), true
			b[w.net.IntN(len(b))] ^= 1 << w.net.IntN(8)
			w.saw("LAN message damaged")
		}
		w.flying++
		w.after(w.net.between(1, 30), func() {
			w.flying--
			if to.up && !to.still(func() { deliver(b, damaged) }) {
				deliver(b, damaged)
			}
		})
	}
}

// greet begins to ask every other workstation of the branch, and to look after
// what waits for its time.
func (s *station) greet() {
	s.asks = map[*station]uint64{}
	life := s.life
	for _, p := range s.w.stations {
		if p != s && p.seat.branch == s.seat.branch {
			s.meet(p)
		}
	}
	s.w.after(1, func() { s.lookAfter(life) })
}

// meet makes two workstations ask each other.
func (s *station) meet(p *station) {
	if p.up {
		s.askAfter(p, s.w.net.between(1, 100))
		p.askAfter(s, s.w.net.between(1, 100))
	}
}

// lookAfter merges what is due of neighbours, and passes on.
func (s *station) lookAfter(life int) {
	if !s.up || s.life != life || s.still(func() { s.lookAfter(life) }) {
		return
	}
	_, err := s.store.Due(s.w.ctx)
	s.w.must(s.name+" merges what is due", err)
	s.step(replica.Neighbours{Unsent: s.store.Relayable()})
	s.w.after(max(dueMS, s.w.morningMS-s.w.nowMS), func() { s.lookAfter(life) })
}

// askAfter asks a neighbour soon. Only what was asked last counts.
func (s *station) askAfter(p *station, ms int64) {
	s.asks[p]++
	ticket, life := s.asks[p], s.life
	s.w.after(ms, func() {
		if s.up && s.life == life && s.asks[p] == ticket {
			s.ask(p)
		}
	})
}

// ask asks a neighbour for what follows the own frontier; without an answer it
// asks again in time.
func (s *station) ask(p *station) {
	met, err := s.store.Met(s.w.ctx)
	switch {
	case !s.w.must("ask whether the feed was met", err) || !p.up:
		return // who is off asks when it is back, and is asked then
	case !met:
		s.askAfter(p, lanRetryMS)
		return
	}
	frame, err := s.w.codec.EncodePushed(&wire.Pushed{Vector: s.store.Frontier(), NowMS: s.nowMS()})
	if !s.w.must("encode a frontier", err) {
		return
	}
	s.asks[p]++
	q := waiter{asker: s, asked: p, ticket: s.asks[p], lives: [2]int{s.life, p.life}, self: s.self()}
	s.w.side(s, p, frame, func(frame []byte, damaged bool) { p.asked(q, frame, damaged) })
	s.w.after(max(lanAskMS, s.w.morningMS-s.w.nowMS), func() {
		if q.alive() && s.asks[p] == q.ticket {
			s.askAfter(p, 1)
		}
	})
}

// alive reports whether both ends are the processes that they were.
func (q *waiter) alive() bool {
	return q.asker.up && q.asked.up && q.asker.life == q.lives[0] && q.asked.life == q.lives[1]
}

// asked takes a frontier: what its sender holds is a second copy of what was
// written here.
func (s *station) asked(q waiter, frame []byte, damaged bool) {
	if !q.alive() {
		return
	}
	p, err := s.w.codec.DecodePushed(frame)
	if (err != nil) != damaged {
		s.w.fail("%s: a frontier of %s was damaged=%t and decodes with %v", s.name, q.asker.name, damaged, err)
	}
	if err != nil {
		return
	}
	if s.doubts(q) {
		return // asked again when it counts as lost
	}
	upTo := p.Vector[s.seat.origin]
	if !s.store.Acknowledged(q.asker.seat.origin, upTo) {
		if !s.w.doubted(s.seat.origin) {
			s.w.fail("%s holds %d changes of %s, which wrote %d", q.asker.name, upTo, s.name, s.at)
		}
		return
	}
	if upTo > s.copied[q.asker] {
		s.copied[q.asker], s.everHeld = upTo, max(s.everHeld, upTo)
		s.w.saw("a neighbour holds a copy")
	}
	q.have = p.Vector
	q.have[q.asker.seat.origin] = math.MaxInt64
	if !s.follows(q) {
		s.wait(q)
	}
}

// wait lets an ask wait for news.
func (s *station) wait(q waiter) {
	l := mine[lanState](s.w)
	l.waiting = append(l.waiting, q)
	s.w.after(max(lanWaitMS, s.w.morningMS-s.w.nowMS), func() {
		n := len(l.waiting)
		l.waiting = slices.DeleteFunc(l.waiting, func(o waiter) bool {
			return o.asker == q.asker && o.asked == q.asked && o.ticket == q.ticket && o.lives == q.lives
		})
		if len(l.waiting) < n && q.alive() {
			s.w.side(s, q.asker, nil, func([]byte, bool) { q.asker.again(q) })
		}
	})
}

// again asks anew after an answer.
func (s *station) again(q waiter) {
	if q.alive() && s.asks[q.asked] == q.ticket {
		s.askAfter(q.asked, 1)
	}
}

// spread answers who waits for news of this workstation.
func (s *station) spread() {
	l := mine[lanState](s.w)
	waiting := l.waiting
	l.waiting = nil
	for _, q := range waiting {
		switch {
		case !q.alive():
		case q.asked != s || !s.follows(q):
			l.waiting = append(l.waiting, q)
		}
	}
}

// follows answers an ask, if there is something.
func (s *station) follows(q waiter) bool {
	if !s.store.Beyond(q.have) {
		return false
	}
	b, err := lan.Follows(s.w.ctx, s.store, s.w.codec, q.have, lan.Author{Certificate: s.seat.proof, Sign: s.sign})
	if !s.w.must(s.name+" reads for a neighbour", err) || b == nil {
		return false
	}
	s.w.say(s.name, "ranges for %s: %d bytes", q.asker.name, len(b))
	q.asker.tempt(q, b)
	s.w.side(s, q.asker, b, func(frame []byte, damaged bool) { q.asker.received(q, frame, damaged) })
	return true
}

// received keeps ranges of a neighbour.
func (s *station) received(q waiter, frame []byte, damaged bool) {
	if !q.alive() {
		return
	}
	certificates, ranges, err := lan.Open(s.w.codec, frame, s.w.t.authority.Root(), s.seat.branch)
	if (err != nil) != damaged {
		s.w.fail("%s: ranges of %s were damaged=%t and open with %v", s.name, q.asked.name, damaged, err)
	}
	if err != nil {
		return // asked again when it counts as lost
	}
	fresh, err := s.store.Receive(s.w.ctx, certificates, ranges)
	if errors.Is(err, store.ErrForked) || errors.Is(err, store.ErrBackwards) {
		s.w.saw("two histories of a neighbour are told apart")
		err = nil
	}
	if !s.w.must(s.name+" keeps what a neighbour sent", err) {
		return
	}
	if fresh > 0 {
		s.w.say(s.name, "%d changes from %s", fresh, q.asked.name)
		s.checkHeard()
		s.spread()
		life := s.life
		s.w.after(relayMS, func() {
			if s.up && s.life == life {
				s.step(replica.Neighbours{Unsent: s.store.Relayable()})
			}
		})
	}
	if fresh == 0 {
		s.askAfter(q.asked, lanRetryMS) // it sends what is not wanted here
		return
	}
	s.again(q)
}

// relays counts changes that go up though their author's line is cut.
func (w *World) relays(author crdt.Origin) {
	for _, s := range w.stations {
		if s.seat.origin == author && !s.carries(true) {
			w.saw("a node without a line is relayed")
		}
	}
}

// unrelayed says which changes of neighbours are held and not at central.
func (w *World) unrelayed() string {
	if !w.hub.up {
		return ""
	}
	for _, s := range w.stations {
		if !s.up {
			continue
		}
		for _, origin := range slices.Sorted(maps.Keys(s.store.Held())) {
			if w.doubted(origin) && origin != s.seat.origin && s.store.Relayable() == 0 {
				continue // of two histories central takes one
			}
			if upTo, has := s.store.Held()[origin], w.hub.taken(origin); has < upTo {
				return fmt.Sprintf("%s holds %d changes of %d, central has %d", s.name, upTo, origin, has)
			}
		}
	}
	return ""
}

// self is who asks: the end of its chain.
func (s *station) self() journal.Head {
	seq, link := s.store.Head()
	return journal.Head{Origin: s.seat.origin, Seq: seq, Hash: link}
}
