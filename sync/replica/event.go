package replica

import "bough/sync/wire"

// Event is something that happened, for Step.
type Event interface{ event() }

// Written: the file holds own changes up to number Seq.
type Written struct{ Seq uint64 }

// Neighbours: the file holds so many changes of neighbours that central is not
// known to have, and that are due to be passed on.
type Neighbours struct{ Unsent uint64 }

// Receipts: the file holds so many receipts that central has not acknowledged.
type Receipts struct{ Due int }

// Reported ends a Report. Due is, after it, what Receipts says.
type Reported struct {
	Ticket uint64
	Due    int
}

// Pushed answers a Push.
type Pushed struct {
	Ticket uint64
	Answer wire.Pushed
	// Last is the number of the last own change that was sent; 0: none was.
	Last uint64
	// Neighbours is, after this answer, what the event of that name says.
	Neighbours uint64
	// Written is the last number in the file when the answer came.
	Written uint64
	// Bytes and Changes are what was sent: how large a change is.
	Bytes, Changes int
}

// Paged answers a Pull. The page is not applied yet: Apply or Rewind follows.
type Paged struct {
	Ticket uint64
	Page   *wire.Page
	// Written is the last number in the file when the answer came.
	Written uint64
	// Bytes is how large the page was.
	Bytes int
}

// Unread answers a Pull: a page of so many rows, up to feed number Until, of which
// not all can be read. In smaller ones they are told apart; a row that cannot be read
// comes as a Paged page that has it aside.
type Unread struct {
	Ticket uint64
	Rows   int
	Until  int64
	Detail string
}

// Applied ends an Apply or a Rewind.
type Applied struct {
	Ticket uint64
	// At is where the file stands afterwards; nil: as the machine thinks. A
	// bundle that was read meanwhile has moved it.
	At *Cursor
}

// Beside: a neighbour with a line handed on a page that central had signed, in
// which Confirmed is up to which own number central has taken the changes of
// this very file. It is taken where nothing of central itself is under way.
type Beside struct {
	Page               *wire.Page
	Confirmed, Written uint64
}

// Watched answers a Watch: the feeds that moved, by scope, and central's feed
// epoch. No feeds: nothing happened for as long as central lets one wait.
type Watched struct {
	Ticket uint64
	Epoch  uint64
	Feeds  map[int64]int64
}

// Failed ends any action in vain. Detail is for people; it may be empty. AgainMS,
// if not 0, is when central, which is crowded, wants to be asked again, in ms.
type Failed struct {
	Ticket  uint64
	Class   Class
	Detail  string
	AgainMS int64
}

// News: somebody said that the feed of a scope stands at Feed, or that it
// moved (0).
type News struct{ Scope, Feed int64 }

// Spent: so many bytes went over the line, in whatever direction and for
// whatever, since it was last said.
type Spent struct{ Bytes int }

// Contact: central was reached by other means, so the line is up.
type Contact struct{}

func (Written) event()    {}
func (Neighbours) event() {}
func (Receipts) event()   {}
func (Reported) event()   {}
func (Pushed) event()     {}
func (Beside) event()     {}
func (Paged) event()      {}
func (Unread) event()     {}
func (Applied) event()    {}
func (Watched) event()    {}
func (Failed) event()     {}
func (News) event()       {}
func (Spent) event()      {}
func (Contact) event()    {}

// Action is something to do, from Ready.
type Action interface{ action() }

// Push sends own changes after number From, with those of neighbours that they
// may rest on, and with what else is due of neighbours: about Limit, ending at
// heads that their authors signed.
type Push struct {
	Ticket uint64
	From   uint64
	Limit  int
}

// Pull asks for a page.
type Pull struct {
	Ticket uint64
	Ask    wire.Pull
}

// Apply takes a page into the file.
type Apply struct {
	Ticket uint64
	Page   *wire.Page
}

// Rewind makes the feed of a scope start again from 0: in a new epoch, or,
// Away, because the node was away longer than central keeps leave entries.
// Then the rows that are not met again go at its end.
type Rewind struct {
	Ticket uint64
	Scope  int64
	Epoch  uint64
	Away   bool
}

// Report sends receipts, at most Limit.
type Report struct {
	Ticket uint64
	Limit  int
}

// Watch waits at central until a feed has passed Since, by scope, or central's
// epoch is another than Epoch.
type Watch struct {
	Ticket uint64
	Epoch  uint64
	Since  map[int64]int64
}

func (Push) action()   {}
func (Pull) action()   {}
func (Apply) action()  {}
func (Rewind) action() {}
func (Watch) action()  {}
func (Report) action() {}
