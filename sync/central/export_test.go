package central

import "context"

// Order gives an order to purge in a transaction of its own.
func (c *Central) Order(ctx context.Context, why string, row RowID, scope, n int64) error {
	return c.write(ctx, func(b *Batch) error { return b.OrderPurge(why, row, scope, n) })
}
