package office

import (
	"context"
	"errors"
	"fmt"

	"bough/crdt"
	"bough/node/crm"
	"bough/node/store"
	"bough/sync/rows"
)

// ErrLeaseDays is a lease that is too short or too long.
var ErrLeaseDays = errors.New("office: a lease has 1 to 30 days")

// SetLeaseDays says for how many days workstations may work without hearing
// from central.
func (o *Office) SetLeaseDays(ctx context.Context, days int64) error {
	if days < store.MinLeaseDays || days > store.MaxLeaseDays {
		return fmt.Errorf("%w, not %d", ErrLeaseDays, days)
	}
	_, err := o.Central.Act(ctx, rows.Actor{}, func(a *rows.Act) error {
		ids, err := a.Tx.IDs(`SELECT id FROM parameter WHERE name=?1 AND coalesce(branch, 0)=0 ORDER BY id DESC LIMIT 1`, store.LeaseParameter)
		if err != nil {
			return err
		}
		op := crdt.Op{Kind: crm.Parameter}
		if len(ids) > 0 {
			op.ID = ids[0]
		} else if op.ID, err = a.Mint(); err != nil {
			return err
		}
		op.Set = []crdt.FieldSet{
			{Field: crm.ParameterName, Value: crdt.TextValue(store.LeaseParameter)},
			{Field: crm.ParameterValue, Value: crdt.TextValue(fmt.Sprint(days))},
		}
		a.Add(op)
		return nil
	})
	return err
}
