package central

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"

	"bough/crdt"
	"bough/sync/trust"
	"bough/sync/wire"
)

// disclose opens envelopes of a node's own changes that central does not have:
// it was restored from a backup that is older. Others stay closed, for what they
// tell of is no business of that branch any more.
func (e *endpoint) disclose(w http.ResponseWriter, r *http.Request, n *Node) error {
	b, err := body(w, r, wire.MaxFrame)
	if err != nil {
		return err
	}
	var q wire.Disclose
	if err := json.Unmarshal(b, &q); err != nil || len(q.Envelopes) > wire.MaxDisclosed {
		return fmt.Errorf("%w: at most %d envelopes are wanted here", wire.ErrMalformed, wire.MaxDisclosed)
	}
	out, err := e.c.Disclose(r.Context(), e.o.Authority, n, q)
	if err != nil {
		return err
	}
	return reply(w, out)
}

// Disclose opens what n enclosed of its own changes, of former origins too, after
// those taken.
func (c *Central) Disclose(ctx context.Context, a *trust.Authority, n *Node, q wire.Disclose) (out wire.Disclosed, err error) {
	taken, err := c.Vector(ctx)
	if err != nil {
		return out, err
	}
	for _, v := range q.Envelopes {
		origin := crdt.Origin(v.Origin)
		if origin != n.Origin && !slices.Contains(n.Was, origin) {
			continue
		}
		content, err := a.Disclose(v.Content)
		if err != nil || len(content) < wire.EnvelopeHead || v.Seq <= taken[origin] ||
			binary.BigEndian.Uint32(content) != v.Origin || binary.BigEndian.Uint64(content[4:]) != v.Seq {
			continue
		}
		out.Envelopes = append(out.Envelopes, wire.Envelope{Origin: v.Origin, Seq: v.Seq, Content: content})
	}
	return out, nil
}
