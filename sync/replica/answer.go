package replica

import (
	"fmt"

	"bough/sync/wire"
)

// came is a page between its coming and the end of its Apply or Rewind.
type came struct {
	page   *wire.Page // nil once it was handed out
	until  int64
	more   bool
	epoch  uint64
	has    uint64 // own number central had taken
	rewind bool   // instead of being applied
	away   bool   // why
	head   int64  // of central's feed
	handed bool
	beside bool // of a neighbour: it says nothing of the line
}

// pushed takes central's answer to a push.
func (r *Replica) pushed(e *Pushed) {
	if e.Ticket == 0 || e.Ticket != r.push.ticket {
		return
	}
	r.written = max(r.written, e.Written, e.Last)
	r.neighbours = e.Neighbours
	r.pace.change = sized(e.Bytes, e.Changes, r.pace.change)
	has := e.Answer.Vector[r.c.Origin]
	r.contact()
	switch {
	case has > r.written:
		r.miss(&r.push, Fork, forkWords(has, r.written))
	case has == r.sent && e.Last > r.sent:
		// Nothing moved, though something was sent: not to be tried in a circle.
		r.miss(&r.push, Busy, fmt.Sprintf("central passed over the changes after %d", has))
	default:
		r.push.succeed()
		r.sent = min(has, max(r.sent, e.Last)) // what was not sent was not compared: it may be a twin's
		if len(r.scopes) > 0 {
			r.scopes[len(r.scopes)-1].want = true
		}
	}
}

func forkWords(has, written uint64) string {
	return fmt.Sprintf("central has changes up to %d, this file only up to %d", has, written)
}

// paged takes a page: to be applied, or its scope to be rewound.
func (r *Replica) paged(e *Paged) {
	if e.Ticket == 0 || e.Ticket != r.pull.ticket || r.came != nil {
		return
	}
	p, s := e.Page, r.asked
	r.pace.row = sized(e.Bytes, len(p.Rows), r.pace.row)
	r.written = max(r.written, e.Written)
	if p.Scope != s.scope || p.Since != s.feed || p.Until < p.Since || p.More && p.Until == p.Since {
		r.miss(&r.pull, Rejected, fmt.Sprintf("scope %d from %d was answered by scope %d from %d to %d", s.scope, s.feed, p.Scope, p.Since, p.Until))
		return
	}
	r.contact()
	r.pull.ticket = r.ticket() // of the Apply or Rewind that follows
	has := p.Vector[r.c.Origin]
	r.came = &came{page: p, until: p.Until, more: p.More, epoch: p.Epoch, has: has, rewind: s.epoch != 0 && s.epoch != p.Epoch, head: p.Head}
	if s.below(p) {
		r.came.rewind, r.came.away = true, true
	}
	switch {
	case has > r.written:
		r.push.class, r.push.detail = Fork, forkWords(has, r.written)
	case has < r.sentBefore:
		r.sent = has
	}
}

// take hands out what is to be done with the page that came.
func (r *Replica) take() Action {
	c := r.came
	switch {
	case c.handed:
		return nil
	case c.rewind:
		c.handed, c.page = true, nil
		return Rewind{Ticket: r.pull.ticket, Scope: r.asked.scope, Epoch: c.epoch, Away: c.away}
	case c.has > r.sent:
		return nil // until a push is answered, or the file goes on as another origin
	}
	page := c.page
	c.handed, c.page = true, nil
	return Apply{Ticket: r.pull.ticket, Page: page}
}

// stands is the number that the file has reached when the page was taken.
func (c *came) stands() int64 {
	if c.rewind {
		return 0
	}
	return c.until
}

// applied ends an Apply or a Rewind.
func (r *Replica) applied(e *Applied) {
	c, s := r.came, r.asked
	if e.Ticket == 0 || e.Ticket != r.pull.ticket || c == nil || !c.handed {
		return
	}
	r.came = nil
	if c.beside {
		r.pull.ticket = 0
	} else {
		r.pull.succeed()
	}
	if e.At != nil && e.At.Feed != c.stands() {
		s.feed, s.epoch, s.away, s.want = e.At.Feed, e.At.Epoch, newAway(e.At), true
		return
	}
	s.epoch = c.epoch
	s.parting.read(c.stands())
	if c.rewind {
		s.parting = parting{}
		s.rewound(c.away)
		r.scopes[len(r.scopes)-1].want = true // its last page says that all is met again
		s.feed, s.head, s.want, s.met = 0, 0, true, false
		return
	}
	s.read(c)
	s.feed = c.until
	if c.more {
		s.want = true
		return
	}
	s.met = true
	if s.head == s.headBefore {
		s.head = c.until // whatever was heard before is settled by this page
	}
	if s == &r.scopes[len(r.scopes)-1] {
		r.taken = max(r.taken, c.has)
	}
}

// watched takes the answer to a watch.
func (r *Replica) watched(e *Watched) {
	if e.Ticket == 0 || e.Ticket != r.watch.ticket {
		return
	}
	r.watch.succeed()
	r.contact()
	for num, feed := range e.Feeds {
		if s := r.scope(num); s != nil {
			s.head = max(s.head, feed)
		}
	}
	for i := range r.scopes {
		if s := &r.scopes[i]; s.epoch != e.Epoch {
			s.want = true
		}
	}
}

// failed ends an action in vain.
func (r *Replica) failed(e *Failed) {
	for _, s := range r.slots() {
		if e.Ticket != 0 && e.Ticket == s.ticket {
			r.miss(s, e.Class, e.Detail)
			if e.AgainMS > 0 {
				s.appoint(r.nowMS+e.AgainMS, r.c.Rand())
			}
			return
		}
	}
}

// miss ends what is in flight in a slot, and sets when it is tried again.
func (r *Replica) miss(s *slot, class Class, detail string) {
	s.fail(r.nowMS, class, bound(s.failures, class, r.c.BackoffCapMS), r.c.Rand())
	s.detail = detail
	if s == &r.pull {
		r.asked.want, r.came = true, nil
	}
	if class.offline() {
		// The next contact is to be noticed at once, not when a feed moves.
		r.down = true
		for i := range r.scopes {
			r.scopes[i].want = true
		}
	}
}
