package node

import (
	"testing"

	"bough/crdt"
	"bough/node/desk"
	"bough/node/office"
	"bough/sync/rows"
)

func TestWhatABranchWroteOfACustomerWhoCameAndWentIsWithARestoredCentralAgain(t *testing.T) {
	h := bank(t)
	if err := h.Office.AddBranch(t.Context(), rows.Actor{}, 2, "New Town"); err != nil {
		t.Fatal(err)
	}
	here := station(t, h, "counter 1")
	meet(t, h, here)
	who := signedIn(t, here)
	ada := walkIn(t, here, who, "Ada")
	all := []*Branch{here}
	goes := func(to int64) {
		t.Helper()
		meet(t, h, all...)
		if n, err := h.Office.Move(t.Context(), rows.Actor{}, office.Moving{To: to, Parties: []crdt.ID{ada}}); n != 1 || err != nil {
			t.Fatalf("%d moved: %v", n, err)
		}
		meet(t, h, all...)
	}
	goes(2)
	there := stationOf(t, h, 2, "counter 2")
	all = append(all, there)
	soon(t, "the branch that she left confirms it", func() bool {
		owed, err := h.Office.Central.Outstanding(t.Context())
		return err == nil && len(owed) == 0
	})
	meet(t, h, all...)
	backup := backedUp(t, h)
	goes(1)
	if _, err := here.Desk.EditParty(t.Context(), who, ada, []desk.Edit{{Field: "memo", Value: "her garden"}}); err != nil {
		t.Fatal(err)
	}
	goes(2)
	stopped(t, here.Stop)

	anew := restored(t, h, backup)
	meet(t, anew, there) // its pages have both moves, and no more than her last home
	here = again(t, here.o, here.o.Dir)
	meet(t, anew, here, there)
	memo, home := "", int64(0)
	err := anew.Office.Central.File.Read(t.Context(), func(tx *rows.Tx) error {
		return tx.Query(`SELECT coalesce(memo, ''), home FROM party WHERE id=?1`, func(s *rows.Stmt) error {
			memo, home = s.ColumnText(0), s.ColumnInt64(1)
			return nil
		}, int64(ada))
	})
	if err != nil || memo != "her garden" || home != 2 {
		t.Errorf("the memo is %q, her home is %d: %v", memo, home, err)
	}
	allSound(t, anew, here, there)
}
