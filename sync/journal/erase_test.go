package journal_test

import (
	"bytes"
	"testing"

	"bough/crdt"
	"bough/sync/journal"
)

func TestAnErasedChangeStillVerifiesAndSaysNothing(t *testing.T) {
	a := newAuthor(1)
	r := signed(a, journal.Hash{}, 1, 3)
	n := journal.Erase(r.Changes[1].Bodies, func(op *crdt.Op) bool { return op.Kind == 1 })
	if n != 1 || r.Changes[1].Live() != 1 || r.Changes[0].Live() != 2 {
		t.Fatalf("%d bodies were erased, %d and %d live", n, r.Changes[0].Live(), r.Changes[1].Live())
	}
	if err := r.Verify(a.check); err != nil {
		t.Fatal(err)
	}
	if stored := journal.AppendOps(nil, r.Changes[1].Bodies); bytes.Contains(stored, []byte("Anna")) {
		t.Error("the text is still stored")
	}
	if n := journal.Erase(r.Changes[1].Bodies, func(*crdt.Op) bool { return true }); n != 1 {
		t.Errorf("of the two bodies %d were erased the second time", n)
	}
	if err := r.Verify(a.check); err != nil {
		t.Error(err)
	}
}
