package central

import (
	"context"
	"net/http"

	"zombiezen.com/go/sqlite"

	"bough/crdt"
	"bough/sync/crowd"
	"bough/sync/rows"
	"bough/sync/trust"
	"bough/sync/wire"
)

// sealed gives a page like pull does, signed, for a node that hands it on to
// neighbours without a line. It tells of no backup: that is each node's own.
func (e *endpoint) sealed(w http.ResponseWriter, r *http.Request, n *Node) error {
	leave, err := e.enter(crowd.Read)
	if err != nil {
		return err
	}
	defer leave()
	b, err := body(w, r, maxSmallBody)
	if err != nil {
		return err
	}
	q, err := e.c.codec.DecodePull(b)
	if err != nil {
		return err
	}
	if err := mayRead(n, q.Scope); err != nil {
		return err
	}
	done, err := e.work(r.Context(), crowd.Read, LargeWork)
	if err != nil {
		return err
	}
	defer done()
	if b, err = e.c.SealedPage(r.Context(), n, *q, e.o.Authority); err != nil {
		return err
	}
	return e.frame(w, b)
}

// SealedPage is a page as a frame, signed in central's name, with the heads of
// the branch of a node.
func (c *Central) SealedPage(ctx context.Context, n *Node, q wire.Pull, a *trust.Authority) ([]byte, error) {
	anybody := *n
	anybody.Origin = 0
	frame, err := c.pageFrame(ctx, &anybody, q)
	if err != nil {
		return nil, err
	}
	// Read after the page, so that no head is older than its vector.
	heads, err := c.heads(ctx, n.Branch)
	if err != nil {
		return nil, err
	}
	return wire.Seal(heads, frame, func(message []byte) ([]byte, error) { return a.Sign(trust.ContextFeedPage, message) })
}

// heads is how far the changes of the nodes of a branch are taken, with the
// links of their chains.
func (c *Central) heads(ctx context.Context, branch int64) (map[crdt.Origin]wire.Head, error) {
	out := map[crdt.Origin]wire.Head{}
	err := c.File.Read(ctx, func(tx *rows.Tx) error {
		return tx.Query(`SELECT origin, seq, hash FROM origin WHERE branch=?1 AND seq>0`, func(s *sqlite.Stmt) error {
			h := wire.Head{Seq: uint64(s.ColumnInt64(1))}
			copy(h.Hash[:], rows.Blob(s, 2))
			out[crdt.Origin(s.ColumnInt64(0))] = h
			return nil
		}, branch)
	})
	return out, err
}
