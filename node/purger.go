package node

import (
	"context"
	"sync"

	"bough/node/store"
)

// purger makes sure that what central ordered away is gone from the disk, and
// says so to central, until it is stopped.
func purger(s *store.Store, o Options, kick func()) (stop func() error) {
	ctx, cancel := context.WithCancel(context.Background())
	var done sync.WaitGroup
	done.Go(func() {
		for ctx.Err() == nil {
			n, err := s.Purge(ctx)
			if err != nil && ctx.Err() == nil {
				o.Log.Error("purging failed", "err", err)
			}
			if n > 0 {
				kick()
			}
			select {
			case <-ctx.Done():
			case <-o.After(purgeEvery):
			}
		}
	})
	return func() error {
		cancel()
		done.Wait()
		return nil
	}
}
