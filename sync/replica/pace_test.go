package replica

import (
	"testing"

	"bough/crdt"
	"bough/sync/wire"
)

// narrow is a line of so many bytes a second and a central behind it, in
// make-believe time.
type narrow struct {
	t       *testing.T
	r       *Replica
	now     int64
	speed   int64 // bytes a second of the whole line
	freeMS  int64 // until then the line is busy
	flying  []flight
	written uint64
	taken   uint64
	head    int64 // of the feed
	carried []carried
	acts    map[uint64]int64 // when a clerk wrote a change
	waited  []int64          // ms from there to central's answer
}

type flight struct {
	atMS int64
	e    Event
}

type carried struct {
	atMS, bytes int64
}

const (
	rowBytes    = 60
	changeBytes = 50
)

// send carries bytes over the line, one exchange after another, and answers.
func (n *narrow) send(bytes int64, e Event) {
	n.freeMS = max(n.freeMS, n.now) + bytes*1000/n.speed
	n.carried = append(n.carried, carried{n.now, bytes})
	n.flying = append(n.flying, flight{n.freeMS + 20, e})
}

func (n *narrow) do(a Action) {
	switch a := a.(type) {
	case Push:
		last := min(n.written, a.From+uint64(a.Limit))
		size := 400 + int64(last-a.From)*changeBytes
		n.taken = max(n.taken, last)
		n.send(size, Pushed{Ticket: a.Ticket, Last: last, Answer: wire.Pushed{Vector: map[crdt.Origin]uint64{7: last}}, Bytes: int(size), Changes: int(last - a.From)})
	case Pull:
		p := &wire.Page{Scope: a.Ask.Scope, Since: a.Ask.Since, Epoch: 1, Vector: map[crdt.Origin]uint64{7: n.taken}}
		head := int64(0)
		if a.Ask.Scope == 3 {
			head = n.head
		}
		p.Until = max(p.Since, min(head, p.Since+int64(a.Ask.Limit)))
		p.More = p.Until < head
		p.Rows = make([]wire.PageRow, p.Until-p.Since)
		size := 400 + int64(len(p.Rows))*rowBytes
		n.send(size, Paged{Ticket: a.Ticket, Page: p, Bytes: int(size)})
	case Apply:
		n.r.Step(Applied{Ticket: a.Ticket})
	case Watch:
		if n.head > a.Since[3] {
			n.send(400, Watched{Ticket: a.Ticket, Epoch: 1, Feeds: map[int64]int64{3: n.head}})
		}
	}
}

// run lets time pass until a moment, 10 ms a step.
func (n *narrow) run(untilMS int64, each func()) {
	for ; n.now < untilMS; n.now += 10 {
		n.r.Tick(n.now)
		each()
		for i := 0; i < len(n.flying); i++ {
			f := n.flying[i]
			if f.atMS > n.now {
				continue
			}
			n.flying = append(n.flying[:i:i], n.flying[i+1:]...)
			i = -1
			if e, is := f.e.(Pushed); is {
				for seq := range n.acts {
					if seq <= e.Last {
						n.waited = append(n.waited, n.now-n.acts[seq])
						delete(n.acts, seq)
					}
				}
			}
			switch e := f.e.(type) {
			case Pushed:
				e.Written = n.written
				n.r.Step(Spent{Bytes: e.Bytes})
				n.r.Step(e)
			case Paged:
				e.Written = n.written
				n.r.Step(Spent{Bytes: e.Bytes})
				n.r.Step(e)
			default:
				n.r.Step(e)
			}
		}
		for _, a := range n.r.Ready() {
			n.do(a)
		}
	}
}

// most is the greatest share of the line that was used in any stretch of a
// minute.
func (n *narrow) most() float64 {
	most := 0.0
	for i := range n.carried {
		sum := int64(0)
		for _, c := range n.carried[i:] {
			if c.atMS < n.carried[i].atMS+60_000 {
				sum += c.bytes
			}
		}
		most = max(most, float64(sum)/float64(n.speed*60))
	}
	return most
}

func narrowLine(t *testing.T, rate int64) *narrow {
	t.Helper()
	n := &narrow{t: t, speed: 8_000, head: 20_000, written: 3_000, acts: map[uint64]int64{}, now: 1000}
	n.r = New(Config{Origin: 7, Written: 3_000, Scopes: []Cursor{{Scope: 0}, {Scope: 3}}, Rand: func() float64 { return 0.5 }})
	n.r.Tick(n.now)
	n.r.Limit(rate)
	return n
}

func TestBulkTakesAQuarterOfTheLineAndWhatClerksDoGoesFirst(t *testing.T) {
	n := narrowLine(t, 2_000)
	n.run(3_600_000, func() {
		if n.taken == n.written && n.now%20_000 == 0 { // the backlog is up: clerks go on
			n.written++
			n.acts[n.written] = n.now
			n.r.Step(Written{Seq: n.written})
		}
	})
	s := n.r.State()
	if n.taken < 3_100 || s.Cursors[1].Feed != n.head {
		t.Fatalf("after an hour: taken %d, feed %d of %d", n.taken, s.Cursors[1].Feed, n.head)
	}
	if most := n.most(); most > 0.29 {
		t.Errorf("the busiest minute took %.3f of the line", most)
	} else {
		t.Logf("the busiest minute took %.3f of the line", most)
	}
	late := int64(0)
	for _, ms := range n.waited {
		late = max(late, ms)
	}
	if len(n.waited) < 100 || late > 2_500 {
		t.Errorf("of %d acts the slowest took %d ms", len(n.waited), late)
	} else {
		t.Logf("of %d acts the slowest took %d ms", len(n.waited), late)
	}
}

func TestOutsideOfBusinessHoursTheWholeLineIsUsed(t *testing.T) {
	n := narrowLine(t, 0)
	n.run(200_000, func() {})
	if s := n.r.State(); n.taken != n.written || s.Cursors[1].Feed != n.head {
		t.Errorf("after 200 s: taken %d, feed %d", n.taken, s.Cursors[1].Feed)
	}
	if most := n.most(); most < 0.9 {
		t.Errorf("the busiest minute took only %.2f of the line", most)
	}
}

func TestWhoIsHeldBackByItsShareIsNotOffline(t *testing.T) {
	n := narrowLine(t, 100)
	n.run(30_000, func() {})
	n.r.Step(Spent{Bytes: 20_000}) // 200 s of its share
	n.run(220_000, func() {
		if !n.r.State().Online {
			t.Fatalf("offline after %d ms", n.now)
		}
	})
}
