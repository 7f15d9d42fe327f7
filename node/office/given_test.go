package office_test

import (
	"path/filepath"
	"testing"

	"bough/node/crm"
	"bough/sync/central"
	"bough/sync/rows"
	"bough/sync/wire"
)

const before, since, elsewhere = "from before the backup", "from after the backup", "of the other branch"

// servedAndRestored is zoe, who was served at branch 1 before the backup and after it.
// Central comes back from it, and the work of who served her is lost. It returns pages
// that workstations keep, and the number under which she is in the last ones.
func (c *court) servedAndRestored() (pages map[string][]byte, n int64) {
	c.t.Helper()
	near, dir := c.join(12, 1), c.t.TempDir()
	near.signIn("teller1")
	visit := func() {
		near.good(set(crm.Interaction, near.mint(), crm.InteractionParty, c.zoe, crm.InteractionText, "a visit"))
		c.wantHolders("a visitor", crm.Party, c.zoe, 1, 2)
	}
	must(c.t, c.Central.Backup(ctx(), filepath.Join(dir, "first.db"))) // from now on pages are sealed
	visit()
	pages = map[string][]byte{before: c.kept(c.row(crm.Party, c.zoe))}
	for _, over := range []string{`UPDATE served SET until=1`, `UPDATE purge SET done=1`} {
		must(c.t, c.Central.File.Write(ctx(), func(tx *rows.Tx) error { return tx.Exec(over) }))
		_, err := c.Central.ExpireServed(ctx(), 10)
		must(c.t, err)
	}
	backup := filepath.Join(dir, "backup.db")
	must(c.t, c.Central.Backup(ctx(), backup))
	visit()
	pages[since], pages[elsewhere] = c.kept(c.row(crm.Party, c.zoe)), c.keptAt(2, c.row(crm.Party, c.zoe))
	n = c.row(crm.Party, c.zoe).N
	c.afterRestore(backup)
	return pages, n
}

// A neighbour at branch 1 served a customer of branch 2 after the backup, and its disk is
// lost as central's is: that the branch had the customer, a sealed page alone says.
func TestWhatABranchWritesOfACustomerWhomItWasGivenSinceTheBackupIsTakenByARestoredCentral(t *testing.T) {
	taken, held := map[string]int64{"other_branch held": 0}, map[string]int64{"other_branch held": 1}
	for name, story := range map[string]struct {
		page, last string // recalled before and after the change is written
		waits      int64  // from the restore to the change, ms
		late       int64
		want       map[string]int64
	}{
		"and a page says so":                         {since, "", 0, 1, taken},
		"and a page says so, which comes last":       {"", since, 0, 1, map[string]int64{"other_branch held": 0, "other_branch applied": 1}},
		"but nobody keeps the page":                  {"", "", 0, 0, held},
		"but the page is from before the backup":     {before, "", 0, 0, held},
		"but the page is of the other branch":        {elsewhere, "", 0, 0, held},
		"but the branch must have heard of its loss": {since, "", central.LeaseMS, 0, map[string]int64{"other_branch held": 0, "other_branch applied": 0}},
	} {
		t.Run(name, func(t *testing.T) {
			c := newCourt(t)
			pages, _ := c.servedAndRestored()
			recall := func(page string) {
				if page != "" {
					c.recall(pages[page])
				}
			}
			recall(story.page)
			if c.now += story.waits; story.waits > 0 {
				c.here.signIn("teller1")
			}
			c.here.write(c.here.session, set(crm.Party, c.zoe, crm.PartyMemo, "typed words"))
			recall(story.last)
			c.fates(story.want)
			if memo, want := c.row(crm.Party, c.zoe).Get(crm.PartyMemo).S, map[bool]string{true: "typed words"}[story.late == 1]; memo != want {
				t.Errorf("the memo is %q", memo)
			}
			if n := c.count(`SELECT count(*) FROM late_edit WHERE branch=1 AND party=?1`, int64(c.zoe)); n != story.late {
				t.Errorf("%d late changes are flagged, not %d", n, story.late)
			}
		})
	}
}

func TestARestoredCentralAsksForThePageOfEachBranchThatItGaveSomebody(t *testing.T) {
	c := newCourt(t)
	pages, n := c.servedAndRestored()
	for _, step := range []struct {
		page  string
		wants int
	}{{elsewhere, 1}, {since, 0}} {
		c.recall(pages[step.page])
		node, err := c.Central.Node(ctx(), c.here.origin)
		must(t, err)
		offer := wire.Keepsake{ID: 1, Rows: []wire.RowAt{{Kind: crm.Party, ID: int64(c.zoe), N: n}}}
		out, err := c.Central.Recall(ctx(), c.authority, node, wire.Recall{Offers: []wire.Keepsake{offer}})
		must(t, err)
		if len(out.Want) != step.wants {
			t.Errorf("after the page %s central wants %v", step.page, out.Want)
		}
	}
}
