package replica

import (
	"testing"

	"pgregory.net/rapid"

	"bough/crdt"
	"bough/sync/wire"
)

// world is the rest of what there is: a file, a central and a network that
// loses, delays and repeats.
type world struct {
	t       *rapid.T
	r       *Replica
	now     int64
	written uint64
	applied map[int64]int64 // feed numbers in the file

	receipts int    // not noted by central
	taken    uint64 // at central
	backup   uint64 // what a restored central would have taken
	epoch    uint64
	number   int64
	feeds    map[int64]int64

	pending []Action // handed out, not ended
	answers []Event  // on their way
}

const capMS = 700

func newWorld(t *rapid.T) *world {
	w := &world{t: t, now: 1, epoch: 1, applied: map[int64]int64{}, feeds: map[int64]int64{0: 3}, number: 3}
	w.r = New(Config{Origin: 7, Scopes: []Cursor{{Scope: 0}, {Scope: 3}}, PushLimit: 5, PageLimit: 2, BackoffCapMS: capMS,
		Rand: func() float64 { return float64(rapid.IntRange(0, 99).Draw(t, "chance")) / 100 }})
	w.r.Tick(w.now)
	return w
}

// ready takes the machine's actions and holds what must always hold.
func (w *world) ready() {
	w.pending = append(w.pending, w.r.Ready()...)
	var pushes, pulls, watches, reports int
	for _, a := range w.pending {
		switch a.(type) {
		case Push:
			pushes++
		case Pull, Apply, Rewind:
			pulls++
		case Watch:
			watches++
		case Report:
			reports++
		}
	}
	if pushes > 1 || pulls > 1 || watches > 1 || reports > 1 {
		w.t.Fatalf("in flight: %d pushes, %d pulls, %d watches, %d reports", pushes, pulls, watches, reports)
	}
	s := w.r.State()
	if wait := s.WaitingMS - w.now; wait > capMS {
		w.t.Fatalf("a wait of %d ms, the cap is %d", wait, capMS)
	}
	if s.Trouble == Fork || s.Trouble == Rejected {
		w.t.Fatalf("trouble %v out of nothing: %s", s.Trouble, s.Detail)
	}
	if s.Taken > w.written || s.Sent > w.written {
		w.t.Fatalf("taken %d, sent %d of %d", s.Taken, s.Sent, w.written)
	}
}

// serve carries out one pending action; its answer is on its way then.
func (w *world) serve(i int) {
	a := w.pending[i]
	w.pending = append(w.pending[:i:i], w.pending[i+1:]...)
	switch a := a.(type) {
	case Push:
		last := min(w.written, a.From+uint64(a.Limit))
		if last <= a.From {
			w.t.Fatalf("a push after %d where %d is written", a.From, w.written)
		}
		if a.From <= w.taken && last > w.taken {
			w.taken = last
			w.move(3)
		}
		w.answers = append(w.answers, Pushed{Ticket: a.Ticket, Last: last, Answer: wire.Pushed{Vector: map[crdt.Origin]uint64{7: w.taken}}})
	case Pull:
		p := &wire.Page{Scope: a.Ask.Scope, Since: a.Ask.Since, Epoch: w.epoch, Vector: map[crdt.Origin]uint64{7: w.taken}}
		p.Until = max(p.Since, min(w.feeds[p.Scope], p.Since+int64(a.Ask.Limit)))
		p.More = p.Until < w.feeds[p.Scope]
		w.answers = append(w.answers, Paged{Ticket: a.Ticket, Page: p})
	case Apply:
		if a.Page.Since != w.applied[a.Page.Scope] {
			w.t.Fatalf("a page of scope %d from %d for a file at %d", a.Page.Scope, a.Page.Since, w.applied[a.Page.Scope])
		}
		w.applied[a.Page.Scope] = a.Page.Until
		w.r.Step(Applied{Ticket: a.Ticket})
	case Report:
		w.receipts = max(0, w.receipts-a.Limit) // noted, whatever becomes of the answer
		w.answers = append(w.answers, Reported{Ticket: a.Ticket})
	case Rewind:
		w.applied[a.Scope] = 0
		w.r.Step(Applied{Ticket: a.Ticket})
	case Watch:
		feeds := map[int64]int64{}
		for scope, since := range a.Since {
			if w.feeds[scope] > since {
				feeds[scope] = w.feeds[scope]
			}
		}
		if len(feeds) == 0 && a.Epoch == w.epoch {
			w.pending = append(w.pending, a) // it waits
			return
		}
		w.answers = append(w.answers, Watched{Ticket: a.Ticket, Epoch: w.epoch, Feeds: feeds})
	}
}

func (w *world) move(scope int64) { w.number++; w.feeds[scope] = w.number }

func (w *world) deliver(i int, again bool) {
	e := w.answers[i]
	if !again {
		w.answers = append(w.answers[:i:i], w.answers[i+1:]...)
	}
	switch a := e.(type) {
	case Pushed:
		a.Written = w.written
		e = a
	case Paged:
		a.Written = w.written
		e = a
	case Reported:
		a.Due = w.receipts
		e = a
	}
	w.r.Step(e)
}

// lose ends an action, or an answer, without an answer.
func (w *world) lose(ticket uint64) {
	class := rapid.SampledFrom([]Class{Line, Line, Line, Busy, Certificate, Unknown, Expired}).Draw(w.t, "class")
	w.r.Step(Failed{Ticket: ticket, Class: class})
}

func ticketOf(x any) uint64 {
	switch x := x.(type) {
	case Push:
		return x.Ticket
	case Pull:
		return x.Ticket
	case Apply:
		return x.Ticket
	case Rewind:
		return x.Ticket
	case Watch:
		return x.Ticket
	case Report:
		return x.Ticket
	case Reported:
		return x.Ticket
	case Pushed:
		return x.Ticket
	case Paged:
		return x.Ticket
	case Watched:
		return x.Ticket
	}
	return 0
}

func (w *world) step() {
	pick := func(n int) int { return rapid.IntRange(0, n-1).Draw(w.t, "which") }
	switch what := rapid.IntRange(0, 12).Draw(w.t, "what"); {
	case what <= 1:
		w.written += uint64(rapid.IntRange(1, 9).Draw(w.t, "acts"))
		w.r.Step(Written{Seq: w.written})
	case what <= 4 && len(w.pending) > 0:
		w.serve(pick(len(w.pending)))
	case what <= 6 && len(w.answers) > 0:
		w.deliver(pick(len(w.answers)), rapid.Bool().Draw(w.t, "again"))
	case what == 7 && len(w.pending) > 0:
		i := pick(len(w.pending))
		ticket := ticketOf(w.pending[i])
		w.pending = append(w.pending[:i:i], w.pending[i+1:]...)
		w.lose(ticket)
	case what == 8 && len(w.answers) > 0:
		w.lose(ticketOf(w.answers[pick(len(w.answers))])) // a timeout; the answer may still come
	case what == 9:
		w.move(rapid.SampledFrom([]int64{0, 3}).Draw(w.t, "scope"))
	case what == 10 && rapid.IntRange(0, 5).Draw(w.t, "restore") == 0:
		w.epoch++
		w.taken = min(w.taken, w.backup)
		w.answers = nil // the connections broke; timeouts follow
		for _, s := range w.r.slots() {
			if s.ticket != 0 && !w.isPending(s.ticket) {
				w.lose(s.ticket)
			}
		}
	case what == 11:
		w.receipts += rapid.IntRange(1, 1000).Draw(w.t, "receipts")
		w.r.Step(Receipts{Due: w.receipts})
	default:
		w.backup = max(w.backup, w.taken/2)
		w.now += int64(rapid.IntRange(0, 400).Draw(w.t, "ms"))
		w.r.Tick(w.now)
	}
	w.ready()
}

func (w *world) isPending(ticket uint64) bool {
	for _, a := range w.pending {
		if ticketOf(a) == ticket {
			return true
		}
	}
	return ticket == w.r.pull.ticket && w.r.came != nil // held back
}

// quiet lets everything through until nothing moves.
func (w *world) quiet() {
	for _, s := range w.r.slots() { // answers that never came time out
		if s.ticket != 0 && !w.isPending(s.ticket) {
			w.r.Step(Failed{Ticket: s.ticket, Class: Line})
		}
	}
	w.answers = nil
	for range 20_000 {
		w.ready()
		switch {
		case len(w.answers) > 0:
			w.deliver(0, false)
		case len(w.pending) > 0 && !w.onlyWaits():
			w.serve(0)
		default:
			at, ok := w.r.Next()
			s := w.r.State()
			if s.WaitingMS == 0 {
				return
			}
			if !ok {
				w.t.Fatalf("it waits for nothing: %+v", s)
			}
			w.now = at
			w.r.Tick(w.now)
		}
	}
	w.t.Fatalf("no quiet: %+v", w.r.State())
}

// onlyWaits reports whether nothing is pending but a watch without news.
func (w *world) onlyWaits() bool {
	if len(w.pending) > 1 {
		return false
	}
	a, is := w.pending[0].(Watch)
	return is && a.Epoch == w.epoch && a.Since[0] >= w.feeds[0] && a.Since[3] >= w.feeds[3]
}

func TestAfterQuietNothingIsLeftUnsentWhateverTheNetworkDid(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld(t)
		w.ready()
		for range rapid.IntRange(1, 80).Draw(t, "steps") {
			w.step()
		}
		w.quiet()
		s := w.r.State()
		if s.Sent != w.written || s.Taken != w.written || w.taken != w.written || !s.Online || s.Trouble != 0 {
			t.Fatalf("written %d, central has %d: %+v", w.written, w.taken, s)
		}
		if w.receipts != 0 {
			t.Fatalf("%d receipts were never sent", w.receipts)
		}
		for _, c := range s.Cursors {
			if c.Feed != w.feeds[c.Scope] || w.applied[c.Scope] != c.Feed || !c.AtHead {
				t.Fatalf("scope %+v, the feed stands at %d", c, w.feeds[c.Scope])
			}
		}
	})
}

func TestDelaysAreDrawnBelowTheBound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		limit := rapid.Int64Range(1, 100_000).Draw(t, "cap")
		class := Class(rapid.IntRange(int(Line), int(Rejected)).Draw(t, "class"))
		chance := rapid.Float64Range(0, 1).Filter(func(f float64) bool { return f < 1 }).Draw(t, "chance")
		var s slot
		for range rapid.IntRange(1, 100).Draw(t, "failures") {
			s.fail(0, class, bound(s.failures, class, limit), chance)
			if s.waitMS < 0 || s.waitMS > limit {
				t.Fatalf("a wait of %d ms, the cap is %d", s.waitMS, limit)
			}
		}
		if n := s.limit(1000); n < minLimit || n > 1000 {
			t.Fatalf("a batch of %d", n)
		}
	})
}
