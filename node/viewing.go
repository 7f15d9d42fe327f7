package node

import (
	"context"
	"sync"
	"time"

	"bough/node/desk"
)

const (
	tellEvery = time.Minute     // how often it is looked whether a quarter of an hour is over
	tellLast  = 5 * time.Second // what telling may take when the process ends: the next one goes on
)

// tellViewed moves into the journal whom people saw: what an earlier process left
// at once, then quarter of an hour by quarter of an hour, the rest when it is
// stopped.
func tellViewed(d *desk.Desk, o Options) (stop func() error) {
	ctx, cancel := context.WithCancel(context.Background())
	tell := func(ctx context.Context, all bool) {
		if err := d.TellViewed(ctx, all); err != nil && desk.ReasonOf(err) == desk.Internal && ctx.Err() == nil {
			o.Log.Error("writing down who looked failed; it is tried again", "err", err)
		}
	}
	var done sync.WaitGroup
	done.Go(func() {
		for all := true; ; all = false {
			tell(ctx, all)
			select {
			case <-ctx.Done():
				return
			case <-o.After(tellEvery):
			}
		}
	})
	return func() error {
		cancel()
		done.Wait()
		last, end := context.WithTimeout(context.Background(), tellLast)
		defer end()
		tell(last, true)
		return nil
	}
}
