package office

import (
	"context"
	"fmt"
	"strconv"

	"bough/node/crm"
	"bough/sync/central"
	"bough/sync/rows"
)

// Restored tells what came back since central was restored, for people.
type (
	Restored     = central.Recalled
	RestoredNode = central.RecalledNode
)

// Restored reads what came back since the last restore.
func (f *Office) Restored(ctx context.Context) (Restored, error) { return f.Central.RecallStatus(ctx) }

// TakeRest stops waiting for workstations that will not call again: what others
// keep of their work is taken as central once had it. That it was decided stands in
// the audit before anything is taken. It tells of how many rows; none where central
// was never restored, and then nothing is noted.
func (f *Office) TakeRest(ctx context.Context, who rows.Actor) (int, error) {
	_, err := f.Central.Act(ctx, who, func(a *rows.Act) error {
		at, err := central.RestoredAt(a.Tx)
		if err != nil || at == 0 {
			return err
		}
		return setParameter(a, crm.SettingRest, 0, strconv.FormatInt(at, 10))
	})
	if err != nil {
		return 0, fmt.Errorf("office: note that nobody is waited for: %w", err)
	}
	return f.Central.TakeRest(ctx)
}
