package hq

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"bough/node/crm"
	"bough/webui/pagetest"
)

func TestAReasonOfTheBankIsOfferedPickedAndReadInBothLanguagesAndAfterItIsRetired(t *testing.T) {
	c := open(t)
	party := c.Put(crm.Party, pagetest.Text(crm.PartyType, "person"), pagetest.Text(crm.PartyName, "Anna Malá")).String()
	c.SignIn("root")
	c.Post("/lists/reason", "english", "Safe deposit box", "chinese", "保管箱").Leads(t, "/lists?list=reason&saved=list_entry")
	c.Post("/lists/reason/act", "code", "safe_deposit_box", "do", "up").Leads(t, "/lists?list=reason&saved=list_entry")
	c.Get("/lists").Says(t, "Safe deposit box", "保管箱", "comes with bough")
	form := c.Get("/customers/" + party + "/wrapup")
	form.Says(t, "Safe deposit box")
	if strings.Index(form.Body, "Safe deposit box") > strings.Index(form.Body, `value="other"`) {
		t.Error("moved up, it still stands below the last")
	}
	if a := c.Post("/customers/"+party+"/wrapup", "channel", "counter", "reason", "safe_deposit_box", "outcome", "done", "text", "asked for the key"); a.Status != http.StatusSeeOther {
		t.Fatalf("%d %s", a.Status, a.Body)
	}
	c.Post("/lists/reason/act", "code", "safe_deposit_box", "do", "retire").Leads(t, "/lists?list=reason&saved=list_entry")
	if a := c.Get("/customers/" + party + "/wrapup"); strings.Contains(a.Body, "Safe deposit box") {
		t.Error("a retired reason is offered")
	}
	c.Get("/customers/"+party).Says(t, "Safe deposit box", "asked for the key")
	c.Get("/language?to=zh&back=/").Leads(t, "/")
	c.Get("/customers/"+party).Says(t, "保管箱")
	if a := c.Post("/lists/reason", "english", "x", "chinese", ""); a.Status != http.StatusUnprocessableEntity {
		t.Errorf("a word in one language was taken: %d", a.Status)
	}
	if a := c.Post("/lists/nothing", "english", "x", "chinese", "x"); a.Status != http.StatusUnprocessableEntity {
		t.Errorf("%d", a.Status)
	}
}

func TestATextOfAWarningIsThereToBePicked(t *testing.T) {
	c := open(t)
	party := c.Put(crm.Party, pagetest.Text(crm.PartyType, "person"), pagetest.Text(crm.PartyName, "Anna Malá")).String()
	c.SignIn("root")
	c.Post("/lists/warning", "english", "Speak up", "chinese", "请大声说话").Leads(t, "/lists?list=warning&saved=list_entry")
	c.Get("/customers/"+party+"/warn").Says(t, `<option value="Speak up">`)
}

func TestALetterIsTriedOutSavedAsANewVersionAndBroughtBack(t *testing.T) {
	c := open(t)
	c.SignIn("root")
	letter := []string{"letter", "Acknowledgement", "type", "acknowledgement", "in", "en", "subject", "Your case {reference}"}
	c.Post("/letters", append(letter, "body", "Dear {greeting}, by {due}.", "do", "preview")...).Says(t, "Dear Mrs Novak, by ", "Your case A-000042-17")
	c.Post("/letters", append(letter, "body", "Dear {greting}.")...).Says(t, "greting")
	c.Post("/letters", append(letter, "body", "First {greeting}.")...).Leads(t, "/letters?saved=letter")
	c.Post("/letters", append(letter, "body", "Second {greeting}.")...).Leads(t, "/letters?saved=letter")
	page := c.Get("/letters?" + url.Values{"type": {"acknowledgement"}, "letter": {"Acknowledgement"}, "in": {"en"}}.Encode())
	page.Says(t, "Second {greeting}.", "retired")
	old := regexp.MustCompile(`/letters/(\d+)/act" class="inline"><button name="do" value="offer"`).FindStringSubmatch(page.Body)
	c.Post("/letters/"+old[1]+"/act", "do", "offer").Leads(t, "/letters?saved=letter")
	c.Get("/letters?type=acknowledgement&letter=Acknowledgement&in=en").Says(t, "First {greeting}.")
}

func TestADeadlineIsTriedOutSetAndTakenBack(t *testing.T) {
	c := open(t)
	c.SignIn("root")
	rule := []string{"type", "enquiry", "country", "", "answer", "2b", "day", "2026-11-20"}
	c.Post("/rules", append(rule, "do", "preview")...).Says(t, "A case received on 20 Nov 2026", "24 Nov 2026")
	c.Post("/rules", append(rule, "acknowledge", "soon")...).Says(t, "10b for ten business days")
	c.Post("/rules", rule...).Leads(t, "/rules?saved=case_rule")
	page := c.Get("/rules")
	page.Says(t, "2b")
	id := regexp.MustCompile(`/rules/(\d+)/act`).FindStringSubmatch(page.Body)[1]
	c.Post("/rules/"+id+"/act", "do", "drop").Leads(t, "/rules?dropped="+id+"&saved=case_rule")
	c.Get("/rules?dropped="+id).Says(t, "Undo")
	c.Post("/rules/"+id+"/act", "do", "again").Leads(t, "/rules?saved=case_rule")
	c.SignIn("petr")
	for _, path := range []string{"/lists", "/letters", "/rules"} {
		if a := c.Get(path); a.Status != http.StatusForbidden {
			t.Errorf("a manager sets up the bank at %s: %d", path, a.Status)
		}
	}
}
