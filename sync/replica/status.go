package replica

// Cursor is how far a scope has been read.
type Cursor struct {
	Scope int64
	Feed  int64  // feed number
	Epoch uint64 // feed epoch; 0: none met yet
	// Reading: the feed is being read from 0, though rows are held already. It
	// holds while central has every leave entry after Whole. Sweep: at its end
	// the rows that were not met go.
	Reading bool
	Whole   int64
	Sweep   bool
	// AtHead: everything that central is known to have was read.
	AtHead bool
}

// Status is how the node stands with central.
type Status struct {
	// Online: the last exchange succeeded, and did so within the watch interval.
	Online bool
	// SinceMS is when Online last changed; 0: never. All instants are those
	// handed to Tick.
	SinceMS int64
	// ContactMS is when an exchange last succeeded; 0: never.
	ContactMS int64
	// WaitingMS is until when the longest wait lasts; 0: nothing waits.
	WaitingMS int64
	Cursors   []Cursor
	Written   uint64 // last own number in the file
	Sent      uint64 // up to here central is known to have taken own changes
	Taken     uint64 // up to here they came back as rows
	// Trouble is what keeps the node from syncing, the worst first; 0: nothing.
	Trouble Class
	// Detail is what central said, for people; it may be empty.
	Detail string
}

// Unsent is how many own changes central is not known to have.
func (s Status) Unsent() uint64 { return s.Written - min(s.Written, s.Sent) }

// Words says in plain words what is wrong; empty when nothing is.
func (s Status) Words() string { return s.Trouble.Words() }

// State tells how the node stands, at the instant of the last Tick.
func (r *Replica) State() Status {
	s := Status{Online: r.online, SinceMS: r.sinceMS, ContactMS: r.contactMS, Written: r.written, Sent: r.sent, Taken: r.taken}
	for i := range r.scopes {
		sc := &r.scopes[i]
		s.Cursors = append(s.Cursors, Cursor{Scope: sc.scope, Feed: sc.feed, Epoch: sc.epoch, AtHead: sc.met && !sc.behind()})
	}
	for _, slot := range r.slots() {
		if slot.waitMS > r.nowMS {
			s.WaitingMS = max(s.WaitingMS, slot.waitMS)
		}
		if slot == &r.watch && slot.ticket != 0 {
			continue // tried again; that it goes well shows only when it ends
		}
		if slot.class > s.Trouble {
			s.Trouble, s.Detail = slot.class, slot.detail
		}
	}
	return s
}

// judge draws online from what is known, and notes when it changed.
func (r *Replica) judge() {
	online := r.contactMS > 0 && !r.down && r.nowMS <= r.onlineUntil()
	if online != r.online {
		r.online, r.sinceMS = online, r.nowMS
	}
}

// onlineUntil is until when the last exchange counts.
func (r *Replica) onlineUntil() int64 { return max(r.contactMS, r.pace.heldMS) + r.c.OnlineMS }

// contact notes that an exchange succeeded.
func (r *Replica) contact() {
	r.contactMS, r.down = r.nowMS, false
	for _, s := range r.slots() {
		if s.class == Line || s.class == Expired {
			s.clear()
		}
	}
}
