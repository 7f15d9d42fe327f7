package office_test

import (
	"testing"

	"bough/node/crm"
	"bough/node/store"
	"bough/sync/central"
)

// fates counts the changes that were not taken, by what they say now.
func (c *court) fates(want map[string]int64) {
	c.t.Helper()
	for state, n := range want {
		if got := c.count(`SELECT count(*) FROM refusal WHERE code||' '||coalesce(state, '')=?1`, state); got != n {
			c.t.Errorf("%d changes are %q, not %d", got, state, n)
		}
	}
}

func TestWhatIsAboutACustomerWhoHasNotComeWaitsAndComesAlong(t *testing.T) {
	c := newCourt(t)
	near := c.join(12, 1)
	near.signIn("teller1")
	eve, never := c.here.mint(), c.here.mint()
	note := set(crm.Interaction, near.mint(), crm.InteractionParty, eve, crm.InteractionText, "typed words")
	near.write(near.session, set(crm.Party, eve, crm.PartyMemo, "typed words"))
	near.write(near.session, note)
	near.write(near.session, set(crm.Party, never, crm.PartyMemo, "typed words"))
	c.fates(map[string]int64{"missing_row held": 3})
	c.here.good(set(crm.Party, eve, crm.PartyName, "Eve", crm.PartyHome, 1))
	if r := c.row(crm.Party, eve); r == nil || r.Get(crm.PartyMemo).S != "typed words" || c.row(crm.Interaction, note.ID) == nil {
		t.Errorf("%+v", r)
	}
	// Whose making is refused, of that nothing comes.
	c.here.write(c.here.session, set(crm.Party, never, crm.PartyName, "Nemo", crm.PartyHome, 2))
	c.fates(map[string]int64{"missing_row applied": 2, "missing_row dropped": 1, "other_branch ": 1})
}

func TestAfterARestoreWhatIsAboutACustomerOfAnotherBranchWaitsUntilTheyCome(t *testing.T) {
	c := newCourt(t)
	memo := set(crm.Party, c.zoe, crm.PartyMemo, "typed words")
	if code := c.here.write(c.here.session, memo); code != "other_branch" {
		t.Fatal(code)
	}
	c.fates(map[string]int64{"other_branch ": 1})
	must(t, c.Close())
	c.origin = 901
	_, err := central.Restore(ctx(), central.Restoring{Path: c.path, Schema: crm.Table(), Migrations: store.LocalTables(), Origin: c.origin, NowMS: c.now})
	must(t, err)
	c.open()
	c.here.write(c.here.session, memo)
	c.fates(map[string]int64{"other_branch held": 1})
	c.here.good(set(crm.Interaction, c.here.mint(), crm.InteractionParty, c.zoe, crm.InteractionText, "a visit"))
	c.fates(map[string]int64{"other_branch applied": 1, "other_branch ": 1})
	if r := c.row(crm.Party, c.zoe); r.Get(crm.PartyMemo).S != "typed words" {
		t.Errorf("%+v", r)
	}
}
