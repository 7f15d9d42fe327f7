package office_test

import (
	"errors"
	"strings"
	"testing"

	"bough/crdt"
	"bough/node/crm"
	"bough/node/office"
	"bough/sync/central"
	"bough/sync/rows"
)

// last is the row that tells of the newest change that was not taken.
func (c *court) last() *rows.Stored {
	c.t.Helper()
	return c.row(crm.Refusal, crdt.ID(c.count(`SELECT max(id) FROM refusal`)))
}

func TestWhoDecidesSaysWhyAndStandsInTheRow(t *testing.T) {
	c := newCourt(t)
	warning := c.here.mint()
	c.here.write(c.here.session, set(crm.Warning, warning, crm.WarningParty, c.ada, crm.WarningLevel, "stop"))
	held := c.last()
	boss := rows.Actor{Person: c.person("manager1")}
	if held.Get(crm.RefusalState).S != crm.RefusalHeld {
		t.Errorf("nobody is told that it is held: %+v", held)
	}
	for _, why := range []string{"", "  ", strings.Repeat("x", office.MaxWhy+1)} {
		if err := c.Decide(ctx(), boss, held.ID, office.Verdict{Apply: true, Why: why}); !errors.Is(err, office.ErrWhy) {
			t.Errorf("%.10q is a reason: %v", why, err)
		}
	}
	must(t, c.Decide(ctx(), boss, held.ID, office.Verdict{Apply: true, Mine: true, Why: " the card is lost "}))
	r := c.last()
	if r.Get(crm.RefusalState).S != crm.RefusalApplied || r.Get(crm.RefusalDecider).ID() != boss.Person || r.Get(crm.RefusalWhy).S != "the card is lost" || r.Get(crm.RefusalDecided).IsNull() {
		t.Errorf("%+v", r)
	}
	if w := c.row(crm.Warning, warning); w == nil || w.Clocks[0].By != boss.Person {
		t.Errorf("%+v", w)
	}
	if err := c.Decide(ctx(), boss, held.ID, office.Verdict{Why: "again"}); !errors.Is(err, central.ErrDecided) {
		t.Error(err)
	}
}

func TestWhatIsAppliedAsItsAuthorsIsItsAuthors(t *testing.T) {
	c := newCourt(t)
	teller := c.person("teller1")
	c.now += 13 * 3600_000
	note := c.note(c.ada)
	c.here.write(c.here.session, note)
	must(t, c.Decide(ctx(), rows.Actor{Person: c.person("manager1")}, c.last().ID, office.Verdict{Apply: true, Why: "worked late"}))
	if r := c.row(crm.Interaction, note.ID); r == nil || r.Clocks[0].By != teller {
		t.Errorf("%+v", r)
	}
}

func TestWhatIsDroppedWhileItWaitsStaysDropped(t *testing.T) {
	c := newCourt(t)
	eve := c.here.mint()
	c.here.write(c.here.mint(), set(crm.Party, eve, crm.PartyName, "Eve", crm.PartyHome, 1))
	making := c.last().ID
	if code := c.here.write(c.here.session, set(crm.Party, eve, crm.PartyMemo, "typed words")); code != "waits" {
		t.Fatal(code)
	}
	boss := rows.Actor{Person: c.person("manager1")}
	must(t, c.Decide(ctx(), boss, c.last().ID, office.Verdict{Why: "of somebody else"}))
	must(t, c.Decide(ctx(), boss, making, office.Verdict{Apply: true, Mine: true, Why: "she was here"}))
	c.fates(map[string]int64{"no_session applied": 1, "waits dropped": 1})
	if r := c.row(crm.Party, eve); r == nil || r.Get(crm.PartyMemo).S != "" {
		t.Errorf("%+v", r)
	}
}

func TestNobodyVouchesThatAnotherSignedIn(t *testing.T) {
	c := newCourt(t)
	id := c.here.mint()
	c.here.write(id, without(c.here.opening(id, c.person("teller1"), c.keyOf("teller1")), crm.SessionSignature))
	session := c.last().ID
	c.here.write(id, c.note(c.ada))
	note := c.last().ID
	boss := rows.Actor{Person: c.person("manager1")}
	for _, held := range []crdt.ID{session, note} {
		for _, mine := range []bool{false, true} {
			if err := c.Decide(ctx(), boss, held, office.Verdict{Apply: true, Mine: mine && held == session, Why: "I know him"}); !errors.Is(err, central.ErrStuck) {
				t.Errorf("mine %t: %v", mine, err)
			}
		}
	}
	must(t, c.Decide(ctx(), boss, session, office.Verdict{Why: "forged"}))
	if r := c.row(crm.Refusal, note); r.Get(crm.RefusalState).S != crm.RefusalHeld || r.Get(crm.RefusalCode).S != "no_session" {
		t.Errorf("%+v", r)
	}
	must(t, c.Decide(ctx(), boss, note, office.Verdict{Apply: true, Mine: true, Why: "the note is right"}))
}

func TestWhatTheRulesForbidIsNotAppliedWhoeverAnswersForIt(t *testing.T) {
	c := newCourt(t)
	c.here.write(12345, set(crm.Party, c.zoe, crm.PartyMemo, "of another branch"))
	err := c.Decide(ctx(), rows.Actor{Person: c.person("manager1")}, c.last().ID, office.Verdict{Apply: true, Mine: true, Why: "please"})
	if !errors.Is(err, central.ErrStuck) || !strings.Contains(err.Error(), "does not belong to the branch") {
		t.Error(err)
	}
}
