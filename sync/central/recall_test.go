package central

import (
	"crypto/rand"
	"path/filepath"
	"testing"
	"time"

	"bough/crdt"
	"bough/node/crm"
	"bough/sync/rows"
	"bough/sync/trust"
	"bough/sync/wire"
)

// keeper is a workstation that keeps central's pages of the office.
type keeper struct {
	t         *testing.T
	authority *trust.Authority
	node      *Node
	sealed    []byte
}

// keeperOf keeps some rows, as if a feed had held them.
func keeperOf(t *testing.T, c *Central, kept ...*rows.Stored) *keeper {
	t.Helper()
	k := &keeper{t: t, node: must[*Node](t)(c.Node(t.Context(), 5)), authority: must[*trust.Authority](t)(trust.NewAuthority("test", time.Now(), rand.Reader))}
	page := &wire.Page{Scope: OfficeScope, Epoch: c.Epoch()}
	for _, r := range kept {
		page.Rows = append(page.Rows, wire.PageRow{Row: r.Row, Conflicts: r.Conflicts, N: r.N})
		page.Until, page.Head = r.N, r.N
	}
	frame := must[[]byte](t)(c.codec.EncodePage(page))
	header, err := c.SealBeside(t.Context(), frame, k.authority)
	if err != nil || header == "" {
		t.Fatalf("it proves nothing: %q, %v", header, err)
	}
	k.sealed = must[*wire.Proof](t)(wire.ReadProof(header, frame)).Sealed
	return k
}

// hand hands something over that was enclosed for central.
func (k *keeper) hand(c *Central, content []byte) {
	k.t.Helper()
	envelope := must[[]byte](k.t)(k.authority.Root().Enclose(content))
	if _, err := c.Recall(k.t.Context(), k.authority, k.node, wire.Recall{Pages: [][]byte{envelope}}); err != nil {
		k.t.Fatal(err)
	}
}

// backFrom restores central from a backup and opens it.
func backFrom(t *testing.T, path string, origin crdt.Origin) *Central {
	t.Helper()
	must[Restored](t)(Restore(t.Context(), restoring(path, origin)))
	c := must[*Central](t)(Open(t.Context(), Options{Path: path, Schema: crm.Table(), Rand: rand.Reader,
		NowMS: func() int64 { return time.Now().UnixMilli() }, Judge: lenient{}, Belongs: crm.Belongs, NoSync: true}))
	t.Cleanup(func() { _ = c.Close() })
	return c
}

func has(t *testing.T, c *Central, kind uint8, id crdt.ID) (row *rows.Stored) {
	t.Helper()
	err := c.File.Read(t.Context(), func(tx *rows.Tx) (err error) {
		row, err = tx.Get(kind, id)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return row
}

func TestARestoredCentralTakesItsOwnPagesBackAndNothingElse(t *testing.T) {
	c := newCentral(t)
	c.joinTest(t, 5, 1)
	path := filepath.Join(t.TempDir(), "backup.db")
	if err := c.Backup(t.Context(), path); err != nil {
		t.Fatal(err)
	}
	lost := branchAct(t, c, 77)
	k := keeperOf(t, c, has(t, c, crm.BranchKind, lost))

	again := backFrom(t, path, 2)
	if !again.Recalls(5, wire.KeepsPages) || c.Recalls(5, wire.KeepsUntold) {
		t.Error("only a central that was restored asks")
	}
	forged := append([]byte{}, k.sealed...)
	forged[len(forged)-1] ^= 1
	other := must[*trust.Authority](t)(trust.NewAuthority("other", time.Now(), rand.Reader))
	frame := must[*wire.Sealed](t)(wire.Unseal(k.sealed)).Frame
	seal := func(a *trust.Authority, heads map[crdt.Origin]wire.Head) []byte {
		return must[[]byte](t)(wire.Seal(heads, frame, func(m []byte) ([]byte, error) { return a.Sign(trust.ContextFeedPage, m) }))
	}
	for what, content := range map[string][]byte{"no page": []byte("letter"), "a forged one": forged, "one of another bank": seal(other, map[crdt.Origin]wire.Head{1: {}}),
		"one that was sealed for neighbours": seal(k.authority, map[crdt.Origin]wire.Head{5: {Seq: 3, Hash: [32]byte{1}}})} {
		if k.hand(again, content); has(t, again, crm.BranchKind, lost) != nil {
			t.Fatalf("%s was taken", what)
		}
	}
	k.hand(again, k.sealed)
	row := has(t, again, crm.BranchKind, lost)
	if row == nil || row.Get(crm.BranchNumber).I != 77 || row.Clocks.Latest().Origin != 1 {
		t.Fatalf("what only central wrote: %+v", row)
	}
	k.hand(again, k.sealed) // twice is once
	r := must[Recalled](t)(again.RecallStatus(t.Context()))
	if r.AtMS == 0 || r.Back != 1 || r.Waiting != 0 || len(r.Nodes) != 1 || r.Nodes[0].Brought != 1 || r.Nodes[0].SeenMS != 0 {
		t.Errorf("told: %+v", r)
	}
	if _, err := again.Recall(t.Context(), k.authority, k.node, wire.Recall{Last: true}); err != nil || again.Recalls(5, wire.KeepsPages) || !again.Recalls(5, wire.KeepsUntold) {
		t.Errorf("it asks on: %v", err)
	}
}

func TestWhatAWorkstationWroteComesWithItsJournalOrWhenHeadOfficeStopsWaiting(t *testing.T) {
	c := newCentral(t)
	n, silent := c.joinTest(t, 5, 1), c.joinTest(t, 6, 1)
	push := func(a *author, to *Central, number int) {
		t.Helper()
		if _, err := a.push(t, to, number, number); err != nil {
			t.Fatal(err)
		}
	}
	n.write(1, "Alice")
	push(n, c, 1)
	path := backedUp(t, c)
	n.write(1, "Alicia")
	push(n, c, 2)
	silent.write(1, "Bob")
	push(silent, c, 1)
	k := keeperOf(t, c, has(t, c, crm.Party, crdt.MakeID(5, 1)), has(t, c, crm.Party, crdt.MakeID(6, 1)))
	again := backFrom(t, path, 2)
	k.hand(again, k.sealed)
	waiting := func(want int) {
		t.Helper()
		if r := must[Recalled](t)(again.RecallStatus(t.Context())); r.Waiting != want {
			t.Errorf("%d rows wait, want %d", r.Waiting, want)
		}
	}
	waiting(2)
	if row := has(t, again, crm.Party, crdt.MakeID(5, 1)); row.Get(crm.PartyName).S != "Alice" {
		t.Errorf("a page has the last word: %q", row.Get(crm.PartyName).S)
	}
	push(n, again, 2)
	waiting(1)
	if took, err := again.TakeRest(t.Context()); err != nil || took != 1 {
		t.Errorf("took %d, %v", took, err)
	}
	waiting(0)
	push(silent, again, 1) // who calls after all
}

func TestWhatCentralWroteOfARowComesBackWhenItsJournalBringsTheRow(t *testing.T) {
	c := newCentral(t)
	n := c.joinTest(t, 5, 1)
	path, alice := backedUp(t, c), crdt.MakeID(5, 1)
	n.write(1, "Alice")
	if _, err := n.push(t, c, 1, 1); err != nil {
		t.Fatal(err)
	}
	must[rows.Receipt](t)(c.Act(t.Context(), rows.Actor{}, func(a *rows.Act) error {
		a.Add(crdt.Op{Kind: crm.Party, ID: alice, Set: []crdt.FieldSet{{Field: crm.PartyTier, Value: crdt.TextValue("A")}}})
		return nil
	}))
	k := keeperOf(t, c, has(t, c, crm.Party, alice))
	again := backFrom(t, path, 2)
	if k.hand(again, k.sealed); has(t, again, crm.Party, alice) != nil {
		t.Fatal("a page made a row that its author sends again")
	}
	if _, err := n.push(t, again, 1, 1); err != nil {
		t.Fatal(err)
	}
	if row := has(t, again, crm.Party, alice); row == nil || row.Get(crm.PartyName).S != "Alice" || row.Get(crm.PartyTier).S != "A" {
		t.Errorf("%+v", row)
	}
	if r := must[Recalled](t)(again.RecallStatus(t.Context())); r.Back != 1 || r.Waiting != 0 {
		t.Errorf("told: %+v", r)
	}
}

// noteOf is a note about somebody, as a feed has it.
func noteOf(id, party crdt.ID, at crdt.Stamp) *rows.Stored {
	op := crdt.Op{Kind: crm.Interaction, ID: id, Set: []crdt.FieldSet{{Field: crm.InteractionParty, Value: crdt.RefValue(party)}, {Field: crm.InteractionText, Value: crdt.TextValue("a secret")}}}
	row := &rows.Stored{Row: crdt.Row{Kind: op.Kind, ID: op.ID}, N: 1 << 40}
	row.Merge(crm.Table().Kind(op.Kind), &op, crdt.Written{Stamp: at})
	return row
}

func TestAPageDoesNotBringBackWhatHangsOnSomebodyWhoWasErased(t *testing.T) {
	c := newCentral(t)
	n := c.joinTest(t, 5, 1)
	n.write(1, "Alice")
	if _, err := n.push(t, c, 1, 1); err != nil {
		t.Fatal(err)
	}
	path, alice := backedUp(t, c), crdt.MakeID(5, 1)
	again := backFrom(t, path, 2)
	stamp := n.clock.Now(time.Now().UnixMilli())
	waits := noteOf(crdt.MakeID(6, 9), alice, stamp)
	stamp.Origin = 1
	ours := noteOf(crdt.MakeID(1, 99), alice, stamp)
	early, late := keeperOf(t, c, waits), keeperOf(t, c, ours)
	early.hand(again, early.sealed)
	if r := must[Recalled](t)(again.RecallStatus(t.Context())); r.Waiting != 1 {
		t.Fatalf("nothing waits: %+v", r)
	}
	party := RowID{crm.Party, alice}
	err := again.Erase(t.Context(), rows.Actor{}, Erasing{Party: party, N: 1, Sealed: func(*Batch) error { return nil },
		Rows: func(*rows.Act) ([]RowID, error) { return []RowID{party}, nil }})
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := again.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, k := range []*keeper{late, early} {
		k.hand(again, k.sealed)
	}
	if r := must[Recalled](t)(again.RecallStatus(t.Context())); r.Waiting != 0 || r.Back != 0 || has(t, again, crm.Interaction, ours.ID) != nil {
		t.Errorf("something came back: %+v", r)
	}
}
