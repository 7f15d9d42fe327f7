package lan

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"
	"unicode"

	"bough/crdt"
	"bough/sync/journal"
	"bough/sync/trust"
	"bough/sync/wire"
)

// Errors of what a neighbour sent, besides those of packages journal and trust.
var (
	// ErrNoProof: a range without a certificate of its author.
	ErrNoProof = errors.New("lan: a range came without the certificate of its author")
	// ErrUnasked: what a neighbour sent was held already, again and again.
	ErrUnasked = errors.New("lan: the neighbour sends what is held already")

	errOurselves = errors.New("lan: the address leads to this workstation itself")
	errDoubted   = errors.New("lan: the neighbour knows another history of this workstation: its file was restored from a backup or copied")
	errTwice     = errors.New("lan: the workstation at this address is asked at another one already")
	errNotMet    = errors.New("lan: the branch's rows are not here yet")
)

func (e *Exchange) newClient() *http.Client {
	dialer := net.Dialer{Timeout: dialFor}
	return &http.Client{
		Transport: &http.Transport{
			DialContext:         dialer.DialContext,
			TLSClientConfig:     trust.NeighbourConfig(e.o.Root, e.o.Branch, e.show, e.o.Now),
			TLSHandshakeTimeout: dialFor,
			ForceAttemptHTTP2:   true,
			HTTP2:               &http.HTTP2Config{SendPingTimeout: pingAfter, PingTimeout: pingFor},
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// follow asks an address for what is new until ctx ends.
func (e *Exchange) follow(ctx context.Context, p *peer) {
	pause := firstPause
	for ctx.Err() == nil {
		err := e.ask(ctx, p)
		if ctx.Err() != nil {
			return
		}
		e.note(p, err)
		if err == nil {
			pause = firstPause
			continue
		}
		wait, rush := time.Duration(e.chance()*float64(pause)), e.hurried()
		if errors.Is(err, errOurselves) || errors.Is(err, errTwice) {
			wait, rush = seldom, nil
		}
		pause = min(2*pause, longestPause)
		select {
		case <-e.o.After(wait + time.Millisecond):
		case <-rush:
		case <-ctx.Done():
		}
	}
}

// note keeps how the last ask went, and logs what changed.
func (e *Exchange) note(p *peer, err error) {
	words := ""
	if err != nil {
		words = plain(err)
	}
	e.mu.Lock()
	was := p.Trouble
	p.Trouble = words
	if err == nil {
		p.HeardMS = e.o.Now().UnixMilli()
	}
	origin := p.Origin
	e.mu.Unlock()
	switch {
	case was == words:
	case words == "":
		e.o.Log.Info("neighbour answers", "neighbour", origin, "address", p.Address)
	case blames(err):
		e.o.Log.Warn("neighbour was refused", "neighbour", origin, "address", p.Address, "error", err)
	default:
		e.o.Log.Debug("neighbour does not answer", "neighbour", origin, "address", p.Address, "error", err)
	}
}

// blames reports whether somebody should look at the neighbour.
func blames(err error) bool {
	for _, is := range []error{journal.ErrSignature, journal.ErrChain, journal.ErrBadChange, trust.ErrOtherBranch, trust.ErrOtherCentral,
		ErrNoProof, ErrMalformed, errRevoked, wire.ErrMalformed} {
		if errors.Is(err, is) {
			return true
		}
	}
	return false
}

// plain is a short reason; addresses and ports of the attempt are noise.
func plain(err error) string {
	var op *net.OpError
	var timeout net.Error
	switch {
	case errors.As(err, &timeout) && timeout.Timeout():
		return "it does not answer in time"
	case errors.As(err, &op):
		return "no connection"
	}
	return err.Error()
}

// ask sends our frontier, waits for what follows it, and keeps it.
func (e *Exchange) ask(ctx context.Context, p *peer) error {
	if met, err := e.o.Store.Met(ctx); err != nil || !met {
		return errors.Join(err, errNotMet)
	}
	ctx, stop := context.WithTimeout(ctx, askFor)
	defer stop()
	frontier, err := e.codec.EncodePushed(&wire.Pushed{Vector: e.o.Store.Frontier(), NowMS: e.o.Now().UnixMilli()})
	if err != nil {
		return err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, "https://"+p.Address+Path, bytes.NewReader(frontier))
	if err != nil {
		return err
	}
	r.Header.Set(wire.HeaderVersions, wire.Supported().String())
	r.Header.Set("Content-Type", wire.ContentFrame)
	r.Header.Set(headerSelf, e.self())
	answer, err := e.client.Do(r)
	if err != nil {
		return err
	}
	defer func() { _ = answer.Body.Close() }() // read to its end, or not needed
	if err := e.met(p, answer); err != nil {
		return err
	}
	if err := e.known(ctx, p, answer.Header); err != nil {
		return err
	}
	switch answer.StatusCode {
	case http.StatusNoContent:
		return nil
	case http.StatusOK:
		return e.take(ctx, p, answer.Body)
	case http.StatusConflict:
		return e.doubted(ctx, p.Origin, answer.Body)
	}
	if answer.StatusCode == http.StatusUnauthorized {
		e.client.CloseIdleConnections() // the certificate shown may have been renewed since
	}
	return readFault(answer)
}

// met notes who is at an address.
func (e *Exchange) met(p *peer, answer *http.Response) error {
	who, err := e.o.Root.Neighbour(answer.TLS, e.o.Branch, e.o.Now())
	if err != nil {
		return err
	}
	origin := crdt.Origin(who.Origin)
	if e.refused(origin) {
		return errRevoked
	}
	speaks, known := selfOf(answer.Header)
	if known {
		origin = speaks.origin
	}
	if known && speaks.run == e.run || !known && origin == e.o.Store.Origin() {
		return errOurselves
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	p.Origin = origin
	for _, other := range e.peers {
		if other != p && other.Origin == origin && other.Trouble == "" && other.HeardMS > 0 {
			return errTwice
		}
	}
	return nil
}

func readFault(answer *http.Response) error {
	b, _ := io.ReadAll(io.LimitReader(answer.Body, maxText)) // the status says enough
	text := strings.Map(func(c rune) rune {
		if unicode.IsControl(c) || c == unicode.ReplacementChar {
			return -1
		}
		return c
	}, strings.TrimSpace(string(b)))
	return fmt.Errorf("lan: the neighbour refuses (%s): %s", answer.Header.Get(wire.HeaderFault), text)
}

// take checks an answer and keeps what is new.
func (e *Exchange) take(ctx context.Context, p *peer, body io.Reader) error {
	data, err := io.ReadAll(io.LimitReader(body, maxAnswer+1))
	if err != nil {
		return err
	}
	if len(data) > maxAnswer {
		return fmt.Errorf("%w: an answer of more than %d bytes", ErrMalformed, maxAnswer)
	}
	certificates, ranges, err := Open(e.codec, data, e.o.Root, e.o.Branch)
	if err != nil {
		return err
	}
	fresh, err := e.o.Store.Receive(ctx, certificates, ranges)
	switch {
	case fresh == 0 && err == nil:
		return ErrUnasked
	case fresh == 0:
		return err
	case err != nil:
		e.o.Log.Warn("some of what a neighbour sent was refused", "neighbour", p.Origin, "error", err)
	}
	e.Kick() // who waits here may not have it either
	if e.o.Received != nil {
		e.o.Received()
	}
	return nil
}
