package central

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"net/http"

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
	return reply(w, Disclose(e.o.Authority, n, q))
}

// Disclose opens what n enclosed of its own changes after those taken.
func Disclose(a *trust.Authority, n *Node, q wire.Disclose) (out wire.Disclosed) {
	for _, v := range q.Envelopes {
		content, err := a.Disclose(v.Content)
		if err != nil || len(content) < 12 || v.Seq <= n.Seq ||
			binary.BigEndian.Uint32(content) != uint32(n.Origin) || binary.BigEndian.Uint64(content[4:]) != v.Seq {
			continue
		}
		out.Envelopes = append(out.Envelopes, wire.Envelope{Seq: v.Seq, Content: content})
	}
	return out
}
