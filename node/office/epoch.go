package office

import (
	"context"
	"strconv"

	"bough/node/crm"
	"bough/sync/rows"
)

// BeginEpoch leaves the stamps behind that were made while central's clock was
// ahead: whatever is written from now on is later than they are. It is for the day
// on which that clock was set right, and cannot be taken back.
func (f *Office) BeginEpoch(ctx context.Context, who rows.Actor) (uint16, error) {
	return f.Central.BeginEpoch(ctx, who, func(a *rows.Act, epoch uint16) error {
		return setParameter(a, crm.SettingEpoch, 0, strconv.Itoa(int(epoch)))
	})
}
