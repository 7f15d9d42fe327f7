package desk_test

import (
	"fmt"
	"slices"
	"testing"

	"bough/crdt"
	"bough/node/crm"
	"bough/node/desk"
)

// attempt is one method of the desk with good input.
type attempt struct {
	name  string
	needs []crm.Act
	do    func(p *place, who *desk.Who, x *targets) error
}

// targets are rows to act on.
type targets struct{ party, reach, task, conflict crdt.ID }

func attempts() []attempt {
	edit := []crm.Act{crm.ActEdit}
	return []attempt{
		{"find", []crm.Act{crm.ActRead}, func(p *place, who *desk.Who, x *targets) error { _, err := p.Find(ctx(), who, "ada", 5); return err }},
		{"open", []crm.Act{crm.ActRead}, func(p *place, who *desk.Who, x *targets) error { _, err := p.Customer(ctx(), who, x.party); return err }},
		{"timeline", []crm.Act{crm.ActRead}, func(p *place, who *desk.Who, x *targets) error {
			_, err := p.Timeline(ctx(), who, x.party, 5)
			return err
		}},
		{"conflicts", []crm.Act{crm.ActRead}, func(p *place, who *desk.Who, x *targets) error { _, err := p.Conflicts(ctx(), who, 5); return err }},
		{"duplicates", []crm.Act{crm.ActRead}, func(p *place, who *desk.Who, x *targets) error {
			_, err := p.Duplicates(ctx(), who, desk.Prospect{Fields: map[string]string{"name": "Ada"}})
			return err
		}},
		{"wrap up", []crm.Act{crm.ActRecord}, func(p *place, who *desk.Who, x *targets) error {
			_, err := p.RecordInteraction(ctx(), who, x.party, desk.Interaction{Channel: "counter", Text: "came in"})
			return err
		}},
		{"promise", []crm.Act{crm.ActRecord, crm.ActTask}, func(p *place, who *desk.Who, x *targets) error {
			_, err := p.RecordInteraction(ctx(), who, x.party, desk.Interaction{Channel: "counter", Text: "came in", PromiseText: "call back", PromiseDueMS: p.now + dayMS})
			return err
		}},
		{"task", []crm.Act{crm.ActTask}, func(p *place, who *desk.Who, x *targets) error {
			_, err := p.SetTask(ctx(), who, x.task, "kept")
			return err
		}},
		{"edit", edit, func(p *place, who *desk.Who, x *targets) error {
			_, err := p.EditParty(ctx(), who, x.party, []desk.Edit{{Field: "memo", Value: fmt.Sprint(p.now)}})
			return err
		}},
		{"prospect", []crm.Act{crm.ActCreate}, func(p *place, who *desk.Who, x *targets) error {
			_, err := p.NewProspect(ctx(), who, desk.Prospect{Fields: map[string]string{"name": "Eve"}})
			return err
		}},
		{"prospect with a phone", []crm.Act{crm.ActCreate, crm.ActEdit}, func(p *place, who *desk.Who, x *targets) error {
			_, err := p.NewProspect(ctx(), who, desk.Prospect{Fields: map[string]string{"name": "Eve"}, Phone: "+420601234567"})
			return err
		}},
		{"add a phone", edit, func(p *place, who *desk.Who, x *targets) error {
			_, err := p.AddReach(ctx(), who, x.party, desk.Reach{Channel: "phone", Value: "+420601234567"})
			return err
		}},
		{"edit a phone", edit, func(p *place, who *desk.Who, x *targets) error {
			_, err := p.EditReach(ctx(), who, x.reach, fmt.Sprint("+42060", p.now%10_000_000), nil)
			return err
		}},
		{"remove a phone", edit, func(p *place, who *desk.Who, x *targets) error {
			_, err := p.ClearReach(ctx(), who, x.reach)
			return err
		}},
		{"consent", []crm.Act{crm.ActConsent}, func(p *place, who *desk.Who, x *targets) error {
			_, err := p.RecordConsent(ctx(), who, x.party, desk.ConsentAct{Purpose: "marketing", Channel: "phone", Withdraw: true})
			return err
		}},
		{"correction", []crm.Act{crm.ActCase}, func(p *place, who *desk.Who, x *targets) error {
			_, err := p.AskCorrection(ctx(), who, x.party, "name", "it is Adda")
			return err
		}},
		{"settle a memo", edit, func(p *place, who *desk.Who, x *targets) error {
			_, err := p.Settle(ctx(), who, x.conflict, true)
			return err
		}},
	}
}

// targets makes rows to act on, with a conflict of a memo.
func (p *place) targets() *targets {
	p.t.Helper()
	boss := p.signIn("manager1")
	x := &targets{party: p.prospect(boss, "Ada")}
	x.reach = p.saved(p.AddReach(ctx(), boss, x.party, desk.Reach{Channel: "phone", Value: "+420601234567"}))
	p.saved(p.RecordInteraction(ctx(), boss, x.party, desk.Interaction{Channel: "counter", Text: "x", PromiseText: "call", PromiseDueMS: p.now + dayMS}))
	for _, memo := range []string{"one", "two"} {
		p.saved(p.EditParty(ctx(), boss, x.party, []desk.Edit{{Field: "memo", Value: memo, Saw: []string{}}}))
	}
	c := p.customer(boss, x.party)
	x.task, x.conflict = c.Tasks[0].ID, c.Conflicts[0].ID
	return x
}

func TestEveryActAsksForItsRight(t *testing.T) {
	granted := map[crm.Grant]bool{}
	for _, g := range crm.DefaultGrants() {
		granted[g] = true
	}
	everywhere(t, func(t *testing.T, p *place) {
		for _, role := range append(slices.Clone(crm.Roles), "") {
			for _, a := range attempts() {
				want := ""
				if role == "" {
					want = "signed out signed_out"
				}
				for _, act := range a.needs {
					if role != "" && !granted[crm.Grant{Role: role, Act: act}] {
						want = "denied not_allowed"
					}
				}
				var who *desk.Who
				if role != "" {
					who = p.signIn(role + "1")
				}
				if got := trouble(a.do(p, who, p.targets())); got != want {
					t.Errorf("%s by %q: %q, want %q", a.name, role, got, want)
				}
			}
		}
	})
}

func TestARightThatIsMissingStopsTheActWhateverWasTyped(t *testing.T) {
	p := workstation(t)
	x := p.targets()
	for _, a := range attempts() {
		for _, missing := range a.needs {
			p.allow(missing, 0)
			who := p.signIn("teller1")
			if got := trouble(a.do(p, who, x)); got != "denied not_allowed" {
				t.Errorf("%s without %s: %q", a.name, missing, got)
			}
			p.allow(missing, 1)
		}
	}
	nothing := &desk.Who{}
	for name, err := range map[string]error{
		"prospect":   second(p.NewProspect(ctx(), nothing, desk.Prospect{})),
		"wrap up":    second(p.RecordInteraction(ctx(), nothing, 0, desk.Interaction{})),
		"task":       second(p.SetTask(ctx(), nothing, 0, "")),
		"reach":      second(p.AddReach(ctx(), nothing, 0, desk.Reach{})),
		"consent":    second(p.RecordConsent(ctx(), nothing, 0, desk.ConsentAct{})),
		"correction": second(p.AskCorrection(ctx(), nothing, 0, "", "")),
	} {
		if trouble(err) != "denied not_allowed" {
			t.Errorf("%s of rubbish: %v", name, err)
		}
	}
}

func second(_ desk.Saved, err error) error { return err }

// allow gives tellers a right, or takes it.
func (p *place) allow(act crm.Act, allowed int) {
	p.t.Helper()
	var id crdt.ID
	for _, r := range p.rights() {
		if r.Get(crm.RightRole).S == "teller" && r.Get(crm.RightAct).S == string(act) {
			id = r.ID
		}
	}
	p.core(set(crm.Right, id, crm.RightAllowed, allowed))
}

func TestAtHeadOfficeTheCustomersOfAllBranchesTakeARightOfTheirOwn(t *testing.T) {
	b := newBank(t)
	p := &place{Desk: b.desk, bank: b, t: t}
	id := p.prospect(p.signIn("admin1"), "Ada")
	who := p.signIn("teller1")
	if _, err := p.Customer(ctx(), who, id); trouble(err) != "denied not_allowed" {
		t.Errorf("a teller opened a customer at head office: %v", err)
	}
	if _, err := p.Find(ctx(), who, "ada", 9); trouble(err) != "denied not_allowed" {
		t.Errorf("a teller searched the whole bank: %v", err)
	}
	if _, err := p.RecordInteraction(ctx(), who, id, desk.Interaction{Channel: "counter", Text: "x"}); trouble(err) != "denied not_allowed" {
		t.Errorf("a teller wrote at head office: %v", err)
	}
}
