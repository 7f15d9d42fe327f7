package uplink

import (
	"context"
	"slices"

	"bough/sync/journal"
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

// disclose has central open the own changes of ranges that it alone can open:
// it has lost them, so they are to be sent again.
func (u *Uplink) disclose(ctx context.Context, ranges []journal.Range) error {
	closed, err := u.o.Store.Enclosed(ctx, ranges)
	if err != nil || len(closed) == 0 {
		return inFile(err)
	}
	var opened []wire.Envelope
	for part := range slices.Chunk(closed, wire.MaxDisclosed) {
		q := wire.Disclose{Envelopes: part}
		answer, err := askJSONUpTo[wire.Disclosed](ctx, u.line, wire.PathDisclose, q, wire.MaxFrame)
		if err != nil {
			return err
		}
		opened = append(opened, answer.Envelopes...)
	}
	return inFile(wire.PutBack(ranges, opened))
}
