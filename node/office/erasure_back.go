package office

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"

	"bough/crdt"
	"bough/node/crm"
	"bough/sync/rows"
)

// A restored central whose ledger was lost with its disk learns who was erased from
// the pages that workstations keep under its seal, before it gives them any page.

// ordered are the rows that a row of an order lists.
func ordered(order *crdt.Row) (out [][2]int64) {
	for _, word := range strings.Fields(order.Get(crm.ErasureRows).S) {
		kind, id, _ := strings.Cut(word, ":")
		k, err := strconv.ParseUint(kind, 10, 8)
		n, errID := strconv.ParseInt(id, 10, 64)
		if err == nil && errID == nil {
			out = append(out, [2]int64{int64(k), n})
		}
	}
	return out
}

// outstanding reports whether an order of erasure that came back has still to be
// carried out: the ledger did not have it.
func outstanding(tx *rows.Tx, order *crdt.Row) (bool, error) {
	for _, r := range ordered(order) {
		_, gone, err := tx.Int(`SELECT 1 FROM erased_row WHERE kind=?1 AND row_id=?2`, r[0], r[1])
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
				e.N, e.Party, e.Rows = r.Get(crm.ErasureOrdered).I, r.Get(crm.ErasureParty).I, append(e.Rows, ordered(&r.Row)...)
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
