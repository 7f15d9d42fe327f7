package node

import (
	"bytes"
	"os"
	"testing"

	"bough/crdt"
	"bough/node/office"
	"bough/sync/rows"
	"bough/sync/wire"
)

func TestWhatOnlyCentralWroteComesBackFromTheWorkstationsThatKeepIt(t *testing.T) {
	h := bank(t)
	a, c := station(t, h, "counter 1"), station(t, h, "counter 2")
	meet(t, h, a, c)
	backup := backedUp(t, h)
	if _, err := h.Office.AddPerson(t.Context(), rows.Actor{}, office.NewPerson{Login: "petr", Role: "teller", Branch: 1, Password: "correct horse"}); err != nil {
		t.Fatal(err)
	}
	meet(t, h, a, c)
	_, who, err := a.Desk.SignIn(t.Context(), "petr", "correct horse", true)
	if err != nil {
		t.Fatal(err)
	}
	walkIn(t, a, who, "Ada, met by somebody whom the backup does not know")
	meet(t, h, a, c)

	again := restored(t, h, backup)
	meet(t, again, a, c)
	if n := namedAt(t, again.Office.Central.File, "Ada, met by somebody whom the backup does not know"); n != 1 {
		t.Errorf("Ada is there %d times", n)
	}
	for _, f := range []*rows.File{again.Office.Central.File, a.Store.File, c.Store.File} {
		err := f.Read(t.Context(), func(tx *rows.Tx) error {
			n, _, err := tx.Int(`SELECT count(*) FROM person WHERE login='petr'`)
			if n != 1 {
				t.Errorf("petr is there %d times", n)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	allSound(t, again, a, c)

	// A page of then may reach its reader, or its file, after that has told.
	if keeps, err := a.Store.Keeps(t.Context()); keeps != wire.KeepsPages || err != nil {
		t.Fatalf("it told, and keeps %q: %v", keeps, err)
	}
	err = a.Store.File.Write(t.Context(), func(tx *rows.Tx) error { return tx.SetFact("kept pages told", 0) })
	if keeps, errKeeps := a.Store.Keeps(t.Context()); keeps != wire.KeepsUntold || err != nil || errKeeps != nil {
		t.Fatalf("it did not tell, and keeps %q: %v, %v", keeps, err, errKeeps)
	}
	walkIn(t, a, who, "Bob, written before central asked again")
	meet(t, again, a, c)
	if keeps, err := a.Store.Keeps(t.Context()); keeps != wire.KeepsPages || err != nil {
		t.Errorf("it is not asked again, and keeps %q: %v", keeps, err)
	}
}

// kept is all that stands in the pages that a workstation keeps for central.
func kept(t *testing.T, h *HeadOffice, b *Branch) (all []byte) {
	t.Helper()
	offers, err := b.Store.Kept(t.Context(), 0, wire.MaxRecallRows)
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range offers {
		pages, err := b.Store.KeptPages(t.Context(), []int64{o.ID})
		if err != nil {
			t.Fatal(err)
		}
		page, _ := h.Office.Central.OpenKept(h.authority, pages[0])
		if page == nil {
			t.Fatal("a page is kept that central did not seal")
		}
		for i := range page.Rows {
			all = page.Rows[i].Row.AppendCanonical(all)
		}
	}
	return all
}

// ordered has a customer erased by two people.
func ordered(t *testing.T, h *HeadOffice, party crdt.ID) int64 {
	t.Helper()
	n, err := h.Office.OrderErasure(t.Context(), 1, party, "request", "letter of today")
	if err == nil {
		err = h.Office.ConfirmErasure(t.Context(), 2, n)
	}
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestNothingOfTheErasedIsLeftInThePagesThatWorkstationsKeep(t *testing.T) {
	h := bank(t)
	a, c := station(t, h, "counter 1"), station(t, h, "counter 2")
	meet(t, h, a, c)
	backup := backedUp(t, h)
	_, who, err := a.Desk.SignIn(t.Context(), "jana", "correct horse", true)
	if err != nil {
		t.Fatal(err)
	}
	const name = "Quetzalcoatl"
	party := walkIn(t, a, who, name)
	meet(t, h, a, c)
	for _, b := range []*Branch{a, c} {
		if !bytes.Contains(kept(t, h, b), []byte(name)) {
			t.Errorf("no page with the customer is kept: nothing is proved")
		}
	}
	ordered(t, h, party)
	meet(t, h, a, c)
	forgotten := func(h *HeadOffice) {
		t.Helper()
		for _, b := range []*Branch{a, c} {
			if bytes.Contains(kept(t, h, b), []byte(name)) {
				t.Error("a page with the customer is kept")
			}
		}
	}
	forgotten(h)
	again := restored(t, h, backup)
	meet(t, again, a, c)
	forgotten(again)
	if n := namedAt(t, again.Office.Central.File, name); n != 0 {
		t.Errorf("the customer is at central %d times", n)
	}
	allSound(t, again, a, c)
}

func TestWhoWasErasedStaysErasedAfterARestoreThoughTheLedgerIsLostToo(t *testing.T) {
	h := bank(t)
	a, c := station(t, h, "counter 1"), station(t, h, "counter 2")
	meet(t, h, a, c)
	_, who, err := a.Desk.SignIn(t.Context(), "jana", "correct horse", true)
	if err != nil {
		t.Fatal(err)
	}
	const name = "Quetzalcoatl"
	party := walkIn(t, a, who, name)
	meet(t, h, a, c)
	backup := backedUp(t, h)
	n := ordered(t, h, party)
	meet(t, h, a, c)

	ledger := h.dir.file(erasuresName)
	if err := os.Remove(ledger); err != nil {
		t.Fatal(err)
	}
	again := restored(t, h, backup)
	meet(t, again, a, c)
	for _, f := range []*rows.File{again.Office.Central.File, a.Store.File, c.Store.File} {
		if n := namedAt(t, f, name); n != 0 {
			t.Errorf("who was erased is there %d times", n)
		}
	}
	soon(t, "the order is there, and both send their receipts", func() bool {
		orders, err := again.Office.Erasures(t.Context())
		return err == nil && len(orders) == 1 && orders[0].N == n && len(orders[0].Receipts) == 2 &&
			orders[0].Receipts[0].DoneMS != 0 && orders[0].Receipts[1].DoneMS != 0
	})
	if b, err := os.ReadFile(ledger); err != nil || bytes.Count(b, []byte("\n")) != 1 {
		t.Errorf("the ledger has %q, %v", b, err)
	}
	allSound(t, again, a, c)
}
