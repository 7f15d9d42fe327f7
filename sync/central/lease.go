package central

import (
	"context"
	"fmt"
	"net/http"

	"zombiezen.com/go/sqlite"

	"bough/crdt"
	"bough/sync/rows"
	"bough/sync/trust"
	"bough/sync/wire"
)

// lease tells a node what its lease codes are checked with.
func (e *endpoint) lease(w http.ResponseWriter, _ *http.Request, n *Node) error {
	key, err := e.o.Authority.LeaseKey(uint32(n.Origin))
	if err != nil {
		return err
	}
	return reply(w, wire.LeaseKey{Key: key, NowMS: e.c.o.NowMS()})
}

// LeaseCode makes the next code for a node: it extends the node's lease once.
// The node counts as heard for trimming: it will be back.
func (c *Central) LeaseCode(ctx context.Context, a *trust.Authority, origin crdt.Origin) (string, error) {
	key, err := a.LeaseKey(uint32(origin))
	if err != nil {
		return "", err
	}
	var n int64
	err = c.File.Write(ctx, func(tx *rows.Tx) (err error) {
		if _, err := loadNode(tx, origin); err != nil {
			return err
		}
		if n, _, err = tx.Int(`SELECT n FROM lease_code WHERE origin=?1`, int64(origin)); err != nil {
			return err
		}
		n++
		return tx.Exec(`INSERT OR REPLACE INTO lease_code (origin, n, at) VALUES (?1, ?2, ?3)`, int64(origin), n, c.o.NowMS())
	})
	if err != nil {
		return "", fmt.Errorf("central: lease code of %d: %w", origin, err)
	}
	return trust.LeaseCode(key, uint32(n)), nil
}

// LeaseCodes is when the last code was made for each node, ms UTC.
func (c *Central) LeaseCodes(ctx context.Context) (map[crdt.Origin]int64, error) {
	out := map[crdt.Origin]int64{}
	err := c.File.Read(ctx, func(tx *rows.Tx) error {
		return tx.Query(`SELECT origin, at FROM lease_code`, func(s *sqlite.Stmt) error {
			out[crdt.Origin(s.ColumnInt64(0))] = s.ColumnInt64(1)
			return nil
		})
	})
	return out, err
}
