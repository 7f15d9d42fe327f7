package uplink

import (
	"context"

	"bough/sync/wire"
)

// LeaseKey learns what the codes that extend this node's lease are checked with.
func (u *Uplink) LeaseKey(ctx context.Context) ([]byte, error) {
	answer, err := askJSON[wire.LeaseKey](ctx, u.line, wire.PathLease, struct{}{})
	return answer.Key, err
}
