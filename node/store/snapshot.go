package store

import (
	"context"
	"errors"
	"fmt"

	"bough/sync/rows"
)

// ErrSnapshot is a snapshot whose rows do not add up to its digests.
var ErrSnapshot = errors.New("store: the rows of this snapshot do not add up to its digests")

// Settle makes a snapshot that came from central ready to become a node's file:
// its rows are added up, and the index is told of all parties.
func Settle(ctx context.Context, o Options) (err error) {
	ro := rows.Options{Path: o.Path, Schema: o.Schema, Migrations: localTables, Oldest: oldestReader, NoSync: o.NoSync, Disk: o.Disk}
	if err := rows.Adopt(ro, false); err != nil {
		return fmt.Errorf("store: snapshot: %w", err)
	}
	file, err := rows.Open(ro)
	if err != nil {
		return fmt.Errorf("store: snapshot: %w", err)
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	s := &Store{Local: NewLocal(file), branch: o.Branch, nowMS: o.NowMS}
	err = file.Read(ctx, func(tx *rows.Tx) error {
		if origin, err := tx.FactInt("origin"); err != nil || origin != 0 {
			return errors.Join(err, fmt.Errorf("%w: it belongs to a workstation", ErrSnapshot))
		}
		wrong, err := s.deltas(tx)
		for scope := range wrong {
			return fmt.Errorf("%w: scope %d", ErrSnapshot, scope)
		}
		return err
	})
	if err != nil {
		return err
	}
	return s.moveIn(ctx)
}
