package desk_test

import (
	"slices"
	"testing"

	"bough/crdt"
	"bough/node/crm"
	"bough/node/desk"
)

// What a branch holds only because of a link leaves it with the link, with a
// receipt, and what was written there meanwhile to either side stands where it was
// written.
func TestWithoutTheLinkWhatCameWithItLeavesAndLateWritesToBothSidesStay(t *testing.T) {
	b := newBank(t)
	here, there := &place{bank: b, till: b.join(11, 1), t: t}, &place{bank: b, till: b.join(22, 2), t: t}
	here.Desk, there.Desk = here.till.desk, there.till.desk
	round := func() {
		for range 2 {
			here.till.sync()
			there.till.sync()
		}
	}
	boss, bob := here.signIn("manager1"), there.signIn("banker2")
	one := here.prospect(boss, "Zhang Wei")
	other := there.prospect(bob, "Quetzalcoatl")
	there.saved(there.RecordInteraction(ctx(), bob, other, note("spoke of the aardvark")))
	round()
	if _, err := here.Customer(ctx(), boss, other); trouble(err) != "not found customer" {
		t.Fatalf("the other branch's customer is here before the link: %v", err)
	}
	link := b.act(set(crm.Link, 0, crm.LinkOne, one, crm.LinkOther, other, crm.LinkReason, "same passport"))
	round()
	if c := here.customer(boss, one); len(c.Linked) != 2 || len(c.Timeline) != 1 {
		t.Fatalf("linked: %+v", c.Linked)
	}
	grant := desk.ConsentAct{Purpose: "marketing", Channel: "phone", Evidence: "form"}
	here.saved(here.RecordConsent(ctx(), boss, one, grant))
	// The lines are down. Both sides write to both; head office takes the link back.
	here.saved(here.RecordInteraction(ctx(), boss, other, note("late zugzwang")))
	here.saved(here.RecordInteraction(ctx(), boss, one, note("at home")))
	there.saved(there.RecordInteraction(ctx(), bob, one, note("late xylophone")))
	withdraw := grant
	withdraw.Withdraw = true
	there.saved(there.RecordConsent(ctx(), bob, other, withdraw))
	b.act(crdt.Op{Kind: crm.Link, ID: link, Clear: []crdt.Stamp{here.row(crm.Link, link).Clocks.Latest()}})
	round()
	round()
	for _, p := range []*place{here, there} {
		p.till.purge()
		p.till.sound(t)
	}
	if got := here.said(boss, one); !slices.Equal(got, []string{"at home", "late xylophone"}) {
		t.Errorf("of the one: %v", got)
	}
	if got := there.said(bob, other); !slices.Equal(got, []string{"late zugzwang", "spoke of the aardvark"}) {
		t.Errorf("of the other: %v", got)
	}
	for p, id := range map[*place]crdt.ID{here: other, there: one} {
		who := map[*place]*desk.Who{here: boss, there: bob}[p]
		if _, err := p.Customer(ctx(), who, id); trouble(err) != "not found customer" {
			t.Errorf("party %d has not left: %v", id, err)
		}
	}
	if found := lies(t, here.till.path, "Quetzalcoatl", "aardvark", "zugzwang"); len(found) > 0 {
		t.Errorf("left on the disk after the receipt: %v", found)
	}
	owed, err := b.Central.Outstanding(ctx())
	must(t, err)
	if owed[11].Count+owed[22].Count != 0 {
		t.Errorf("receipts are owed: %+v", owed)
	}
	if !here.mayPhone(boss, one) {
		t.Error("the consent of the one hangs on the other still")
	}
	if there.mayPhone(bob, other) {
		t.Error("who withdrew may be called")
	}
}

// said are the texts of a timeline, in the order of the alphabet.
func (p *place) said(who *desk.Who, id crdt.ID) (out []string) {
	for _, line := range p.customer(who, id).Timeline {
		out = append(out, line.Text)
	}
	slices.Sort(out)
	return out
}

// mayPhone reports whether a page says that somebody may be phoned for marketing.
func (p *place) mayPhone(who *desk.Who, id crdt.ID) bool {
	for _, l := range p.customer(who, id).Consents {
		if l.Purpose == "marketing" && l.Channel == "phone" {
			return l.Allowed
		}
	}
	return false
}
