package desk_test

import (
	"slices"
	"testing"

	"bough/crdt"
	"bough/node/crm"
	"bough/node/desk"
)

// twins are two records of one person, and the manager who links them.
func twins(p *place) (boss *desk.Who, one, other crdt.ID) {
	boss = p.signIn("manager1")
	return boss, p.prospect(boss, "Zhang Wei"), p.prospect(boss, "张伟")
}

func (p *place) link(who *desk.Who, one, other crdt.ID) crdt.ID {
	p.t.Helper()
	return p.saved(p.Link(ctx(), who, one, other, "same passport"))
}

func note(text string) desk.Interaction { return desk.Interaction{Channel: "counter", Text: text} }

func TestThePageOfEitherShowsTheCanonicalOneWithWhatHangsOnBoth(t *testing.T) {
	everywhere(t, func(t *testing.T, p *place) {
		boss, one, other := twins(p)
		p.saved(p.RecordInteraction(ctx(), boss, one, note("at one")))
		p.saved(p.AddReach(ctx(), boss, other, desk.Reach{Channel: "phone", Value: "+442079460001"}))
		p.edit(boss, other, "language", "zh-CN")
		p.link(boss, other, one)
		p.saved(p.RecordInteraction(ctx(), boss, other, note("late, to the other")))
		for _, asked := range []crdt.ID{one, other} {
			c := p.customer(boss, asked)
			if c.ID != one || c.Name != "Zhang Wei" || len(c.Linked) != 2 || !c.Linked[0].Canonical || c.Linked[1].ID != other {
				t.Fatalf("asked for %d: %+v", asked, c.Linked)
			}
			var texts []string
			for _, line := range c.Timeline {
				texts = append(texts, line.Text)
			}
			if !slices.Equal(texts, []string{"late, to the other", "at one"}) || len(c.Reaches) != 1 {
				t.Errorf("%v %+v", texts, c.Reaches)
			}
			var differs []string
			for _, f := range c.Linked[1].Differs {
				differs = append(differs, f.Name+"="+f.Value)
			}
			if !slices.Equal(differs, []string{"name=张伟", "language=zh-CN"}) {
				t.Errorf("%v", differs)
			}
			if len(c.Links) != 1 || c.Links[0].Reason != "same passport" || c.Links[0].Author.Name != "A manager" {
				t.Errorf("%+v", c.Links)
			}
		}
		// A customer whom the core knows is the canonical one, whatever the ids.
		p.core(set(crm.Party, other, crm.PartyKey, "K1"))
		if c := p.customer(boss, one); c.ID != other || c.Name != "张伟" {
			t.Errorf("%d %s", c.ID, c.Name)
		}
	})
}

func TestWithoutTheLinkEachIsAsIfItHadNeverBeen(t *testing.T) {
	everywhere(t, func(t *testing.T, p *place) {
		boss, one, other := twins(p)
		p.saved(p.RecordInteraction(ctx(), boss, other, note("before")))
		alone := p.customer(boss, one)
		p.link(boss, one, other)
		// Another clerk had linked them too, elsewhere.
		p.core(set(crm.Link, 0, crm.LinkOne, other, crm.LinkOther, one, crm.LinkReason, "same phone"))
		c := p.customer(boss, other)
		if len(c.Links) != 2 {
			t.Fatalf("%+v", c.Links)
		}
		p.saved(p.RecordInteraction(ctx(), boss, other, note("while linked")))
		p.saved(p.Unlink(ctx(), boss, c.Links[0].ID))
		again := p.customer(boss, one)
		if len(again.Linked) != 0 || len(again.Links) != 0 || len(again.Timeline) != 0 || len(again.Fields) != len(alone.Fields) {
			t.Errorf("%+v", again)
		}
		for i := range again.Fields {
			if again.Fields[i].Value != alone.Fields[i].Value || again.Fields[i].Stamp != alone.Fields[i].Stamp {
				t.Errorf("%+v was %+v", again.Fields[i], alone.Fields[i])
			}
		}
		if c := p.customer(boss, other); c.ID != other || len(c.Timeline) != 2 {
			t.Errorf("%d %+v", c.ID, c.Timeline)
		}
		if _, err := p.Unlink(ctx(), boss, c.Links[0].ID); trouble(err) != "not found link" {
			t.Errorf("%v", err)
		}
	})
}

func TestOfLinkedPartiesConsentIsWithdrawnIfAnyOfThemWithdrew(t *testing.T) {
	everywhere(t, func(t *testing.T, p *place) {
		boss, one, other := twins(p)
		grant := desk.ConsentAct{Purpose: "marketing", Channel: "phone", Evidence: "form"}
		withdraw := desk.ConsentAct{Purpose: "marketing", Channel: "phone", Withdraw: true}
		answer := func(id crdt.ID) desk.ConsentLine {
			for _, l := range p.customer(boss, id).Consents {
				if l.Purpose == "marketing" && l.Channel == "phone" {
					return l
				}
			}
			return desk.ConsentLine{}
		}
		p.saved(p.RecordConsent(ctx(), boss, one, grant))
		p.saved(p.RecordConsent(ctx(), boss, other, withdraw))
		if !answer(one).Allowed || answer(other).Allowed {
			t.Fatalf("before: %+v %+v", answer(one), answer(other))
		}
		p.link(boss, one, other)
		for _, id := range []crdt.ID{one, other} {
			if l := answer(id); l.Allowed || l.Answer != crdt.ConsentWithdrawn || l.Of != other || l.OfName != "张伟" {
				t.Errorf("linked, %d: %+v", id, l)
			}
		}
		// Granted again to the one that is shown: it names what was withdrawn at the other.
		p.saved(p.RecordConsent(ctx(), boss, one, grant))
		if l := answer(other); !l.Allowed || l.Of != 0 {
			t.Errorf("granted again: %+v", l)
		}
		p.saved(p.Unlink(ctx(), boss, p.customer(boss, one).Links[0].ID))
		if !answer(one).Allowed || answer(other).Allowed || answer(other).Of != 0 {
			t.Errorf("each its own again: %+v %+v", answer(one), answer(other))
		}
	})
}

func TestFindShowsOneLineForAllThatAreLinked(t *testing.T) {
	everywhere(t, func(t *testing.T, p *place) {
		boss, one, other := twins(p)
		p.link(boss, one, other)
		for _, typed := range []string{"zhang", "张伟", ""} {
			hits, err := p.Find(ctx(), boss, typed, 10)
			must(t, err)
			if len(hits) != 1 || hits[0].ID != one || hits[0].Linked != 2 {
				t.Errorf("%q: %+v", typed, hits)
			}
		}
	})
}

func TestWhatCannotBeOnePersonIsRefused(t *testing.T) {
	everywhere(t, func(t *testing.T, p *place) {
		boss, one, other := twins(p)
		firm := p.saved(p.NewProspect(ctx(), boss, desk.Prospect{Fields: map[string]string{"name": "Nord Holz", "type": "organisation"}}))
		for want, do := range map[string]func() (desk.Saved, error){
			"invalid same_record other": func() (desk.Saved, error) { return p.Link(ctx(), boss, one, one, "x") },
			"invalid other_type other":  func() (desk.Saved, error) { return p.Link(ctx(), boss, one, firm, "x") },
			"invalid missing reason":    func() (desk.Saved, error) { return p.Link(ctx(), boss, one, other, " ") },
			"not found customer":        func() (desk.Saved, error) { return p.Link(ctx(), boss, one, 77, "x") },
			"denied not_allowed":        func() (desk.Saved, error) { return p.Link(ctx(), p.signIn("teller1"), one, other, "x") },
			"not found link":            func() (desk.Saved, error) { return p.Unlink(ctx(), boss, 77) },
			"invalid linked_already other": func() (desk.Saved, error) {
				p.link(boss, one, other)
				return p.NotSame(ctx(), boss, other, one, "x")
			},
		} {
			if _, err := do(); trouble(err) != want {
				t.Errorf("%v, want %s", trouble(err), want)
			}
		}
		if _, err := p.Link(ctx(), boss, other, one, "x"); trouble(err) != "invalid linked_already other" {
			t.Error(err)
		}
	})
}

func TestWhoMayBeTheSameIsProposedUntilSomebodyDecides(t *testing.T) {
	everywhere(t, func(t *testing.T, p *place) {
		boss, one, other := twins(p)
		for _, id := range []crdt.ID{one, other} {
			p.saved(p.AddReach(ctx(), boss, id, desk.Reach{Channel: "phone", Value: "+442079460001"}))
		}
		proposed := func() []desk.Candidate {
			list, err := p.Candidates(ctx(), boss, one)
			must(t, err)
			return list
		}
		if list := proposed(); len(list) != 1 || list[0].ID != other || !slices.Equal(list[0].Reasons, []string{"reach", "name"}) {
			t.Fatalf("%+v", list)
		}
		not := p.saved(p.NotSame(ctx(), boss, one, other, "father and son"))
		if list := proposed(); len(list) != 0 {
			t.Errorf("proposed again: %+v", list)
		}
		p.saved(p.MaybeSame(ctx(), boss, not))
		if len(proposed()) != 1 {
			t.Error("taken back, and not proposed")
		}
		p.link(boss, one, other)
		if len(proposed()) != 0 {
			t.Error("linked, and proposed")
		}
	})
}
