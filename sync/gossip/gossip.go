package gossip

import (
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/hashicorp/memberlist"

	"bough/crdt"
)

// KeySize is the length of a branch's key in bytes: AES-256.
const KeySize = 32

// Limits.
const (
	sayEvery   = 10 * time.Second // a state is said again, for those who missed it
	joinEvery  = 5 * time.Second  // about; with who was told of and is not here
	pullEvery  = 10 * time.Second // push/pull with somebody: the library's 30 s are long for a board
	goneAfter  = 24 * time.Hour   // then the state of a node is forgotten
	reclaim    = time.Second      // a workstation that comes back at another address is believed after this
	leaveFor   = 500 * time.Millisecond
	maxKnown   = 256 // addresses that are joined with
	joinAtOnce = 8   // of them in one round
)

// Options is all that gossip needs.
type Options struct {
	Origin crdt.Origin
	Key    []byte // of the branch, KeySize bytes
	// Previous is a key that is still understood, while a branch turns its key;
	// nil: none.
	Previous []byte
	Bind     string // host:port; port 0: any
	// As is where the others reach it, where that is not Bind (a port that is
	// passed on to it): IP:port; empty: at Bind.
	As    string
	Log   *slog.Logger
	Now   func() int64 // ms UTC
	After func(time.Duration) <-chan time.Time
	Rand  io.Reader
	// Known are addresses to begin with: host:port where others gossip.
	Known []string
	// State is how this node stands now; Origin and Order are filled in.
	State func() State
	// Changed is told when somebody came, went, or said something new, from the
	// goroutine of Gossip: it must not block for long.
	Changed func()
}

// Heard is what is known of another node.
type Heard struct {
	State
	AtMS    int64  // when something new was last heard, ms UTC
	Here    bool   // it is a member now
	Address string // where it gossips, or did last, host:port; empty: never here
}

// Gossip is a member of the branch's gossip.
type Gossip struct {
	o     Options
	list  *memberlist.Memberlist
	ring  *memberlist.Keyring
	queue *memberlist.TransmitLimitedQueue
	wake  chan struct{}
	say   chan struct{}
	told  chan struct{} // of an address that was not known
	stop  context.CancelFunc
	ctx   context.Context
	work  sync.WaitGroup

	address string // as it is told to the others; never changes

	mu    sync.Mutex // guards the rest
	order uint64
	own   []byte // as last said
	heard map[crdt.Origin]heard
	known map[string]bool
	here  map[crdt.Origin]string // addresses of the members
}

type heard struct {
	State
	raw     []byte
	atMS    int64
	address string // as a member; kept when it has gone
}

// New joins nobody yet, but listens; Start begins to talk.
func New(o Options) (*Gossip, error) {
	if len(o.Key) != KeySize {
		return nil, fmt.Errorf("gossip: the key of a branch has %d bytes, not %d", KeySize, len(o.Key))
	}
	host, port, err := split(o.Bind)
	if err != nil {
		return nil, err
	}
	g := &Gossip{o: o, wake: make(chan struct{}, 1), say: make(chan struct{}, 1), told: make(chan struct{}, 1), heard: map[crdt.Origin]heard{},
		known: map[string]bool{}, here: map[crdt.Origin]string{}}
	g.ctx, g.stop = context.WithCancel(context.Background())
	g.queue = &memberlist.TransmitLimitedQueue{RetransmitMult: 3, NumNodes: g.members}
	c := memberlist.DefaultLANConfig()
	c.Name = strconv.FormatUint(uint64(o.Origin), 10)
	c.BindAddr, c.BindPort, c.AdvertisePort = host, port, port
	if ip := net.ParseIP(host); ip != nil && !ip.IsUnspecified() {
		c.AdvertiseAddr = host
	}
	if o.As != "" {
		if c.AdvertiseAddr, c.AdvertisePort, err = split(o.As); err != nil {
			return nil, err
		}
	}
	if g.ring, err = memberlist.NewKeyring(given(o.Previous), slices.Clone(o.Key)); err != nil {
		return nil, fmt.Errorf("gossip: key of the branch: %w", err)
	}
	c.Keyring = g.ring
	c.DeadNodeReclaimTime, c.PushPullInterval = reclaim, pullEvery
	c.Logger = slog.NewLogLogger(o.Log.Handler(), slog.LevelDebug)
	c.Delegate, c.Events = delegate{g}, events{g}
	g.refresh()
	if g.list, err = memberlist.Create(c); err != nil {
		g.stop()
		return nil, fmt.Errorf("gossip: listen on %s: %w", o.Bind, err)
	}
	g.address = g.list.LocalNode().Address()
	g.Know(o.Known)
	return g, nil
}

// given is the keys there are.
func given(key []byte) [][]byte {
	if len(key) != KeySize {
		return nil
	}
	return [][]byte{slices.Clone(key)}
}

// Rekey encrypts with another key from now on, and understands it and the
// previous one (nil: it alone).
func (g *Gossip) Rekey(key, previous []byte) error {
	ring := g.ring
	if err := errors.Join(ring.AddKey(slices.Clone(key)), ring.UseKey(slices.Clone(key))); err != nil {
		return fmt.Errorf("gossip: key of the branch: %w", err)
	}
	// From the end: the library removes a key by moving those behind it, in the
	// very slice that it decrypts with at the same time.
	for _, old := range slices.Backward(ring.GetKeys()[1:]) {
		if err := ring.RemoveKey(old); err != nil {
			return fmt.Errorf("gossip: previous key of the branch: %w", err)
		}
	}
	for _, k := range given(previous) {
		if err := ring.AddKey(k); err != nil {
			return fmt.Errorf("gossip: previous key of the branch: %w", err)
		}
	}
	return nil
}

func split(address string) (host string, port int, err error) {
	host, text, err := net.SplitHostPort(address)
	if err != nil {
		return "", 0, fmt.Errorf("gossip: address %q: %w", address, err)
	}
	number, err := strconv.ParseUint(text, 10, 16)
	if err != nil {
		return "", 0, fmt.Errorf("gossip: address %q: %w", address, err)
	}
	return host, int(number), nil
}

// Start begins to talk. Call it once.
func (g *Gossip) Start() { g.work.Go(g.run) }

// Stop says good-bye and ends everything. Twice is harmless.
func (g *Gossip) Stop() error {
	if g.ctx.Err() != nil {
		return nil
	}
	g.stop()
	g.work.Wait()
	if err := g.list.Leave(leaveFor); err != nil {
		g.o.Log.Debug("neighbours were not told of the good-bye", "error", err) // they will miss us
	}
	return g.list.Shutdown()
}

// Address is where this node gossips, as it tells the others: host:port.
func (g *Gossip) Address() string { return g.address }

// Know adds addresses to join with, at once and for as long as this runs.
func (g *Gossip) Know(addresses []string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, a := range addresses {
		if _, _, err := net.SplitHostPort(a); err == nil && !g.known[a] && len(g.known) < maxKnown {
			g.known[a] = true
			poke(g.told)
		}
	}
}

// Known are the addresses of others that were told of or seen, to be kept for
// the next start.
func (g *Gossip) Known() []string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return slices.DeleteFunc(slices.Sorted(maps.Keys(g.known)), func(a string) bool { return a == g.address })
}

// Say makes the others hear soon how this node stands; it never blocks.
func (g *Gossip) Say() { poke(g.say) }

func poke(ch chan struct{}) {
	select {
	case ch <- struct{}{}:
	default: // it was said and not heard yet
	}
}

// Heard is what is known of the others, by origin.
func (g *Gossip) Heard() []Heard {
	g.mu.Lock()
	defer g.mu.Unlock()
	out := make([]Heard, 0, len(g.heard))
	for origin, h := range g.heard {
		_, here := g.here[origin]
		out = append(out, Heard{State: h.State, AtMS: h.atMS, Here: here, Address: h.address})
	}
	slices.SortFunc(out, func(a, b Heard) int { return int(int64(a.Origin) - int64(b.Origin)) })
	return out
}

// members counts the members, this node among them.
func (g *Gossip) members() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return max(len(g.here), 1)
}

// run says how this node stands, joins who is missing and forgets who is gone,
// until it is stopped.
func (g *Gossip) run() {
	g.join()
	saying, joining := g.o.After(sayEvery), g.o.After(g.pause(joinEvery))
	for {
		g.speak()
		select {
		case <-g.say:
		case <-saying:
			saying = g.o.After(sayEvery)
		case <-g.told:
			g.join()
		case <-joining:
			g.join()
			joining = g.o.After(g.pause(joinEvery))
		case <-g.wake:
			g.forget()
			if g.o.Changed != nil {
				g.o.Changed()
			}
			continue
		case <-g.ctx.Done():
			return
		}
	}
}

// pause is about d, so that a branch that was cut does not join in step.
func (g *Gossip) pause(d time.Duration) time.Duration {
	var b [4]byte
	if _, err := io.ReadFull(g.o.Rand, b[:]); err != nil {
		return d
	}
	return d/2 + time.Duration(uint64(d)*uint64(binary.BigEndian.Uint32(b[:]))>>32)
}

// refresh makes the bytes of our state now.
func (g *Gossip) refresh() []byte {
	s := g.o.State()
	g.mu.Lock()
	defer g.mu.Unlock()
	g.order = max(g.order+1, uint64(max(g.o.Now(), 1)))
	s.Origin, s.Order = g.o.Origin, g.order
	g.own = s.encode()
	return g.own
}

// speak queues our state for the others.
func (g *Gossip) speak() {
	g.queue.QueueBroadcast(broadcast{origin: g.o.Origin, raw: g.refresh()})
}

// came notes a member and where it is. The library calls it with its lock held:
// this is the only moment at which a node of the library may be read.
func (g *Gossip) came(origin crdt.Origin, address string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.here[origin] = address
	if origin != g.o.Origin && len(g.known) < maxKnown {
		g.known[address] = true
	}
	if h, is := g.heard[origin]; is {
		h.address = address
		g.heard[origin] = h
	}
}

// went notes that a member is gone.
func (g *Gossip) went(origin crdt.Origin) {
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.here, origin)
}

// forget forgets who has long been gone.
func (g *Gossip) forget() {
	now := g.o.Now()
	g.mu.Lock()
	defer g.mu.Unlock()
	maps.DeleteFunc(g.heard, func(origin crdt.Origin, h heard) bool {
		_, is := g.here[origin]
		return !is && now-h.atMS > goneAfter.Milliseconds()
	})
}

// join joins with some of those who were told of and are not here.
func (g *Gossip) join() {
	g.forget()
	g.mu.Lock()
	present := map[string]bool{g.address: true}
	for _, address := range g.here {
		present[address] = true
	}
	var missing []string
	for address := range g.known { // in any order: each has its turn
		if !present[address] && len(missing) < joinAtOnce {
			missing = append(missing, address)
		}
	}
	g.mu.Unlock()
	if len(missing) == 0 || g.ctx.Err() != nil {
		return
	}
	if n, err := g.list.Join(missing); err != nil {
		g.o.Log.Debug("joining neighbours", "reached", n, "error", err)
	}
}

// hear takes a state in; it reports whether it is news.
func (g *Gossip) hear(s *State, raw []byte) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if s.Origin == g.o.Origin {
		// What we said before a restart, by a clock that was ahead.
		g.order = max(g.order, s.Order)
		return false
	}
	was, known := g.heard[s.Origin]
	if known && s.Order <= was.Order || !known && len(g.heard) >= maxStates {
		return false
	}
	g.heard[s.Origin] = heard{State: *s, raw: raw, atMS: g.o.Now(), address: cmp.Or(g.here[s.Origin], was.address)}
	return true
}
