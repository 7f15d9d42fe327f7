package office

import (
	"context"

	"bough/sync/central"
)

// Restored tells what came back since central was restored, for people.
type (
	Restored     = central.Recalled
	RestoredNode = central.RecalledNode
)

// Restored reads what came back since the last restore.
func (f *Office) Restored(ctx context.Context) (Restored, error) { return f.Central.RecallStatus(ctx) }

// TakeRest stops waiting for workstations that will not call again: what others
// keep of their work is taken as central once had it. It tells of how many rows.
func (f *Office) TakeRest(ctx context.Context) (int, error) { return f.Central.TakeRest(ctx) }
