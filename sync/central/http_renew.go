package central

import (
	"cmp"
	"fmt"
	"net/http"

	"bough/sync/trust"
	"bough/sync/wire"
)

// links tells a node the links of its own chain, or of another of its branch.
func (e *endpoint) links(w http.ResponseWriter, r *http.Request, n *Node) error {
	var q wire.Chain
	if err := readJSON(w, r, &q); err != nil {
		return err
	}
	author, err := e.c.writer(r.Context(), cmp.Or(q.Origin, n.Origin))
	if err != nil {
		return err
	}
	if author != nil && author.Branch != n.Branch {
		return fmt.Errorf("%w: the chain of %d is of another branch", errForbidden, q.Origin)
	}
	taken, links, err := e.c.Links(r.Context(), cmp.Or(q.Origin, n.Origin), q.After)
	if err != nil {
		return err
	}
	answer := wire.Links{Origin: q.Origin, Taken: taken}
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
	old, err := e.c.Holder(r.Context(), r.TLS.PeerCertificates[0])
	if err != nil {
		return err
	}
	var q wire.Incarnate
	if err := readJSON(w, r, &q); err != nil {
		return err
	}
	renewals, err := trust.ParseRenewals(q.Renewals)
	if err != nil {
		return fmt.Errorf("%w: %w", wire.ErrMalformed, err)
	}
	if old, err = e.c.follow(r.Context(), old, renewals, q.Reason); err != nil {
		return err
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
