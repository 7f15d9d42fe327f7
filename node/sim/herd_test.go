package sim

import (
	"math/rand/v2"
	"slices"
	"testing"

	"bough/crdt"
	"bough/sync/central"
	"bough/sync/crowd"
	"bough/sync/replica"
	"bough/sync/wire"
)

// pace is how fast a make-believe central and its lines are, ms; where a second
// number stands in a comment it is what `make herd` took on two cores.
type pace struct {
	cores     int
	shake     int64 // of one core, for a TLS handshake (2)
	push      int64 // of one core, to read and judge a push (2)
	page      int64 // of one core (2)
	commit    int64 // until a commit is durable (4)
	each      int64 // more, for each push in it (1)
	refuse    int64 // of one core, to tell somebody to come again (0.3)
	roundTrip int64
}

// herd is a bank whose lines all come back at once: the state machines of its
// workstations and central's admission are the real ones, what they cost is
// make-believe.
type herd struct {
	pace    pace
	queue   queue
	nowMS   int64
	chance  *rand.Rand
	crowd   *crowd.Crowd
	cores   []int64 // when each is free
	writing bool
	waiting []func() // to be committed together

	refused, commits int
	members          []*beast
}

// beast is one of the herd.
type beast struct {
	h       *herd
	r       *replica.Replica
	origin  crdt.Origin
	shaken  bool
	ackedMS int64 // 0: not yet
	readMS  int64
	planned int64 // the wake-up that is planned
}

func newHerd(size int, p pace, seed uint64) *herd {
	h := &herd{pace: p, chance: rand.New(rand.NewPCG(seed, 1)), crowd: crowd.New(central.Room), cores: make([]int64, p.cores)}
	for i := range size {
		b := &beast{h: h, origin: crdt.Origin(100 + i)}
		b.r = replica.New(replica.Config{Origin: b.origin, Written: 1, Rand: h.chance.Float64,
			Scopes: []replica.Cursor{{Scope: 0, Epoch: 1}, {Scope: 1, Epoch: 1}}})
		h.members = append(h.members, b)
		// An outage has lasted: each tries again at the cap of its back-off.
		h.plan(h.chance.Int64N(replica.DefaultBackoffCapMS), func() { b.wake() })
	}
	return h
}

func (h *herd) plan(inMS int64, do func()) { h.queue.plan(h.nowMS+inMS, do) }

// run lets make-believe time pass.
func (h *herd) run(untilMS int64) {
	for h.queue.Len() > 0 && h.queue.events[0].atMS <= untilMS {
		e := h.queue.next()
		h.nowMS = e.atMS
		e.do()
	}
}

// compute does something after a core of central has worked on it.
func (h *herd) compute(ms int64, do func()) {
	first := 0
	for i, free := range h.cores {
		if free < h.cores[first] {
			first = i
		}
	}
	h.cores[first] = max(h.cores[first], h.nowMS) + ms
	h.plan(h.cores[first]-h.nowMS, do)
}

// write does something once it is durable, with what else waits then.
func (h *herd) write(do func()) {
	h.waiting = append(h.waiting, do)
	if !h.writing {
		h.commit()
	}
}

func (h *herd) commit() {
	n := min(len(h.waiting), central.MaxTogether)
	if h.writing = n > 0; !h.writing {
		return
	}
	company := h.waiting[:n:n]
	h.waiting = h.waiting[n:]
	h.commits++
	h.plan(h.pace.commit+int64(n)*h.pace.each, func() {
		for _, do := range company {
			do()
		}
		h.commit()
	})
}

// call reaches central after half a round trip; the first has to shake hands.
func (b *beast) call(do func()) {
	b.h.plan(b.h.pace.roundTrip/2, func() {
		if b.shaken {
			do()
			return
		}
		b.h.compute(b.h.pace.shake, func() { b.shaken = true; do() })
	})
}

// answer reaches the workstation.
func (b *beast) answer(e replica.Event) {
	b.h.plan(b.h.pace.roundTrip/2, func() { b.step(e) })
}

// visit is a push or a read at central: let in, worked on, answered.
func (b *beast) visit(k crowd.Kind, ticket uint64, work func(done func())) {
	h := b.h
	b.call(func() {
		again, in := h.crowd.Enter(k, h.nowMS)
		if !in {
			h.refused++
			h.compute(h.pace.refuse, func() { b.answer(replica.Failed{Ticket: ticket, Class: replica.Busy, AgainMS: again}) })
			return
		}
		units := 1
		if k == crowd.Read {
			units = central.LargeWork
		}
		var turn *crowd.Turn
		turn = h.crowd.Wait(k, units, func() {
			h.plan(0, func() {
				work(func() { h.crowd.Done(turn); h.crowd.Leave(k, h.nowMS) })
			})
		})
	})
}

func (b *beast) do(a replica.Action) {
	h := b.h
	switch a := a.(type) {
	case replica.Push:
		b.visit(crowd.Push, a.Ticket, func(done func()) {
			h.compute(h.pace.push, func() {
				h.write(func() {
					done()
					b.answer(replica.Pushed{Ticket: a.Ticket, Last: 1, Written: 1, Answer: wire.Pushed{Vector: map[crdt.Origin]uint64{b.origin: 1}}})
				})
			})
		})
	case replica.Pull:
		b.visit(crowd.Read, a.Ticket, func(done func()) {
			h.compute(h.pace.page, func() {
				done()
				page := &wire.Page{Scope: a.Ask.Scope, Since: a.Ask.Since, Until: a.Ask.Since + 1, Epoch: 1, Vector: map[crdt.Origin]uint64{}}
				if b.ackedMS > 0 {
					page.Vector[b.origin] = 1
				}
				b.answer(replica.Paged{Ticket: a.Ticket, Page: page, Written: 1})
			})
		})
	case replica.Apply:
		b.h.plan(1, func() { b.step(replica.Applied{Ticket: a.Ticket}) })
	case replica.Watch: // nothing happens any more
		if b.readMS == 0 {
			b.readMS = h.nowMS
		}
	}
}

func (b *beast) step(e replica.Event) {
	if _, is := e.(replica.Pushed); is && b.ackedMS == 0 {
		b.ackedMS = b.h.nowMS
	}
	b.r.Tick(b.h.nowMS)
	b.r.Step(e)
	b.wake()
}

func (b *beast) wake() {
	b.r.Tick(b.h.nowMS)
	for _, a := range b.r.Ready() {
		b.do(a)
	}
	if at, ok := b.r.Next(); ok && (at < b.planned || b.planned <= b.h.nowMS) {
		b.planned = at
		b.h.plan(at-b.h.nowMS, b.wake)
	}
}

// TestAHerdIsAcknowledgedInMakeBelieveTime: 1,500 workstations come back at once,
// to a central as it was measured, to one five times as slow, and over lines that
// are slow themselves.
func TestAHerdIsAcknowledgedInMakeBelieveTime(t *testing.T) {
	measured := pace{cores: 2, shake: 2, push: 2, page: 2, commit: 4, each: 1, refuse: 1, roundTrip: 20}
	slow := pace{cores: 2, shake: 8, push: 10, page: 10, commit: 100, each: 3, refuse: 1, roundTrip: 20}
	far := measured
	far.roundTrip = 800
	for name, p := range map[string]pace{"as measured": measured, "five times as slow": slow, "by satellite": far} {
		t.Run(name, func(t *testing.T) {
			h := newHerd(1500, p, 7)
			h.run(120_000)
			var acked, read []int64
			for i, b := range h.members {
				if b.ackedMS == 0 || b.readMS == 0 {
					t.Fatalf("workstation %d: acknowledged at %d ms, feeds read at %d ms", i, b.ackedMS, b.readMS)
				}
				acked, read = append(acked, b.ackedMS), append(read, b.readMS)
			}
			slices.Sort(acked)
			slices.Sort(read)
			p99 := acked[len(acked)*99/100]
			t.Logf("first acknowledgement p50 %d ms, p99 %d ms; feeds read p99 %d ms; %d told to come again, %d commits",
				acked[len(acked)/2], p99, read[len(read)*99/100], h.refused, h.commits)
			if p99 > 30_000 {
				t.Errorf("first acknowledgement p99 is %d ms", p99)
			}
			if last := read[len(read)-1]; last > 60_000 {
				t.Errorf("somebody has read its feeds only after %d ms", last)
			}
		})
	}
}
