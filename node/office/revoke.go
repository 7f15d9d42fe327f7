package office

import (
	"context"
	"errors"
	"fmt"

	"bough/crdt"
	"bough/node/crm"
	"bough/sync/rows"
)

// ErrNode is a workstation that is not known.
var ErrNode = errors.New("office: there is no such workstation")

// Revoke ends that a workstation syncs, with central and with its neighbours:
// it was lost, stolen or replaced. What it had not sent, and neighbours hold, comes
// through them and is held; its branch's gossip gets a new key.
func (f *Office) Revoke(ctx context.Context, origin crdt.Origin) error {
	err := f.Central.Revoke(ctx, origin, func(a *rows.Act) error {
		var row *rows.Stored
		err := a.Tx.Rows(crm.Node, "origin=?1", func(r *rows.Stored) error {
			row = r
			return nil
		}, int64(origin))
		if err != nil {
			return err
		}
		if row == nil {
			return ErrNode
		}
		a.Add(crdt.Op{Kind: crm.Node, ID: row.ID, Set: []crdt.FieldSet{{Field: crm.NodeRevoked, Value: crdt.IntValue(1)}}})
		return nil
	})
	if err != nil {
		return fmt.Errorf("office: revoke %d: %w", origin, err)
	}
	return nil
}
