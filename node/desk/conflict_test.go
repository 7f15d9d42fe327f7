package desk_test

import (
	"testing"

	"bough/crdt"
	"bough/node/crm"
	"bough/node/desk"
)

// edit writes one field having seen the given stamps.
func (p *place) edit(who *desk.Who, id crdt.ID, field, value string, saw ...string) {
	p.t.Helper()
	p.saved(p.EditParty(ctx(), who, id, []desk.Edit{{Field: field, Value: value, Saw: saw}}))
}

func TestTwoClerksWhoSawTheSameValueLeaveBothTheirsVisible(t *testing.T) {
	everywhere(t, func(t *testing.T, p *place) {
		ada, bob := p.signIn("teller1"), p.signIn("banker1")
		id := p.prospect(ada, "Customer")
		p.edit(ada, id, "memo", "first")
		seen := p.customer(ada, id).Field("memo").Stamp
		p.edit(ada, id, "memo", "ada's", seen)
		p.edit(bob, id, "memo", "bob's", seen)
		c := p.customer(ada, id)
		memo := c.Field("memo")
		if memo.Value != "bob's" || memo.Author.Name != "A banker" || len(memo.Conflicts) != 1 || memo.Conflicts[0].Value != "ada's" || memo.Conflicts[0].Author.Name != "A teller" {
			t.Fatalf("%+v", memo)
		}
		if len(c.Conflicts) != 1 || c.Conflicts[0].Field != "memo" || c.Conflicts[0].Kind != "party" || c.Conflicts[0].Party != id || c.Conflicts[0].PartyName != "Customer" ||
			c.Conflicts[0].Current != "bob's" || c.Conflicts[0].Losing != "ada's" {
			t.Errorf("%+v", c.Conflicts)
		}
		all, err := p.Conflicts(ctx(), ada, 10)
		must(t, err)
		if len(all) != 1 || all[0] != c.Conflicts[0] {
			t.Errorf("%+v", all)
		}
		// Different fields are no conflict, and an edit that saw the current value neither.
		p.edit(ada, id, "greeting", "Dear Customer")
		p.edit(ada, id, "memo", "both", c.Field("memo").Stamp)
		if c := p.customer(ada, id); len(c.Conflicts) != 1 || c.Field("memo").Value != "both" {
			t.Errorf("%+v", c.Conflicts)
		}
	})
}

func TestSettlingEndsAConflictOneWayOrTheOther(t *testing.T) {
	for _, keepLosing := range []bool{false, true} {
		everywhere(t, func(t *testing.T, p *place) {
			who := p.signIn("teller1")
			id := p.prospect(who, "Customer")
			p.edit(who, id, "memo", "one", []string{}...)
			stale := p.customer(who, id).Field("memo").Stamp
			p.edit(who, id, "memo", "two", stale)
			p.edit(who, id, "memo", "three", stale)
			c := p.customer(who, id)
			p.saved(p.Settle(ctx(), who, c.Conflicts[0].ID, keepLosing))
			want := map[bool]string{false: "three", true: "two"}[keepLosing]
			after := p.customer(who, id)
			if after.Field("memo").Value != want || len(after.Conflicts) != 0 || len(after.Field("memo").Conflicts) != 0 {
				t.Errorf("keep the losing one %t: %+v", keepLosing, after.Field("memo"))
			}
			if _, err := p.Settle(ctx(), who, c.Conflicts[0].ID, keepLosing); trouble(err) != "not found conflict" {
				t.Errorf("settled again: %v", err)
			}
			if all, err := p.Conflicts(ctx(), who, 0); err != nil || len(all) != 0 {
				t.Errorf("%+v %v", all, err)
			}
		})
	}
}

// twoNames makes a customer to whom two people gave a name at once; seen is the stamp
// of the name that both had before them.
func (p *place) twoNames(ada, boss *desk.Who) (id crdt.ID, seen string) {
	p.t.Helper()
	id = p.prospect(ada, "Customer")
	seen = p.customer(ada, id).Field("name").Stamp
	p.edit(ada, id, "name", "Ada's", seen)
	p.edit(boss, id, "name", "Boss's", seen)
	return id, seen
}

func TestOfAGuardedFieldASecondPersonSettles(t *testing.T) {
	everywhere(t, func(t *testing.T, p *place) {
		boss, ada, other := p.signIn("manager1"), p.signIn("teller1"), p.signIn("manager21")
		id, _ := p.twoNames(ada, boss)
		c := p.customer(ada, id)
		conflict := c.Conflicts[0]
		if _, err := p.Settle(ctx(), ada, conflict.ID, true); trouble(err) != "denied settle_manager" {
			t.Errorf("a teller: %v", err)
		}
		if _, err := p.Settle(ctx(), boss, conflict.ID, false); trouble(err) != "denied settle_second" {
			t.Errorf("the author of the current value: %v", err)
		}
		both := []string{conflict.CurrentStamp, conflict.LosingStamp}
		if _, err := p.EditParty(ctx(), ada, id, []desk.Edit{{Field: "name", Value: "Ada's", Saw: both}}); trouble(err) != "denied settle_manager" {
			t.Errorf("a teller, by an edit: %v", err)
		}
		if _, err := p.EditParty(ctx(), boss, id, []desk.Edit{{Field: "name", Value: "Boss's", Saw: both}}); trouble(err) != "denied settle_second" {
			t.Errorf("the author, by an edit: %v", err)
		}
		p.saved(p.Settle(ctx(), other, conflict.ID, true))
		if c := p.customer(ada, id); c.Name != "Ada's" || len(c.Conflicts) != 0 {
			t.Errorf("%q %+v", c.Name, c.Conflicts)
		}
	})
}

func TestNobodySettlesFromAnOldPageOnWhichTheirOwnValueStood(t *testing.T) {
	everywhere(t, func(t *testing.T, p *place) {
		boss, ada, other := p.signIn("manager1"), p.signIn("teller1"), p.signIn("manager21")
		id, seen := p.twoNames(ada, boss)
		old := p.customer(boss, id).Conflicts[0]
		p.edit(ada, id, "name", "Ada's second", seen)
		if _, err := p.Settle(ctx(), boss, old.ID, true, old.CurrentStamp); trouble(err) != "denied settle_second" {
			t.Errorf("the author of what the page showed as current: %v", err)
		}
		p.saved(p.Settle(ctx(), other, old.ID, true, old.CurrentStamp))
	})
}

func TestAGuardedFieldIsTheCoresOnceItKnowsTheParty(t *testing.T) {
	everywhere(t, func(t *testing.T, p *place) {
		boss, ada := p.signIn("manager1"), p.signIn("teller1")
		id := p.prospect(ada, "Customer")
		seen := p.customer(ada, id).Field("name").Stamp
		p.edit(ada, id, "name", "Ada's", seen)
		p.edit(p.signIn("banker1"), id, "name", "Banker's", seen)
		p.core(set(crm.Party, id, crm.PartyKey, "17"))
		c := p.customer(ada, id)
		if !c.Field("name").Locked || !c.Field("birth").Locked || c.Field("memo").Locked {
			t.Errorf("%+v", c.Field("name"))
		}
		if _, err := p.EditParty(ctx(), ada, id, []desk.Edit{{Field: "name", Value: "x"}}); trouble(err) != "denied core_field name" {
			t.Error(err)
		}
		// Nobody at a branch could settle it any more than by leaving what stands:
		// the core's taking over does, and what lost stays in the row's history.
		if len(c.Conflicts) != 0 || c.Name != "Banker's" {
			t.Errorf("%q %+v", c.Name, c.Conflicts)
		}
		kept := p.row(crm.Party, id).Conflicts
		if len(kept) != 1 || kept[0].Value.S != "Ada's" || kept[0].Closed.IsZero() {
			t.Errorf("%+v", kept)
		}
		if _, err := p.Settle(ctx(), boss, kept[0].ID(), true); trouble(err) != "not found conflict" {
			t.Error(err)
		}
	})
}

func TestTheCoreTakesOverWithItsOwnValue(t *testing.T) {
	everywhere(t, func(t *testing.T, p *place) {
		ada := p.signIn("teller1")
		id := p.prospect(ada, "Customer")
		seen := p.customer(ada, id).Field("name").Stamp
		p.edit(ada, id, "name", "Ada's", seen)
		p.edit(p.signIn("banker1"), id, "name", "Banker's", seen)
		p.core(set(crm.Party, id, crm.PartyKey, "17", crm.PartyName, "The core's"))
		if c := p.customer(ada, id); c.Name != "The core's" || len(c.Conflicts) != 0 {
			t.Errorf("%q %+v", c.Name, c.Conflicts)
		}
		// A value of the core alone does not make it the core's party: its key does.
		other := p.prospect(ada, "Another")
		p.core(set(crm.Party, other, crm.PartyTier, "A"))
		p.edit(ada, other, "name", "Still ours")
		if p.till != nil {
			p.till.sync()
		}
		if c := p.customer(ada, other); c.Name != "Still ours" || c.Field("name").Locked || c.State != desk.AtHeadOffice {
			t.Errorf("%q %+v", c.Name, c.Field("name"))
		}
	})
}

func TestTwoBranchesThatEditOnePhoneBothSeeTheConflict(t *testing.T) {
	b := newBank(t)
	here := &place{Desk: nil, bank: b, till: b.join(11, 1), t: t}
	there := &place{Desk: nil, bank: b, till: b.join(22, 2), t: t}
	here.Desk, there.Desk = here.till.desk, there.till.desk
	ada, bob := here.signIn("teller1"), there.signIn("teller2")
	id := here.prospect(ada, "Customer")
	phone := here.saved(here.AddReach(ctx(), ada, id, desk.Reach{Channel: "phone", Value: "+420601000000"}))
	here.till.sync()
	b.act(set(crm.Role, 0, crm.RoleParty, id, crm.RoleHolding, b.act(set(crm.Holding, 0, crm.HoldingBranch, 2))))
	there.till.sync()
	here.till.sync()
	// Both lines are cut.
	here.saved(here.EditReach(ctx(), ada, phone, "+420601000001", nil))
	there.saved(there.EditReach(ctx(), bob, phone, "+420601000002", nil))
	for range 2 {
		here.till.sync()
		there.till.sync()
	}
	for name, c := range map[string]*desk.Customer{"here": here.customer(ada, id), "there": there.customer(bob, id)} {
		if len(c.Reaches) != 1 || c.Reaches[0].Value != "+420601000002" || len(c.Reaches[0].Conflicts) != 1 || c.Reaches[0].Conflicts[0].Value != "+420601000001" ||
			c.Reaches[0].Author.Place != "till 22" || c.Reaches[0].Conflicts[0].Author.Place != "till 11" || c.State != desk.AtHeadOffice {
			t.Errorf("%s: %+v", name, c.Reaches)
		}
	}
	// Who removes it has both on screen.
	here.saved(here.ClearReach(ctx(), ada, phone))
	here.till.sync()
	there.till.sync()
	for name, c := range map[string]*desk.Customer{"here": here.customer(ada, id), "there": there.customer(bob, id)} {
		if len(c.Reaches) != 0 || len(c.Conflicts) != 0 {
			t.Errorf("%s: %+v %+v", name, c.Reaches, c.Conflicts)
		}
	}
}
