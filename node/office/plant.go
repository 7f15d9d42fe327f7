package office

import (
	"context"

	"bough/sync/central"
)

// Past is an act as it was written some time ago.
type Past = central.Past

// Plant writes acts of the past, in the order in which they were written, as
// one transaction: for banks that are made up, and for histories that an older
// system hands over.
func (f *Office) Plant(ctx context.Context, acts []Past) error { return f.Central.Plant(ctx, acts) }
