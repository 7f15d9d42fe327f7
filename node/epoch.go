package node

import (
	"context"
	"net/http"

	"bough/sync/rows"
)

// ClockOut is how the clock of central stands to what it wrote.
type ClockOut struct {
	NowMS   int64  // what it shows, ms UTC
	Epoch   uint16 // of the stamps
	AheadMS int64  // by how much the stamps lie ahead of it; 0: they do not
}

// clockCommands tell of central's own clock, and leave behind what was stamped while
// it was ahead.
func (h *HeadOffice) clockCommands(mux *http.ServeMux) {
	tell := func() ClockOut {
		out := ClockOut{NowMS: h.nowMS()}
		out.Epoch, out.AheadMS = h.Office.Central.Ahead()
		return out
	}
	command(mux, "/clock", func(context.Context, None) (ClockOut, error) { return tell(), nil })
	command(mux, "/clock/epoch", func(ctx context.Context, _ None) (ClockOut, error) {
		if _, err := h.Office.BeginEpoch(ctx, rows.Actor{}); err != nil {
			return ClockOut{}, err
		}
		return tell(), nil
	})
}
