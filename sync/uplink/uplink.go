package uplink

import (
	"context"
	"crypto/x509"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"slices"
	"sync"
	"time"

	"bough/crdt"
	"bough/sync/journal"
	"bough/sync/replica"
	"bough/sync/rows"
	"bough/sync/trust"
	"bough/sync/wire"
)

// Store is what the line needs of a node's file; *store.Store has it.
type Store interface {
	Origin() crdt.Origin
	Scopes() []int64
	Progress(ctx context.Context) (journal.Progress, error)
	Cursor(ctx context.Context, scope int64) (rows.Scope, error)
	// Reading tells how the reading of a scope from 0 stands.
	Reading(ctx context.Context, scope int64) (rows.Reading, error)
	// Upward reads what is to be pushed after own number since, neighbours'
	// changes included; Pushed takes in what central has of them, and Relayable
	// tells how many are due.
	Upward(ctx context.Context, since uint64, limit int, sign journal.Signer) ([]journal.Range, error)
	Pushed(sent []journal.Range, vector map[crdt.Origin]uint64)
	Relayable() uint64
	// Proof is what proves a neighbour of whom changes are held; nil: there is none.
	Proof(origin crdt.Origin) []byte
	Apply(ctx context.Context, page *wire.Page) error
	Rewind(ctx context.Context, scope int64, epoch uint64, away bool) error
	// Enclosed reads the envelopes of own changes in ranges that central alone can
	// open.
	Enclosed(ctx context.Context, ranges []journal.Range) ([]wire.Envelope, error)
	// Receipts reads those that central has not noted, at most limit; Noted
	// forgets them, and tells how many there still are.
	Receipts(ctx context.Context, limit int) ([]wire.Receipt, error)
	Noted(ctx context.Context, receipts []wire.Receipt) (due int, err error)
	// Differences are the scopes whose rows may not be those of central.
	Differences(ctx context.Context) (since map[int64]int64, err error)
	// Asides are rows of feeds that could not be read here; Again takes central's
	// answer to one that was asked for by its number.
	Asides(ctx context.Context) ([]rows.Aside, error)
	Again(ctx context.Context, a rows.Aside, page *wire.Page) (readable bool, err error)
	// Wrote reports whether the own chain has this link at a number.
	Wrote(ctx context.Context, seq uint64, link journal.Hash) (bool, error)
	// Fork is the last own number at which central has the link that stands here.
	// Poisoned tells whether own changes are stamped far ahead of a time, and after
	// which number.
	Fork(ctx context.Context, ask journal.Asking) (uint64, error)
	Poisoned(nowMS int64) (after uint64, yes bool)
	// Compare looks whether what a page says central has of former origins is what
	// this file wrote; lost is what is not, and fork the last own number that is.
	Compare(ctx context.Context, vector map[crdt.Origin]uint64, ask journal.Asking) (fork uint64, lost map[crdt.Origin]uint64, err error)
	// Keeps reports which pages are kept for a central that may be restored; Kept
	// lists them after an id, about limit rows, KeptPages reads them. Told notes that
	// central was told of those up to an id.
	Keeps(ctx context.Context) (wire.Keeps, error)
	Kept(ctx context.Context, after int64, limit int) ([]wire.Keepsake, error)
	KeptPages(ctx context.Context, ids []int64) ([][]byte, error)
	Told(ctx context.Context, upTo int64) error
}

// Options is all that a line needs.
type Options struct {
	Central     string // "https://host:port"
	Store       Store
	Identity    *trust.Identity
	Certificate *x509.Certificate
	Root        *trust.Root
	// Renewed keeps a new certificate for the next start, from a goroutine of the
	// line; its error is logged.
	Renewed func(*x509.Certificate) error
	// Incarnation, if not nil, is of a node that goes on as another origin and
	// is not certified yet; Certificate is the former's then.
	Incarnation *Incarnation
	// Forked is told, once and from the line's own goroutine, that central knows
	// another history of this node, or that its clock was far ahead: it goes on as
	// another origin then, over another line. It must not call Stop. nil: it is
	// only told in the state.
	Forked func(Fork)
	Log    *slog.Logger
	Now    func() int64 // the PC's clock, ms UTC
	// After is a channel that gets something when ms have passed.
	After        func(ms int64) <-chan time.Time
	Rand         io.Reader
	BackoffCapMS int64 // 0: replica.DefaultBackoffCapMS
	// Proxy is a proxy for HTTPS on the way to central; nil: none.
	Proxy *url.URL
	// Rate is how many bytes a second bulk may take of the line now; 0, or nil:
	// as many as it carries. It is asked often: it must not block.
	Rate    func() int64
	Version string // of the program, for central's list
	// Clock is what central is told of the clock of this machine: how it stands, a
	// word, and by how many ms it is ahead of the time; nil: nothing.
	Clock func() (state string, aheadMS int64)
}

// State is how the node stands with central. Instants are of the PC's clock.
type State struct {
	replica.Status
	// OffsetMS is what to add to the PC's clock to have central's time, ±
	// OffsetErrorMS; meaningful once OffsetKnown.
	OffsetMS      int64
	OffsetErrorMS int64
	OffsetKnown   bool
	// CertificateUntilMS is when the node's certificate ends.
	CertificateUntilMS int64
}

// Uplink is a node's line to central.
type Uplink struct {
	o       Options
	codec   *wire.Codec
	line    *line
	clock   clock
	machine *replica.Replica // owned by run
	kick    chan struct{}
	lent    chan *lent
	waiting []*lent  // owned by run
	events  chan any // replica.Event, renewal, forked, lost or askedAgain
	tick    steady   // owned by run
	renewal renewing // owned by run
	asking  asking   // owned by run
	// forking: Forked was told, or is about to be; not before forkAgainMS on the
	// steady clock. Owned by run.
	forking     bool
	forkAgainMS int64
	onState     func(State)

	stop context.CancelFunc
	done chan struct{}

	mu    sync.Mutex // guards state and peer
	state State
	peer  wire.Versions // what central speaks, once it said that it is less than we do
}

// New makes a line for a file, as it stands; Start opens it.
func New(ctx context.Context, o Options) (*Uplink, error) {
	codec, err := wire.NewCodec()
	if err != nil {
		return nil, fmt.Errorf("uplink: %w", err)
	}
	u := &Uplink{o: o, codec: codec, kick: make(chan struct{}, 1), events: make(chan any), lent: make(chan *lent), onState: func(State) {}}
	if u.line, err = newLine(o); err != nil {
		return nil, err
	}
	p, err := o.Store.Progress(ctx)
	if err != nil {
		return nil, fmt.Errorf("uplink: %w", err)
	}
	c := replica.Config{Origin: o.Store.Origin(), Written: p.Written, Taken: p.Taken, BackoffCapMS: o.BackoffCapMS, Rand: u.chance}
	for _, scope := range o.Store.Scopes() {
		at, err := cursor(ctx, o.Store, scope)
		if err != nil {
			return nil, fmt.Errorf("uplink: %w", err)
		}
		c.Scopes = append(c.Scopes, at)
	}
	u.machine = replica.New(c)
	u.state = State{Status: u.machine.State(), CertificateUntilMS: u.line.until().UnixMilli()}
	return u, nil
}

// chance draws a number in [0,1).
func (u *Uplink) chance() float64 {
	var b [8]byte
	if _, err := io.ReadFull(u.o.Rand, b[:]); err != nil {
		return 0.5 // a wait without jitter is better than none
	}
	return float64(binary.BigEndian.Uint64(b[:])>>11) / (1 << 53)
}

// OnState tells fn of each change of the state, from the line's own goroutine:
// it must not block, nor call Stop. Call it before Start.
func (u *Uplink) OnState(fn func(State)) { u.onState = fn }

// Start opens the line. Call it once.
func (u *Uplink) Start() {
	ctx, stop := context.WithCancel(context.Background())
	u.stop, u.done = stop, make(chan struct{})
	go u.run(ctx)
}

// Stop closes the line and waits for all that it started. It does no harm twice,
// nor without Start.
func (u *Uplink) Stop() {
	if u.stop == nil {
		return
	}
	u.stop()
	<-u.done
}

// Kick says that something was saved; it never blocks.
func (u *Uplink) Kick() {
	select {
	case u.kick <- struct{}{}:
	default: // it was said and not heard yet
	}
}

// State tells how the node stands with central.
func (u *Uplink) State() State {
	u.mu.Lock()
	defer u.mu.Unlock()
	s := u.state
	s.Cursors = slices.Clone(s.Cursors)
	return s
}

// run owns the machine until ctx ends, and then waits for what it started.
func (u *Uplink) run(ctx context.Context) {
	defer close(u.done)
	defer u.line.close()
	running := 0
	u.machine.Tick(u.tick.now(u.o.Now()))
	u.written(ctx)
	for {
		u.machine.Tick(u.tick.now(u.o.Now()))
		u.spend()
		if u.renewDue() {
			running++
			go func() { u.events <- u.renew(ctx) }()
		}
		for _, a := range u.ready() {
			running++
			go func() { u.events <- u.carry(ctx, a) }()
		}
		if u.forkDue() {
			running++
			go func() { u.events <- u.findFork(ctx) }()
		}
		if u.askDue() {
			running++
			go func() { u.events <- u.askAgain(ctx) }()
		}
		u.publish()
		u.settle()
		select {
		case e := <-u.events:
			running--
			u.machine.Tick(u.tick.now(u.o.Now()))
			u.take(e)
		case l := <-u.lent:
			u.machine.Tick(u.tick.now(u.o.Now()))
			u.machine.Step(l.event)
			u.waiting = append(u.waiting, l)
		case <-u.kick:
			u.written(ctx)
		case <-u.timer():
		case <-ctx.Done():
			for ; running > 0; running-- {
				<-u.events
			}
			return
		}
	}
}

// spend tells the machine what the line carried, and what it may.
func (u *Uplink) spend() {
	if n := u.line.carried.Swap(0); n > 0 {
		u.machine.Step(replica.Spent{Bytes: int(n)})
	}
	if u.o.Rate != nil {
		u.machine.Limit(u.o.Rate())
	}
}

// ready is what the machine wants done; nothing before central knows the origin,
// nor while a certificate that is over is being renewed.
func (u *Uplink) ready() []replica.Action {
	if u.uncertified() || u.renewal.busy && u.now().After(u.line.until()) {
		return nil
	}
	return u.machine.Ready()
}

func (u *Uplink) take(e any) {
	switch e := e.(type) {
	case renewal:
		u.renewed(e)
	case forked:
		u.foundFork(e)
	case lost:
		u.foundLost(e)
	case askedAgain:
		u.asked(e)
	case replica.Event:
		u.machine.Step(e)
	}
}

// written tells the machine what the file holds.
func (u *Uplink) written(ctx context.Context) {
	p, err := u.o.Store.Progress(ctx)
	if err != nil {
		if !errors.Is(err, context.Canceled) {
			u.o.Log.Error("progress of the file cannot be read", "error", err)
		}
		return
	}
	u.machine.Step(replica.Written{Seq: p.Written})
	u.machine.Step(replica.Neighbours{Unsent: u.o.Store.Relayable()})
	doubts, err := u.o.Store.Differences(ctx)
	if err != nil {
		u.o.Log.Error("the file cannot say whether it agrees with central", "error", err)
	}
	for scope := range doubts {
		u.machine.Step(replica.News{Scope: scope}) // the next page settles it
	}
	due, err := u.o.Store.Noted(ctx, nil)
	if err != nil {
		u.o.Log.Error("receipts of the file cannot be read", "error", err)
		return
	}
	u.machine.Step(replica.Receipts{Due: due})
}

// timer wakes the owner when the machine or the renewal is due again; nil, for
// ever, when neither is.
func (u *Uplink) timer() <-chan time.Time {
	at, ok := u.machine.Next()
	for _, due := range []int64{u.renewal.againMS, u.forkAgainMS, u.asking.againMS} {
		if due > u.tick.ms && (!ok || due < at) {
			at, ok = due, true
		}
	}
	if !ok {
		return nil
	}
	return u.o.After(max(at-u.tick.ms, 1))
}

// publish makes the state known if it changed.
func (u *Uplink) publish() {
	s := State{Status: u.machine.State(), CertificateUntilMS: u.line.until().UnixMilli()}
	for _, at := range []*int64{&s.SinceMS, &s.ContactMS, &s.WaitingMS} {
		if *at != 0 {
			*at += u.tick.ahead
		}
	}
	s.OffsetMS, s.OffsetErrorMS, s.OffsetKnown = u.clock.offset()
	u.mu.Lock()
	was := u.state
	u.state = s
	u.mu.Unlock()
	if was.Online != s.Online || was.Trouble != s.Trouble {
		u.o.Log.Info("line to central", "online", s.Online, "trouble", s.Trouble.String(), "unsent", s.Unsent())
	}
	if !same(&was, &s) {
		s.Cursors = slices.Clone(s.Cursors)
		u.onState(s)
	}
}

func same(a, b *State) bool {
	x, y := *a, *b
	x.Cursors, y.Cursors = nil, nil
	return slices.Equal(a.Cursors, b.Cursors) && fmt.Sprint(x) == fmt.Sprint(y)
}
