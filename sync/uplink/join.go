package uplink

import (
	"context"
	"crypto/x509"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"bough/crdt"
	"bough/sync/replica"
	"bough/sync/trust"
	"bough/sync/wire"
)

// JoinOptions is what a new workstation needs to join.
type JoinOptions struct {
	URL      string // of central, "https://host:port"
	Code     string // the word that was typed
	Name     string // of the workstation
	Identity *trust.Identity
	Rand     io.Reader
	Now      func() int64 // the PC's clock, ms UTC
	Proxy    *url.URL     // nil: straight
}

// Joined is what a workstation that joined keeps.
type Joined struct {
	Origin        crdt.Origin
	Branch        int64
	Certificate   *x509.Certificate
	Root          *trust.Root
	CentralOrigin crdt.Origin
	OffsetMS      int64  // to add to the PC's clock to have central's time
	BranchKey     []byte // of the branch's gossip; empty where central is of an older release
	Line          wire.Share
}

// Join takes a new workstation in: central is recognised by the code, which it
// then uses up. An answer that was lost is asked for again, with the same
// identity; so may the caller do later. Errors say what is to be done.
func Join(ctx context.Context, o JoinOptions) (*Joined, error) {
	base, err := parseBase(o.URL)
	if err != nil {
		return nil, err
	}
	code, err := trust.ParseCode(o.Code)
	if err != nil {
		return nil, fmt.Errorf("uplink: join: %w", err)
	}
	ask, err := o.Identity.Request()
	if err != nil {
		return nil, fmt.Errorf("uplink: join: %w", err)
	}
	client := newClient(trust.JoinConfig(code, func() time.Time { return time.UnixMilli(o.Now()) }), o.Proxy, false)
	defer client.CloseIdleConnections()
	for try := 1; ; try++ {
		origin, err := randomOrigin(o.Rand)
		if err != nil {
			return nil, fmt.Errorf("uplink: join: %w", err)
		}
		body, err := json.Marshal(wire.Enrol{Code: code.Word(), Request: ask, Origin: origin, Name: o.Name})
		if err != nil {
			return nil, fmt.Errorf("uplink: join: %w", err)
		}
		joined, err := o.enrol(ctx, client, request{path: wire.PathEnrol, body: body, content: "application/json", limit: maxSmallBody, within: smallFor}, base, code)
		if err == nil {
			return joined, nil
		}
		if try == joinTries || ctx.Err() != nil || !worthAgain(err) {
			return nil, fmt.Errorf("uplink: join %s: %w", base, err)
		}
	}
}

// worthAgain: an origin that is taken, or a line that broke, perhaps after
// central had answered.
func worthAgain(err error) bool {
	var answered *faultError
	if errors.As(err, &answered) {
		return answered.word == wire.FaultTaken
	}
	class, _ := classify(err)
	return class == replica.Line
}

func (o *JoinOptions) enrol(ctx context.Context, client *http.Client, q request, base string, code trust.Code) (*Joined, error) {
	sent := o.Now()
	b, state, err := ask(ctx, client, base, q)
	if err != nil {
		return nil, err
	}
	middle := (sent + o.Now()) / 2
	root, err := code.RootOf(state)
	if err != nil {
		return nil, err
	}
	var answer wire.Enrolled
	if err := readJSON(b, &answer); err != nil {
		return nil, err
	}
	cert, err := trust.ParseCertificate(answer.Certificate)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errUnreadable, err)
	}
	// Its dates are not judged: the clock here may be wrong.
	who, err := root.CheckNode(cert, cert.NotBefore)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errUnreadable, err)
	}
	if _, err := o.Identity.Certificate(cert); err != nil {
		return nil, fmt.Errorf("%w: %w", errUnreadable, err)
	}
	if crdt.Origin(who.Origin) != answer.Origin || who.Branch != answer.Branch {
		return nil, fmt.Errorf("%w: the certificate names another origin or branch than the answer", errUnreadable)
	}
	return &Joined{Origin: answer.Origin, Branch: answer.Branch, Certificate: cert, Root: root,
		CentralOrigin: answer.Central, OffsetMS: answer.NowMS - middle, BranchKey: answer.BranchKey, Line: answer.Line}, nil
}

// randomOrigin draws an origin to propose.
func randomOrigin(rand io.Reader) (crdt.Origin, error) {
	for range maxRandomTries {
		var b [4]byte
		if _, err := io.ReadFull(rand, b[:]); err != nil {
			return 0, fmt.Errorf("read randomness: %w", err)
		}
		if origin := crdt.Origin(binary.BigEndian.Uint32(b[:])) & crdt.MaxOrigin; origin != 0 {
			return origin, nil
		}
	}
	return 0, errors.New("randomness gives no origin")
}
