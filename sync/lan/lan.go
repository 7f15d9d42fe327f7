package lan

import (
	"context"
	"crypto/x509"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"

	"bough/crdt"
	"bough/sync/journal"
	"bough/sync/trust"
	"bough/sync/wire"
)

// Store is what the exchange needs of a node's file; *store.Store has it.
type Store interface {
	Origin() crdt.Origin
	// Met reports whether the feed has once reached its head: before, a node
	// does not know what of its neighbours' work it lacks.
	Met(ctx context.Context) (bool, error)
	Frontier() map[crdt.Origin]uint64
	Beyond(have map[crdt.Origin]uint64) bool
	Sideways(ctx context.Context, have map[crdt.Origin]uint64, limit int, sign journal.Signer) (map[crdt.Origin][]byte, []journal.Range, error)
	Receive(ctx context.Context, certificates map[crdt.Origin][]byte, ranges []journal.Range) (fresh int, err error)
	Acknowledged(holder crdt.Origin, upTo uint64) bool
	// Knows is how far an author's chain is held here, Wrote whether the own chain
	// has a link.
	Knows(origin crdt.Origin) (seq uint64, link journal.Hash, known bool)
	Wrote(ctx context.Context, seq uint64, link journal.Hash) (bool, error)
	// Head is the end of the own chain, Taken up to where central has it. Doubts
	// reports whether more is known here of an author, or another link, than it
	// says itself; Links are those that are held after a number, and Common the
	// last own number whose link is among those told.
	Head() (seq uint64, link journal.Hash)
	Taken() uint64
	Doubts(ctx context.Context, origin crdt.Origin, seq uint64, link journal.Hash) (known uint64, doubtful bool, err error)
	Links(ctx context.Context, origin crdt.Origin, after uint64) (first uint64, links []journal.Hash, err error)
	Common(ctx context.Context, first uint64, links []journal.Hash) (seq uint64, err error)
}

// Options is all that an exchange needs; Refuse, Received, Twin and Lend may be nil.
type Options struct {
	Store    Store
	Branch   int64
	Identity *trust.Identity
	// Speaks, if not nil, is the key of the certificate: of a node that goes on as
	// another origin, which Renewals lead to and central has not certified yet.
	Speaks   *trust.Identity
	Renewals []trust.SignedRenewal
	Root     *trust.Root
	// Certificate is the node's certificate now: it may be renewed at any time.
	Certificate func() *x509.Certificate
	Log         *slog.Logger
	Now         func() time.Time // anchored to central's
	After       func(time.Duration) <-chan time.Time
	Rand        io.Reader
	// Refuse tells of workstations that central revoked.
	Refuse func(crdt.Origin) bool
	// Received is told after something new was kept, from a goroutine of the
	// exchange: it must not block.
	Received func()
	// Twin is told when a neighbour knows more of this workstation's own changes
	// than its file does: the file was restored from a backup, or cloned.
	Twin func(neighbour crdt.Origin)
	// Doubted is told with it, each time: the last own number that stands beyond
	// doubt.
	Doubted func(fork uint64)
	// Lend gets a page of central, as it signed it, that follows these cursors;
	// nil: there is none now, or no line. nil where nobody is to borrow.
	Lend func(ctx context.Context, at Cursors) ([]byte, error)
	// Seed writes the file that a new workstation begins with to w; it asks may
	// between parts whether it still may have it. Before its first byte it may fail
	// with ErrOccupied, ErrOtherRelease or seed.ErrNone. nil: none is given.
	Seed func(ctx context.Context, q *wire.SnapshotAsk, w io.Writer, may func() error) error
	// Proof gets a page of central, as it signed it, that follows a number of a
	// scope's feed; nil: there is no line.
	Proof func(ctx context.Context, scope, since int64) ([]byte, error)
}

// Peer is how an address that is asked stands.
type Peer struct {
	Address string
	Origin  crdt.Origin // 0: it never answered
	HeardMS int64       // last answer, ms UTC; 0: never
	Trouble string      // of the last ask, for people; empty: it went well
}

// Exchange is the LAN side of a node.
type Exchange struct {
	o      Options
	codec  *wire.Codec
	client *http.Client
	server *http.Server
	listen net.Listener
	room   chan struct{} // holds a token for each ask in work
	giving chan struct{} // holds a token while a new workstation is served
	run    string        // of this process
	ctx    context.Context
	stop   context.CancelFunc
	work   sync.WaitGroup

	mu    sync.Mutex // guards the rest
	news  chan struct{}
	rush  chan struct{}
	peers map[string]*peer
	ended bool
	twins map[crdt.Origin]bool // neighbours that know more of us than we do; told once each
}

type peer struct {
	Peer
	stop context.CancelFunc
}

// New makes an exchange that listens on an address, host:port; Start opens it.
func New(o Options, address string) (*Exchange, error) {
	codec, err := wire.NewCodec()
	if err != nil {
		return nil, fmt.Errorf("lan: %w", err)
	}
	e := &Exchange{o: o, codec: codec, room: make(chan struct{}, maxAtOnce), giving: make(chan struct{}, 1), news: make(chan struct{}), rush: make(chan struct{}), peers: map[string]*peer{}, twins: map[crdt.Origin]bool{}}
	if e.listen, err = net.Listen("tcp", address); err != nil {
		return nil, fmt.Errorf("lan: listen on %s: %w; is another program using it?", address, err)
	}
	run := make([]byte, 8)
	if _, err := io.ReadFull(o.Rand, run); err != nil {
		return nil, errors.Join(fmt.Errorf("lan: %w", err), e.listen.Close())
	}
	e.run = hex.EncodeToString(run)
	e.ctx, e.stop = context.WithCancel(context.Background())
	e.client = e.newClient()
	mux := http.NewServeMux()
	mux.HandleFunc("POST "+Path, e.serve(e.answer))
	mux.HandleFunc("GET "+PathPage, e.serve(e.lend))
	mux.HandleFunc("POST "+PathSeed, e.serve(e.giveSeed))
	mux.HandleFunc("GET "+PathProof, e.serve(e.giveProof))
	e.server = &http.Server{Handler: mux, TLSConfig: trust.NeighbourConfig(o.Root, o.Branch, e.show, o.Now), ReadHeaderTimeout: headerFor,
		MaxHeaderBytes: maxText * 16, ErrorLog: slog.NewLogLogger(o.Log.Handler(), slog.LevelDebug),
		BaseContext: func(net.Listener) context.Context { return e.ctx }}
	return e, nil
}

// Start listens. Call it once.
func (e *Exchange) Start() {
	e.work.Go(func() {
		if err := e.server.ServeTLS(e.listen, "", ""); !errors.Is(err, http.ErrServerClosed) {
			e.o.Log.Error("serving neighbours ended", "error", err)
		}
	})
}

// Stop ends everything and waits for it. Twice is harmless.
func (e *Exchange) Stop() error {
	e.mu.Lock()
	e.ended = true
	e.mu.Unlock()
	e.stop()
	ctx, cancel := context.WithTimeout(context.Background(), stopFor)
	defer cancel()
	err := e.server.Shutdown(ctx)
	if err != nil {
		err = e.server.Close()
	}
	_ = e.listen.Close() // closed already, unless it was never started
	e.work.Wait()
	e.client.CloseIdleConnections()
	return err
}

// Addr is where it listens.
func (e *Exchange) Addr() string { return e.listen.Addr().String() }

// Kick says that something was saved, so that neighbours that wait hear of it;
// it never blocks.
func (e *Exchange) Kick() {
	e.mu.Lock()
	defer e.mu.Unlock()
	close(e.news)
	e.news = make(chan struct{})
}

// Hurry says that a neighbour has news: whoever pauses after a failure asks at
// once. It never blocks.
func (e *Exchange) Hurry() {
	e.mu.Lock()
	defer e.mu.Unlock()
	close(e.rush)
	e.rush = make(chan struct{})
}

func (e *Exchange) hurried() <-chan struct{} {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.rush
}

func (e *Exchange) wake() <-chan struct{} {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.news
}

// Ask makes these the addresses that are asked, host:port each: new ones are
// asked from now on, others no longer.
func (e *Exchange) Ask(addresses []string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for address, p := range e.peers {
		if !slices.Contains(addresses, address) {
			p.stop()
			delete(e.peers, address)
		}
	}
	for _, address := range addresses {
		if e.ended || e.peers[address] != nil || len(e.peers) >= maxPeers {
			continue
		}
		ctx, stop := context.WithCancel(e.ctx)
		p := &peer{Peer: Peer{Address: address}, stop: stop}
		e.peers[address] = p
		e.work.Go(func() { e.follow(ctx, p) })
	}
}

// Peers tells how the addresses stand, by address.
func (e *Exchange) Peers() []Peer {
	e.mu.Lock()
	defer e.mu.Unlock()
	out := make([]Peer, 0, len(e.peers))
	for _, p := range e.peers {
		out = append(out, p.Peer)
	}
	slices.SortFunc(out, func(a, b Peer) int { return slices.Compare([]byte(a.Address), []byte(b.Address)) })
	return out
}

// chance draws a number in [0,1).
func (e *Exchange) chance() float64 {
	var b [8]byte
	if _, err := io.ReadFull(e.o.Rand, b[:]); err != nil {
		return 0.5 // a pause without jitter is better than none
	}
	return float64(binary.BigEndian.Uint64(b[:])>>11) / (1 << 53)
}

func (e *Exchange) refused(origin crdt.Origin) bool { return e.o.Refuse != nil && e.o.Refuse(origin) }

func (e *Exchange) twin(neighbour crdt.Origin) {
	e.mu.Lock()
	told := e.twins[neighbour] || len(e.twins) >= maxPeers
	e.twins[neighbour] = true
	e.mu.Unlock()
	if told {
		return
	}
	e.o.Log.Warn("a neighbour knows more of this workstation than its own file: it was restored from a backup or cloned", "neighbour", neighbour)
	if e.o.Twin != nil {
		e.o.Twin(neighbour)
	}
}
