package central

import (
	"bytes"
	"context"
	"fmt"

	"zombiezen.com/go/sqlite"

	"bough/crdt"
	"bough/sync/journal"
	"bough/sync/rows"
)

// Limits of renewals.
const (
	maxLinks     = 1000 // links that are told at once: 45 KB
	maxAncestors = 64   // origins that one file had, one after another, that are looked at
)

// Renewal is a workstation that goes on as another origin: its file is a copy,
// or was one. The statement behind it was checked.
type Renewal struct {
	Old, New crdt.Origin
	Key      []byte // of New, Ed25519
	Reason   string // a word for the fleet page
}

// Renew makes the new origin of a workstation known; row writes the row that
// tells every node. Asked again, because the answer was lost, it answers again.
// Whoever was revoked does not come back this way.
func (c *Central) Renew(ctx context.Context, r Renewal, row func(*rows.Act, Node) error) (n *Node, err error) {
	fresh := false
	_, err = c.act(ctx, rows.Actor{}, func(act *rows.Act) error {
		old, err := loadNode(act.Tx, r.Old)
		if err != nil {
			return err
		}
		n = &Node{Origin: r.New, Branch: old.Branch, Name: old.Name, Key: r.Key, Joined: c.o.NowMS(), Renews: r.Old, Reason: r.Reason}
		was, err := findNode(act.Tx, r.New)
		switch {
		case err != nil:
			return err
		case was != nil && bytes.Equal(was.Key, r.Key) && was.Revoked:
			return ErrUnknownNode
		case was != nil && bytes.Equal(was.Key, r.Key) && was.Renews == r.Old:
			n = was
			n.Was, err = ancestors(act.Tx, n.Origin)
			return err
		case was != nil || r.New == c.Origin():
			return ErrOriginTaken
		}
		n.Was, fresh = append([]crdt.Origin{r.Old}, old.Was...), true
		return row(act, *n)
	}, func(b *Batch) error {
		if !fresh {
			return nil
		}
		if err := b.Tx.Exec(insertNode, int64(n.Origin), n.Branch, n.Name, n.Key, n.Joined); err != nil {
			return err
		}
		return b.Tx.Exec(`UPDATE origin SET renews=?2, reason=?3 WHERE origin=?1`, int64(n.Origin), int64(n.Renews), n.Reason)
	})
	if err != nil {
		return nil, fmt.Errorf("central: renew %d as %d: %w", r.Old, r.New, err)
	}
	return n, nil
}

func findNode(tx *rows.Tx, origin crdt.Origin) (n *Node, err error) {
	err = tx.Query(selectNode+` WHERE origin=?1`, func(s *sqlite.Stmt) error {
		n = scanNode(s)
		return nil
	}, int64(origin))
	return n, err
}

// Links tells the links of an origin's chain after a number, as they were taken,
// and up to which number it was taken.
func (c *Central) Links(ctx context.Context, origin crdt.Origin, after uint64) (taken uint64, links []journal.Hash, err error) {
	err = c.File.Read(ctx, func(tx *rows.Tx) error {
		n, err := findNode(tx, origin)
		if err != nil || n == nil {
			return err
		}
		taken = n.Seq
		var frames [][]byte
		err = tx.Query(`SELECT frame FROM taken WHERE origin=?1 AND last>?2 ORDER BY last LIMIT ?3`, func(s *sqlite.Stmt) error {
			frames = append(frames, rows.Blob(s, 0))
			return nil
		}, int64(origin), int64(after), maxLinks)
		if err != nil {
			return err
		}
		links, err = c.linksIn(frames, after)
		return err
	})
	if err != nil {
		return 0, nil, fmt.Errorf("central: links of %d after %d: %w", origin, after, err)
	}
	return taken, links, nil
}

func (c *Central) linksIn(frames [][]byte, after uint64) (links []journal.Hash, err error) {
	for _, frame := range frames {
		p, err := c.codec.DecodePush(frame)
		if err != nil {
			return nil, err
		}
		r := &p.Ranges[0]
		at, buf := r.Prev, []byte(nil)
		for i := range r.Changes {
			at, buf = r.Changes[i].Seal(at, buf)
			if r.Changes[i].Seq == after+uint64(len(links))+1 && len(links) < maxLinks {
				links = append(links, at)
			}
		}
	}
	return links, nil
}
