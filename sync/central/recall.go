package central

import (
	"context"
	"fmt"
	"sync"

	"zombiezen.com/go/sqlite"

	"bough/crdt"
	"bough/sync/rows"
	"bough/sync/trust"
	"bough/sync/wire"
)

// Central, restored from a backup, asks workstations for its own pages from after
// it: they keep them, sealed by its key. What it wrote itself comes back as soon
// as they are here, for nobody will send it again; what workstations wrote comes
// with their journals, which have each change and not only its outcome.

// recalls is what is going on since the last restore.
type recalls struct {
	lives  map[crdt.Origin]bool // who central was; guarded by Central.mu
	awaits map[key]bool         // rows of which something waits, and perhaps more; guarded by Central.mu

	mu      sync.Mutex           // guards waiting
	waiting map[crdt.Origin]bool // who has not told what it keeps
	on      bool                 // central was restored; set once, when it opens
}

func (r *recalls) load(tx *rows.Tx) error {
	r.lives, r.awaits, r.waiting = map[crdt.Origin]bool{}, map[key]bool{}, map[crdt.Origin]bool{}
	own, err := tx.Origin()
	if err != nil {
		return err
	}
	r.lives[own] = true
	err = tx.Query(`SELECT origin FROM life`, func(s *sqlite.Stmt) error {
		r.lives[crdt.Origin(s.ColumnInt64(0))], r.on = true, true
		return nil
	})
	if err != nil {
		return err
	}
	err = tx.Query(`SELECT kind, row_id FROM recalled WHERE page IS NOT NULL`, func(s *sqlite.Stmt) error {
		r.awaits[key{uint8(s.ColumnInt64(0)), crdt.ID(s.ColumnInt64(1))}] = true
		return nil
	})
	if err != nil {
		return err
	}
	return tx.Query(`SELECT origin FROM recall WHERE at>0`, func(s *sqlite.Stmt) error {
		r.waiting[crdt.Origin(s.ColumnInt64(0))] = false
		return nil
	})
}

// Recalls reports whether a node has still to tell which pages it keeps: an answer
// of who central was may have come to it after it had told.
func (c *Central) Recalls(origin crdt.Origin, keeps wire.Keeps) bool {
	if !c.recalls.on || keeps == wire.KeepsNothing {
		return false
	}
	if keeps == wire.KeepsUntold {
		return true
	}
	c.recalls.mu.Lock()
	defer c.recalls.mu.Unlock()
	_, told := c.recalls.waiting[origin]
	return !told
}

// SealBeside seals the frame of a page for whoever keeps it; empty where there is no
// backup that could be restored.
func (c *Central) SealBeside(ctx context.Context, frame []byte, a *trust.Authority) (header string, err error) {
	var covered int64
	var lives map[crdt.Origin]wire.Head // who central was, in the place of who wrote what
	found := false
	err = c.File.Read(ctx, func(tx *rows.Tx) (err error) {
		if covered, found, err = tx.Int(`SELECT number FROM backup ORDER BY at LIMIT 1`); err == nil && found {
			lives, err = c.lives(tx)
		}
		return err
	})
	if err != nil || !found {
		return "", err
	}
	sealed, err := wire.Seal(lives, frame, func(message []byte) ([]byte, error) { return a.Sign(trust.ContextFeedPage, message) })
	if err != nil {
		return "", err
	}
	return wire.AppendProof(sealed, frame, covered), nil
}

// Recall takes in what a node keeps: it answers which of the offered pages it
// wants, and takes those back that are central's own. What is not, or cannot be
// read, is passed over: it proves nothing.
func (c *Central) Recall(ctx context.Context, a *trust.Authority, n *Node, q wire.Recall) (out wire.Recalled, err error) {
	out.Want = []int64{}
	if !c.recalls.on {
		return out, nil
	}
	err = c.File.Read(ctx, func(tx *rows.Tx) error {
		for i := range q.Offers {
			wants, err := c.lacks(tx, n.Branch, &q.Offers[i])
			if err != nil {
				return err
			}
			if wants {
				out.Want = append(out.Want, q.Offers[i].ID)
			}
		}
		return nil
	})
	if err != nil {
		return out, fmt.Errorf("central: recall of %d: %w", n.Origin, err)
	}
	for _, envelope := range q.Pages {
		page, lives := c.OpenKept(a, envelope)
		if page == nil || page.Epoch >= c.epoch { // of this life
			continue
		}
		if err := c.write(ctx, func(b *Batch) error { return b.takePage(page, lives, n.Origin) }); err != nil {
			return out, fmt.Errorf("central: recall of %d: %w", n.Origin, err)
		}
	}
	if len(q.Pages) > 0 && c.o.Recalled != nil {
		if err := c.o.Recalled(ctx); err != nil {
			return out, fmt.Errorf("central: recall of %d: %w", n.Origin, err)
		}
	}
	if q.Last {
		err = c.told(ctx, n.Origin)
	}
	return out, err
}

// told notes that a node told all that it keeps.
func (c *Central) told(ctx context.Context, origin crdt.Origin) error {
	err := c.File.Write(ctx, func(tx *rows.Tx) error {
		return tx.Exec(`INSERT INTO recall (origin, was, at) VALUES (?1, 0, ?2)
			ON CONFLICT (origin) DO UPDATE SET at=?2`, int64(origin), c.o.NowMS())
	})
	if err != nil {
		return fmt.Errorf("central: recall of %d: %w", origin, err)
	}
	c.recalls.mu.Lock()
	defer c.recalls.mu.Unlock()
	c.recalls.waiting[origin] = false
	return nil
}

// lacks reports whether a page of a branch has a row that did not come back yet, or only
// as it was earlier, or not from a page of that branch.
func (c *Central) lacks(tx *rows.Tx, branch int64, k *wire.Keepsake) (bool, error) {
	for _, r := range k.Rows {
		n, found, err := tx.Int(`SELECT n FROM recalled WHERE kind=?1 AND row_id=?2`, int64(r.Kind), r.ID)
		if err != nil || !found || n < r.N {
			return err == nil, err
		}
		if lacks, err := c.lacksGiven(tx, branch, r); err != nil || lacks {
			return lacks, err
		}
	}
	return false, nil
}

// OpenKept reads a page that a node keeps, and who central was that sealed it; nil: it did
// not.
func (c *Central) OpenKept(a *trust.Authority, envelope []byte) (*wire.Page, Lives) {
	b, err := a.Disclose(envelope)
	if err != nil {
		return nil, Lives{}
	}
	s, err := wire.Unseal(b)
	if err != nil {
		return nil, Lives{}
	}
	lives, ok := livesOf(s.Heads)
	if !ok { // sealed for neighbours
		return nil, Lives{}
	}
	if s.Check(func(message, signature []byte) error {
		return a.Root().Check(trust.ContextFeedPage, message, signature)
	}) != nil {
		return nil, Lives{}
	}
	page, err := c.codec.DecodePage(s.Frame)
	if err != nil {
		return nil, Lives{}
	}
	return page, lives
}

// takePage takes back what central wrote into the rows of a page, and keeps what
// waits for others. Who central was tells of rows that wait already, too.
func (b *Batch) takePage(page *wire.Page, lives Lives, from crdt.Origin) error {
	fresh, err := b.learn(page.Epoch, lives)
	if err != nil {
		return err
	}
	for i := range page.Rows {
		r := &page.Rows[i]
		k := key{r.Row.Kind, r.Row.ID}
		if r.Void {
			continue
		}
		if err := b.gives(page.Scope, r); err != nil {
			return err
		}
		one, err := b.alone(page, r)
		if err != nil {
			return err
		}
		err = b.Tx.Exec(`INSERT INTO recalled (kind, row_id, epoch, n, page) VALUES (?1, ?2, ?3, ?4, ?5)
			ON CONFLICT (kind, row_id) DO UPDATE SET epoch=?3, n=?4, page=?5 WHERE n<?4`, int64(k.kind), int64(k.id), int64(page.Epoch), r.N, blobOrNull(one))
		if err != nil {
			return err
		}
		if one == nil {
			continue
		}
		b.c.recalls.awaits[k] = true
		came, err := b.takeBack(k, false)
		if err != nil {
			return err
		}
		if came {
			if err := b.Tx.Exec(`UPDATE recall SET brought=brought+1 WHERE origin=?1`, int64(from)); err != nil {
				return err
			}
		}
	}
	if fresh {
		for _, k := range sorted(b.c.recalls.awaits) {
			if _, err := b.takeBack(k, false); err != nil {
				return err
			}
		}
	}
	if len(b.erased) == 0 {
		return nil
	}
	return b.sweepRecalled()
}

// alone is a row as a page of its own; nil: it is not taken back.
func (b *Batch) alone(page *wire.Page, r *wire.PageRow) ([]byte, error) {
	if k := (key{r.Row.Kind, r.Row.ID}); b.goes(k, r.Row.Get, b.gone) {
		return nil, b.forget(k)
	}
	if b.c.o.Revives != nil {
		if yes, err := b.c.o.Revives(b.Tx, &r.Row); err != nil || !yes {
			return nil, err
		}
	}
	return b.c.codec.EncodePage(&wire.Page{Scope: page.Scope, Epoch: page.Epoch, Since: r.N - 1, Until: r.N, Head: r.N, Rows: []wire.PageRow{*r}})
}

// sweepRecalled forgets what waits and belongs to what was ordered away.
func (b *Batch) sweepRecalled() error {
	for more := true; more; {
		var gone []key
		err := b.Tx.Query(`SELECT page FROM recalled WHERE page IS NOT NULL`, func(s *sqlite.Stmt) error {
			page, err := b.c.codec.DecodePage(rows.Blob(s, 0))
			if err != nil {
				return err
			}
			if row := &page.Rows[0].Row; b.goes(key{row.Kind, row.ID}, row.Get, b.gone) {
				gone = append(gone, key{row.Kind, row.ID})
			}
			return nil
		})
		if err != nil {
			return err
		}
		for _, k := range gone {
			if err := b.forget(k); err != nil {
				return err
			}
		}
		more = len(gone) > 0
	}
	return nil
}

// takeAwaited follows rows that were touched with what central once wrote of them.
func (b *Batch) takeAwaited() error {
	if len(b.c.recalls.awaits) == 0 {
		return nil
	}
	keys := map[key]bool{}
	for k, e := range b.rows {
		if e.touched && e.cur != nil && b.c.recalls.awaits[k] {
			keys[k] = true
		}
	}
	for _, k := range sorted(keys) {
		if _, err := b.takeBack(k, false); err != nil {
			return err
		}
	}
	return nil
}
