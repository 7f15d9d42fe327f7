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
	branchKeySize    = 32                  // bytes: AES-256
	keyOverlapMS     = 24 * 60 * 60 * 1000 // both keys of a branch are understood after a turn: who works has had the line
	maxAddress       = 60                  // bytes of an address
	neighboursListed = 256                 // addresses that a node is told: more than a branch has
)

// BranchKey is what the gossip of a branch is encrypted with; it is made when it
// is first asked for.
func (c *Central) BranchKey(ctx context.Context, branch int64) (key []byte, err error) {
	key, _, err = c.branchKeys(ctx, branch)
	if err != nil || key != nil {
		return key, err
	}
	err = c.File.Write(ctx, func(tx *rows.Tx) error {
		if key, _, err = readKeys(tx, branch, c.o.NowMS()); err != nil || key != nil {
			return err // somebody was faster
		}
		if err := c.turnKey(tx, branch); err != nil {
			return err
		}
		key, _, err = readKeys(tx, branch, c.o.NowMS())
		return err
	})
	return key, err
}

// branchKeys are the key of a branch and, while it is still to be understood,
// the one before; nil: there is none.
func (c *Central) branchKeys(ctx context.Context, branch int64) (key, previous []byte, err error) {
	err = c.File.Read(ctx, func(tx *rows.Tx) error {
		key, previous, err = readKeys(tx, branch, c.o.NowMS())
		return err
	})
	return key, previous, err
}

func readKeys(tx *rows.Tx, branch, nowMS int64) (key, previous []byte, err error) {
	err = tx.Query(`SELECT key, previous, turned FROM branch_key WHERE branch=?1`, func(s *sqlite.Stmt) error {
		key = rows.Blob(s, 0)
		if nowMS-s.ColumnInt64(2) < keyOverlapMS {
			previous = rows.Blob(s, 1)
		}
		return nil
	}, branch)
	return key, previous, err
}

// turnKey gives a branch a new key; whoever is still to take part asks for it.
func (c *Central) turnKey(tx *rows.Tx, branch int64) error {
	fresh := make([]byte, branchKeySize)
	if _, err := io.ReadFull(c.o.Rand, fresh); err != nil {
		return fmt.Errorf("central: key of branch %d: %w", branch, err)
	}
	return tx.Exec(`INSERT INTO branch_key (branch, key) VALUES (?1, ?2)
		ON CONFLICT (branch) DO UPDATE SET previous=key, key=?2, turned=?3`, branch, fresh, c.o.NowMS())
}

// Revoke ends that a node syncs, in the act of head office that also writes its
// row: central does not know it any more, and the gossip of its branch gets a key
// that it does not learn.
func (c *Central) Revoke(ctx context.Context, origin crdt.Origin, fn func(*rows.Act) error) error {
	n, err := c.Node(ctx, origin)
	if err != nil {
		return err
	}
	_, err = c.act(ctx, rows.Actor{}, fn, func(b *Batch) error {
		if err := b.Tx.Exec(`UPDATE origin SET revoked=1, lan='' WHERE origin=?1`, int64(origin)); err != nil {
			return err
		}
		return c.turnKey(b.Tx, n.Branch)
	})
	return err
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
	_, previous, err := e.c.branchKeys(r.Context(), n.Branch)
	if err != nil {
		return err
	}
	return reply(w, wire.Neighbours{BranchKey: key, PreviousKey: previous, Addresses: others, NowMS: e.c.o.NowMS()})
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
