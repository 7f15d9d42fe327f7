package node

import (
	"context"
	"sync"

	"bough/sync/central"
)

// visits lets customers leave the branches where their last service is too long
// ago, until it is stopped.
func visits(c *central.Central, o Options) (stop func() error) {
	ctx, cancel := context.WithCancel(context.Background())
	var done sync.WaitGroup
	done.Go(func() {
		for ctx.Err() == nil {
			n, err := c.ExpireServed(ctx, visitsAtOnce)
			if err != nil && ctx.Err() == nil {
				o.Log.Error("ending visits failed", "err", err)
			}
			if err == nil && n == visitsAtOnce {
				continue
			}
			select {
			case <-ctx.Done():
			case <-o.After(visitsEvery):
			}
		}
	})
	return func() error {
		cancel()
		done.Wait()
		return nil
	}
}
