package desk_test

import (
	"slices"
	"testing"

	"bough/crdt"
	"bough/node/crm"
	"bough/node/desk"
	"bough/sync/rows"
)

func TestWhoBelongsToWhomShowsOnBothPages(t *testing.T) {
	everywhere(t, func(t *testing.T, p *place) {
		who := p.signIn("banker1")
		firm, anna, wang := p.prospect(who, "Nord Holz"), p.prospect(who, "Anna"), p.prospect(who, "王小明")
		p.saved(p.Relate(ctx(), who, firm, desk.Relation{Other: anna, Type: "owner", ShareBP: 6000, Note: "founder"}))
		p.saved(p.Relate(ctx(), who, wang, desk.Relation{Other: firm, Type: "director", Inverse: true}))
		for name, c := range map[string]struct {
			party crdt.ID
			want  []string
		}{
			"the firm": {firm, []string{"Anna owner false 6000", "王小明 director false 0"}},
			"Anna":     {anna, []string{"Nord Holz owner true 6000"}},
			"Wang":     {wang, []string{"Nord Holz director true 0"}},
		} {
			var got []string
			for _, r := range p.customer(who, c.party).Relations {
				got = append(got, r.Name+" "+r.Type+" "+map[bool]string{true: "true", false: "false"}[r.Inverse]+" "+map[bool]string{true: "6000", false: "0"}[r.ShareBP == 6000])
			}
			if slices.Sort(got); !slices.Equal(got, c.want) {
				t.Errorf("%s: %v", name, got)
			}
		}
		for _, x := range []struct {
			in   desk.Relation
			want string
		}{
			{desk.Relation{Type: "owner"}, "invalid other_missing other"},
			{desk.Relation{Other: firm, Type: "owner"}, "invalid same_customer other"},
			{desk.Relation{Other: 99, Type: "owner"}, "not found customer"},
			{desk.Relation{Other: anna, Type: "friend"}, "invalid bad_word type"},
			{desk.Relation{Other: anna, Type: "owner"}, "invalid related type"},
			{desk.Relation{Other: wang, Type: "owner", ShareBP: 4001}, "invalid shares_over share"},
			{desk.Relation{Other: wang, Type: "owner", ShareBP: -1}, "invalid bad_share share"},
			{desk.Relation{Other: wang, Type: "guarantor", ShareBP: 1}, "invalid share_owner share"},
		} {
			if _, err := p.Relate(ctx(), who, firm, x.in); trouble(err) != x.want {
				t.Errorf("%+v: %s", x.in, trouble(err))
			}
		}
		gone := p.customer(who, firm).Relations[0].ID
		p.saved(p.Remove(ctx(), who, crm.Relation, gone))
		if c := p.customer(who, firm); len(c.Relations) != 1 {
			t.Errorf("%+v", c.Relations)
		}
		if _, err := p.Remove(ctx(), who, crm.Relation, gone); trouble(err) != "not found element" {
			t.Error(trouble(err))
		}
		if _, err := p.Remove(ctx(), who, crm.Interaction, gone); trouble(err) != "not found element" {
			t.Error(trouble(err))
		}
	})
}

func TestAHouseholdIsMadeAndJoined(t *testing.T) {
	everywhere(t, func(t *testing.T, p *place) {
		who := p.signIn("teller1")
		anna, josef := p.prospect(who, "Anna"), p.prospect(who, "Josef")
		p.saved(p.Join(ctx(), who, anna, desk.Membership{Type: "household", Name: "Novákovi", Role: "head"}))
		groups, err := p.GroupsOf(ctx(), who, anna)
		must(t, err)
		p.saved(p.Join(ctx(), who, josef, desk.Membership{Group: groups[0].ID, Role: "partner"}))
		c := p.customer(who, josef)
		if len(c.Groups) != 1 || len(c.Groups[0].Members) != 2 || c.Groups[0].Name != "Novákovi" {
			t.Fatalf("%+v", c.Groups)
		}
		for _, x := range []struct {
			in   desk.Membership
			want string
		}{
			{desk.Membership{Group: groups[0].ID, Role: "child"}, "invalid member group"},
			{desk.Membership{Group: 99, Role: "child"}, "not found group"},
			{desk.Membership{Type: "household", Role: "child"}, "invalid group_name name"},
			{desk.Membership{Type: "club", Name: "x", Role: "child"}, "invalid bad_word type"},
			{desk.Membership{Group: groups[0].ID, Role: "uncle"}, "invalid bad_word role"},
		} {
			if _, err := p.Join(ctx(), who, josef, x.in); trouble(err) != x.want {
				t.Errorf("%+v: %s", x.in, trouble(err))
			}
		}
		for _, m := range c.Groups[0].Members {
			if m.Party == josef {
				p.saved(p.Remove(ctx(), who, crm.Membership, m.ID))
			}
		}
		if c := p.customer(who, josef); len(c.Groups) != 0 {
			t.Errorf("%+v", c.Groups)
		}
	})
}

func TestWarningsAndTagsAreForThoseWhoMay(t *testing.T) {
	everywhere(t, func(t *testing.T, p *place) {
		banker, teller := p.signIn("banker1"), p.signIn("teller1")
		anna := p.prospect(teller, "Anna")
		if _, err := p.Warn(ctx(), teller, anna, "stop", "passport lost"); trouble(err) != "denied not_allowed" {
			t.Error(trouble(err))
		}
		p.saved(p.Warn(ctx(), banker, anna, "note", "hard of hearing"))
		id := p.saved(p.Warn(ctx(), banker, anna, "stop", "passport lost"))
		if w := p.customer(teller, anna).Warnings; len(w) != 2 || w[0].Level != "stop" || w[0].Author.Name != "A banker" {
			t.Fatalf("%+v", w)
		}
		if _, err := p.Remove(ctx(), teller, crm.Warning, id); trouble(err) != "denied not_allowed" {
			t.Error(trouble(err))
		}
		p.saved(p.Remove(ctx(), banker, crm.Warning, id))
		if w := p.customer(teller, anna).Warnings; len(w) != 1 {
			t.Errorf("%+v", w)
		}
		p.saved(p.PutTag(ctx(), teller, anna, " garden  club "))
		_, err := p.PutTag(ctx(), teller, anna, "garden club")
		must(t, err)
		if tags := p.customer(teller, anna).Tags; !slices.Equal(tags, []string{"garden club"}) {
			t.Errorf("%q", tags)
		}
		p.saved(p.DropTag(ctx(), teller, anna, "garden club"))
		if tags := p.customer(teller, anna).Tags; len(tags) != 0 {
			t.Errorf("%q", tags)
		}
		if _, err := p.DropTag(ctx(), teller, anna, "garden club"); trouble(err) != "not found element" {
			t.Error(trouble(err))
		}
	})
}

func TestANoteOnTheWrongCustomerIsMovedByItsAuthorThatDay(t *testing.T) {
	everywhere(t, func(t *testing.T, p *place) {
		teller, banker := p.signIn("teller1"), p.signIn("banker1")
		one, other := p.prospect(teller, "Anna Nováková"), p.prospect(teller, "Anna Novotná")
		id := p.saved(p.RecordInteraction(ctx(), teller, one, desk.Interaction{Channel: "counter", Reason: "card", Text: "lost her card", HappenedMS: startMS - dayMS}))
		if _, err := p.MoveNote(ctx(), banker, id, other, "wrong Anna"); trouble(err) != "denied note_late" {
			t.Error(trouble(err))
		}
		if _, err := p.MoveNote(ctx(), teller, id, other, " "); trouble(err) != "invalid missing reason" {
			t.Error(trouble(err))
		}
		if _, err := p.MoveNote(ctx(), teller, id, one, "wrong Anna"); trouble(err) != "invalid same_customer to" {
			t.Error(trouble(err))
		}
		p.saved(p.MoveNote(ctx(), teller, id, other, "wrong Anna"))
		left := p.customer(teller, one).Timeline[0]
		if left.Text != "" || left.Reason != "" || left.Taken == nil || !left.Taken.Moved || left.Taken.Reason != "wrong Anna" || left.Taken.Author.Name != "A teller" {
			t.Errorf("where it was: %+v", left)
		}
		there := p.customer(teller, other).Timeline[0]
		if there.Text != "lost her card" || there.Writer != "A teller" || there.HappenedMS != startMS-dayMS || there.Taken != nil {
			t.Errorf("where it belongs: %+v", there)
		}
		if _, err := p.MoveNote(ctx(), teller, id, 0, "again"); trouble(err) != "invalid note_gone" {
			t.Error(trouble(err))
		}
		// The day after only a manager takes it away, and may put it back.
		p.bank.mu.Lock()
		p.bank.now += dayMS
		p.bank.mu.Unlock()
		teller = p.signIn("teller1")
		manager := p.signIn("manager1")
		if _, err := p.MoveNote(ctx(), teller, there.ID, 0, "not hers either"); trouble(err) != "denied note_late" {
			t.Error(trouble(err))
		}
		p.saved(p.MoveNote(ctx(), manager, there.ID, 0, "not hers either"))
		p.saved(p.PutNoteBack(ctx(), manager, there.ID))
		lines := p.customer(manager, other).Timeline
		if len(lines) != 2 || lines[0].Text+lines[1].Text != "lost her card" || lines[0].Writer+lines[1].Writer != "A tellerA teller" {
			t.Errorf("%+v", lines)
		}
		if p.till == nil {
			return
		}
		p.till.push()
		must(t, p.Central.File.Read(ctx(), func(tx *rows.Tx) error {
			n, _, err := tx.Int(`SELECT count(*) FROM removal`)
			if n != 2 {
				t.Errorf("head office has %d removals, want 2", n)
			}
			return err
		}))
	})
}

func TestTheStoryIsNarrowed(t *testing.T) {
	everywhere(t, func(t *testing.T, p *place) {
		who := p.signIn("teller1")
		anna := p.prospect(who, "Anna")
		p.saved(p.RecordInteraction(ctx(), who, anna, desk.Interaction{Channel: "counter", Reason: "card", Text: "lost her Card", HappenedMS: startMS - 2*dayMS}))
		p.saved(p.RecordInteraction(ctx(), who, anna, desk.Interaction{Channel: "call_in", Reason: "loan", Text: "asked for a rate", PromiseText: "call back", PromiseDueMS: startMS + dayMS}))
		p.saved(p.RecordConsent(ctx(), who, anna, desk.ConsentAct{Purpose: "marketing", Channel: "phone", Withdraw: true, Evidence: "said so"}))
		p.saved(p.RecordConsent(ctx(), who, anna, desk.ConsentAct{Purpose: "marketing", Channel: "phone", Evidence: "form 12"}))
		for name, c := range map[string]struct {
			f    desk.StoryFilter
			want int
		}{
			"everything": {desk.StoryFilter{}, 5}, "talks": {desk.StoryFilter{Type: "talk"}, 2}, "consent": {desk.StoryFilter{Type: "consent"}, 2}, "tasks": {desk.StoryFilter{Type: "task"}, 1},
			"a channel": {desk.StoryFilter{Channel: "counter"}, 1}, "a reason": {desk.StoryFilter{Reason: "loan"}, 1}, "words": {desk.StoryFilter{Words: "card LOST"}, 1},
			"a time": {desk.StoryFilter{UntilMS: startMS - dayMS}, 1}, "since": {desk.StoryFilter{FromMS: startMS - dayMS}, 4}, "who wrote it": {desk.StoryFilter{Type: "talk", Words: "a teller"}, 2},
		} {
			lines, err := p.Story(ctx(), who, anna, c.f, 100)
			must(t, err)
			if len(lines) != c.want || !slices.IsSortedFunc(lines, func(a, b desk.StoryLine) int { return int(b.AtMS - a.AtMS) }) {
				t.Errorf("%s: %d lines, want %d", name, len(lines), c.want)
			}
		}
		if _, err := p.Story(ctx(), who, anna, desk.StoryFilter{Type: "gossip"}, 1); trouble(err) != "invalid bad_word type" {
			t.Error(trouble(err))
		}
		said, err := p.ConsentHistory(ctx(), who, anna, "marketing", "phone")
		must(t, err)
		if len(said) != 2 || said[0].Evidence != "form 12" || !said[1].Withdraws {
			t.Errorf("%+v", said)
		}
	})
}
