package desk

import (
	"context"
	"io"
	"slices"
	"sync"

	"bough/crdt"
	"bough/node/crm"
	"bough/node/store"
	"bough/sync/rows"
)

// Limits.
const (
	TimelineLimit  = 50   // interactions on the page of a customer
	MaxLimit       = 1000 // rows of any list
	outageLines    = 200  // unsent changes listed
	DefaultIdleMS  = 5 * 60 * 1000
	eventQueue     = 64  // events a slow listener may lag; then it is told "anything"
	maxSealing     = 2   // passwords tried at once
	maxLoginBytes  = 200 // as head office allows
	maxNoteBytes   = 8000
	maxFieldBytes  = 2000
	maxHappenedGap = 5 * 60 * 1000 // ms a clerk's clock may be ahead of ours
)

// Ledger is where acts are written: a node's store, or central.
type Ledger interface {
	Act(ctx context.Context, who rows.Actor, fn func(*rows.Act) error) (rows.Receipt, error)
	Origin() crdt.Origin
}

// Line is the state of the line to central, as the process knows it.
type Line struct {
	Online        bool
	SinceMS       int64
	LastContactMS int64
	Progress      store.Progress
	Met           bool
	Untaken       []uint64 // numbers of unsent changes, newest first
}

// Options makes a desk.
type Options struct {
	Local  *store.Local
	Ledger Ledger
	Branch int64 // 0: head office
	NowMS  func() int64
	Rand   io.Reader
	IdleMS int64 // 0: five minutes
	// Pending tells whether a row carries what central has not taken; nil at central.
	Pending func(kind uint8, id crdt.ID) bool
	// Safe tells of such a row whether all of that has a durable second copy in
	// the branch; nil: never.
	Safe func(kind uint8, id crdt.ID) bool
	// Neighbours tells how the workstations of the branch stand, this one first;
	// nil at central.
	Neighbours func(ctx context.Context) ([]Neighbour, error)
	// Doctor tries hop after hop what keeps this process from central; nil at
	// head office.
	Doctor func(ctx context.Context) []Finding
	// ChangePassword seals a person's key anew; nil at a node.
	ChangePassword func(ctx context.Context, login, old, password string) error
	// LeaseOver reports that this node has not heard from central for too long:
	// nobody gets in. nil: never.
	LeaseOver func() bool
	// Absence is what a workstation without a line can do; zero at central.
	Absence Absence
	// Line tells how the line is; nil at central, which is always online.
	Line func(ctx context.Context) (Line, error)
	// Clock tells how the time stands; nil at central, which keeps it.
	Clock func() Clock
	// Renewals tells which files went on under another number, as far as the process
	// knows; nil: none.
	Renewals func(ctx context.Context) ([]Renewal, error)
	// Trouble tells why nothing can be saved: the disk is full, the file damaged.
	// nil, or a nil answer: it can.
	Trouble func() *Error
}

// Desk is where clerks act.
type Desk struct {
	o    Options
	file *rows.File

	sealing chan struct{} // held while a password is tried: Argon2id takes 64 MiB each

	mu   sync.Mutex // guards seen and listeners
	seen map[[32]byte]int64
	next int
	to   map[int]chan Event
}

// New makes a desk.
func New(o Options) *Desk {
	if o.IdleMS == 0 {
		o.IdleMS = DefaultIdleMS
	}
	if o.Pending == nil {
		o.Pending = func(uint8, crdt.ID) bool { return false }
	}
	if o.Safe == nil {
		o.Safe = func(uint8, crdt.ID) bool { return false }
	}
	if o.Trouble == nil {
		o.Trouble = func() *Error { return nil }
	}
	o.Ledger = guarded{o.Ledger, o.Trouble}
	return &Desk{o: o, file: o.Local.File, sealing: make(chan struct{}, maxSealing), seen: map[[32]byte]int64{}, to: map[int]chan Event{}}
}

// Subscribe listens to what changes. A listener that lags is told "anything".
func (d *Desk) Subscribe() (events <-chan Event, cancel func()) {
	ch := make(chan Event, eventQueue)
	d.mu.Lock()
	defer d.mu.Unlock()
	d.next++
	n := d.next
	d.to[n] = ch
	return ch, func() {
		d.mu.Lock()
		defer d.mu.Unlock()
		delete(d.to, n)
	}
}

// Tell passes on which parties changed; none means the state of the line. The
// process calls it from its ledger.
func (d *Desk) Tell(parties []crdt.ID) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.to) == 0 {
		return
	}
	if parties = d.pagesOf(parties); len(parties) == 0 || len(parties) > eventQueue/2 {
		parties = []crdt.ID{0}
	}
	for _, ch := range d.to {
		for _, id := range parties {
			select {
			case ch <- Event{Party: id}:
			default:
				drain(ch)
				ch <- Event{}
			}
		}
	}
}

// pagesOf adds the parties that are one with those that changed: their pages
// show it too. None stands for anything.
func (d *Desk) pagesOf(parties []crdt.ID) (out []crdt.ID) {
	if len(parties) > eventQueue/2 {
		return nil
	}
	err := d.file.Read(context.Background(), func(tx *rows.Tx) error {
		for _, id := range parties {
			group, err := store.Linked(tx, id)
			if err != nil {
				return err
			}
			for _, one := range group {
				if !slices.Contains(out, one) {
					out = append(out, one)
				}
			}
		}
		return nil
	})
	if err != nil {
		return nil // the file is being closed: who listens looks at everything
	}
	return out
}

// drain empties a full queue: one "anything" will stand for all of it.
func drain(ch chan Event) {
	for {
		select {
		case <-ch:
		default:
			return
		}
	}
}

// act writes one act of who, checking the right first.
func (d *Desk) act(ctx context.Context, who *Who, need crm.Act, fn func(*rows.Act) (crdt.ID, error)) (Saved, error) {
	if err := d.need(who, need); err != nil {
		return Saved{}, err
	}
	var id crdt.ID
	r, err := d.o.Ledger.Act(ctx, rows.Actor{Session: who.Session, Person: who.Person}, func(a *rows.Act) (err error) {
		if id, err = fn(a); err != nil {
			return err
		}
		return d.mayWrite(who, a.Ops)
	})
	if err != nil {
		return Saved{}, err
	}
	return Saved{ID: id, Seq: r.Seq, Stamp: r.Stamp, State: d.fresh()}, nil
}

// need checks that somebody is signed in who may do the acts. At head office
// the customers of every branch are at hand, which takes a right of its own.
func (d *Desk) need(who *Who, acts ...crm.Act) error {
	if err := signedIn(who); err != nil {
		return err
	}
	if d.o.Branch == 0 {
		acts = append(acts, crm.ActAnywhere)
	}
	for _, act := range acts {
		if !who.May(act) {
			return denied("not_allowed", "your role may not do this; ask your manager")
		}
	}
	return nil
}

func signedIn(who *Who) error {
	if who == nil {
		return &Error{Reason: SignedOut, Code: "signed_out", Message: "nobody is signed in; sign in first"}
	}
	return nil
}

// fresh is the state of what was just written.
func (d *Desk) fresh() State {
	if d.o.Branch == 0 {
		return AtHeadOffice
	}
	return SavedHere
}

func (d *Desk) stateOf(kind uint8, id crdt.ID) State {
	switch {
	case !d.o.Pending(kind, id):
		return AtHeadOffice
	case d.o.Safe(kind, id):
		return SafeInBranch
	}
	return SavedHere
}

// set is one field of a new row, which nobody has seen.
func set(field uint8, v crdt.Value) crdt.FieldSet { return crdt.FieldSet{Field: field, Value: v} }

// filled drops the fields that hold nothing.
func filled(fields ...crdt.FieldSet) []crdt.FieldSet {
	out := fields[:0]
	for _, f := range fields {
		if !f.Value.IsNull() {
			out = append(out, f)
		}
	}
	return out
}
