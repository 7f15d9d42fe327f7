package central

import (
	"crypto/ed25519"
	"fmt"
	"net/http"
	"strings"
	"unicode"

	"bough/crdt"
	"bough/sync/trust"
	"bough/sync/wire"
)

const maxReason = 20 // bytes of the word that says why

// links tells a node the links of its own chain.
func (e *endpoint) links(w http.ResponseWriter, r *http.Request, n *Node) error {
	var q wire.Chain
	if err := readJSON(w, r, &q); err != nil {
		return err
	}
	taken, links, err := e.c.Links(r.Context(), n.Origin, q.After)
	if err != nil {
		return err
	}
	answer := wire.Links{Taken: taken}
	for i := range links {
		answer.Links = append(answer.Links, links[i][:])
	}
	return reply(w, answer)
}

// incarnate takes the renewals of a node, each signed by the key before it, and
// certifies the last. Like renewing a certificate it is open to one that has
// expired.
func (e *endpoint) incarnate(w http.ResponseWriter, r *http.Request) error {
	who, err := e.o.Authority.Root().RenewableNode(r.TLS, e.o.Now())
	if err != nil {
		return fault(err)
	}
	old, err := e.known(r, who)
	if err != nil {
		return err
	}
	var q wire.Incarnate
	if err := readJSON(w, r, &q); err != nil {
		return err
	}
	renewals, err := trust.ParseRenewals(q.Renewals)
	if err == nil && len(renewals) == 0 || len(q.Reason) > maxReason || strings.ContainsFunc(q.Reason, unicode.IsControl) {
		return fmt.Errorf("%w: a renewal is wanted here, and a word why", wire.ErrMalformed)
	}
	if err != nil {
		return fmt.Errorf("%w: %w", wire.ErrMalformed, err)
	}
	if _, _, err := trust.Follow(who, ed25519.PublicKey(old.Key), renewals); err != nil {
		return fault(err)
	}
	for _, step := range renewals {
		old, err = e.c.Renew(r.Context(), Renewal{Old: crdt.Origin(step.Old), New: crdt.Origin(step.New), Key: step.Key, Reason: q.Reason}, e.o.NodeRow)
		if err != nil {
			return err
		}
	}
	asks := *old
	cert, err := e.certify(&asks, q.Request)
	if err != nil {
		return err
	}
	if string(asks.Key) != string(old.Key) {
		return fmt.Errorf("%w: a certificate is made for the key that was renewed to", errForbidden)
	}
	e.o.Log.Info("node goes on as another origin", "origin", old.Origin, "was", who.Origin, "reason", q.Reason)
	return reply(w, wire.Incarnated{Certificate: trust.EncodeCertificate(cert), NowMS: e.c.o.NowMS()})
}
