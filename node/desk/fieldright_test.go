package desk_test

import (
	"testing"

	"bough/node/crm"
	"bough/node/desk"
)

// rule makes a rule about what tellers may do with a field.
func (p *place) rule(kind, field string, sees, edits int) {
	p.core(set(crm.FieldRight, 0, crm.FieldRightRole, "teller", crm.FieldRightKind, kind, crm.FieldRightField, field,
		crm.FieldRightSees, sees, crm.FieldRightEdits, edits))
}

func TestWhatARoleDoesNotSeeIsNowhereAndWhatItMayNotChangeStays(t *testing.T) {
	p := workstation(t)
	x := p.targets()
	p.rule("party", "memo", 0, 1)
	p.rule("reach", "value", 0, 1)
	p.rule("interaction", "text", 0, 0)
	p.rule("party", "occupation", 1, 0)
	who := p.signIn("teller1")
	c := p.customer(who, x.party)
	if f := c.Field("memo"); f.Value != "" || !f.Hidden || len(f.Conflicts) > 0 || len(c.Conflicts) > 0 {
		t.Errorf("the memo shows: %+v %+v", f, c.Conflicts)
	}
	if len(c.Reaches) > 0 || c.Timeline[0].Text != "" {
		t.Errorf("%+v %+v", c.Reaches, c.Timeline)
	}
	hits, err := p.Find(ctx(), who, "ada", 5)
	if err != nil || len(hits) == 0 || hits[0].Phone != "" {
		t.Errorf("%+v %v", hits, err)
	}
	if list, err := p.Conflicts(ctx(), who, 5); err != nil || len(list) > 0 {
		t.Errorf("%+v %v", list, err)
	}
	if story, err := p.Story(ctx(), who, x.party, desk.StoryFilter{Type: "talk"}, 5); err != nil || len(story) == 0 || story[0].Talk.Text != "" {
		t.Errorf("%+v %v", story, err)
	}
	if story, err := p.Story(ctx(), who, x.party, desk.StoryFilter{Type: "talk", Words: "x"}, 5); err != nil || len(story) > 0 {
		t.Errorf("words that are not seen are found: %+v %v", story, err)
	}
	for _, field := range []string{"memo", "occupation"} {
		if _, err := p.EditParty(ctx(), who, x.party, []desk.Edit{{Field: field, Value: "x"}}); trouble(err) != "denied field_right "+field {
			t.Errorf("%s: %v", field, err)
		}
	}
	if _, err := p.AddReach(ctx(), who, x.party, desk.Reach{Channel: "phone", Value: "+420601234568"}); trouble(err) != "denied field_right value" {
		t.Errorf("%v", err)
	}
	if c := p.customer(p.signIn("manager1"), x.party); c.Field("memo").Value != "two" || len(c.Reaches) != 1 {
		t.Errorf("a manager does not see it either: %+v", c)
	}
}
