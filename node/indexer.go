package node

import (
	"context"
	"sync"

	"bough/node/store"
)

// indexer keeps the search index behind the saves until it is stopped; what was
// added it merges with the rest once nothing else is left.
func indexer(l *store.Local, o Options, halt func() error) (stop func() error) {
	ctx, cancel := context.WithCancel(context.Background())
	var done sync.WaitGroup
	done.Go(func() {
		rough := true
		for ctx.Err() == nil {
			var n int
			err := halt() // the index can wait, and is complete without: find looks through the rest
			if err == nil {
				n, err = l.Index(ctx, indexAtOnce)
			}
			if rough = rough || n > 0; err == nil && rough && n < indexAtOnce {
				rough, err = l.Settle(ctx)
			}
			if err != nil && ctx.Err() == nil && halt() == nil {
				o.Log.Error("indexing failed", "err", err)
			}
			if err == nil && (rough || n == indexAtOnce) {
				continue
			}
			select {
			case <-ctx.Done():
			case <-o.After(indexEvery):
			}
		}
	})
	return func() error {
		cancel()
		done.Wait()
		return nil
	}
}
