package lan

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"

	"bough/crdt"
	"bough/sync/seed"
	"bough/sync/trust"
	"bough/sync/wire"
)

// errRevoked is a workstation that central revoked.
var errRevoked = errors.New("lan: this workstation was revoked by head office")

// show is the certificate for both ends of a connection.
func (e *Exchange) show() (*tls.Certificate, error) {
	if e.o.Speaks != nil {
		return e.o.Speaks.Certificate(e.o.Certificate())
	}
	return e.o.Identity.Certificate(e.o.Certificate())
}

// errSent: the answer has been given.
var errSent = errors.New("lan: answered")

// faults is how errors are told: the first that fits.
var faults = []struct {
	is     error
	status int
	word   string
}{
	{errRevoked, http.StatusForbidden, wire.FaultUnknown},
	{trust.ErrExpired, http.StatusUnauthorized, wire.FaultExpired},
	{trust.ErrNoCertificate, http.StatusUnauthorized, wire.FaultCertificate},
	{trust.ErrOtherBranch, http.StatusForbidden, wire.FaultForbidden},
	{ErrOccupied, http.StatusServiceUnavailable, wire.FaultBusy},
	{ErrOtherRelease, http.StatusConflict, wire.FaultRelease},
	{seed.ErrNone, http.StatusGone, wire.FaultSnapshot},
	{wire.ErrVersion, http.StatusUpgradeRequired, wire.FaultVersion},
	{wire.ErrTooLarge, http.StatusRequestEntityTooLarge, wire.FaultTooLarge},
	{wire.ErrMalformed, http.StatusBadRequest, wire.FaultMalformed},
	{wire.ErrChecksum, http.StatusBadRequest, wire.FaultMalformed},
}

// serve sends what fn has to say, nothing or a frame.
func (e *Exchange) serve(fn func(http.ResponseWriter, *http.Request) ([]byte, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set(wire.HeaderVersions, wire.Supported().String())
		w.Header().Set("Cache-Control", "no-store")
		b, err := fn(w, r)
		e.send(w, r, b, err)
	}
}

func (e *Exchange) send(w http.ResponseWriter, r *http.Request, b []byte, err error) {
	switch {
	case errors.Is(err, errSent):
	case r.Context().Err() != nil:
		w.WriteHeader(http.StatusServiceUnavailable) // we stop, or nobody listens
	case err != nil:
		e.fail(w, err)
	case b == nil:
		w.WriteHeader(http.StatusNoContent)
	default:
		w.Header().Set("Content-Type", wire.ContentFrame)
		_, _ = w.Write(b) // who went away asks again
	}
}

func (e *Exchange) fail(w http.ResponseWriter, err error) {
	status, word, text := http.StatusServiceUnavailable, wire.FaultBusy, "this workstation cannot do that now; the reason is in its log"
	for _, f := range faults {
		if errors.Is(err, f.is) {
			status, word, text = f.status, f.word, err.Error()
			break
		}
	}
	if word == wire.FaultBusy && !errors.Is(err, ErrOccupied) {
		e.o.Log.Error("ask of a neighbour failed", "error", err)
	}
	w.Header().Set(wire.HeaderFault, word)
	http.Error(w, text, status)
}

// admit judges who asks, and takes room for the ask until done.
func (e *Exchange) admit(r *http.Request) (done func(), who crdt.Origin, err error) {
	node, err := e.o.Root.Neighbour(r.TLS, e.o.Branch, e.o.Now())
	if err != nil {
		return nil, 0, err
	}
	who = crdt.Origin(node.Origin)
	if e.refused(who) {
		return nil, 0, errRevoked
	}
	select {
	case e.room <- struct{}{}:
		return func() { <-e.room }, who, nil
	default:
		return nil, 0, errors.New("lan: too many neighbours ask at once")
	}
}

// answer is what follows the frontier that was sent, as soon as there is
// something; nil when nothing came while one may wait.
func (e *Exchange) answer(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	done, who, err := e.admit(r)
	if err != nil {
		return nil, err
	}
	defer done()
	have, err := e.frontier(w, r)
	if err != nil {
		return nil, err
	}
	if asks, known := selfOf(r.Header); known {
		d, err := e.doubts(r.Context(), asks)
		if err != nil {
			return nil, err
		}
		w.Header().Set(headerSelf, e.self())
		if d != nil {
			e.sendDoubt(w, d)
			return nil, errSent
		}
		e.knows(w, asks)
		who = asks.origin
	}
	if who != e.o.Store.Origin() && !e.o.Store.Acknowledged(who, have[e.o.Store.Origin()]) {
		e.twin(who)
	}
	have[who] = math.MaxInt64 // who asks has written more meanwhile, perhaps
	over := e.o.After(waitFor)
	for {
		news := e.wake() // before the look: what comes after it is not missed
		if e.refused(who) {
			return nil, errRevoked // meanwhile
		}
		if e.o.Store.Beyond(have) {
			if b, err := e.follows(r, have); b != nil || err != nil {
				return b, err
			}
		}
		select {
		case <-news:
		case <-over:
			return nil, nil
		case <-r.Context().Done():
			return nil, r.Context().Err()
		}
	}
}

func (e *Exchange) frontier(w http.ResponseWriter, r *http.Request) (map[crdt.Origin]uint64, error) {
	b, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxAsk))
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return nil, fmt.Errorf("%w: a frontier of more than %d bytes", wire.ErrTooLarge, maxAsk)
	case err != nil:
		return nil, fmt.Errorf("%w: the ask ended early", wire.ErrMalformed)
	}
	p, err := e.codec.DecodePushed(b)
	if err != nil {
		return nil, err
	}
	return p.Vector, nil
}

func (e *Exchange) follows(r *http.Request, have map[crdt.Origin]uint64) ([]byte, error) {
	peer, _ := wire.ParseVersions(r.Header.Get(wire.HeaderVersions)) // zero where it is not said: as much as we speak
	return Follows(r.Context(), e.o.Store, e.codec.For(peer), have, Author{Certificate: trust.Credential(e.o.Certificate().Raw, e.o.Renewals), Sign: e.sign})
}

func (e *Exchange) sign(message []byte) []byte {
	return e.o.Identity.Sign(trust.ContextJournalHead, message)
}
