package node

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"bough/crdt"
	"bough/node/anchor"
	"bough/node/api"
	"bough/node/crm"
	"bough/node/desk"
	"bough/node/store"
	"bough/sync/rows"
	"bough/sync/uplink"
	"bough/sync/wire"
	"bough/webui"
	"bough/webui/teller"
)

// Branch is the process of a workstation.
type Branch struct {
	Store *store.Store
	Desk  *desk.Desk

	o      Options
	dir    *dir
	me     nodeFile
	time   atomic.Pointer[anchor.Anchor] // nil until there is a file
	keys   keys
	held   atomic.Pointer[store.Lease] // how the lease stands
	passed atomic.Int64                // tick of the clock that nobody can set, when it was last changed; 0: never
	reborn chan struct{}               // this workstation has another number: codes are checked with another key
	inc    *incarnation                // nil: central has certified who the node is
	forks  chan uplink.Fork
	uplink atomic.Pointer[uplink.Uplink] // replaced when the node goes on as another origin
	// neighbours is nil where there is no LAN side.
	neighbours atomic.Pointer[neighbours]
	lender     lender
	carrier    carrier
	rate       atomic.Int64  // bytes a second that bulk may take of the line; 0: all
	parameters chan struct{} // head office may have said something new of the line
	last       heardLine
	out        int64 // workstations of the branch that were revoked, as last read; the line's goroutine's
	read       int64 // sum of the feeds as last heard; the line's goroutine's, as last is
	open       stack
	running    stack
	leave      []func() error // closes the lines; the goroutine's that owns them, once they are open
	stopping   chan struct{}
	server     *server
	handler    atomic.Pointer[http.Handler]
	joining    sync.Mutex      // one enrolment at a time
	arriving   *arrival        // how the first file comes
	giver      *giver          // what new workstations get here
	ready      chan struct{}   // closed once Store and Desk are there
	working    chan struct{}   // closed once all that runs by itself runs
	arrivals   context.Context // ends when Stop begins
	depart     context.CancelFunc
	arrived    sync.WaitGroup // of the goroutine that brings the first file
}

// nodeFile is what node.json holds.
type nodeFile struct {
	Origin  crdt.Origin `json:"origin"`
	Branch  int64       `json:"branch"`
	Name    string      `json:"name"`
	Central string      `json:"central"`       // https URL
	LAN     string      `json:"lan,omitempty"` // host:port to listen on for neighbours; empty: nowhere
	// Cookie is the origin that cookies are named by, where it is not Origin any
	// more: who is signed in stays so.
	Cookie crdt.Origin `json:"cookie,omitempty"`
	// Line is what head office said of the line when this workstation joined: it
	// holds until the feed was read once.
	Line wire.Share `json:"line,omitzero"`
}

// NewBranch opens the workstation of a directory. One that has not joined yet
// serves the page to join with.
func NewBranch(ctx context.Context, o Options) (*Branch, error) {
	b := &Branch{o: o, forks: make(chan uplink.Fork, 1), stopping: make(chan struct{}), parameters: make(chan struct{}, 1), reborn: make(chan struct{}, 1),
		arriving: newArrival(o), ready: make(chan struct{}), working: make(chan struct{})}
	b.arrivals, b.depart = context.WithCancel(context.Background())
	if err := b.load(ctx); err != nil {
		return nil, errors.Join(err, b.open.close())
	}
	return b, nil
}

func (b *Branch) load(ctx context.Context) (err error) {
	if !onLoopback(b.o.Listen) {
		return fmt.Errorf("node: the pages of a workstation are served on loopback only (127.0.0.1:PORT), not on %q", b.o.Listen)
	}
	if b.dir, err = openDir(b.o); err != nil {
		return err
	}
	b.open.push(b.dir.Close)
	if b.dir.has(centralName) {
		return fmt.Errorf("node: %s holds central; a workstation needs a directory of its own", b.o.Dir)
	}
	if !b.dir.has(nodeName) {
		return b.invite()
	}
	if err := b.dir.readJSON(nodeName, &b.me); err != nil {
		return err
	}
	if b.lacksFile() {
		if err := b.loadKeys(); err != nil {
			return err
		}
		return b.invite()
	}
	return b.furnish(ctx)
}

// lacksFile reports whether the workstation has joined and waits for its first file.
func (b *Branch) lacksFile() bool {
	return b.o.Bootstrap && b.dir.has(nodeName) && !b.dir.has(databaseName)
}

func (b *Branch) serve(h http.Handler) { b.handler.Store(&h) }

// Ready is closed once the workstation has its file and works.
func (b *Branch) Ready() <-chan struct{} { return b.working }

// Joined reports whether the workstation belongs to a branch.
func (b *Branch) Joined() bool { return b.dir.has(nodeName) }

// here reports whether there is a file to work with.
func (b *Branch) here() bool {
	select {
	case <-b.ready:
		return true
	default:
		return false
	}
}

// furnish opens the file of a node that has joined, and its desk and pages.
func (b *Branch) furnish(ctx context.Context) (err error) {
	defer func() { err = b.dir.health.explain(err) }()
	if err := b.dir.readJSON(nodeName, &b.me); err != nil {
		return err
	}
	b.Store, err = store.Open(ctx, store.Options{Path: b.dir.file(databaseName), Schema: crm.Table(), Origin: b.firstOrigin(),
		Branch: b.me.Branch, Rand: b.o.Rand, NowMS: b.nowMS, Disk: b.dir.vault, Halt: b.dir.health.halt,
		Enclose: func(content []byte) ([]byte, error) { return b.keys.root.Enclose(content) }})
	if err != nil {
		return err
	}
	b.open.push(b.Store.File.Close)
	b.giver = b.newGiver()
	if err := b.loadClock(ctx); err != nil {
		return err
	}
	if err := b.recognise(ctx); err != nil {
		return err
	}
	if err := b.loadLease(ctx); err != nil {
		return err
	}
	b.Desk = desk.New(desk.Options{Local: b.Store.Local, Ledger: b, Branch: b.me.Branch, NowMS: b.nowMS, Rand: b.o.Rand,
		IdleMS: b.o.IdleLock.Milliseconds(), Pending: b.Store.Pending, Safe: b.Store.Safe, Line: b.line, LeaseOver: b.leaseOver, Neighbours: b.besides, Doctor: b.Doctor, Clock: b.clockNow, Renewals: b.wasBefore, Trouble: b.dir.health.trouble,
		Absence: desk.Absence{Lease: b.leaseHere, Extend: b.Extend, Sticks: b.sticks, Carrying: b.carrying, Carry: b.carry}})
	b.Store.OnChange(b.Desk.Tell)
	up, err := b.newUplink(ctx)
	if err != nil {
		return err
	}
	b.uplink.Store(up)
	e := newEcho()
	err = teller.Register(e, webui.Options{Desk: b.Desk, Log: b.o.Log, Now: b.nowMS, Name: b.me.Name, Cookie: fmt.Sprintf("bough_%d", cmp.Or(b.me.Cookie, b.me.Origin)),
		Version: b.o.Version, IdleLock: b.o.IdleLock, Branch: b.branchName, Hosts: b.o.Hosts, Stop: b.stopping})
	if err != nil {
		return err
	}
	api.Register(e, api.Options{Desk: b.Desk, Status: b.Status, Now: b.nowMS, Log: b.o.Log, Idempotency: b.Store.Local, HostAllowed: hostAllowed(b.o.Hosts)})
	b.serve(e)
	close(b.ready)
	return nil
}

func (b *Branch) newUplink(ctx context.Context) (*uplink.Uplink, error) {
	claim, err := b.claim()
	if err != nil {
		return nil, err
	}
	u, err := uplink.New(ctx, uplink.Options{Central: b.me.Central, Store: b.Store, Identity: b.keys.identity,
		Certificate: b.keys.cert.Load(), Root: b.keys.root, Log: b.o.Log,
		Now: b.steadyMS, Rand: b.o.Rand, BackoffCapMS: b.o.BackoffMS, Version: b.o.Version,
		After:   func(ms int64) <-chan time.Time { return b.o.After(time.Duration(ms) * time.Millisecond) },
		Renewed: b.renewed, Rate: b.rate.Load, Proxy: b.o.Proxy, Incarnation: claim, Forked: b.forked, Clock: b.clockTold})
	if err == nil {
		u.OnState(b.heard)
	}
	return u, err
}

// Act implements desk.Ledger: what is written is sent at once.
func (b *Branch) Act(ctx context.Context, who rows.Actor, fn func(*rows.Act) error) (rows.Receipt, error) {
	r, err := b.Store.Act(ctx, who, fn)
	if err == nil {
		b.saved()
		b.up().Kick()
	}
	return r, err
}

// Origin implements desk.Ledger.
func (b *Branch) Origin() crdt.Origin { return b.Store.Origin() }

// up is the line to central.
func (b *Branch) up() *uplink.Uplink { return b.uplink.Load() }

func (b *Branch) branchName() string {
	branches, err := b.Desk.Branches(context.Background())
	if err != nil {
		b.o.Log.Error("reading branches failed", "err", err)
	}
	for _, l := range branches {
		if l.Number == b.me.Branch {
			return l.Name
		}
	}
	return ""
}

// Start listens for pages and API, syncs, indexes, answers commands.
func (b *Branch) Start(_ context.Context) (err error) {
	defer func() {
		if err != nil {
			err = errors.Join(err, b.running.close())
		}
	}()
	swap := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { (*b.handler.Load()).ServeHTTP(w, r) })
	if b.server, err = serve("tcp", b.o.Listen, swap, nil, b.o.Log); err != nil {
		return err
	}
	b.running.push(func() error { return stopServer(b.server) })
	stop, err := serveSocket(b.o.Dir, b.Admin(), b.o.Log)
	if err != nil {
		return err
	}
	b.running.push(stop)
	switch {
	case b.here():
		return b.work()
	case b.lacksFile():
		b.arrive()
	}
	return nil
}

// work starts what a node that has joined does by itself.
func (b *Branch) work() error {
	b.running.push(indexer(b.Store.Local, b.o, b.dir.health.halt))
	b.running.push(b.dir.health.watch(b.o, func() { b.Desk.Tell(nil) }))
	ctx, stop := context.WithCancel(context.Background())
	var quota sync.WaitGroup
	quota.Go(func() { b.quota(ctx) })
	quota.Go(func() { b.tidyCopies(ctx) })
	b.running.push(func() error {
		stop()
		quota.Wait()
		return nil
	})
	b.running.push(recounter(b.Store, b.o, func() { b.up().Kick() }))
	b.running.push(purger(b.Store, b.o, func() { b.up().Kick() }))
	b.call()
	b.running.push(tellViewed(b.Desk, b.o))
	b.running.push(b.leaser())
	b.running.push(b.watchClock())
	b.running.push(b.carrier.stop)
	b.running.push(b.goOn())
	close(b.working)
	return nil
}

// Addr is where the pages are.
func (b *Branch) Addr() string { return b.server.addr() }

// Stop ends what Start began and closes the directory. Twice is harmless.
func (b *Branch) Stop() error {
	select {
	case <-b.stopping:
		return nil
	default:
		close(b.stopping)
	}
	b.depart()
	b.arrived.Wait()
	return errors.Join(b.running.close(), b.open.close())
}

// Admin answers the commands of a machine for a node.
func (b *Branch) Admin() http.Handler {
	mux := http.NewServeMux()
	command(mux, "/status", func(ctx context.Context, _ None) (api.Status, error) { return b.Status(ctx) })
	command(mux, "/doctor", func(ctx context.Context, _ None) ([]desk.Finding, error) { return b.Doctor(ctx), nil })
	mux.HandleFunc("POST /token", func(w http.ResponseWriter, r *http.Request) {
		if !b.here() {
			fail(w, ErrNotNode)
			return
		}
		inner := http.NewServeMux()
		tokens(inner, b.Desk)
		inner.ServeHTTP(w, r)
	})
	command(mux, "/backup", func(ctx context.Context, in BackupIn) (BackupOut, error) {
		if !b.here() {
			return BackupOut{}, ErrNotNode
		}
		if in.Mark {
			return BackupOut{}, errors.New("node: only central is told of a backup made by others")
		}
		out, err := backup(ctx, b.o, in.Path, b.Store.File.Backup)
		// The copy is known by the word it has: put back, it is an older file.
		return out, errors.Join(err, b.newToken(ctx))
	})
	b.stickCommands(mux)
	b.leaseCommands(mux)
	command(mux, "/check", func(ctx context.Context, _ None) ([]Finding, error) {
		if !b.here() {
			return nil, ErrNotNode
		}
		return b.check(ctx)
	})
	return mux
}

// check looks at the file of the node.
func (b *Branch) check(ctx context.Context) ([]Finding, error) {
	return check(ctx, b.dir, b.Store.File, b.Origin(), func(*rows.Tx) (func(*rows.Stored) ([]int64, error), error) {
		return func(r *rows.Stored) ([]int64, error) { return []int64{b.Store.ScopeOf(r.Kind)}, nil }, nil
	})
}
