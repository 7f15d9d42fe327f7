package central_test

import (
	"testing"

	"bough/crdt"
	"bough/node/crm"
	"bough/sync/central"
	"bough/sync/wire"
)

func (b *bank) outstanding(origin crdt.Origin) central.Purges {
	b.t.Helper()
	all, err := b.Outstanding(ctx())
	must(b.t, err)
	return all[origin]
}

func TestWhatANodeWasToldToBeRidOfIsOutstandingUntilItsReceipt(t *testing.T) {
	b := newBank(t)
	b.join(11, 1)
	b.join(12, 1)
	b.join(21, 2)
	row := central.RowID{Kind: crm.Party, ID: 77}
	must(t, b.Order(ctx(), wire.WhyErased, row, 1, 5))
	if b.outstanding(11).Count != 1 || b.outstanding(12).Count != 1 || b.outstanding(21).Count != 0 {
		t.Error("the order did not go to the workstations of the branch, and only to them")
	}
	since := b.outstanding(11).OldestMS
	if since == 0 || since > b.now {
		t.Errorf("ordered at %d", since)
	}
	receipt := wire.Receipt{Why: wire.WhyErased, Kind: row.Kind, Row: row.ID, N: 5}
	early, other := receipt, receipt
	early.N, other.Why = 4, wire.WhyLeft
	must(t, b.Noted(ctx(), 11, []wire.Receipt{early, other}))
	if b.outstanding(11).Count != 1 {
		t.Error("a receipt for an older or another order counted")
	}
	for range 2 { // an answer may be lost
		must(t, b.Noted(ctx(), 11, []wire.Receipt{receipt}))
	}
	if b.outstanding(11).Count != 0 || b.outstanding(12).Count != 1 {
		t.Error("a receipt counts for its sender alone")
	}
	must(t, b.Order(ctx(), wire.WhyErased, row, central.OfficeScope, 9))
	if b.outstanding(11).Count != 1 || b.outstanding(21).Count != 1 {
		t.Error("an order for all did not reach all, or the former receipt answers it")
	}
}
