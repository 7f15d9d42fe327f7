package node

import (
	"context"

	"bough/crdt"
	"bough/node/desk"
	"bough/sync/central"
)

// wasBefore are the numbers that this file had.
func (b *Branch) wasBefore(ctx context.Context) (out []desk.Renewal, err error) {
	list, err := b.Store.Incarnations(ctx)
	for _, i := range list {
		out = append(out, desk.Renewal{Was: i.Origin, Now: i.Next, Reason: string(i.Reason), AtMS: i.AtMS, Here: true, After: i.Fork, Again: i.Again})
	}
	return out, err
}

// wentOn are the workstations of the bank whose files went on under another
// number.
func (h *HeadOffice) wentOn(ctx context.Context) (out []desk.Renewal, err error) {
	nodes, err := h.Office.Central.Nodes(ctx)
	if err != nil {
		return nil, err
	}
	known := map[crdt.Origin]*central.Node{}
	for _, n := range nodes {
		known[n.Origin] = n
	}
	for _, n := range nodes {
		if was := known[n.Renews]; was != nil {
			out = append(out, desk.Renewal{Was: n.Renews, Now: n.Origin, Reason: n.Reason, AtMS: n.Joined, Last: was.Seq, WasSeenMS: was.SeenMS, NowSeenMS: n.SeenMS})
		}
	}
	return out, nil
}
