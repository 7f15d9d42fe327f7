package office

import (
	"context"

	"bough/crdt"
	"bough/node/crm"
	"bough/node/office/corefeed"
	"bough/sync/central"
	"bough/sync/rows"
)

const mintAtOnce = 4096 // ids reserved for a plan at a time

// ledger is central's database as the core-banking feed sees it.
type ledger struct {
	f     *Office
	ctx   context.Context
	spare []crdt.ID
}

// Ledger lets the core-banking feed plan, commit and undo here.
func (f *Office) Ledger(ctx context.Context) corefeed.Ledger { return &ledger{f: f, ctx: ctx} }

var _ corefeed.Ledger = (*ledger)(nil)

// Keyed implements corefeed.Ledger.
func (l *ledger) Keyed(kind uint8) (map[string]*crdt.Row, error) {
	k := l.f.Central.File.Schema().Kind(kind)
	field := k.Named("key")
	out := map[string]*crdt.Row{}
	err := l.f.Central.File.Read(l.ctx, func(tx *rows.Tx) error {
		return tx.Rows(kind, "key IS NOT NULL", func(r *rows.Stored) error {
			out[r.Get(field.Num).S] = &r.Row
			return nil
		})
	})
	return out, err
}

// Mint implements corefeed.Ledger.
func (l *ledger) Mint() (id crdt.ID, err error) {
	if len(l.spare) == 0 {
		if l.spare, err = l.f.Central.MintMany(l.ctx, mintAtOnce); err != nil {
			return 0, err
		}
	}
	id, l.spare = l.spare[0], l.spare[1:]
	return id, nil
}

// Commit implements corefeed.Ledger.
func (l *ledger) Commit(b corefeed.Batch) (crdt.ID, error) {
	return l.f.Central.Import(l.ctx, rows.Actor{Person: b.Who.By}, central.Part{Ops: b.Ops, Record: b.Record, After: b.After, Job: b.Job})
}

// LatestBatch implements corefeed.Ledger.
func (l *ledger) LatestBatch() (crdt.ID, [][]byte, error) { return l.f.Central.LatestBatch(l.ctx) }

// Undo implements corefeed.Ledger.
func (l *ledger) Undo(u corefeed.Undoing) error {
	remove := make([]central.RowID, len(u.Remove))
	for i, r := range u.Remove {
		remove[i] = central.RowID{Kind: r.Kind, ID: r.ID}
	}
	return l.f.Central.Undo(l.ctx, rows.Actor{Person: u.Who.By}, central.Undoing{Batch: u.Batch, Restore: u.Restore, Remove: remove, More: u.More})
}

// BranchWork implements corefeed.Ledger.
func (l *ledger) BranchWork(kind uint8, ids []crdt.ID) (map[crdt.ID]int, error) {
	out := map[crdt.ID]int{}
	err := l.f.Central.File.Read(l.ctx, func(tx *rows.Tx) error {
		for _, id := range ids {
			n, err := l.work(tx, kind, id)
			if err != nil {
				return err
			}
			if n > 0 {
				out[id] = n
			}
		}
		return nil
	})
	return out, err
}

func (l *ledger) work(tx *rows.Tx, kind uint8, id crdt.ID) (n int, err error) {
	if kind == crm.BranchKind {
		got, _, err := tx.Int(`SELECT (SELECT count(*) FROM person WHERE branch=number) + (SELECT count(*) FROM node WHERE branch=number)
			FROM branch WHERE id=?1`, int64(id))
		return int(got), err
	}
	for _, k := range l.f.Central.File.Schema().Kinds {
		for _, f := range k.Fields {
			if f.Ref != kind || f.Owner == crdt.Core {
				continue
			}
			got, _, err := tx.Int(`SELECT count(*) FROM "`+k.Name+`" WHERE "`+f.Name+`"=?1`, int64(id))
			if err != nil {
				return n, err
			}
			n += int(got)
		}
	}
	return n, nil
}
