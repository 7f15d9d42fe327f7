package node

import (
	"context"
	"sync"
	"time"

	"bough/node/store"
	"bough/sync/central"
)

// trimEvery is how often central takes out of its feeds what all have read.
const trimEvery = time.Hour

// trimmer trims the feeds of central until it is stopped.
func (h *HeadOffice) trimmer() (stop func() error) {
	ctx, cancel := context.WithCancel(context.Background())
	var work sync.WaitGroup
	work.Go(func() {
		for {
			select {
			case <-ctx.Done():
				return
			case <-h.o.After(trimEvery):
			}
			days, err := h.Office.Local.LeaseDays(ctx, 0)
			var t central.Trimmed
			if err == nil {
				t, err = h.Office.Central.Trim(ctx, days*store.DayMS)
			}
			switch {
			case err != nil && ctx.Err() == nil:
				h.o.Log.Error("trimming the feeds failed", "error", err)
			case t.Entries > 0:
				h.o.Log.Info("feeds trimmed", "entries", t.Entries, "away", t.Away)
			}
		}
	})
	return func() error {
		cancel()
		work.Wait()
		return nil
	}
}
