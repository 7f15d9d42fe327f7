package lan

import (
	"bytes"
	"context"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"bough/sync/seed"
	"bough/sync/trust"
	"bough/sync/wire"
)

// Routes of a new workstation, which has no file yet.
const (
	PathSeed  = "/lan/v1/seed"  // the file that it begins with
	PathProof = "/lan/v1/proof" // what central says of its rows
)

// Errors of a new workstation's asks.
var (
	// ErrOccupied: the neighbour serves another one, or its rows are not central's
	// just now; it may be asked again soon.
	ErrOccupied = errors.New("lan: the neighbour cannot give a copy just now")
	// ErrOtherRelease: its file is not laid out like ours.
	ErrOtherRelease = errors.New("lan: the neighbour's program is of another release, which lays out its file otherwise")
	// ErrNoSeed: it does not keep this copy any more, or gives none.
	ErrNoSeed = errors.New("lan: the neighbour has no such copy")
)

// giveSeed streams a copy to a new workstation, one at a time.
func (e *Exchange) giveSeed(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	done, who, err := e.admit(r)
	if err != nil {
		return nil, err
	}
	defer done()
	if e.o.Seed == nil {
		return nil, seed.ErrNone
	}
	var q wire.SnapshotAsk
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxAsk)).Decode(&q); err != nil {
		return nil, fmt.Errorf("%w: an ask for a copy", wire.ErrMalformed)
	}
	select {
	case e.giving <- struct{}{}:
		defer func() { <-e.giving }()
	default:
		return nil, fmt.Errorf("%w: it serves another new workstation", ErrOccupied)
	}
	out := &patient{w: w, line: http.NewResponseController(w), now: e.o.Now}
	err = e.o.Seed(r.Context(), &q, out, func() error {
		if e.refused(who) {
			return errRevoked
		}
		return nil
	})
	if out.begun {
		if err != nil && !errors.Is(err, seed.ErrGone) && r.Context().Err() == nil {
			e.o.Log.Warn("a copy for a new workstation was not sent to its end", "neighbour", who, "error", err)
		}
		return nil, errSent // a container that ends early says so
	}
	return nil, err
}

// patient writes to a reader who may be slow, but not dead.
type patient struct {
	w     http.ResponseWriter
	line  *http.ResponseController
	now   func() time.Time
	begun bool
}

func (p *patient) Write(b []byte) (int, error) {
	if !p.begun {
		p.begun = true
		p.w.Header().Set("Content-Type", "application/octet-stream")
	}
	_ = p.line.SetWriteDeadline(p.now().Add(stallFor)) // without one the system's holds
	return p.w.Write(b)
}

// giveProof hands on a page that central sealed, from where the asker stands.
func (e *Exchange) giveProof(_ http.ResponseWriter, r *http.Request) ([]byte, error) {
	done, _, err := e.admit(r)
	if err != nil {
		return nil, err
	}
	defer done()
	if e.o.Proof == nil {
		return nil, nil
	}
	scope, err1 := strconv.ParseInt(r.URL.Query().Get("scope"), 10, 64)
	since, err2 := strconv.ParseInt(r.URL.Query().Get("since"), 10, 64)
	if err1 != nil || err2 != nil || scope < 0 || since < 0 {
		return nil, fmt.Errorf("%w: where the asker stands", wire.ErrMalformed)
	}
	return e.o.Proof(r.Context(), scope, since)
}

// Newcomer asks neighbours in the name of a workstation that has no file yet.
type Newcomer struct {
	Branch      int64
	Identity    *trust.Identity
	Root        *trust.Root
	Certificate *x509.Certificate
	Now         func() time.Time // anchored to central's
}

// Seed asks the neighbour at an address for a copy, or for the rest of one, and
// has read read it.
func (n *Newcomer) Seed(ctx context.Context, address string, q wire.SnapshotAsk, read func(io.Reader) error) error {
	body, err := json.Marshal(q)
	if err != nil {
		return fmt.Errorf("lan: seed: %w", err)
	}
	return n.ask(ctx, http.MethodPost, "https://"+address+PathSeed, body, func(answer *http.Response) error { return read(answer.Body) })
}

// Proof asks the neighbour at an address for a page of central, sealed, that
// follows a number of a scope's feed; nil: it has no line either.
func (n *Newcomer) Proof(ctx context.Context, address string, scope, since int64) (page []byte, err error) {
	q := url.Values{"scope": {strconv.FormatInt(scope, 10)}, "since": {strconv.FormatInt(since, 10)}}
	ctx, stop := context.WithTimeout(ctx, askFor)
	defer stop()
	err = n.ask(ctx, http.MethodGet, "https://"+address+PathProof+"?"+q.Encode(), nil, func(answer *http.Response) error {
		if answer.StatusCode == http.StatusNoContent {
			return nil
		}
		page, err = io.ReadAll(io.LimitReader(answer.Body, wire.MaxSealed+1))
		if err == nil && len(page) > wire.MaxSealed {
			err = fmt.Errorf("%w: a page of more than %d bytes", ErrMalformed, wire.MaxSealed)
		}
		return err
	})
	return page, err
}

func (n *Newcomer) ask(ctx context.Context, method, at string, body []byte, read func(*http.Response) error) error {
	pair, err := n.Identity.Certificate(n.Certificate)
	if err != nil {
		return fmt.Errorf("lan: %w", err)
	}
	dialer := net.Dialer{Timeout: dialFor}
	transport := &http.Transport{
		DialContext: dialer.DialContext, TLSClientConfig: trust.NeighbourConfig(n.Root, n.Branch, trust.Fixed(pair), n.Now), TLSHandshakeTimeout: dialFor,
		ForceAttemptHTTP2: true, HTTP2: &http.HTTP2Config{SendPingTimeout: pingAfter, PingTimeout: pingFor},
	}
	defer transport.CloseIdleConnections()
	r, err := http.NewRequestWithContext(ctx, method, at, bytes.NewReader(body))
	if err != nil {
		return err
	}
	r.Header.Set(wire.HeaderVersions, wire.Supported().String())
	answer, err := transport.RoundTrip(r)
	if err != nil {
		return err
	}
	defer func() { _ = answer.Body.Close() }() // read to its end, or not needed
	if _, err := n.Root.Neighbour(answer.TLS, n.Branch, n.Now()); err != nil {
		return err
	}
	if answer.StatusCode == http.StatusOK || answer.StatusCode == http.StatusNoContent {
		return read(answer)
	}
	word := answer.Header.Get(wire.HeaderFault)
	err = readFault(answer)
	for _, f := range faults {
		if f.word == word && (f.is == ErrOccupied || f.is == ErrOtherRelease) {
			return fmt.Errorf("%w: %w", f.is, err)
		}
	}
	if word == wire.FaultSnapshot || answer.StatusCode == http.StatusNotFound {
		return fmt.Errorf("%w: %w", ErrNoSeed, err)
	}
	return err
}
