package central

import (
	"context"
	"sync"

	"bough/crdt"
)

// news wakes those who wait for the feeds to move.
type news struct {
	newsMu  sync.Mutex
	wait    chan struct{} // closed and replaced at each change
	changed func([]crdt.ID)
}

// OnChange tells fn which root rows changed, after each transaction. Call it
// before anything is written.
func (n *news) OnChange(fn func([]crdt.ID)) { n.changed = fn }

func (n *news) tell(changed []crdt.ID) {
	n.newsMu.Lock()
	close(n.wait)
	n.wait = make(chan struct{})
	n.newsMu.Unlock()
	if n.changed != nil {
		n.changed(changed)
	}
}

// News is closed at the next change of any feed.
func (n *news) News() <-chan struct{} {
	n.newsMu.Lock()
	defer n.newsMu.Unlock()
	return n.wait
}

// Await returns when the feed of a scope has passed since, or the context ends.
func (c *Central) Await(ctx context.Context, scope, since int64) (moved bool, err error) {
	for {
		wake := c.News()
		sc, err := c.scope(ctx, scope)
		if err != nil || sc.Feed > since {
			return err == nil, err
		}
		select {
		case <-wake:
		case <-ctx.Done():
			return false, nil
		}
	}
}
