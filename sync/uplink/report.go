package uplink

import (
	"context"

	"bough/sync/replica"
	"bough/sync/wire"
)

// report sends receipts; those that central has noted are forgotten.
func (u *Uplink) report(ctx context.Context, a replica.Report) (replica.Event, error) {
	receipts, err := u.o.Store.Receipts(ctx, a.Limit)
	if err != nil {
		return nil, inFile(err)
	}
	if len(receipts) > 0 {
		if _, err := askJSON[wire.Noted](ctx, u.line, wire.PathGone, wire.Gone{Receipts: receipts}); err != nil {
			return nil, err
		}
	}
	due, err := u.o.Store.Noted(ctx, receipts)
	if err != nil {
		return nil, inFile(err)
	}
	return replica.Reported{Ticket: a.Ticket, Due: due}, nil
}
