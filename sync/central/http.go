package central

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"bough/crdt"
	"bough/sync/crowd"
	"bough/sync/seed"
	"bough/sync/trust"
	"bough/sync/wire"
)

// Limits of the HTTP side.
const (
	watchFor     = 25 * time.Second // proxies and firewalls forget a silent connection after 30 s
	maxWork      = 64               // units of work at once, each some 12 MB of memory at most: eight pushes or pages of the largest kind, or as many small pushes
	readWork     = 48               // of them for reads: what people did is not kept waiting by pages
	unitBytes    = 1 << 20          // that a push may hold inflated, for one unit
	LargeWork    = 8                // units of a page, or of the largest push
	maxInside    = 256              // pushes and reads that are received, wait, or are worked on; others are told to come again, which costs next to nothing
	insideReads  = 128              // of them reads
	maxSmallBody = 64 << 10         // a pull, an enrolment, a renewal: a hundred times what they need
	heardEveryMS = 10_000           // a report without news is written down no more often
	wrongCodes   = 10               // wrong enrolment codes of one address in wrongSpan, then it waits
	wrongSpan    = time.Minute
	maxAddresses = 1024 // addresses with wrong codes that are remembered
	maxNameRunes = 60   // of a workstation's name: more fits on no page
)

// HTTPOptions is what the HTTP side needs besides central itself.
type HTTPOptions struct {
	Authority *trust.Authority
	Rand      io.Reader
	Now       func() time.Time
	Log       *slog.Logger
	// Shelf keeps snapshots for new nodes for a while; nil: none are made.
	Shelf *seed.Shelf
	// Line tells what the line of a branch carries, where it is to be shared with
	// others. nil: none is.
	Line func(ctx context.Context, branch int64) (wire.Share, error)
	// Rate tells how many bytes a second a snapshot may take of it now; 0: all.
	// nil, or After nil: all, always.
	Rate  func(ctx context.Context, branch int64) (int64, error)
	After func(time.Duration) <-chan time.Time
	// WatchFor is how long a watch may wait for news; 0: 25 s.
	WatchFor time.Duration
}

// endpoint is the HTTP side of central.
type endpoint struct {
	c     *Central
	o     HTTPOptions
	crowd *crowd.Crowd
	codes wrongs

	mu    sync.Mutex // guards heard
	heard map[crdt.Origin]heard
}

type heard struct {
	report Report
	atMS   int64
}

// Handler serves the sync routes, below /sync/v1/: push, pull, watch, enrol and
// renew. It expects TLS as trust.ServerConfig makes it, and HTTP/2. Whoever
// serves it sets a time limit for headers, but none for answers that is shorter
// than a watch.
func (c *Central) Handler(o HTTPOptions) http.Handler {
	if o.Shelf == nil {
		o.Shelf = &seed.Shelf{}
	}
	if o.WatchFor <= 0 {
		o.WatchFor = watchFor
	}
	e := &endpoint{c: c, o: o, crowd: crowd.New(Room), heard: map[crdt.Origin]heard{},
		codes: wrongs{by: map[string]*wrong{}}}
	c.unsaid.onFirst(func(row RowID, n int64, err error) {
		o.Log.Error("Central cannot tell a row of its own to workstations: they set it aside, and go on behind it. Write the row anew, or take it back.", "kind", row.Kind, "row", row.ID, "number", n, "reason", err)
	})
	mux := http.NewServeMux()
	mux.Handle("POST "+wire.PathPush, e.route(e.ofNode(e.push)))
	mux.Handle("POST "+wire.PathPull, e.route(e.ofNode(e.pull)))
	mux.Handle("POST "+wire.PathSealed, e.route(e.ofNode(e.sealed)))
	mux.Handle("GET "+wire.PathWatch, e.route(e.ofNode(e.watch)))
	mux.Handle("POST "+wire.PathSnapshot, e.route(e.ofNode(e.snapshot)))
	mux.Handle("POST "+wire.PathLease, e.route(e.ofNode(e.lease)))
	mux.Handle("POST "+wire.PathNeighbours, e.route(e.ofNode(e.neighbours)))
	mux.Handle("POST "+wire.PathGone, e.route(e.ofNode(e.gone)))
	mux.Handle("POST "+wire.PathLinks, e.route(e.ofNode(e.links)))
	mux.Handle("POST "+wire.PathVouch, e.route(e.ofNode(e.vouch)))
	mux.Handle("POST "+wire.PathIncarnation, e.route(e.incarnate))
	mux.Handle("POST "+wire.PathDisclose, e.route(e.ofNode(e.disclose)))
	mux.Handle("POST "+wire.PathRecall, e.route(e.ofNode(e.recall)))
	mux.Handle("POST "+wire.PathEnrol, e.route(e.enrol))
	mux.Handle("POST "+wire.PathRenew, e.route(e.renew))
	return mux
}

// route negotiates the version, runs fn and answers its error.
func (e *endpoint) route(fn func(http.ResponseWriter, *http.Request) error) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set(wire.HeaderVersions, wire.Supported().String())
		w.Header().Set("Cache-Control", "no-store")
		if err := meet(r); err != nil {
			e.fail(w, r, err)
			return
		}
		if err := fn(w, r); err != nil {
			e.fail(w, r, err)
		}
	})
}

func meet(r *http.Request) error {
	peer, err := wire.ParseVersions(r.Header.Get(wire.HeaderVersions))
	if err != nil {
		return err
	}
	_, err = wire.Supported().Meet(peer)
	return err
}

// ofNode runs fn for the node at the other end, which is judged at every
// request: certificate, key and revocation.
func (e *endpoint) ofNode(fn func(http.ResponseWriter, *http.Request, *Node) error) func(http.ResponseWriter, *http.Request) error {
	return func(w http.ResponseWriter, r *http.Request) error {
		if _, err := e.o.Authority.Root().ConnectedNode(r.TLS, e.o.Now()); err != nil {
			return fault(err)
		}
		n, err := e.c.Holder(r.Context(), r.TLS.PeerCertificates[0])
		if err != nil {
			return err
		}
		return fn(w, r, n)
	}
}

// Room is how many central lets in, and works on, at once.
var Room = crowd.Room{Inside: maxInside, InsideReads: insideReads, Work: maxWork, WorkReads: readWork}

// enter lets a push or a read in, unless too many are in already: a bank whose
// lines all come back at once is served as fast as central can, and not buried.
func (e *endpoint) enter(k crowd.Kind) (leave func(), err error) {
	againMS, in := e.crowd.Enter(k, e.c.o.NowMS())
	if !in {
		return nil, &crowded{againMS}
	}
	return func() { e.crowd.Leave(k, e.c.o.NowMS()) }, nil
}

// work waits for room to do something heavy. What is to be worked on has been
// received: a slow line takes no room from the others.
func (e *endpoint) work(ctx context.Context, k crowd.Kind, units int) (done func(), err error) {
	begin := make(chan struct{})
	turn := e.crowd.Wait(k, units, func() { close(begin) })
	select {
	case <-begin:
		return func() { e.crowd.Done(turn) }, nil
	case <-ctx.Done():
		e.crowd.Done(turn)
		return nil, ctx.Err()
	}
}

// body reads a request of at most limit bytes.
func body(w http.ResponseWriter, r *http.Request, limit int64) ([]byte, error) {
	b, err := io.ReadAll(http.MaxBytesReader(w, r.Body, limit))
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return nil, fmt.Errorf("%w: more than %d bytes were sent", wire.ErrTooLarge, limit)
	case err != nil:
		return nil, fmt.Errorf("%w: the request ended early", wire.ErrMalformed)
	}
	return b, nil
}

func (e *endpoint) frame(w http.ResponseWriter, frame []byte) error {
	w.Header().Set("Content-Type", wire.ContentFrame)
	_, err := w.Write(frame)
	if err != nil {
		return errGone
	}
	return nil
}
