package central

import (
	"testing"

	"bough/crdt"
	"bough/node/crm"
	"bough/sync/trust"
	"bough/sync/wire"
)

func TestWhatALifeBetweenTwoRestoresWroteComesBackWithAPageOfTheNext(t *testing.T) {
	first := newCentral(t)
	first.joinTest(t, 5, 1)
	before := backedUp(t, first)
	second := backFrom(t, backedUp(t, first), 2)
	lost, other := branchAct(t, second, 77), branchAct(t, second, 78)
	third := backFrom(t, backedUp(t, second), 3)
	page := keeperOf(t, third, has(t, third, crm.BranchKind, lost))
	earlier := keeperOf(t, third, has(t, third, crm.BranchKind, other)) // of a release whose seals named one life
	frame := must[*wire.Sealed](t)(wire.Unseal(earlier.sealed)).Frame
	heads := map[crdt.Origin]wire.Head{3: {}}
	earlier.sealed = must[[]byte](t)(wire.Seal(heads, frame, func(m []byte) ([]byte, error) { return earlier.authority.Sign(trust.ContextFeedPage, m) }))

	fourth := backFrom(t, before, 4) // whose backup does not know the second
	waiting := func(want int) {
		t.Helper()
		if r := must[Recalled](t)(fourth.RecallStatus(t.Context())); r.Waiting != want {
			t.Errorf("%d rows wait, want %d", r.Waiting, want)
		}
	}
	earlier.hand(fourth, earlier.sealed)
	waiting(1)
	page.hand(fourth, page.sealed)
	waiting(0)
	for _, id := range []crdt.ID{lost, other} {
		if row := has(t, fourth, crm.BranchKind, id); row == nil || row.Clocks.Latest().Origin != 2 {
			t.Errorf("branch %d: %+v", id, row)
		}
	}
}
