package node

import (
	"context"
	"sync"
	"time"

	"bough/node/store"
	"bough/sync/rows"
)

// recountEvery is how often the rows of a file are added up, to see whether
// somebody else wrote to it: a few microseconds a row.
const recountEvery = 6 * time.Hour

// recounter adds the rows up now and then until it is stopped. Where they are
// not what was counted, kick makes the line ask whether central has others.
func recounter(s *store.Store, o Options, kick func()) (stop func() error) {
	s.OnDiffer(func(scope int64) {
		o.Log.Error("The rows of a scope are not those of central: they are read anew. Somebody else wrote to the file, or the program is wrong: keep a copy and tell IT.", "scope", scope)
	})
	s.OnAside(func(a rows.Aside) {
		o.Log.Error("A row of the feed cannot be read: it is missing here, the reading goes on behind it, and it is asked for again every hour and after an upgrade.", "scope", a.Scope, "number", a.N, "kind", a.Kind, "row", a.ID, "why", a.Why)
	})
	ctx, cancel := context.WithCancel(context.Background())
	var done sync.WaitGroup
	done.Go(func() {
		for {
			select {
			case <-ctx.Done():
				return
			case <-o.After(recountEvery):
			}
			wrong, err := s.Recount(ctx)
			switch {
			case err != nil && ctx.Err() == nil:
				o.Log.Error("adding up the rows of the file failed", "err", err)
			case len(wrong) > 0:
				o.Log.Error("The rows of the file were changed from outside; central is asked for its own.", "scopes", wrong)
				kick()
			}
		}
	})
	return func() error {
		cancel()
		done.Wait()
		return nil
	}
}
