package uplink

import (
	"context"

	"bough/sync/wire"
)

// Neighbours tells central where this node gossips (host:port; empty: nowhere)
// and learns the key of the branch and where its other nodes do.
func (u *Uplink) Neighbours(ctx context.Context, address string) (wire.Neighbours, error) {
	return askJSON[wire.Neighbours](ctx, u.line, wire.PathNeighbours, wire.Here{Address: address})
}
