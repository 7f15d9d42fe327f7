package teller

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"bough/crdt"
	"bough/node/crm"
	"bough/webui/pagetest"
)

// other is a second customer at the counter.
func other(c *pagetest.Counter, name string) crdt.ID {
	return c.Put(crm.Party, pagetest.Text(crm.PartyType, "organisation"), pagetest.Text(crm.PartyName, name), pagetest.Text(crm.PartyStatus, "customer"))
}

func TestACompanyIsPutBesideACustomerAndTakenAway(t *testing.T) {
	c, id := opening(t)
	firm := other(c, "Nord Holz s.r.o.")
	c.Get(page(id)).Says(t, page(id)+"/relate", "No relations are known.")
	c.Get(page(id)+"/relate?q=nord").Says(t, "Nord Holz s.r.o.", `value="`+firm.String()+`" checked`)
	c.Get("/pick?q=nord&not="+id.String()).Says(t, "Nord Holz s.r.o.")
	wrong := c.Post(page(id)+"/relate", "what", "relation", "q", "nord", "other", firm.String(), "type", "owner", "direction", "this", "share", "140 %")
	if wrong.Status != http.StatusUnprocessableEntity || !strings.Contains(wrong.Body, "between 0 and 100") || !strings.Contains(wrong.Body, "Nord Holz") {
		t.Errorf("a share of 140 %%: %d\n%s", wrong.Status, wrong.Body)
	}
	c.Post(page(id)+"/relate", "what", "relation", "other", firm.String(), "type", "owner", "direction", "this", "share", "37,5 %", "note", "founder").Leads(t, page(id)+"?saved=relation")
	shown := c.Get(page(id))
	shown.Says(t, "owner of", "Nord Holz s.r.o.", "37.5%", "founder", `class="chart around"`)
	c.Get(page(firm)).Says(t, "Owners hold 37.5% together.", "Anna Nováková")
	remove := regexp.MustCompile(`action="(/elements/\d+/remove)"`).FindStringSubmatch(shown.Body)[1]
	c.Post(remove, "kind", "relation", "party", id.String()).Leads(t, page(id)+"?saved=removed")
	c.Get(page(id)).Says(t, "No relations are known.")
}

func TestAHouseholdIsNamedAndJoined(t *testing.T) {
	c, id := opening(t)
	josef := c.Put(crm.Party, pagetest.Text(crm.PartyType, "person"), pagetest.Text(crm.PartyName, "Josef Novák"))
	if nameless := c.Post(page(id)+"/relate", "what", "household", "role", "head"); nameless.Status != http.StatusUnprocessableEntity {
		t.Errorf("no name: %d", nameless.Status)
	}
	c.Post(page(id)+"/relate", "what", "household", "name", "Novákovi", "role", "head").Leads(t, page(id)+"?saved=relation")
	form := c.Get(page(josef) + "/relate?what=household&q=anna")
	form.Says(t, "Novákovi", "Anna Nováková")
	group := regexp.MustCompile(`name="group" value="(\d+)"`).FindStringSubmatch(form.Body)[1]
	c.Post(page(josef)+"/relate", "what", "household", "group", group, "role", "partner").Leads(t, page(josef)+"?saved=relation")
	c.Get(page(id)).Says(t, "Novákovi", "Josef Novák", "partner")
}

func TestANoteOnTheWrongCustomerIsMoved(t *testing.T) {
	c, id := opening(t)
	firm := other(c, "Nord Holz s.r.o.")
	c.Post(page(id)+"/wrapup", "channel", "counter", "reason", "loan", "outcome", "done", "text", "Asked for a credit line")
	note := regexp.MustCompile(`href="(/notes/\d+)"`).FindStringSubmatch(c.Get(page(id)).Body)[1]
	c.Get(note+"?q=nord").Says(t, "Asked for a credit line", "Nord Holz s.r.o.")
	if nobody := c.Post(note, "act", "move", "reason", "the firm's"); nobody.Status != http.StatusUnprocessableEntity {
		t.Errorf("moved to nobody: %d", nobody.Status)
	}
	c.Post(note, "act", "move", "reason", "the firm's", "other", firm.String(), "q", "nord").Leads(t, page(id)+"?saved=note_move")
	left := c.Get(page(id))
	left.Says(t, "Moved to another customer:", "the firm's", "Jana Dvořáková")
	if strings.Contains(left.Body, "Asked for a credit line") {
		t.Error("the words of the note still stand where they were wrong")
	}
	c.Get(page(firm)).Says(t, "Asked for a credit line", "first written by Jana Dvořáková")
	c.Get(note).Says(t, "This note stands at another customer now.")
}

func TestTheTimelineIsNarrowed(t *testing.T) {
	c, id := opening(t)
	c.Post(page(id)+"/wrapup", "channel", "counter", "reason", "loan", "outcome", "done", "text", "Asked for a credit line")
	c.Post(page(id)+"/wrapup", "channel", "call_in", "reason", "card", "outcome", "done", "text", "Lost her card")
	c.Post(page(id)+"/consent", "purpose", "marketing", "channel", "phone", "act", "withdraw", "evidence", "said so")
	c.Get(page(id)+"/timeline").Says(t, "Asked for a credit line", "Lost her card", "said so", "3 entries")
	for query, want := range map[string]string{"type=talk": "2 entries", "type=talk&channel=call_in": "1 entry", "words=credit+LINE": "1 entry", "type=consent": "1 entry", "until=1999-01-01": "Nothing like this", "from=soon": "This is not a day", "from=yesterday&until=today": "3 entries"} {
		c.Get(page(id)+"/timeline?"+query).Says(t, want)
	}
	c.Get(page(id)+"/consent?purpose=marketing&channel=phone").Says(t, "What was said before", "said so")
}

func TestTagsAndWarningsStandOnTheCard(t *testing.T) {
	c, id := opening(t)
	c.Post(page(id)+"/tag", "tag", "garden club").Leads(t, page(id)+"?saved=tag")
	c.Get(page(id)).Says(t, `class="tag">garden club`)
	c.Post(page(id)+"/tag", "drop", "garden club").Leads(t, page(id)+"?saved=removed")
	if a := c.Post(page(id)+"/warn", "level", "stop", "text", "passport lost"); a.Status != http.StatusUnprocessableEntity && a.Status != http.StatusForbidden {
		t.Errorf("a teller warns: %d", a.Status)
	}
	c.SignIn("petr")
	c.Post(page(id)+"/warn", "level", "note", "text", "").Says(t, "Say what to look out for")
	c.Post(page(id)+"/warn", "level", "note", "text", "hard of hearing").Leads(t, page(id)+"?saved=warning")
	shown := c.Get(page(id))
	shown.Says(t, "hard of hearing", "/elements/")
	remove := regexp.MustCompile(`action="(/elements/\d+/remove)"`).FindStringSubmatch(shown.Body)[1]
	c.Post(remove, "kind", "warning", "party", id.String()).Leads(t, page(id)+"?saved=removed")
}

func TestWhoMayBeTheSameIsShownOnThePage(t *testing.T) {
	c, _ := opening(t)
	c.SignIn("petr")
	var ids []crdt.ID
	for _, name := range []string{"Eva Svobodová", "Eva Svobodova"} {
		ids = append(ids, c.Put(crm.Party, pagetest.Text(crm.PartyType, "person"), pagetest.Text(crm.PartyName, name), pagetest.Text(crm.PartyBirth, "1971-04-17")))
	}
	c.Get(page(ids[0])).Says(t, page(ids[0])+"/alike")
	c.Get(page(ids[0])+"/alike").Says(t, "Perhaps the same person", "Eva Svobodova", page(ids[0])+"/same?other="+ids[1].String())
	c.Get(page(ids[0])+"/same?other="+ids[1].String()).Says(t, "Alike in", "birth date")
	// Not the same, after all the same perhaps: asked again.
	c.Post(page(ids[0])+"/same", "other", ids[1].String(), "act", "distinct", "reason", "her daughter").Leads(t, page(ids[0])+"?saved=distinct")
	told := c.Get(page(ids[1]) + "/same")
	told.Says(t, "No other record looks like this one.", "Said to be others", "her daughter")
	back := regexp.MustCompile(`action="(/distinct/\d+/remove)"`).FindStringSubmatch(told.Body)[1]
	c.Post(back, "party", ids[1].String()).Leads(t, page(ids[1])+"?saved=maybe")
	c.Get(page(ids[1])+"/same").Says(t, "Eva Svobodová")
}
