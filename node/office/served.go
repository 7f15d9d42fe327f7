package office

import (
	"context"
	"errors"
	"strconv"

	"bough/node/crm"
	"bough/sync/rows"
)

// ErrServedMonths is a span that a visit does not have.
var ErrServedMonths = errors.New("office: a customer is held where they were served for 0 to 120 months")

// ServedMonths is for how many months a customer who was served at another
// branch is held there.
func (f *Office) ServedMonths(ctx context.Context) (months int64, err error) {
	err = f.Central.File.Read(ctx, func(tx *rows.Tx) error {
		months, err = servedMonths(tx)
		return err
	})
	return months, err
}

// SetServedMonths changes that, for services from now on.
func (f *Office) SetServedMonths(ctx context.Context, who rows.Actor, months int64) error {
	if months < 0 || months > crm.MaxServedMonths {
		return ErrServedMonths
	}
	_, err := f.Central.Act(ctx, who, func(a *rows.Act) error {
		return setParameter(a, crm.SettingServedMonths, 0, strconv.FormatInt(months, 10))
	})
	return err
}

func servedMonths(tx *rows.Tx) (months int64, err error) {
	months, set, err := tx.Int(`SELECT CAST(value AS INTEGER) FROM parameter WHERE name=?1 AND branch=0 AND value<>''`, crm.SettingServedMonths)
	if err == nil && (!set || months < 0 || months > crm.MaxServedMonths) {
		months = crm.ServedMonths
	}
	return months, err
}
