package central_test

import (
	"slices"
	"testing"

	"bough/crdt"
	"bough/node/crm"
	"bough/node/store"
	"bough/sync/central"
	"bough/sync/journal"
	"bough/sync/rows"
)

// again adds change n of another workstation as its file writes it under the
// number of c; it returns the id that the party has now.
func (c *scribe) again(was *scribe, n int) crdt.ID {
	old := &was.changes[n-1]
	op := old.Bodies[0].Op
	f := journal.Former{Origin: was.origin, Seq: old.Seq, Hash: was.hashes[n-1], Stamp: old.Stamp, IDs: map[crdt.ID]crdt.ID{}}
	f.IDs[op.ID] = crdt.MakeID(c.origin, uint32(n))
	op.ID = f.IDs[op.ID]
	ops := []crdt.Op{op}
	for i, told := range store.Told(f, old) {
		ops = append(ops, store.TellFormer(crdt.MakeID(c.origin, uint32(500*(i+1)+n)), 1, &told))
	}
	c.add(ops...)
	return op.ID
}

func TestWhatANeighbourHoldsBehindAGapIsTakenOnceTheRestCameUnderAnotherNumber(t *testing.T) {
	b := newBank(t)
	a, renewed, relay := b.scribe(1000, 1), b.scribe(1001, 1), b.scribe(1002, 1)
	a.write(0, "one")
	twin := *a // another history of the same workstation
	two := a.write(0, "two")
	is := renewed.again(a, 2)
	a.write(two, "two, by whom only a neighbour has it")
	twin.write(twin.write(0, "other"), "other still")
	upTo := func(c *scribe, first, last int) uint64 {
		t.Helper()
		p, err := relay.push(c.signed(first, last))
		must(t, err)
		return p.Vector[a.origin]
	}
	if got := upTo(a, 1, 1); got != 1 {
		t.Fatalf("central has %d changes", got)
	}
	if got := upTo(a, 3, 3); got != 1 {
		t.Errorf("behind a gap that nothing fills central has %d changes", got)
	}
	_, err := renewed.push(renewed.signed(1, 1))
	must(t, err)
	if got := upTo(&twin, 3, 3); got != 1 {
		t.Errorf("of another history central has %d changes", got)
	}
	if got := upTo(a, 3, 3); got != 3 || b.name(is) != "two, by whom only a neighbour has it" || b.name(two) != "" {
		t.Errorf("central has %d changes; the party is called %q, and %q by its old number", got, b.name(is), b.name(two))
	}
	proofs, err := b.Prove(ctx(), central.Proving{})
	must(t, err)
	for _, p := range proofs {
		if len(p.Faults) > 0 {
			t.Errorf("the history of %d is not whole: %+v", p.Origin, p.Faults)
		}
	}
}

func TestWhatARefusedChangeWasBeforeIsToldBeforeItsRows(t *testing.T) {
	b := newBank(t)
	a, renewed := b.scribe(1000, 1), b.scribe(1001, 1)
	a.write(0, "never")
	renewed.again(a, 1)
	p, err := renewed.push(renewed.signed(1, 1))
	must(t, err)
	var kinds []uint8
	must(t, b.File.Read(ctx(), func(tx *rows.Tx) error {
		return tx.Query(`SELECT f.kind FROM feed AS f WHERE f.scope=1 ORDER BY f.n`, func(s *rows.Stmt) error {
			kinds = append(kinds, uint8(s.ColumnInt64(0)))
			return nil
		})
	}))
	told, party := slices.Index(kinds, crm.Reissue), slices.Index(kinds, crm.Party)
	if p.Refused != 1 || told < 0 || party < told {
		t.Errorf("%d refused, the feed has rows of kinds %v", p.Refused, kinds)
	}
}
