package office

import (
	"context"
	"maps"
	"slices"

	"bough/crdt"
	"bough/node/crm"
	"bough/sync/rows"
)

// A restored central whose ledger was lost with its disk learns who was erased from
// the pages that workstations keep under its seal, before it gives them any page.

// outstanding reports whether an order of erasure that came back has still to be
// carried out: the ledger did not have it.
func outstanding(tx *rows.Tx, order *crdt.Row) (bool, error) {
	for kind, id := range crm.Erases(order) {
		_, gone, err := tx.Int(`SELECT 1 FROM erased_row WHERE kind=?1 AND row_id=?2`, int64(kind), int64(id))
		if err != nil || !gone {
			return err == nil, err
		}
	}
	return false, nil
}

// eraseBack carries out the orders that came back. They go into the ledger, too.
func (f *Office) eraseBack(ctx context.Context) error {
	orders := map[int64]entry{}
	err := f.Central.File.Read(ctx, func(tx *rows.Tx) error {
		return tx.Rows(crm.Erasure, `id IN (SELECT row_id FROM recalled WHERE kind=?1)`, func(r *rows.Stored) error {
			due, err := outstanding(tx, &r.Row)
			if due {
				e := orders[r.Get(crm.ErasureOrdered).I]
				e.N, e.Party = r.Get(crm.ErasureOrdered).I, r.Get(crm.ErasureParty).I
				for kind, id := range crm.Erases(&r.Row) {
					e.Rows = append(e.Rows, [2]int64{int64(kind), int64(id)})
				}
				orders[e.N] = e
			}
			return err
		}, int64(crm.Erasure))
	})
	if err != nil {
		return err
	}
	for _, n := range slices.Sorted(maps.Keys(orders)) {
		if err := f.eraseAgain(ctx, orders[n], true); err != nil {
			return err
		}
	}
	return nil
}

// eraseAgain carries out an order that the database does not know to have been
// carried out. fresh: nor does the ledger.
func (f *Office) eraseAgain(ctx context.Context, e entry, fresh bool) error {
	return f.erase(ctx, rows.Actor{}, e, func(tx *rows.Tx) error {
		return tx.Exec(`INSERT INTO erasure_order (id, party, basis, reference, ordered, confirmed, at) VALUES (?1, ?2, '', '', 0, -1, ?3)
			ON CONFLICT (id) DO UPDATE SET confirmed=-1, at=?3`, e.N, e.Party, f.o.NowMS())
	}, fresh)
}
