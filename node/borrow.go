package node

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"
	"time"

	"bough/sync/lan"
	"bough/sync/uplink"
	"bough/sync/wire"
)

// Limits of pages that go from neighbour to neighbour.
const (
	lentRows    = 2_000                  // of a page: about 100 KB
	lentKept    = 8                      // pages that are kept for the next one who asks
	borrowPause = 500 * time.Millisecond // while the line is up, or nobody has one
	distrustFor = 30 * time.Second       // of a neighbour whose page central did not sign
)

// lender keeps the pages that were handed on last: a branch that lost its line
// asks for the same ones.
type lender struct {
	mu    sync.Mutex // guards pages, oldest first
	pages []lentPage
}

type lentPage struct {
	scope, since int64
	epoch        uint64
	until        int64 // the feed stood here when it was asked for
	bytes        []byte
}

func (l *lender) find(want lentPage) []byte {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, p := range l.pages {
		if p.scope == want.scope && p.since == want.since && p.epoch == want.epoch && p.until == want.until {
			return p.bytes
		}
	}
	return nil
}

func (l *lender) keep(p lentPage) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.pages = append(l.pages[max(0, len(l.pages)+1-lentKept):], p)
}

// lend gets what follows a neighbour's cursors from central, if this node has
// the line and has read further itself.
func (b *Branch) lend(ctx context.Context, at lan.Cursors) ([]byte, error) {
	if !b.up().State().Online {
		return nil, nil
	}
	for _, scope := range at.Scopes() {
		if !slices.Contains(b.Store.Scopes(), scope) {
			continue
		}
		here, err := b.Store.Cursor(ctx, scope)
		if err != nil {
			return nil, err
		}
		page := lentPage{scope: scope, since: at.Since[scope], epoch: at.Epoch, until: here.Feed}
		if here.Feed <= page.since || here.Epoch != page.epoch {
			continue
		}
		if kept := b.lender.find(page); kept != nil {
			return kept, nil
		}
		page.bytes, err = b.up().Lend(ctx, wire.Pull{Scope: scope, Since: page.since, Limit: lentRows})
		if err != nil {
			b.o.Log.Debug("a page for a neighbour was not got", "error", err)
			return nil, nil // it asks again, or another one
		}
		b.lender.keep(page)
		return page.bytes, nil
	}
	return nil, nil
}

// borrow gets what is new at central from neighbours that have the line, while
// this node has not.
func (b *Branch) borrow(ctx context.Context, n *neighbours) {
	distrusted := map[string]time.Time{}
	for ctx.Err() == nil {
		address := ""
		if !b.up().State().Online {
			address = b.lenderNear(n, distrusted)
		}
		took := false
		if address != "" {
			var err error
			took, err = b.borrowFrom(ctx, n, address)
			switch {
			case errors.Is(err, uplink.ErrSeal), errors.Is(err, uplink.ErrForeign), errors.Is(err, uplink.ErrOtherLife):
				b.o.Log.Warn("a page of a neighbour was not taken", "address", address, "error", err)
				distrusted[address] = b.now().Add(distrustFor)
				if errors.Is(err, uplink.ErrOtherLife) {
					n.twin.Store(true)
				}
			case err != nil && ctx.Err() == nil:
				b.o.Log.Debug("a neighbour with a line hands on nothing", "address", address, "error", err)
			}
		}
		if took {
			continue
		}
		select {
		case <-b.o.After(borrowPause):
		case <-ctx.Done():
		}
	}
}

// borrowFrom asks one neighbour for a page and takes it in.
func (b *Branch) borrowFrom(ctx context.Context, n *neighbours, address string) (took bool, err error) {
	at, err := b.cursors(ctx)
	if err != nil {
		return false, err
	}
	page, err := n.lan.Borrow(ctx, address, at)
	if err != nil || page == nil {
		return false, err
	}
	if err := b.up().Beside(ctx, page); err != nil {
		return false, err
	}
	now, err := b.cursors(ctx)
	return !maps.Equal(at.Since, now.Since), err
}

// cursors is how far this node has read.
func (b *Branch) cursors(ctx context.Context) (lan.Cursors, error) {
	at := lan.Cursors{Since: map[int64]int64{}}
	for _, scope := range b.Store.Scopes() {
		here, err := b.Store.Cursor(ctx, scope)
		if err != nil {
			return at, err
		}
		at.Since[scope], at.Epoch = here.Feed, here.Epoch
	}
	return at, nil
}

// lenderNear is where a neighbour listens that says it has the line, or else one
// that is reached though its gossip is not heard; empty: there is none.
func (b *Branch) lenderNear(n *neighbours, distrusted map[string]time.Time) string {
	trusted := func(at string) bool { return at != "" && b.now().After(distrusted[at]) }
	silent := map[string]bool{}
	for _, p := range n.lan.Peers() {
		if p.Origin != 0 && p.Trouble == "" && trusted(p.Address) {
			silent[p.Address] = true
		}
	}
	if g := n.gossip.Load(); g != nil {
		for _, h := range g.Heard() {
			at := dataAddress(&h)
			if h.Here && h.Line && trusted(at) {
				return at
			}
			if h.Here {
				delete(silent, at)
			}
		}
	}
	for at := range silent {
		return at
	}
	return ""
}
