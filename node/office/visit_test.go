package office_test

import (
	"testing"

	"bough/crdt"
	"bough/node/crm"
	"bough/node/office"
	"bough/sync/rows"
	"bough/sync/wire"
)

// holders are the branches whose feed gives a row.
func (c *court) holders(kind uint8, id crdt.ID) (out []int64) {
	c.t.Helper()
	for scope := int64(1); scope < 4; scope++ {
		if c.count(`SELECT count(*) FROM feed WHERE kind=`+crdt.ID(kind).String()+` AND row_id=`+id.String()+` AND void=0 AND scope=`+crdt.ID(scope).String()) > 0 {
			out = append(out, scope)
		}
	}
	return out
}

func (c *court) wantHolders(what string, kind uint8, id crdt.ID, want ...int64) {
	c.t.Helper()
	got := c.holders(kind, id)
	if len(got) != len(want) || len(got) > 0 && (got[0] != want[0] || got[len(got)-1] != want[len(want)-1]) {
		c.t.Errorf("%s is held at %v, want %v", what, got, want)
	}
}

func TestAVisitorIsServedAndHeldHereUntilTheMonthsAreOver(t *testing.T) {
	c := newCourt(t)
	c.wantHolders("zoe", crm.Party, c.zoe, 2)
	note := c.note(c.zoe)
	c.here.good(note)
	c.wantHolders("zoe", crm.Party, c.zoe, 1, 2)
	c.wantHolders("the note", crm.Interaction, note.ID, 1, 2)
	if n, err := c.Central.ExpireServed(ctx(), 10); n != 0 || err != nil {
		t.Errorf("%d visits are over already: %v", n, err)
	}
	must(t, c.Central.File.Write(ctx(), func(tx *rows.Tx) error { return tx.Exec(`UPDATE served SET until=1`) }))
	if n, err := c.Central.ExpireServed(ctx(), 10); n != 1 || err != nil {
		t.Errorf("%d visits are over: %v", n, err)
	}
	c.wantHolders("zoe", crm.Party, c.zoe, 2)
	c.wantHolders("the note", crm.Interaction, note.ID, 2)
	if owed, err := c.Central.Outstanding(ctx()); err != nil || owed[c.here.origin].Count != 1 {
		t.Errorf("%+v %v", owed, err)
	}
}

func TestALateEditPassesThroughAndIsFlaggedUntilTheReceipt(t *testing.T) {
	c := newCourt(t)
	if n, err := c.Move(ctx(), rows.Actor{}, office.Moving{To: 2, Parties: []crdt.ID{c.ada}}); n != 1 || err != nil {
		t.Fatalf("%d moved, %v", n, err)
	}
	c.wantHolders("ada", crm.Party, c.ada, 2)
	note := c.note(c.ada)
	c.here.good(set(crm.Party, c.ada, crm.PartyMemo, "written offline"), note)
	if got := c.row(crm.Party, c.ada).Get(crm.PartyMemo).S; got != "written offline" {
		t.Errorf("the memo is %q", got)
	}
	c.wantHolders("the late note", crm.Interaction, note.ID, 2)
	flag := crdt.ID(c.count(`SELECT max(id) FROM late_edit`))
	c.wantHolders("the flag", crm.Late, flag, 1, 2)
	if r := c.row(crm.Late, flag); r.Get(crm.LateParty).ID() != c.ada || r.Get(crm.LateHome).I != 2 || r.Get(crm.LatePerson).ID() != c.person("teller1") {
		t.Errorf("%+v", r)
	}
	n := c.count(`SELECT n FROM purge WHERE done=0 AND row_id=` + c.ada.String() + ` AND origin=` + crdt.ID(c.here.origin).String())
	must(t, c.Central.Noted(ctx(), c.here.origin, []wire.Receipt{{Why: wire.WhyLeft, Kind: crm.Party, Row: c.ada, N: n}}))
	if code := c.here.write(c.here.session, set(crm.Party, c.ada, crm.PartyMemo, "after the receipt")); code != "other_branch" {
		t.Errorf("an edit after the receipt: %q", code)
	}
}

func TestABranchTakesACustomerInAndSendsNoneAway(t *testing.T) {
	c := newCourt(t)
	take := func(to int) crdt.Op {
		return set(crm.Move, c.here.mint(), crm.MoveParty, c.zoe, crm.MoveFrom, 2, crm.MoveTo, to)
	}
	if code := c.here.write(c.here.session, take(1)); code != "not_allowed" {
		t.Errorf("a teller takes a customer in: %q", code)
	}
	boss := c.here.signIn("manager1")
	if code := c.here.write(boss, take(3)); code != "other_branch" {
		t.Errorf("a customer is sent away: %q", code)
	}
	if code := c.here.write(boss, take(1)); code != "" {
		t.Errorf("refused: %q", code)
	}
	c.wantHolders("zoe", crm.Party, c.zoe, 1)
	if home := c.row(crm.Party, c.zoe).Get(crm.PartyHome).I; home != 1 {
		t.Errorf("home is %d", home)
	}
}
