package office_test

import (
	"path/filepath"
	"testing"

	"bough/crdt"
	"bough/node/crm"
	"bough/node/office"
	"bough/sync/central"
	"bough/sync/rows"
)

// The customer is of branch 2 in the backup, and again in the end: that branch 1 had
// them in between, a restored central knows by the moves alone.
func TestWhatABranchWroteOfACustomerWhoCameAndWentIsTakenByARestoredCentral(t *testing.T) {
	const day = 24 * 3600_000
	taken, held := map[string]int64{"other_branch held": 0}, map[string]int64{"other_branch held": 1}
	type life struct{ before, between, after, muchLater bool } // when the memo is written: before they come, while they are there, after they left
	for name, story := range map[string]struct {
		life
		pagesLast bool
		late      int64
		want      map[string]int64
	}{
		"while they were there":                            {life{between: true}, false, 1, taken},
		"while they were there, and the moves come last":   {life{between: true}, true, 1, map[string]int64{"other_branch held": 0, "other_branch applied": 1}},
		"before it had heard that they left":               {life{after: true}, false, 1, taken},
		"before they came":                                 {life{before: true}, false, 0, held},
		"when it must have heard long since of their move": {life{muchLater: true}, false, 0, held},
	} {
		t.Run(name, func(t *testing.T) {
			c := newCourt(t)
			backup := filepath.Join(t.TempDir(), "backup.db")
			must(t, c.Central.Backup(ctx(), backup))
			memo := func(now bool) {
				if now {
					c.here.write(c.here.session, set(crm.Party, c.zoe, crm.PartyMemo, "typed words"))
				}
			}
			move := func(to int64) []byte {
				_, err := c.Move(ctx(), rows.Actor{}, office.Moving{To: to, Parties: []crdt.ID{c.zoe}})
				must(t, err)
				return c.kept(c.row(crm.Move, crdt.ID(c.count(`SELECT max(id) FROM move`))))
			}
			memo(story.before)
			came := move(1)
			given := c.kept(c.row(crm.Party, c.zoe))
			memo(story.between)
			left := move(2)
			memo(story.after)
			pages := [][]byte{given, c.keptAt(2, c.row(crm.Party, c.zoe)), came, left}
			if story.muchLater {
				c.now += central.LeaseMS + day
				c.here.signIn("teller1")
			}
			memo(story.muchLater)
			if story.pagesLast {
				c.afterRestore(backup)
				c.here.resend()
				c.fates(held)
				c.recall(pages...)
			} else {
				c.afterRestore(backup, pages...)
				c.here.resend()
			}
			c.fates(story.want)
			memoNow, want := c.row(crm.Party, c.zoe).Get(crm.PartyMemo).S, map[bool]string{true: "typed words"}[story.late == 1]
			if home := c.row(crm.Party, c.zoe).Get(crm.PartyHome).I; memoNow != want || home != 2 {
				t.Errorf("the memo is %q, home is %d", memoNow, home)
			}
			if n := c.count(`SELECT count(*) FROM late_edit WHERE branch=1 AND party=?1`, int64(c.zoe)); n != story.late {
				t.Errorf("%d late changes are flagged, not %d", n, story.late)
			}
		})
	}
}

// The branch took the customer in itself, and sends that again at once; a page with
// head office's move of before comes later.
func TestAMoveThatComesBackAfterALaterOneMovesNobody(t *testing.T) {
	for name, pageFirst := range map[string]bool{"before": true, "after": false} {
		t.Run(name, func(t *testing.T) {
			c := newCourt(t)
			boss := c.there.signIn("manager2")
			backup := filepath.Join(t.TempDir(), "backup.db")
			must(t, c.Central.Backup(ctx(), backup))
			_, err := c.Move(ctx(), rows.Actor{}, office.Moving{To: 1, Parties: []crdt.ID{c.zoe}})
			must(t, err)
			page := c.kept(c.row(crm.Move, crdt.ID(c.count(`SELECT max(id) FROM move`))))
			if code := c.there.write(boss, set(crm.Move, c.there.mint(), crm.MoveParty, c.zoe, crm.MoveFrom, 1, crm.MoveTo, 2)); code != "" {
				t.Fatal(code)
			}
			c.afterRestore(backup)
			if pageFirst {
				c.recall(page)
			}
			c.there.resend()
			if !pageFirst {
				c.recall(page)
			}
			if home := c.row(crm.Party, c.zoe).Get(crm.PartyHome).I; home != 2 {
				t.Errorf("she is at home at %d", home)
			}
		})
	}
}
