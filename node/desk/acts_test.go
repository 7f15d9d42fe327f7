package desk_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"bough/crdt"
	"bough/node/crm"
	"bough/node/desk"
)

const unknown crdt.ID = 987654321

// fault is input that cannot be taken, and how that is said.
type fault struct {
	name, want string
	do         func(p *place, who *desk.Who, x *targets) error
}

type doing = func(p *place, who *desk.Who, x *targets) error

// long is longer than any field.
func long() string { return strings.Repeat("x", 9000) }

// typed is a prospect with the fields given.
func typed(fields ...string) doing {
	return func(p *place, who *desk.Who, x *targets) error {
		in := desk.Prospect{Fields: map[string]string{"name": "Eve"}}
		for i := 0; i < len(fields); i += 2 {
			switch fields[i] {
			case "phone":
				in.Phone = fields[i+1]
			case "email":
				in.Email = fields[i+1]
			default:
				in.Fields[fields[i]] = fields[i+1]
			}
		}
		return second(p.NewProspect(ctx(), who, in))
	}
}

func edited(edits ...desk.Edit) doing {
	return func(p *place, who *desk.Who, x *targets) error {
		return second(p.EditParty(ctx(), who, x.party, edits))
	}
}

func reached(channel, value, label string) doing {
	return func(p *place, who *desk.Who, x *targets) error {
		return second(p.AddReach(ctx(), who, x.party, desk.Reach{Channel: channel, Value: value, Label: label}))
	}
}

func wrapped(harm func(p *place, in *desk.Interaction)) doing {
	return func(p *place, who *desk.Who, x *targets) error {
		in := desk.Interaction{Channel: "counter", Text: "came in"}
		harm(p, &in)
		return second(p.RecordInteraction(ctx(), who, x.party, in))
	}
}

func consented(c desk.ConsentAct) doing {
	return func(p *place, who *desk.Who, x *targets) error {
		return second(p.RecordConsent(ctx(), who, x.party, c))
	}
}

func prospectFaults() []fault {
	return []fault{
		{"no name", "invalid missing name", typed("name", "")},
		{"a name of spaces", "invalid missing name", typed("name", " \t")},
		{"a name of nothing that can be seen", "invalid missing name", typed("name", "\x00\x01")},
		{"a long name", "invalid too_long name", typed("name", long())},
		{"no such field", "invalid no_field nose", typed("nose", "long")},
		{"a core field", "invalid no_field tier", typed("tier", "A")},
		{"no such type", "invalid bad_word type", typed("type", "robot")},
		{"no such sex", "invalid bad_word sex", typed("sex", "?")},
		{"a bad date", "invalid bad_date birth", typed("birth", "1990-02-30")},
		{"a date in words", "invalid bad_date birth", typed("birth", "yesterday")},
		{"born tomorrow", "invalid bad_date birth", typed("birth", "2999-01-01")},
		{"born before anybody", "invalid bad_date birth", typed("birth", "1812-01-01")},
		{"a phone of letters", "invalid bad_phone phone", typed("phone", "call me")},
		{"a phone of one digit", "invalid bad_phone phone", typed("phone", "1")},
		{"no address", "invalid bad_email email", typed("email", "eve")},
		{"two addresses", "invalid bad_email email", typed("email", "eve@x.org, bob@x.org")},
		{"the first of two in the order of names", "invalid bad_date birth", typed("birth", "x", "type", "robot")},
	}
}

func editFaults() []fault {
	stamps := strings.Split(strings.Repeat("0000000000000000000000000001 ", 65), " ")[:65]
	return []fault{
		{"edit no such field", "invalid no_field nose", edited(desk.Edit{Field: "nose"})},
		{"edit a core field", "denied core_field tier", edited(desk.Edit{Field: "tier", Value: "A"})},
		{"edit the name away", "invalid missing name", edited(desk.Edit{Field: "name"})},
		{"edit the type away", "invalid missing type", edited(desk.Edit{Field: "type", Value: " "})},
		{"edit one field twice", "invalid twice", edited(desk.Edit{Field: "memo", Value: "a"}, desk.Edit{Field: "memo", Value: "b"})},
		{"edit a bad date", "invalid bad_date birth", edited(desk.Edit{Field: "birth", Value: "31.12.1999"})},
		{"edit at length", "invalid too_long memo", edited(desk.Edit{Field: "memo", Value: long()})},
		{"half archived", "invalid bad_word archived", edited(desk.Edit{Field: "archived", Value: "2"})},
		{"saw no stamp", "invalid bad_stamp memo", edited(desk.Edit{Field: "memo", Value: "a", Saw: []string{"yesterday"}})},
		{"saw too much", "invalid bad_stamp memo", edited(desk.Edit{Field: "memo", Value: "a", Saw: stamps})},
		{"edit nobody", "not found customer", func(p *place, who *desk.Who, x *targets) error {
			return second(p.EditParty(ctx(), who, unknown, []desk.Edit{{Field: "memo", Value: "a"}}))
		}},
	}
}

func reachFaults() []fault {
	return []fault{
		{"no such channel", "invalid bad_word channel", reached("pigeon", "coo", "")},
		{"no such label", "invalid bad_word label", reached("phone", "+420601234567", "roof")},
		{"no number", "invalid missing phone", reached("phone", " ", "")},
		{"a long address", "invalid too_long wechat", reached("wechat", long(), "")},
		{"reach nobody", "not found customer", func(p *place, who *desk.Who, x *targets) error {
			return second(p.AddReach(ctx(), who, unknown, desk.Reach{Channel: "phone", Value: "+420601234567"}))
		}},
		{"edit no way to reach", "not found reach", func(p *place, who *desk.Who, x *targets) error {
			return second(p.EditReach(ctx(), who, unknown, "+420601234567", nil))
		}},
		{"edit a number into none", "invalid missing phone", func(p *place, who *desk.Who, x *targets) error {
			return second(p.EditReach(ctx(), who, x.reach, "", nil))
		}},
		{"edit a number having seen nothing", "invalid bad_stamp phone", func(p *place, who *desk.Who, x *targets) error {
			return second(p.EditReach(ctx(), who, x.reach, "+420601234568", []string{"x"}))
		}},
		{"remove no way to reach", "not found reach", func(p *place, who *desk.Who, x *targets) error { return second(p.ClearReach(ctx(), who, unknown)) }},
	}
}

func wrapUpFaults() []fault {
	return []fault{
		{"no channel", "invalid bad_word channel", wrapped(func(p *place, in *desk.Interaction) { in.Channel = "" })},
		{"no such reason", "invalid bad_word reason", wrapped(func(p *place, in *desk.Interaction) { in.Reason = "love" })},
		{"no such outcome", "invalid bad_word outcome", wrapped(func(p *place, in *desk.Interaction) { in.Outcome = "won" })},
		{"no words", "invalid missing text", wrapped(func(p *place, in *desk.Interaction) { in.Text = " \n" })},
		{"words of nothing", "invalid missing text", wrapped(func(p *place, in *desk.Interaction) { in.Text = "\x01\x02" })},
		{"too many words", "invalid too_long text", wrapped(func(p *place, in *desk.Interaction) { in.Text = long() })},
		{"tomorrow", "invalid in_future happened", wrapped(func(p *place, in *desk.Interaction) { in.HappenedMS = p.now + dayMS })},
		{"in another century", "invalid too_early happened", wrapped(func(p *place, in *desk.Interaction) { in.HappenedMS = -3e12 })},
		{"a promise for never", "invalid missing promise_due", wrapped(func(p *place, in *desk.Interaction) { in.PromiseText = "call" })},
		{"a promise at length", "invalid too_long promise_text", wrapped(func(p *place, in *desk.Interaction) { in.PromiseText, in.PromiseDueMS = long(), p.now })},
		{"about no account", "invalid no_holding holding", wrapped(func(p *place, in *desk.Interaction) { in.Holding = unknown })},
		{"with nobody", "not found customer", func(p *place, who *desk.Who, x *targets) error {
			return second(p.RecordInteraction(ctx(), who, unknown, desk.Interaction{Channel: "counter", Text: "x"}))
		}},
	}
}

func consentFaults() []fault {
	return []fault{
		{"no such purpose", "invalid bad_word purpose", consented(desk.ConsentAct{Purpose: "fun", Channel: "phone", Withdraw: true})},
		{"no such way", "invalid bad_word channel", consented(desk.ConsentAct{Purpose: "marketing", Channel: "pigeon", Withdraw: true})},
		{"a grant without evidence", "invalid missing evidence", consented(desk.ConsentAct{Purpose: "marketing", Channel: "phone", Evidence: " "})},
		{"a grant of tomorrow", "invalid in_future happened", consented(desk.ConsentAct{Purpose: "marketing", Channel: "phone", Evidence: "form", HappenedMS: 9e12})},
		{"consent of nobody", "not found customer", func(p *place, who *desk.Who, x *targets) error {
			return second(p.RecordConsent(ctx(), who, unknown, desk.ConsentAct{Purpose: "marketing", Channel: "phone", Withdraw: true}))
		}},
	}
}

func otherFaults() []fault {
	return []fault{
		{"no such state", "invalid bad_word state", func(p *place, who *desk.Who, x *targets) error { return second(p.SetTask(ctx(), who, x.task, "lost")) }},
		{"no such task", "not found task", func(p *place, who *desk.Who, x *targets) error { return second(p.SetTask(ctx(), who, unknown, "kept")) }},
		{"a correction of no field", "invalid no_field field", func(p *place, who *desk.Who, x *targets) error {
			return second(p.AskCorrection(ctx(), who, x.party, "nose", "longer"))
		}},
		{"a correction without words", "invalid missing text", func(p *place, who *desk.Who, x *targets) error {
			return second(p.AskCorrection(ctx(), who, x.party, "name", ""))
		}},
		{"a correction of nobody", "not found customer", func(p *place, who *desk.Who, x *targets) error {
			return second(p.AskCorrection(ctx(), who, unknown, "name", "x"))
		}},
		{"settle nothing", "not found conflict", func(p *place, who *desk.Who, x *targets) error { return second(p.Settle(ctx(), who, unknown, true)) }},
		{"open nobody", "not found customer", func(p *place, who *desk.Who, x *targets) error { _, err := p.Customer(ctx(), who, unknown); return err }},
		{"the timeline of nobody", "not found customer", func(p *place, who *desk.Who, x *targets) error {
			_, err := p.Timeline(ctx(), who, unknown, 3)
			return err
		}},
		{"a long draft", "invalid too_long", func(p *place, who *desk.Who, x *targets) error {
			return p.SaveDraft(ctx(), who, "wrapup", strings.Repeat(long(), 9))
		}},
	}
}

func TestWhatCannotBeTakenIsSaidFieldByField(t *testing.T) {
	everywhere(t, func(t *testing.T, p *place) {
		x := p.targets()
		who := p.signIn("manager1")
		before := p.customer(who, x.party)
		for _, c := range slices.Concat(prospectFaults(), editFaults(), reachFaults(), wrapUpFaults(), consentFaults(), otherFaults()) {
			err := c.do(p, who, x)
			if got := trouble(err); got != c.want {
				t.Errorf("%s: %q, want %q", c.name, got, c.want)
			}
			if err != nil && len(err.Error()) > 300 {
				t.Errorf("%s: the message has %d bytes", c.name, len(err.Error()))
			}
		}
		if d := cmp.Diff(before, p.customer(who, x.party)); d != "" {
			t.Error("something was written:", d)
		}
	})
}

func TestAProspectIsAPartyOfThisBranchWithItsWaysToReach(t *testing.T) {
	everywhere(t, func(t *testing.T, p *place) {
		who := p.signIn("teller1")
		id := p.saved(p.NewProspect(ctx(), who, desk.Prospect{Fields: map[string]string{"name": "  Eve\n Noll ", "birth": "1990-05-01", "status": "customer", "memo": "met\nat the fair"},
			Phone: "+420 601 234 567", Email: "eve@example.org"}))
		c := p.customer(who, id)
		if c.Name != "Eve Noll" || c.Type != "person" || c.Status != "prospect" || c.Birth != "1990-05-01" || c.Field("memo").Value != "met\nat the fair" {
			t.Errorf("%+v", c)
		}
		home := int64(1)
		if p.till == nil {
			home = 0
		}
		if c.Home != home {
			t.Errorf("home %d", c.Home)
		}
		var ways []string
		for _, r := range c.Reaches {
			ways = append(ways, r.Channel+" "+r.Value+" "+r.Label)
		}
		if d := cmp.Diff([]string{"phone +420601234567 mobile", "email eve@example.org home"}, ways); d != "" || !c.Reaches[0].Preferred {
			t.Error(d)
		}
		firm := p.saved(p.NewProspect(ctx(), who, desk.Prospect{Fields: map[string]string{"name": "Noll Ltd", "type": "organisation"}}))
		if c := p.customer(who, firm); c.Type != "organisation" || c.AgeYears != -1 || len(c.Reaches) != 0 {
			t.Errorf("%+v", c)
		}
	})
}

func TestAWrapUpMakesItsPromise(t *testing.T) {
	everywhere(t, func(t *testing.T, p *place) {
		who := p.signIn("teller1")
		id := p.prospect(who, "Ada")
		talk := p.saved(p.RecordInteraction(ctx(), who, id, desk.Interaction{Channel: "call_in", Reason: "loan", Text: " asked for a rate\r\nand left ", Outcome: "follow_up",
			HappenedMS: p.now - 1000, PromiseText: "send the rate", PromiseDueMS: p.now + dayMS}))
		c := p.customer(who, id)
		if len(c.Timeline) != 1 || len(c.Tasks) != 1 {
			t.Fatalf("%+v", c)
		}
		line, task := c.Timeline[0], c.Tasks[0]
		if line.ID != talk || line.Text != "asked for a rate\nand left" || line.Channel != "call_in" || line.Reason != "loan" || line.Outcome != "follow_up" ||
			line.HappenedMS >= line.Author.AtMS || line.Author.Name != "A teller" {
			t.Errorf("%+v", line)
		}
		if task.Type != "promise" || task.State != "open" || task.Owner != "A teller" || task.PartyName != "Ada" || task.Overdue {
			t.Errorf("%+v", task)
		}
		if r := p.row(crm.Task, task.ID); r.Get(crm.TaskFrom).ID() != talk {
			t.Errorf("%+v", r)
		}
		p.now += 2 * dayMS
		who = p.signIn("teller1")
		if task = p.customer(who, id).Tasks[0]; !task.Overdue {
			t.Errorf("%+v", task)
		}
		p.saved(p.SetTask(ctx(), who, task.ID, "kept"))
		if task = p.customer(who, id).Tasks[0]; task.State != "kept" || task.Overdue {
			t.Errorf("%+v", task)
		}
		// The shortest wrap-up: what is left out has its usual value.
		p.saved(p.RecordInteraction(ctx(), who, id, desk.Interaction{Channel: "counter", Text: "x"}))
		if line = p.customer(who, id).Timeline[0]; line.Reason != "other" || line.Outcome != "done" || line.HappenedMS == 0 {
			t.Errorf("%+v", line)
		}
	})
}

func TestACorrectionIsACaseThatTheCoreAnswers(t *testing.T) {
	everywhere(t, func(t *testing.T, p *place) {
		who := p.signIn("teller1")
		id := p.prospect(who, "Ada")
		p.saved(p.AskCorrection(ctx(), who, id, "tier", "she is an A"))
		c := p.customer(who, id)
		if len(c.Cases) != 1 || c.Cases[0].Type != "correction" || c.Cases[0].Text != "tier: she is an A" || c.Cases[0].State != "open" || c.Cases[0].Owner != "A teller" || c.Cases[0].Overdue {
			t.Errorf("%+v", c.Cases)
		}
	})
}

func TestOneWayToReachIsAddedEditedAndRemoved(t *testing.T) {
	everywhere(t, func(t *testing.T, p *place) {
		who := p.signIn("teller1")
		id := p.prospect(who, "Ada")
		r := p.saved(p.AddReach(ctx(), who, id, desk.Reach{Channel: "phone", Value: "0049 30 901820", Label: "work"}))
		p.saved(p.EditReach(ctx(), who, r, "+49 30 901821", nil))
		c := p.customer(who, id)
		if len(c.Reaches) != 1 || c.Reaches[0].Value != "+4930901821" || c.Reaches[0].Label != "work" || len(c.Conflicts) != 0 {
			t.Errorf("%+v", c.Reaches)
		}
		if s, err := p.EditReach(ctx(), who, r, "+49 30 901821", nil); err != nil || s.Seq != 0 || s.ID != r {
			t.Errorf("an edit that changes nothing: %+v %v", s, err)
		}
		p.saved(p.ClearReach(ctx(), who, r))
		if c := p.customer(who, id); len(c.Reaches) != 0 {
			t.Errorf("%+v", c.Reaches)
		}
		if _, err := p.EditReach(ctx(), who, r, "+49 30 901822", nil); trouble(err) != "not found reach" {
			t.Errorf("edited after it was removed: %v", err)
		}
	})
}

func TestAnEditThatChangesNothingWritesNothing(t *testing.T) {
	everywhere(t, func(t *testing.T, p *place) {
		who := p.signIn("teller1")
		id := p.prospect(who, "Ada")
		if s, err := p.EditParty(ctx(), who, id, []desk.Edit{{Field: "name", Value: " Ada "}, {Field: "memo", Value: ""}}); err != nil || s.Seq != 0 {
			t.Errorf("%+v %v", s, err)
		}
		if s, err := p.EditParty(ctx(), who, id, nil); err != nil || s.Seq != 0 {
			t.Errorf("%+v %v", s, err)
		}
	})
}

func TestDraftsReturnToTheirAuthor(t *testing.T) {
	everywhere(t, func(t *testing.T, p *place) {
		ada, bob := p.signIn("teller1"), p.signIn("manager1")
		must(t, p.SaveDraft(ctx(), ada, "wrapup/5", "half a sent"))
		if body, at, err := p.Draft(ctx(), ada, "wrapup/5"); body != "half a sent" || at == 0 || err != nil {
			t.Errorf("%q %d %v", body, at, err)
		}
		if body, _, err := p.Draft(ctx(), bob, "wrapup/5"); body != "" || err != nil {
			t.Errorf("another reads %q %v", body, err)
		}
		must(t, p.DropDraft(ctx(), bob, "wrapup/5"))
		if body, _, _ := p.Draft(ctx(), ada, "wrapup/5"); body == "" {
			t.Error("another dropped it")
		}
		must(t, p.DropDraft(ctx(), ada, "wrapup/5"))
		if body, _, _ := p.Draft(ctx(), ada, "wrapup/5"); body != "" {
			t.Error("it stayed")
		}
		_, _, err := p.Draft(ctx(), nil, "x")
		for _, err := range []error{err, p.SaveDraft(ctx(), nil, "x", "y"), p.DropDraft(ctx(), nil, "x")} {
			if trouble(err) != "signed out signed_out" {
				t.Errorf("nobody's draft: %v", err)
			}
		}
	})
}
