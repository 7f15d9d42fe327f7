package node

import (
	"context"
	"net/http"

	"bough/node/office"
	"bough/sync/rows"
)

func (h *HeadOffice) restoredCommands(mux *http.ServeMux) {
	command(mux, "/restored", func(ctx context.Context, _ None) (office.Restored, error) { return h.Office.Restored(ctx) })
	command(mux, "/restored/take", func(ctx context.Context, _ None) (int, error) {
		n, err := h.Office.TakeRest(ctx, rows.Actor{})
		if err == nil {
			h.o.Log.Info("what waited since the restore is taken as it was", "rows", n)
		}
		return n, err
	})
}
