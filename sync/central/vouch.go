package central

import (
	"context"
	"fmt"
	"net/http"

	"bough/sync/trust"
	"bough/sync/wire"
)

// reasonVouched stands for a new number on the fleet page of which its file has not
// said itself why.
const reasonVouched = "forked"

// vouch takes in who wrote what a node passes on.
func (e *endpoint) vouch(w http.ResponseWriter, r *http.Request, n *Node) error {
	var q wire.Vouch
	if err := readJSON(w, r, &q); err != nil {
		return err
	}
	if err := e.c.Vouch(r.Context(), e.o.Authority.Root(), n, q.Credential); err != nil {
		return err
	}
	return reply(w, wire.Vouched{NowMS: e.c.o.NowMS()})
}

// Vouch makes the author of changes known that a node passes on: by the certificate
// that central issued, after the backup from which it was restored perhaps, and the
// renewals since, each signed by the key before it. It proves of whom changes are,
// and opens nothing to the node.
func (c *Central) Vouch(ctx context.Context, root *trust.Root, n *Node, credential []byte) error {
	if _, _, err := root.Author(credential, n.Branch); err != nil {
		return fmt.Errorf("central: %d vouches for an author: %w", n.Origin, fault(err))
	}
	_, err := c.introduced(ctx, credential, reasonVouched)
	return err
}

// introduced makes known whom a credential proves that was checked.
func (c *Central) introduced(ctx context.Context, credential []byte, reason string) (*Node, error) {
	cert, renewals, err := trust.SplitCredential(credential)
	if err != nil {
		return nil, err
	}
	n, err := c.Holder(ctx, cert)
	if err != nil || len(renewals) == 0 {
		return n, err
	}
	return c.follow(ctx, n, renewals, reason)
}
