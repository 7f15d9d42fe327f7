package office_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"bough/crdt"
	"bough/node/crm"
	"bough/node/office"
	"bough/sync/rows"

	"github.com/google/go-cmp/cmp"
)

// crowd adds n customers at a branch, whose numbers are k1, k2 …
func (w *world) crowd(n int, branch int) (ids []crdt.ID) {
	w.t.Helper()
	_, err := w.Central.Act(ctx(), rows.Actor{}, func(a *rows.Act) error {
		for i := range n {
			id, err := a.Mint()
			if err != nil {
				return err
			}
			ids = append(ids, id)
			a.Add(set(crm.Party, id, crm.PartyName, fmt.Sprintf("Customer %d", i+1), crm.PartyType, "person", crm.PartyHome, branch,
				crm.PartyKey, fmt.Sprintf("k%d", i+1), crm.PartyTier, string(rune('A'+i%4))))
		}
		return nil
	})
	must(w.t, err)
	return ids
}

func (w *world) planned(c office.Choice) int64 {
	w.t.Helper()
	if c.Reason == "" {
		c.Reason = "Branch closes"
	}
	n, err := w.PlanMove(ctx(), w.person("manager1"), c)
	must(w.t, err)
	return n
}

func (w *world) decide(n int64, acts ...office.MoveAct) {
	w.t.Helper()
	for _, act := range acts {
		must(w.t, w.DecideMove(ctx(), w.person("manager1"), n, act))
	}
}

// carry carries orders on, at most chunks steps, and tells how many it took.
func (w *world) carry(chunks int) (n int) {
	w.t.Helper()
	for ; n < chunks; n++ {
		c, err := w.MoveChunk(ctx())
		must(w.t, err)
		if c.Job == 0 {
			break
		}
	}
	return n
}

func (w *world) order(n int64) *office.MoveOrder {
	w.t.Helper()
	o, err := w.MoveOrder(ctx(), n)
	must(w.t, err)
	return o
}

func tally(o *office.MoveOrder) string {
	return fmt.Sprintf("%s: %d of %d, %d wait, %d passed, %d back, %d stay, %d%%, %v", o.State, o.Moved, o.All, o.Waits, o.Passed, o.Back, o.Stays, o.Percent(), o.Why)
}

func (w *world) wantOrder(n int64, want string) {
	w.t.Helper()
	if got := tally(w.order(n)); got != want {
		w.t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestAnOrderMovesManyInChunksAndGoesOnAfterAStop(t *testing.T) {
	w := staffed(t)
	w.crowd(250, 1)
	n := w.planned(office.Choice{From: 1, To: 2})
	w.wantOrder(n, "planned: 0 of 250, 250 wait, 0 passed, 0 back, 0 stay, 0%, map[]")
	if w.carry(1) != 0 {
		t.Error("a preview moves somebody")
	}
	w.decide(n, office.MoveRun)
	w.carry(1)
	w.wantOrder(n, "running: 100 of 250, 150 wait, 0 passed, 0 back, 0 stay, 40%, map[]")
	must(t, w.Close())
	w.open()
	w.decide(n, office.MovePause)
	if w.carry(1) != 0 {
		t.Error("a paused order moves somebody")
	}
	w.decide(n, office.MoveResume)
	w.carry(9)
	w.wantOrder(n, "done: 250 of 250, 0 wait, 0 passed, 0 back, 0 stay, 100%, map[]")
	if home, events := w.count(`SELECT count(*) FROM party WHERE home=2`), w.count(`SELECT count(*) FROM move WHERE job=?1`, n); home != 250 || events != 250 {
		t.Errorf("%d are at home there, %d moves are told", home, events)
	}
	if diff := cmp.Diff("planned run pause resume done", strings.Join(steps(w.order(n)), " ")); diff != "" {
		t.Error(diff)
	}
	if got := w.count(`SELECT moved FROM move_order WHERE number=?1 AND from_branch=1 AND to_branch=2 AND state='done' AND person=?2`, n, int64(w.person("manager1"))); got != 250 {
		t.Errorf("the branch is told of %d", got)
	}
	if err := w.DecideMove(ctx(), 0, n, office.MoveRun); !errors.Is(err, office.ErrMoveState) {
		t.Errorf("an order is given twice: %v", err)
	}
}

func steps(o *office.MoveOrder) (out []string) {
	for _, s := range o.Steps {
		out = append(out, s.Step)
	}
	return out
}

func TestAnOrderIsTakenBackForThoseWhoAreStillThere(t *testing.T) {
	w := staffed(t)
	ids := w.crowd(4, 1)
	account := func(branch int) crdt.ID {
		id := w.act(set(crm.Holding, 0, crm.HoldingKey, "acc", crm.HoldingBranch, branch))
		w.act(set(crm.Role, 0, crm.RoleParty, ids[0], crm.RoleHolding, id, crm.RoleRole, "owner"))
		return id
	}
	along, before := account(1), account(2)
	n := w.planned(office.Choice{From: 1, To: 2})
	w.decide(n, office.MoveRun)
	w.carry(9)
	if b := w.row(crm.Holding, along).Get(crm.HoldingBranch).I; b != 2 {
		t.Errorf("the account stayed at %d", b)
	}
	must(t, w.AddBranch(ctx(), rows.Actor{}, 3, "Third"))
	moveOn := func(id crdt.ID, homes ...int64) {
		for _, to := range homes {
			_, err := w.Move(ctx(), rows.Actor{}, office.Moving{To: to, Parties: []crdt.ID{id}})
			must(t, err)
		}
	}
	moveOn(ids[1], 3)    // is elsewhere
	moveOn(ids[2], 3, 2) // came back by somebody's wish
	w.decide(n, office.MoveUndo)
	w.carry(9)
	w.wantOrder(n, "undone: 0 of 4, 0 wait, 0 passed, 2 back, 2 stay, 100%, map[moved_on:2]")
	for i, want := range []int64{1, 3, 2, 1} {
		if got := w.row(crm.Party, ids[i]).Get(crm.PartyHome).I; got != want {
			t.Errorf("customer %d is at %d, want %d", i, got, want)
		}
	}
	if a, b := w.row(crm.Holding, along).Get(crm.HoldingBranch).I, w.row(crm.Holding, before).Get(crm.HoldingBranch).I; a != 1 || b != 2 {
		t.Errorf("the account that went along is at %d, the one that was there before at %d", a, b)
	}
}

func TestAnAccountOfTwoWhoMoveTogetherMovesOnce(t *testing.T) {
	w := staffed(t)
	ids := w.crowd(2, 1)
	joint := w.act(set(crm.Holding, 0, crm.HoldingKey, "acc", crm.HoldingBranch, 1))
	for _, id := range ids {
		w.act(set(crm.Role, 0, crm.RoleParty, id, crm.RoleHolding, joint, crm.RoleRole, "owner"))
	}
	n := w.planned(office.Choice{From: 1, To: 2})
	w.decide(n, office.MoveRun)
	w.carry(9)
	w.wantOrder(n, "done: 2 of 2, 0 wait, 0 passed, 0 back, 0 stay, 100%, map[]")
	if b := w.row(crm.Holding, joint).Get(crm.HoldingBranch).I; b != 2 {
		t.Errorf("the account is at %d", b)
	}
	w.decide(n, office.MoveUndo)
	w.carry(9)
	if b := w.row(crm.Holding, joint).Get(crm.HoldingBranch).I; b != 1 {
		t.Errorf("the account is at %d after the undo", b)
	}
}

func TestAPreviewSaysWhoNeedsALookAndWhatItCosts(t *testing.T) {
	w := staffed(t)
	ids := w.crowd(40, 1)
	there := w.crowd(1, 2)
	w.act(set(crm.Party, there[0], crm.PartyKey, "there"))
	w.act(set(crm.Case, 0, crm.CaseParty, ids[0], crm.CaseType, "complaint", crm.CaseText, "Card", crm.CaseState, "open"))
	w.act(set(crm.Interaction, 0, crm.InteractionParty, ids[1], crm.InteractionText, strings.Repeat("long talk ", 40), crm.InteractionHappened, int(w.now)))
	_, err := w.OrderErasure(ctx(), w.person("manager1"), ids[2], "request", "file 1")
	must(t, err)
	must(t, w.SetLine(ctx(), rows.Actor{}, office.Line{Branch: 2, Kbit: 64}))
	w.join(101, 1)
	w.join(201, 2)
	n := w.planned(office.Choice{To: 2, List: []string{"k1", "k2", "k3", "k4", ids[4].String(), "k1", "nobody", "there"}})
	o := w.order(n)
	if diff := cmp.Diff(map[string]int{"home": 1, "erasure": 1}, o.Why); diff != "" || o.All != 6 || o.Passed != 2 || o.Chosen.Missing != 1 {
		t.Errorf("%+v %s", o, diff)
	}
	p, err := w.PreviewMove(ctx(), n)
	must(t, err)
	if diff := cmp.Diff(map[string]int{"case": 1}, p.Flags); diff != "" {
		t.Error(diff)
	}
	if len(p.Lines) != 2 || !p.Lines[0].Enter || p.Lines[0].Branch != 2 || p.Lines[0].Kbit != 64 || p.Lines[0].Bytes < 150 || p.Lines[0].Customers != 4 ||
		p.Lines[1].Branch != 1 || p.Lines[1].Bytes == 0 || p.Lines[1].Bytes >= p.Lines[0].Bytes {
		t.Errorf("%+v", p.Lines)
	}
	if len(p.First) != 6 || p.First[0].Name != "Customer 1" || p.First[0].Flags[0] != "case" || p.First[5].Why == "" {
		t.Errorf("%+v", p.First)
	}
	n = w.planned(office.Choice{From: 1, To: 2, Tier: "A", Leave: []string{"case"}})
	w.wantOrder(n, "planned: 0 of 10, 9 wait, 1 passed, 0 back, 0 stay, 0%, map[case:1]")
}

func TestOnANarrowLineChunksAreSmallAndRest(t *testing.T) {
	w := staffed(t)
	w.crowd(120, 1)
	must(t, w.SetLine(ctx(), rows.Actor{}, office.Line{Branch: 2, Kbit: 1}))
	w.join(201, 2)
	n := w.planned(office.Choice{From: 1, To: 2})
	w.decide(n, office.MoveRun)
	c, err := w.MoveChunk(ctx())
	must(t, err)
	if c.Customers >= 100 || c.Customers < 5 || c.RestMS < 5_000 || c.RestMS > 30_000 {
		t.Errorf("%+v", c)
	}
}

func TestAnOrderThatSaysTooLittleIsNotPlanned(t *testing.T) {
	w := staffed(t)
	for _, bad := range []struct {
		c    office.Choice
		want error
	}{
		{office.Choice{From: 1, To: 2}, office.ErrMoveReason},
		{office.Choice{To: 2, Reason: "x"}, office.ErrMoveNobody},
		{office.Choice{From: 1, To: 9, Reason: "x"}, office.ErrBranch},
		{office.Choice{From: 9, To: 1, Reason: "x"}, office.ErrBranch},
		{office.Choice{From: 1, To: 2, Reason: "x", Leave: []string{"rich"}}, office.ErrMoveLeave},
	} {
		if _, err := w.PlanMove(ctx(), 0, bad.c); !errors.Is(err, bad.want) {
			t.Errorf("%+v: %v", bad.c, err)
		}
	}
	list, err := office.ParseMoveList("\ufeffnumber,name\nk1,Ada\n\"k2\";x\n\n k3 \n")
	if diff := cmp.Diff([]string{"k1", "k2", "k3"}, list); diff != "" || err != nil {
		t.Error(diff, err)
	}
}

func TestHowLongAVisitorIsHeldIsAParameter(t *testing.T) {
	c := newCourt(t)
	must(t, c.SetServedMonths(ctx(), rows.Actor{}, 0))
	c.here.good(c.note(c.zoe))
	c.wantHolders("zoe", crm.Party, c.zoe, 2)
	must(t, c.SetServedMonths(ctx(), rows.Actor{}, 2))
	c.here.good(c.note(c.zoe))
	c.wantHolders("zoe", crm.Party, c.zoe, 1, 2)
	if days := (c.count(`SELECT until FROM served`) - c.now) / (24 * 3600_000); days < 59 || days > 60 {
		t.Errorf("held for %d days", days)
	}
	if err := c.SetServedMonths(ctx(), rows.Actor{}, 121); !errors.Is(err, office.ErrServedMonths) {
		t.Error(err)
	}
}
