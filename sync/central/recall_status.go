package central

import (
	"context"
	"fmt"

	"zombiezen.com/go/sqlite"

	"bough/crdt"
	"bough/sync/rows"
)

// Recalled tells how far a restored central has come to what it had.
type Recalled struct {
	AtMS     int64 // ms UTC of the restore; 0: this database was never restored
	BackupMS int64 // when the backup had last heard a workstation, ms UTC
	Nodes    []RecalledNode
	Asked    int // rows that workstations keep from after the backup
	Back     int // of these, such that had something only central wrote
	Waiting  int // of these, such that wait for the journal of a workstation
}

// RecalledNode is a workstation after a restore, as central knows it.
type RecalledNode struct {
	Origin  crdt.Origin
	Branch  int64
	Name    string
	SeenMS  int64 // ms UTC of the last call after the restore; 0: none yet
	Sent    int64 // changes that it sent since, the backup lacked them
	Brought int64 // rows that came back with its pages
	ToldMS  int64 // ms UTC when it had told all that it keeps; 0: not yet, or it keeps nothing
}

// RestoredAt is when this database was restored last, ms UTC; 0: never.
func RestoredAt(tx *rows.Tx) (int64, error) { return tx.FactInt(factRestoredAt) }

// RecallStatus tells what came back since the last restore.
func (c *Central) RecallStatus(ctx context.Context) (r Recalled, err error) {
	err = c.File.Read(ctx, func(tx *rows.Tx) error {
		if r.AtMS, err = RestoredAt(tx); err != nil || r.AtMS == 0 {
			return err
		}
		if r.BackupMS, err = tx.FactInt(factRestored); err != nil {
			return err
		}
		err := tx.Query(`SELECT count(*), coalesce(sum(back), 0), coalesce(sum(page IS NOT NULL), 0) FROM recalled`, func(s *sqlite.Stmt) error {
			r.Asked, r.Back, r.Waiting = s.ColumnInt(0), s.ColumnInt(1), s.ColumnInt(2)
			return nil
		})
		if err != nil {
			return err
		}
		return tx.Query(`SELECT o.origin, o.branch, o.name, o.seen, o.seq-coalesce(r.was, 0), coalesce(r.brought, 0), coalesce(r.at, 0)
			FROM origin AS o LEFT JOIN recall AS r ON r.origin=o.origin
			WHERE o.revoked=0 AND NOT EXISTS (SELECT 1 FROM origin AS next WHERE next.renews=o.origin)
			ORDER BY o.branch, o.name, o.origin`, func(s *sqlite.Stmt) error {
			n := RecalledNode{Origin: crdt.Origin(s.ColumnInt64(0)), Branch: s.ColumnInt64(1), Name: s.ColumnText(2), Sent: s.ColumnInt64(4),
				Brought: s.ColumnInt64(5), ToldMS: s.ColumnInt64(6)}
			if seen := s.ColumnInt64(3); seen >= r.AtMS {
				n.SeenMS = seen
			}
			r.Nodes = append(r.Nodes, n)
			return nil
		})
	})
	if err != nil {
		return r, fmt.Errorf("central: what came back: %w", err)
	}
	return r, nil
}

// takeAtOnce is how many rows one transaction of TakeRest looks at.
const takeAtOnce = 500

// TakeRest takes back what waits for journals of workstations, as central had it:
// for those that will not call again. What they do send later is merged into it.
func (c *Central) TakeRest(ctx context.Context) (n int, err error) {
	for {
		took := 0
		err := c.write(ctx, func(b *Batch) error {
			var keys []key
			err := b.Tx.Query(`SELECT kind, row_id FROM recalled WHERE page IS NOT NULL ORDER BY kind, row_id LIMIT ?1`, func(s *sqlite.Stmt) error {
				keys = append(keys, key{uint8(s.ColumnInt64(0)), crdt.ID(s.ColumnInt64(1))})
				return nil
			}, takeAtOnce)
			if err != nil {
				return err
			}
			took = len(keys)
			for _, k := range keys {
				came, err := b.takeBack(k, true)
				if err != nil {
					return err
				}
				n += bit(came)
			}
			return nil
		})
		if err != nil || took == 0 {
			return n, err
		}
	}
}
