package central

import (
	"encoding/json"
	"fmt"
	"net/http"

	"bough/sync/wire"
)

// recalled lets a node by, unless it keeps pages of which a restored central has
// not heard yet: what they bring comes before what was written after it.
func (e *endpoint) recalled(r *http.Request, n *Node) error {
	if e.c.Recalls(n.Origin, wire.Keeps(r.Header.Get(wire.HeaderKeeps))) {
		return errRecall
	}
	return nil
}

// recall takes in which pages a node keeps, and those that were asked for.
func (e *endpoint) recall(w http.ResponseWriter, r *http.Request, n *Node) error {
	b, err := body(w, r, 2*wire.MaxSealed)
	if err != nil {
		return err
	}
	var q wire.Recall
	if err := json.Unmarshal(b, &q); err != nil || len(q.Offers) > wire.MaxRecallPages || len(q.Pages) > wire.MaxRecallPages {
		return fmt.Errorf("%w: at most %d pages are offered or handed over at once", wire.ErrMalformed, wire.MaxRecallPages)
	}
	answer, err := e.c.Recall(r.Context(), e.o.Authority, n, q)
	if err != nil {
		return err
	}
	return reply(w, answer)
}
