package central

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"

	"zombiezen.com/go/sqlite"

	"bough/crdt"
	"bough/sync/rows"
	"bough/sync/trust"
	"bough/sync/wire"
)

func (e *endpoint) enrol(w http.ResponseWriter, r *http.Request) error {
	from := address(r)
	if e.codes.tooMany(from, e.o.Now()) {
		w.Header().Set("Retry-After", fmt.Sprint(int(wrongSpan.Seconds())))
		return errTooMany
	}
	var q wire.Enrol
	if err := readJSON(w, r, &q); err != nil {
		return err
	}
	name := strings.TrimSpace(q.Name)
	if name == "" || utf8.RuneCountInString(name) > maxNameRunes || strings.ContainsFunc(name, unicode.IsControl) {
		return fmt.Errorf("%w: a workstation has a name of 1 to %d characters", wire.ErrMalformed, maxNameRunes)
	}
	if q.Origin == 0 || q.Origin > crdt.MaxOrigin {
		return fmt.Errorf("%w: an origin has 1 to 31 bits", wire.ErrMalformed)
	}
	code, err := trust.ParseCode(q.Code)
	if err != nil || !code.Names(e.o.Authority.Root()) {
		e.codes.count(from, e.o.Now())
		return ErrCode
	}
	q.Name = name
	n, cert, err := e.admit(r.Context(), &q, code)
	if errors.Is(err, ErrCode) {
		e.codes.count(from, e.o.Now())
	}
	if err != nil {
		return err
	}
	key, err := e.c.BranchKey(r.Context(), n.Branch)
	if err != nil {
		return err
	}
	line, err := e.line(r.Context(), n.Branch)
	if err != nil {
		return err
	}
	e.o.Log.Info("node joined", "origin", n.Origin, "branch", n.Branch)
	return reply(w, wire.Enrolled{Certificate: trust.EncodeCertificate(cert), Root: e.o.Authority.Root().EncodePEM(),
		Origin: n.Origin, Branch: n.Branch, Central: e.c.Origin(), NowMS: e.c.o.NowMS(), BranchKey: key, Line: line})
}

// admit uses the code up, takes the node in and certifies it, in one
// transaction. A node that asks again, with the key it joined with and the code
// it used, is only certified again: the answer was lost.
func (e *endpoint) admit(ctx context.Context, q *wire.Enrol, code trust.Code) (n *Node, cert *x509.Certificate, err error) {
	hash := code.Hash()
	fresh := false
	_, err = e.c.act(ctx, rows.Actor{}, func(act *rows.Act) error {
		branch, used, err := codeOf(act.Tx, hash[:], e.c.o.NowMS())
		if err != nil {
			return err
		}
		n = &Node{Origin: q.Origin, Branch: branch, Name: q.Name, Joined: e.c.o.NowMS()}
		if cert, err = e.certify(n, q.Request); err != nil {
			return err
		}
		was, err := nodeByKey(act.Tx, n.Key)
		if err != nil {
			return err
		}
		if was != nil {
			if was.Revoked || was.Branch != branch {
				return ErrCode
			}
			n = was
			cert, err = e.certify(n, q.Request)
			return err
		}
		if used {
			return ErrCode
		}
		_, taken, err := act.Tx.Int(`SELECT 1 FROM origin WHERE origin=?1`, int64(n.Origin))
		if err != nil {
			return err
		}
		if taken || n.Origin == e.c.Origin() {
			return ErrOriginTaken
		}
		fresh = true
		return e.c.o.NodeRow(act, *n)
	}, func(b *Batch) error {
		if err := b.Tx.Exec(`UPDATE code SET used=1 WHERE hash=?1`, hash[:]); err != nil || !fresh {
			return err
		}
		return b.Tx.Exec(insertNode, int64(n.Origin), n.Branch, n.Name, n.Key, n.Joined)
	})
	return n, cert, err
}

// certify issues a certificate for the key of a request, and notes the key.
func (e *endpoint) certify(n *Node, request []byte) (*x509.Certificate, error) {
	who := trust.Node{Origin: uint32(n.Origin), Branch: n.Branch}
	cert, err := e.o.Authority.IssueNode(who, request, e.o.Now(), e.o.Rand, n.Formers()...)
	if errors.Is(err, trust.ErrMalformed) || errors.Is(err, trust.ErrBadSignature) {
		return nil, fmt.Errorf("%w: %w", wire.ErrMalformed, err)
	}
	if err != nil {
		return nil, err
	}
	_, key, err := trust.PeerNode(cert)
	n.Key = key
	return cert, err
}

// codeOf is the branch of a code that may still be used, or was used within its
// time.
func codeOf(tx *rows.Tx, hash []byte, nowMS int64) (branch int64, used bool, err error) {
	found := false
	err = tx.Query(`SELECT branch, used FROM code WHERE hash=?1 AND until>?2`, func(s *sqlite.Stmt) error {
		branch, used, found = s.ColumnInt64(0), s.ColumnInt64(1) == 1, true
		return nil
	}, hash, nowMS)
	if err == nil && !found {
		err = ErrCode
	}
	return branch, used, err
}

// nodeByKey reads the node that joined with a key; nil when there is none.
func nodeByKey(tx *rows.Tx, key []byte) (n *Node, err error) {
	err = tx.Query(selectNode+` WHERE public_key=?1`, func(s *sqlite.Stmt) error {
		n = scanNode(s)
		return nil
	}, key)
	return n, err
}

// renew certifies the key of a known node again, even if its certificate has
// expired.
func (e *endpoint) renew(w http.ResponseWriter, r *http.Request) error {
	if _, err := e.o.Authority.Root().RenewableNode(r.TLS, e.o.Now()); err != nil {
		if errors.Is(err, trust.ErrTooLate) {
			return fmt.Errorf("%w: %w", ErrUnknownNode, err)
		}
		return fault(err)
	}
	n, err := e.c.Holder(r.Context(), r.TLS.PeerCertificates[0])
	if err != nil {
		return err
	}
	var q wire.Renew
	if err := readJSON(w, r, &q); err != nil {
		return err
	}
	asks := *n
	cert, err := e.certify(&asks, q.Request)
	if err != nil {
		return err
	}
	if string(asks.Key) != string(n.Key) {
		return fmt.Errorf("%w: a certificate is renewed for the key it was made for", errForbidden)
	}
	return reply(w, wire.Renewed{Certificate: trust.EncodeCertificate(cert), NowMS: e.c.o.NowMS()})
}

func readJSON(w http.ResponseWriter, r *http.Request, into any) error {
	b, err := body(w, r, maxSmallBody)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(b, into); err != nil {
		return fmt.Errorf("%w: it is not the JSON that is wanted here", wire.ErrMalformed)
	}
	return nil
}

func address(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}

// wrongs counts wrong codes by address, so that a program that guesses is slow
// even before it meets 96 bits.
type wrongs struct {
	mu sync.Mutex // guards by
	by map[string]*wrong
}

type wrong struct {
	count int
	until time.Time
}

func (x *wrongs) tooMany(from string, now time.Time) bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	w := x.by[from]
	return w != nil && now.Before(w.until) && w.count >= wrongCodes
}

func (x *wrongs) count(from string, now time.Time) {
	x.mu.Lock()
	defer x.mu.Unlock()
	for a, w := range x.by {
		if !now.Before(w.until) || len(x.by) >= maxAddresses && a != from {
			delete(x.by, a)
		}
	}
	w := x.by[from]
	if w == nil {
		w = &wrong{until: now.Add(wrongSpan)}
		x.by[from] = w
	}
	w.count++
}
