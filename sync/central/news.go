package central

import (
	"context"
	"sync"

	"bough/crdt"
)

// news wakes those who wait for the feeds to move.
type news struct {
	newsMu  sync.Mutex                       // guards wait and waiting
	wait    chan struct{}                    // closed and replaced at each change
	waiting map[int64]map[chan struct{}]bool // by scope: told when its feed moves
	changed func([]crdt.ID)
}

// OnChange tells fn which root rows changed, after each transaction. Call it
// before anything is written.
func (n *news) OnChange(fn func([]crdt.ID)) { n.changed = fn }

func (n *news) tell(scopes []int64, changed []crdt.ID) {
	n.newsMu.Lock()
	close(n.wait)
	n.wait = make(chan struct{})
	for _, scope := range scopes {
		for wake := range n.waiting[scope] {
			select {
			case wake <- struct{}{}:
			default: // it was told already
			}
		}
	}
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

// listen is told when the feed of any of the scopes moves, until stop is called.
// Only those concerned wake: a central has thousands of nodes waiting.
func (n *news) listen(scopes []int64) (wake chan struct{}, stop func()) {
	wake = make(chan struct{}, 1)
	n.newsMu.Lock()
	defer n.newsMu.Unlock()
	for _, scope := range scopes {
		if n.waiting[scope] == nil {
			n.waiting[scope] = map[chan struct{}]bool{}
		}
		n.waiting[scope][wake] = true
	}
	return wake, func() {
		n.newsMu.Lock()
		defer n.newsMu.Unlock()
		for _, scope := range scopes {
			if delete(n.waiting[scope], wake); len(n.waiting[scope]) == 0 {
				delete(n.waiting, scope)
			}
		}
	}
}

// Await returns when the feed of a scope has passed since, or the context ends.
func (c *Central) Await(ctx context.Context, scope, since int64) (moved bool, err error) {
	feeds, err := c.AwaitAny(ctx, map[int64]int64{scope: since})
	return len(feeds) > 0, err
}

// AwaitAny returns the feeds that have passed since, by scope, as soon as there
// is one; none when the context ends first.
func (c *Central) AwaitAny(ctx context.Context, since map[int64]int64) (map[int64]int64, error) {
	scopes := make([]int64, 0, len(since))
	for scope := range since {
		scopes = append(scopes, scope)
	}
	wake, stop := c.listen(scopes)
	defer stop()
	for {
		moved := map[int64]int64{}
		for _, scope := range scopes {
			sc, err := c.scope(ctx, scope)
			switch {
			case err != nil && ctx.Err() != nil:
				return nil, nil // a read that the end of the wait cut short
			case err != nil:
				return nil, err
			case sc.Feed > since[scope]:
				moved[scope] = sc.Feed
			}
		}
		if len(moved) > 0 {
			return moved, nil
		}
		select {
		case <-wake:
		case <-ctx.Done():
			return nil, nil
		}
	}
}

// Epoch is the epoch of the feeds: another one than a node knows means that it
// reads them again from 0.
func (c *Central) Epoch() uint64 { return c.epoch }
