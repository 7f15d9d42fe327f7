package central

import (
	"fmt"
	"net/http"

	"bough/sync/wire"
)

// gone takes receipts down.
func (e *endpoint) gone(w http.ResponseWriter, r *http.Request, n *Node) error {
	var q wire.Gone
	if err := readJSON(w, r, &q); err != nil {
		return err
	}
	if len(q.Receipts) > wire.MaxReceipts {
		return fmt.Errorf("%w: %d receipts at once", wire.ErrTooLarge, len(q.Receipts))
	}
	if err := e.c.Noted(r.Context(), n.Origin, q.Receipts); err != nil {
		return err
	}
	return reply(w, wire.Noted{NowMS: e.c.o.NowMS()})
}
