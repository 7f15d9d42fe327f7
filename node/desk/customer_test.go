package desk_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"bough/crdt"
	"bough/node/crm"
	"bough/node/desk"
)

// rich makes a customer with something of everything around them.
func (p *place) rich() (who *desk.Who, id crdt.ID) {
	p.t.Helper()
	who = p.signIn("manager1")
	id = p.prospect(who, "Ada Noll")
	if p.till == nil { // at head office a prospect belongs to no branch
		p.core(set(crm.Party, id, crm.PartyHome, 1))
	}
	firm, kid := p.prospect(who, "Noll Ltd"), p.prospect(who, "Bob Noll")
	home := int64(1)
	account := p.core(set(crm.Holding, 0, crm.HoldingBranch, home, crm.HoldingNumber, "2378-1", crm.HoldingType, "current", crm.HoldingCurrency, "CZK",
		crm.HoldingBalanceMinor, 123456, crm.HoldingAsOf, startMS-dayMS))
	loan := p.core(set(crm.Holding, 0, crm.HoldingBranch, 2, crm.HoldingNumber, "1000-9", crm.HoldingAsOf, startMS-30*dayMS, crm.HoldingBalanceMinor, -5))
	closed := p.core(set(crm.Holding, 0, crm.HoldingBranch, home, crm.HoldingNumber, "0001", crm.HoldingClosed, "2020-01-01"))
	left := p.core(set(crm.Holding, 0, crm.HoldingBranch, home, crm.HoldingNumber, "0002"))
	p.core(
		set(crm.Role, 0, crm.RoleParty, id, crm.RoleHolding, account, crm.RoleRole, "owner"),
		set(crm.Role, 0, crm.RoleParty, id, crm.RoleHolding, loan, crm.RoleRole, "guarantor"),
		set(crm.Role, 0, crm.RoleParty, id, crm.RoleHolding, closed, crm.RoleRole, "owner"),
		set(crm.Role, 0, crm.RoleParty, id, crm.RoleHolding, left, crm.RoleRole, "signatory", crm.RoleEnded, "2021-01-01"),
		set(crm.Card, 0, crm.CardHolding, account, crm.CardType, "gold", crm.CardLast4, "4711"),
		set(crm.Loan, 0, crm.LoanHolding, account, crm.LoanAmountMinor, 1000, crm.LoanState, "running"),
		set(crm.Order, 0, crm.OrderHolding, account), set(crm.Order, 0, crm.OrderHolding, account),
		set(crm.Order, 0, crm.OrderHolding, account, crm.OrderEnded, "2021-01-01"),
		set(crm.Party, id, crm.PartyKey, "77", crm.PartyTier, "B", crm.PartySince, "2019-03-01", crm.PartyStatus, "customer"))
	household := p.core(set(crm.Group, 0, crm.GroupType, "household", crm.GroupName, "Noll", crm.GroupHome, home))
	p.core(
		set(crm.Membership, 0, crm.MembershipParty, id, crm.MembershipGroup, crdt.MakeID(1, 1)), // a group that is not there
		set(crm.Membership, 0, crm.MembershipParty, id, crm.MembershipGroup, household, crm.MembershipRole, "head"),
		set(crm.Membership, 0, crm.MembershipParty, kid, crm.MembershipGroup, household, crm.MembershipRole, "child"),
		set(crm.Relation, 0, crm.RelationFrom, id, crm.RelationTo, firm, crm.RelationType, "owner", crm.RelationShareBP, 5100),
		set(crm.Relation, 0, crm.RelationFrom, kid, crm.RelationTo, id, crm.RelationType, "child"),
		set(crm.Warning, 0, crm.WarningParty, id, crm.WarningLevel, "note", crm.WarningText, "hard of hearing"),
		set(crm.Warning, 0, crm.WarningParty, id, crm.WarningLevel, "stop", crm.WarningText, "ask for a passport"),
		set(crm.Tag, 0, crm.TagParty, id, crm.TagText, "vip"), set(crm.Tag, 0, crm.TagParty, id, crm.TagText, "chess"), set(crm.Tag, 0, crm.TagParty, id, crm.TagText, "vip"))
	return who, id
}

func TestThePageShowsEverythingAroundACustomer(t *testing.T) {
	everywhere(t, func(t *testing.T, p *place) {
		who, id := p.rich()
		c := p.customer(who, id)
		got := []string{fmt.Sprint(c.Name, "|", c.Status, "|", c.Tier, "|", c.Since, "|", c.Home, "|", c.HomeName)}
		for _, h := range c.Holdings {
			got = append(got, fmt.Sprintf("%s %s at %s %d %t age %d cards %d loans %d orders %d", h.Number, h.Role, h.BranchName, h.BalanceMinor, h.HasBalance, h.Age, len(h.Cards), len(h.Loans), h.Orders))
		}
		for _, r := range c.Relations {
			got = append(got, fmt.Sprintf("%s %s %t %d", r.Name, r.Type, r.Inverse, r.ShareBP))
		}
		for _, g := range c.Groups {
			var members []string
			for _, m := range g.Members {
				members = append(members, m.Name+" "+m.Role)
			}
			slices.Sort(members)
			got = append(got, fmt.Sprint(g.Type, " ", g.Name, " ", members))
		}
		for _, w := range c.Warnings {
			got = append(got, w.Level+" "+w.Text)
		}
		got = append(got, fmt.Sprint(c.Tags))
		want := []string{
			"Ada Noll|customer|B|2019-03-01|1|Branch 1",
			"1000-9 guarantor at Branch 2 -5 true age 2 cards 0 loans 0 orders 0",
			"2378-1 owner at Branch 1 123456 true age 0 cards 1 loans 1 orders 2",
			"0001 owner at Branch 1 0 false age 2 cards 0 loans 0 orders 0",
			"Noll Ltd owner true 5100",
			"Bob Noll child false 0",
			"household Noll [Ada Noll head Bob Noll child]",
			"stop ask for a passport",
			"note hard of hearing",
			"[chess vip]",
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Error(d)
		}
		if c.AsOfMS != startMS-30*dayMS || c.Holdings[1].Cards[0].Last4 != "4711" {
			t.Errorf("as of %d", c.AsOfMS)
		}
		for _, name := range []string{"name", "tier", "home"} {
			if f := c.Field(name); !f.Locked {
				t.Errorf("%s can be edited", name)
			}
		}
		if c.Field("nose") != nil || len(c.Fields) != len(crm.Table().Kind(crm.Party).Fields) {
			t.Error("the fields of the page are not those of the table")
		}
	})
}

func TestTheTimelineIsInTheOrderInWhichThingsHappened(t *testing.T) {
	everywhere(t, func(t *testing.T, p *place) {
		who := p.signIn("teller1")
		id := p.prospect(who, "Ada")
		for i := range desk.TimelineLimit + 3 {
			p.saved(p.RecordInteraction(ctx(), who, id, desk.Interaction{Channel: "counter", Text: fmt.Sprint(i), HappenedMS: startMS - int64(i)*dayMS}))
		}
		c := p.customer(who, id)
		if len(c.Timeline) != desk.TimelineLimit || !c.MoreTimeline || c.Timeline[0].Text != "0" || c.Timeline[1].Text != "1" {
			t.Errorf("%d lines, more %t", len(c.Timeline), c.MoreTimeline)
		}
		all, err := p.Timeline(ctx(), who, id, 1<<40)
		must(t, err)
		if len(all) != desk.TimelineLimit+3 {
			t.Errorf("%d lines", len(all))
		}
		if one, err := p.Timeline(ctx(), who, id, -1); err != nil || len(one) != 1 {
			t.Errorf("%d lines: %v", len(one), err)
		}
	})
}

func TestAPageSaysHowSafeItsLeastSafeValueIs(t *testing.T) {
	p := workstation(t)
	who := p.signIn("teller1")
	id := p.prospect(who, "Ada")
	state := func() desk.State { return p.customer(who, id).State }
	if state() != desk.SavedHere {
		t.Errorf("%s", state())
	}
	p.till.push() // taken, but not come back yet
	if state() != desk.SavedHere {
		t.Errorf("%s", state())
	}
	p.till.pull()
	if state() != desk.AtHeadOffice {
		t.Errorf("%s", state())
	}
	p.saved(p.RecordInteraction(ctx(), who, id, desk.Interaction{Channel: "counter", Text: "x"}))
	c := p.customer(who, id)
	if c.State != desk.SavedHere || c.Timeline[0].Author.State != desk.SavedHere || c.Field("name").Author.State != desk.AtHeadOffice {
		t.Errorf("%s, the note %s, the name %s", c.State, c.Timeline[0].Author.State, c.Field("name").Author.State)
	}
}

// allowed reads what the page says of one purpose and channel.
func (p *place) allowed(who *desk.Who, id crdt.ID, purpose, channel string) string {
	p.t.Helper()
	for _, l := range p.customer(who, id).Consents {
		if l.Purpose == purpose && l.Channel == channel {
			return fmt.Sprint(l.Answer, " ", l.Allowed)
		}
	}
	p.t.Fatalf("no line for %s by %s", purpose, channel)
	return ""
}

func TestUnknownMeansNoExceptForService(t *testing.T) {
	everywhere(t, func(t *testing.T, p *place) {
		who := p.signIn("teller1")
		id := p.prospect(who, "Ada")
		c := p.customer(who, id)
		if len(c.Consents) != len(crm.Purposes)*len(crm.ConsentChannels) {
			t.Errorf("%d lines", len(c.Consents))
		}
		for _, l := range c.Consents {
			if l.Answer != crdt.ConsentUnknown || l.Allowed != (l.Purpose == "service") || l.Author.Person != 0 {
				t.Errorf("%+v", l)
			}
		}
	})
}

func TestAGrantOverridesTheWithdrawalsItsAuthorKnew(t *testing.T) {
	everywhere(t, func(t *testing.T, p *place) {
		who := p.signIn("teller1")
		id := p.prospect(who, "Ada")
		grant := desk.ConsentAct{Purpose: "marketing", Channel: "phone", Evidence: "form 7"}
		withdraw := desk.ConsentAct{Purpose: "marketing", Channel: "phone", Withdraw: true}
		for _, step := range []struct {
			act  desk.ConsentAct
			want string
		}{{grant, "1 true"}, {withdraw, "2 false"}, {grant, "1 true"}, {withdraw, "2 false"}, {withdraw, "2 false"}, {grant, "1 true"}} {
			p.saved(p.RecordConsent(ctx(), who, id, step.act))
			if got := p.allowed(who, id, "marketing", "phone"); got != step.want {
				t.Errorf("after %+v: %s", step.act, got)
			}
		}
		if got := p.allowed(who, id, "marketing", "sms"); got != "0 false" {
			t.Errorf("another channel: %s", got)
		}
		p.saved(p.RecordConsent(ctx(), who, id, desk.ConsentAct{Purpose: "service", Channel: "email", Withdraw: true}))
		if got := p.allowed(who, id, "service", "email"); got != "2 false" {
			t.Errorf("an objection to service: %s", got)
		}
	})
}

func TestAGrantThatDidNotKnowOfAWithdrawalDoesNotOverrideIt(t *testing.T) {
	b := newBank(t)
	one := &place{bank: b, till: b.join(11, 1), t: t}
	two := &place{bank: b, till: b.join(12, 1), t: t}
	one.Desk, two.Desk = one.till.desk, two.till.desk
	ada, bob := one.signIn("teller1"), two.signIn("banker1")
	id := one.prospect(ada, "Customer")
	one.till.sync()
	two.till.sync()
	// Both lines are cut; the grant is the later of the two.
	one.saved(one.RecordConsent(ctx(), ada, id, desk.ConsentAct{Purpose: "marketing", Channel: "phone", Withdraw: true, HappenedMS: startMS - dayMS}))
	two.saved(two.RecordConsent(ctx(), bob, id, desk.ConsentAct{Purpose: "marketing", Channel: "phone", Evidence: "form 7"}))
	for range 2 {
		one.till.sync()
		two.till.sync()
	}
	for _, got := range []string{one.allowed(ada, id, "marketing", "phone"), two.allowed(bob, id, "marketing", "phone")} {
		if got != "2 false" {
			t.Errorf("%s", got)
		}
	}
}

func TestNobodyIsContactableBeforeTheFeedHasReachedItsHead(t *testing.T) {
	b := newBank(t)
	first := &place{bank: b, till: b.join(11, 1), t: t}
	first.Desk = first.till.desk
	who := first.signIn("teller1")
	id := first.prospect(who, "Ada")
	first.saved(first.RecordConsent(ctx(), who, id, desk.ConsentAct{Purpose: "marketing", Channel: "phone", Evidence: "form 7"}))
	first.till.sync()
	if got := first.allowed(who, id, "marketing", "phone"); got != "1 true" {
		t.Errorf("%s", got)
	}
	// A new workstation, in the middle of its first pages.
	second := &place{bank: b, till: b.join(12, 1), t: t}
	second.Desk = second.till.desk
	late := second.signIn("teller1")
	if got := second.allowed(late, id, "marketing", "phone"); got != "1 true" {
		t.Errorf("after its first pages: %s", got)
	}
	fresh(t, second.till)
	if got := second.allowed(late, id, "marketing", "phone"); got != "1 false" {
		t.Errorf("in the middle of its first pages: %s", got)
	}
	if got := second.allowed(late, id, "service", "phone"); got != "0 false" {
		t.Errorf("service in the middle of its first pages: %s", got)
	}
}
