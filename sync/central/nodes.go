package central

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"zombiezen.com/go/sqlite"

	"bough/crdt"
	"bough/sync/rows"
)

// ErrUnknownNode is an origin that never joined, or was revoked.
var ErrUnknownNode = errors.New("central: this workstation is not known here or was revoked; enrol it again")

const selectNode = `SELECT origin, branch, name, public_key, joined, revoked, seq, hash, seen, unsent, oldest, feed, version, renews, reason, aside, clock, ahead FROM origin`

const insertNode = `INSERT INTO origin (origin, branch, name, public_key, joined) VALUES (?1, ?2, ?3, ?4, ?5)`

func scanNode(s *sqlite.Stmt) *Node {
	n := &Node{Origin: crdt.Origin(s.ColumnInt64(0)), Branch: s.ColumnInt64(1), Name: s.ColumnText(2), Key: rows.Blob(s, 3),
		Joined: s.ColumnInt64(4), Revoked: s.ColumnInt64(5) == 1, Seq: uint64(s.ColumnInt64(6)), SeenMS: s.ColumnInt64(8),
		Unsent: s.ColumnInt64(9), OldestMS: s.ColumnInt64(10), Feed: s.ColumnInt64(11), Version: s.ColumnText(12),
		Renews: crdt.Origin(s.ColumnInt64(13)), Reason: s.ColumnText(14), Aside: s.ColumnInt64(15),
		Clock: s.ColumnText(16), AheadMS: s.ColumnInt64(17)}
	copy(n.Hash[:], rows.Blob(s, 7))
	return n
}

// loadNode reads a node that may sync.
func loadNode(tx *rows.Tx, origin crdt.Origin) (*Node, error) {
	n, err := loadAuthor(tx, origin)
	if err == nil && n.Revoked {
		return nil, fmt.Errorf("%w: origin %d", ErrUnknownNode, origin)
	}
	return n, err
}

// loadAuthor reads a node that may sync, or might before it was revoked.
func loadAuthor(tx *rows.Tx, origin crdt.Origin) (*Node, error) {
	n, err := findNode(tx, origin)
	if err == nil && n == nil {
		return nil, fmt.Errorf("%w: origin %d", ErrUnknownNode, origin)
	}
	if err == nil && n.Renews != 0 {
		n.Was, err = ancestors(tx, origin)
	}
	return n, err
}

// Node reads a node that may sync.
func (c *Central) Node(ctx context.Context, origin crdt.Origin) (*Node, error) {
	return c.node(ctx, origin, loadNode)
}

func (c *Central) node(ctx context.Context, origin crdt.Origin, load func(*rows.Tx, crdt.Origin) (*Node, error)) (n *Node, err error) {
	err = c.File.Read(ctx, func(tx *rows.Tx) error {
		n, err = load(tx, origin)
		return err
	})
	return n, err
}

// Nodes reads every node that joined.
func (c *Central) Nodes(ctx context.Context) (out []*Node, err error) {
	err = c.File.Read(ctx, func(tx *rows.Tx) error {
		return tx.Query(selectNode+` ORDER BY origin`, func(s *sqlite.Stmt) error {
			n := scanNode(s)
			n.Feed = max(n.Feed, c.reached.feed(n.Origin))
			out = append(out, n)
			return nil
		})
	})
	return out, err
}

// reached remembers how far nodes said they have read, between the times that
// it is written down.
type reached struct {
	mu    sync.Mutex // guards feeds
	feeds map[crdt.Origin]int64
}

func (r *reached) note(o crdt.Origin, feed int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.feeds == nil {
		r.feeds = map[crdt.Origin]int64{}
	}
	r.feeds[o] = feed
}

func (r *reached) feed(o crdt.Origin) int64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.feeds[o]
}

// Report is what a node says of itself when it calls.
type Report struct {
	Unsent   int64
	OldestMS int64
	Feed     int64
	Version  string
	Aside    int64 // rows of its feeds that it could not read; -1: not said
	// Clock is how the clock of its machine stands, as a word; empty: not said.
	Clock   string
	AheadMS int64 // that clock less the time
}

// Heard notes that a node called.
func (c *Central) Heard(ctx context.Context, origin crdt.Origin, r Report) error {
	return c.share(ctx, func(b *Batch) error {
		return b.Tx.Exec(`UPDATE origin SET seen=?2, unsent=?3, oldest=?4, feed=max(feed, ?5), version=?6, aside=coalesce(nullif(?7, -1), aside),
			ahead=iif(?8='', ahead, ?9), clock=coalesce(nullif(?8, ''), clock) WHERE origin=?1`,
			int64(origin), c.o.NowMS(), r.Unsent, r.OldestMS, r.Feed, r.Version, r.Aside, r.Clock, r.AheadMS)
	})
}

// Join makes a node known, and what it was before, in the act of head office that
// also writes its row.
func (c *Central) Join(ctx context.Context, n Node, fn func(*rows.Act) error) error {
	_, err := c.act(ctx, rows.Actor{}, fn, func(b *Batch) error {
		err := b.Tx.Exec(insertNode, int64(n.Origin), n.Branch, n.Name, n.Key, n.Joined)
		if err != nil || len(n.Was) == 0 {
			return err
		}
		return putFormers(b.Tx, n.Origin, n.Was)
	})
	return err
}

// ErrCode is an enrolment code that does not open.
var ErrCode = errors.New("central: the enrolment code is not known, was used, or is older than 24 hours; make a new one")

// PutCode keeps an enrolment code by its hash.
func (c *Central) PutCode(ctx context.Context, hash []byte, branch, untilMS int64) error {
	return c.File.Write(ctx, func(tx *rows.Tx) error {
		return tx.Exec(`INSERT INTO code (hash, branch, until) VALUES (?1, ?2, ?3)`, hash, branch, untilMS)
	})
}

// UseCode uses a code up and tells its branch.
func (c *Central) UseCode(ctx context.Context, hash []byte) (branch int64, err error) {
	err = c.File.Write(ctx, func(tx *rows.Tx) error {
		n, found, err := tx.Int(`SELECT branch FROM code WHERE hash=?1 AND used=0 AND until>?2`, hash, c.o.NowMS())
		if err != nil {
			return err
		}
		if !found {
			return ErrCode
		}
		branch = n
		return tx.Exec(`UPDATE code SET used=1 WHERE hash=?1`, hash)
	})
	return branch, err
}
