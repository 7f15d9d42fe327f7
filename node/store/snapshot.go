package store

import (
	"context"
	"errors"
	"fmt"

	"bough/crdt"
	"bough/sync/rows"
)

// ErrSnapshot is a snapshot whose rows do not add up to its digests.
var ErrSnapshot = errors.New("store: the rows of this snapshot do not add up to its digests")

// Settle makes a snapshot that came from elsewhere ready to become a node's
// file: its rows are added up, and the index is told of all parties.
func Settle(ctx context.Context, o Options) (err error) {
	file, err := rows.Open(rows.Options{Path: o.Path, Schema: o.Schema, Migrations: localTables, Oldest: oldestReader, NoSync: o.NoSync, Disk: o.Disk})
	if err != nil {
		return fmt.Errorf("store: snapshot: %w", err)
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	if err := checkSnapshot(ctx, file, o.Branch); err != nil {
		return err
	}
	err = file.Write(ctx, func(tx *rows.Tx) error {
		if origin, err := tx.FactInt("origin"); err != nil || origin != 0 {
			return errors.Join(err, fmt.Errorf("%w: it belongs to a workstation", ErrSnapshot))
		}
		return tx.Exec(`INSERT OR IGNORE INTO dirty (party) SELECT id FROM party`)
	})
	if err != nil {
		return fmt.Errorf("store: snapshot: %w", err)
	}
	return file.Checkpoint(ctx)
}

// checkSnapshot adds the rows up anew.
func checkSnapshot(ctx context.Context, file *rows.File, branch int64) error {
	s := Store{Local: NewLocal(file), branch: branch}
	sums := map[int64]crdt.Digest{}
	return file.Read(ctx, func(tx *rows.Tx) error {
		err := tx.Each(func(r *rows.Stored) error {
			scope := s.ScopeOf(r.Kind)
			d := sums[scope]
			d.Add(r.Digest())
			sums[scope] = d
			return nil
		})
		if err != nil {
			return err
		}
		for _, scope := range s.Scopes() {
			kept, err := tx.Scope(scope)
			if err != nil {
				return err
			}
			if kept.Digest != sums[scope] {
				return fmt.Errorf("%w: scope %d", ErrSnapshot, scope)
			}
		}
		return nil
	})
}
