package central

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"

	"zombiezen.com/go/sqlite"

	"bough/crdt"
	"bough/sync/rows"
	"bough/sync/wire"
)

// Limits of what nodes are told of each other.
const (
	branchKeySize    = 32  // bytes: AES-256
	maxAddress       = 60  // bytes of an address
	neighboursListed = 256 // addresses that a node is told: more than a branch has
)

// BranchKey is what the gossip of a branch is encrypted with; it is made when it
// is first asked for.
func (c *Central) BranchKey(ctx context.Context, branch int64) (key []byte, err error) {
	read := func(tx *rows.Tx) error {
		return tx.Query(`SELECT key FROM branch_key WHERE branch=?1`, func(s *sqlite.Stmt) error {
			key = rows.Blob(s, 0)
			return nil
		}, branch)
	}
	if err := c.File.Read(ctx, read); err != nil || key != nil {
		return key, err
	}
	fresh := make([]byte, branchKeySize)
	if _, err := io.ReadFull(c.o.Rand, fresh); err != nil {
		return nil, fmt.Errorf("central: key of branch %d: %w", branch, err)
	}
	err = c.File.Write(ctx, func(tx *rows.Tx) error {
		if err := tx.Exec(`INSERT OR IGNORE INTO branch_key (branch, key) VALUES (?1, ?2)`, branch, fresh); err != nil {
			return err
		}
		return read(tx)
	})
	return key, err
}

// Neighbours notes where a node gossips (empty: nowhere) and tells where the
// others of its branch do, those heard of last first. It notes before it looks:
// of two that ask at once, one at least hears of the other.
func (c *Central) Neighbours(ctx context.Context, n *Node, address string) (others []string, err error) {
	known, err := c.lanOf(ctx, n.Origin)
	if err == nil && known != address {
		err = c.File.Write(ctx, func(tx *rows.Tx) error {
			return tx.Exec(`UPDATE origin SET lan=?2 WHERE origin=?1`, int64(n.Origin), address)
		})
	}
	if err != nil {
		return nil, err
	}
	err = c.File.Read(ctx, func(tx *rows.Tx) error {
		return tx.Query(`SELECT lan FROM origin WHERE branch=?1 AND origin<>?2 AND revoked=0 AND lan<>'' ORDER BY seen DESC LIMIT ?3`, func(s *sqlite.Stmt) error {
			others = append(others, s.ColumnText(0))
			return nil
		}, n.Branch, int64(n.Origin), neighboursListed)
	})
	return others, err
}

func (c *Central) lanOf(ctx context.Context, origin crdt.Origin) (address string, err error) {
	err = c.File.Read(ctx, func(tx *rows.Tx) error {
		return tx.Query(`SELECT lan FROM origin WHERE origin=?1`, func(s *sqlite.Stmt) error {
			address = s.ColumnText(0)
			return nil
		}, int64(origin))
	})
	return address, err
}

// neighbours tells a node of the others of its branch.
func (e *endpoint) neighbours(w http.ResponseWriter, r *http.Request, n *Node) error {
	var q wire.Here
	if err := readJSON(w, r, &q); err != nil {
		return err
	}
	if q.Address != "" && !reachable(q.Address) {
		return fmt.Errorf("%w: the address of a node is like 10.1.2.3:8472", wire.ErrMalformed)
	}
	key, err := e.c.BranchKey(r.Context(), n.Branch)
	if err != nil {
		return err
	}
	others, err := e.c.Neighbours(r.Context(), n, q.Address)
	if err != nil {
		return err
	}
	return reply(w, wire.Neighbours{BranchKey: key, Addresses: others, NowMS: e.c.o.NowMS()})
}

// reachable wants an IP address with a port: names would make others look up
// what somebody wrote.
func reachable(address string) bool {
	host, port, err := net.SplitHostPort(address)
	if err != nil || len(address) > maxAddress || net.ParseIP(host) == nil {
		return false
	}
	n, err := strconv.ParseUint(port, 10, 16)
	return err == nil && n > 0
}
