package replica

import (
	"bough/crdt"
	"bough/sync/wire"
)

// Limits.
const (
	DefaultBackoffCapMS = 5_000  // the longest wait of an idle line that is back
	DefaultOnlineMS     = 35_000 // central answers a watch within 25 s; the rest is the line's
	DefaultPushLimit    = 1_000  // changes: about 50 KB, a second of a slow line
	DefaultPageLimit    = 2_000  // rows: about 100 KB
	firstBackoffMS      = 100    // half the bound after the first failure: most cuts are short
	appointmentMS       = 500    // jitter after the time at which a crowded central wants to be asked again
	maxShrink           = 10     // halvings: from the largest batch to minLimit
	minLimit            = 16     // changes or rows of a batch on the worst of lines
)

// Config is where the file of the node stands, and how it is to behave.
type Config struct {
	Origin crdt.Origin
	// Scopes in the order to ask for them, with how far they were read. The
	// last page of the last one says which own changes came back.
	Scopes []Cursor
	// Written and Taken are the last own number, and up to which central has
	// taken them as far as the file knows.
	Written, Taken uint64
	PushLimit      int   // changes of a push; 0: DefaultPushLimit
	PageLimit      int   // rows of a page; 0: DefaultPageLimit
	BackoffCapMS   int64 // 0: DefaultBackoffCapMS
	OnlineMS       int64 // 0: DefaultOnlineMS
	// Rand gives numbers in [0,1), for the jitter.
	Rand func() float64
}

// scope is how a scope stands.
type scope struct {
	scope int64
	feed  int64
	epoch uint64
	head  int64 // the greatest number heard of
	// headBefore is head when the pull in flight was asked.
	headBefore int64
	want       bool // to be asked for, whatever head says
	met        bool // was read to its end since the start
	parting    parting
	away
}

func (s *scope) behind() bool { return s.want || s.head > s.feed }

// Replica is a node's side of sync. One goroutine owns it.
type Replica struct {
	c      Config
	scopes []scope

	written, sent, taken uint64
	neighbours           uint64 // changes of neighbours to be passed on
	receipts             int    // that central has not acknowledged

	push, pull, watch, report slot
	lastTicket                uint64

	asked *scope // what the pull in flight is about
	came  *came  // its page, from Paged to Applied
	// sentBefore is sent when the pull was asked, if no push has been in flight
	// since; else 0.
	sentBefore uint64

	pace pace

	nowMS, contactMS, sinceMS int64
	online                    bool
	down                      bool // the last exchange failed in a way that says so
}

// New makes a machine for a file that stands as c says.
func New(c Config) *Replica {
	if c.PushLimit <= 0 {
		c.PushLimit = DefaultPushLimit
	}
	if c.PageLimit <= 0 {
		c.PageLimit = DefaultPageLimit
	}
	if c.BackoffCapMS <= 0 {
		c.BackoffCapMS = DefaultBackoffCapMS
	}
	if c.OnlineMS <= 0 {
		c.OnlineMS = DefaultOnlineMS
	}
	c.PushLimit = min(c.PushLimit, wire.MaxPushChanges)
	c.PageLimit = min(c.PageLimit, wire.MaxPageRows)
	r := &Replica{c: c, written: c.Written, sent: c.Taken, taken: c.Taken}
	for _, at := range c.Scopes {
		r.scopes = append(r.scopes, scope{scope: at.Scope, feed: at.Feed, epoch: at.Epoch, want: true, away: newAway(&at)})
	}
	r.c.Scopes = nil
	return r
}

// Tick says what time it is, ms on any clock that does not step back.
func (r *Replica) Tick(nowMS int64) {
	r.nowMS = max(r.nowMS, nowMS)
	r.pace.fill(r.nowMS)
	r.judge()
}

// Next is when Ready may have something to do, or State changes, though
// nothing happens; false: only after an event.
func (r *Replica) Next() (atMS int64, ok bool) {
	earlier := func(at int64) {
		if at > r.nowMS && (!ok || at < atMS) {
			atMS, ok = at, true
		}
	}
	for _, s := range r.slots() {
		if s.ticket == 0 {
			earlier(s.waitMS)
		}
	}
	earlier(r.pace.freeMS())
	if r.online {
		earlier(r.onlineUntil() + 1)
	}
	return atMS, ok
}

// Step takes an event in.
func (r *Replica) Step(e Event) {
	switch e := e.(type) {
	case Written:
		r.written = max(r.written, e.Seq)
	case Neighbours:
		r.neighbours = e.Unsent
	case Receipts:
		r.receipts = e.Due
	case Reported:
		if e.Ticket != 0 && e.Ticket == r.report.ticket {
			r.receipts = e.Due
			r.report.succeed()
			r.contact()
		}
	case Pushed:
		r.pushed(&e)
	case Paged:
		r.paged(&e)
	case Unread:
		r.unread(&e)
	case Beside:
		r.beside(&e)
	case Applied:
		r.applied(&e)
	case Watched:
		r.watched(&e)
	case Failed:
		r.failed(&e)
	case News:
		if s := r.scope(e.Scope); s != nil {
			s.head = max(s.head, e.Feed)
			s.want = s.want || e.Feed == 0
		}
	case Contact:
		r.contact()
	case Spent:
		r.pace.spend(e.Bytes)
	}
	r.judge()
}

// Ready hands out what is to be done now.
func (r *Replica) Ready() []Action {
	var out []Action
	if (r.written > r.sent || r.neighbours > 0) && r.push.free(r.nowMS) && r.mayPush() {
		r.push.ticket = r.ticket()
		r.pace.pushed = r.backlog() > smallPush
		r.sentBefore = 0 // a page from now on may be older than the push
		out = append(out, Push{Ticket: r.push.ticket, From: r.sent, Limit: r.pace.limit(r.push.limit(r.c.PushLimit), r.pace.change)})
	}
	if a := r.pulling(); a != nil {
		out = append(out, a)
	}
	if r.receipts > 0 && r.report.free(r.nowMS) {
		r.report.ticket = r.ticket()
		out = append(out, Report{Ticket: r.report.ticket, Limit: wire.MaxReceipts})
	}
	if a := r.watching(); a != nil {
		out = append(out, a)
	}
	return out
}

// slots are what may be in flight.
func (r *Replica) slots() [4]*slot { return [...]*slot{&r.push, &r.pull, &r.watch, &r.report} }

func (r *Replica) ticket() uint64 { r.lastTicket++; return r.lastTicket }

func (r *Replica) scope(num int64) *scope {
	for i := range r.scopes {
		if r.scopes[i].scope == num {
			return &r.scopes[i]
		}
	}
	return nil
}

// pulling is the next step of the pull, if there is one.
func (r *Replica) pulling() Action {
	if r.came != nil {
		return r.take()
	}
	if !r.pull.free(r.nowMS) || !r.mayPull() {
		return nil
	}
	for i := range r.scopes {
		s := &r.scopes[i]
		if !s.behind() {
			continue
		}
		s.want, s.headBefore, r.pace.pushed = false, s.head, false
		r.asked, r.pull.ticket = s, r.ticket()
		r.sentBefore = 0
		if r.push.ticket == 0 {
			r.sentBefore = r.sent
		}
		return Pull{Ticket: r.pull.ticket, Ask: wire.Pull{Scope: s.scope, Since: s.feed, Limit: s.parting.limit(r.pace.limit(r.pull.limit(r.c.PageLimit), r.pace.row))}}
	}
	return nil
}

// watching waits at central once everything that is known of was read.
func (r *Replica) watching() Action {
	if r.pull.ticket != 0 || !r.watch.free(r.nowMS) || len(r.scopes) == 0 {
		return nil
	}
	since := map[int64]int64{}
	for i := range r.scopes {
		s := &r.scopes[i]
		if s.behind() || !s.met {
			return nil
		}
		since[s.scope] = s.feed
	}
	r.watch.ticket = r.ticket()
	return Watch{Ticket: r.watch.ticket, Epoch: r.scopes[0].epoch, Since: since}
}
