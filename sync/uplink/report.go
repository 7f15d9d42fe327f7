package uplink

import (
	"context"
	"maps"
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
	opened := map[uint64][]byte{}
	for part := range slices.Chunk(slices.Sorted(maps.Keys(closed)), wire.MaxDisclosed) {
		var q wire.Disclose
		for _, seq := range part {
			q.Envelopes = append(q.Envelopes, wire.Envelope{Seq: seq, Content: closed[seq]})
		}
		answer, err := askJSONUpTo[wire.Disclosed](ctx, u.line, wire.PathDisclose, q, wire.MaxFrame)
		if err != nil {
			return err
		}
		for _, v := range answer.Envelopes {
			opened[v.Seq] = v.Content
		}
	}
	return inFile(u.o.Store.Disclosed(ranges, opened))
}
