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

func TestAComplaintIsOpenedAcknowledgedAndAnswered(t *testing.T) {
	c, id := opening(t)
	c.Get(page(id)).Says(t, page(id)+"/case", "New case")
	c.Get(page(id)+"/case?type=complaint").Says(t, `value="complaint" data-digit="3" checked`)
	saved := c.Post(page(id)+"/case", "type", "complaint", "text", "Waited forty minutes.\r\nNobody at the second counter.")
	if saved.Status != http.StatusSeeOther || !strings.HasSuffix(saved.Location, "?saved=case") {
		t.Fatalf("saved as %d %s", saved.Status, saved.Location)
	}
	file := strings.TrimSuffix(saved.Location, "?saved=case")
	shown := c.Get(saved.Location)
	shown.Says(t, "Waited forty minutes.<br>Nobody", "Acknowledge", "Decide", "Print the slip", file+"/letters/0")
	c.Get(file+"/letters/0?slip=1").Says(t, `class="slip"`, "We have received your case", "Anna Nováková", "Waited forty minutes.")
	c.Post(file, "type", "acknowledged", "saw", hidden(t, shown, "saw")).Leads(t, file+"?saved=casestep")
	c.Get(file).Says(t, "Acknowledged in writing", "With a reply that gives the reasons")
	wrong := c.Post(file, "type", "resolved", "text", " ")
	if wrong.Status != http.StatusUnprocessableEntity {
		t.Errorf("resolved without a word: %d", wrong.Status)
	}
	c.Post(file, "type", "resolved", "text", "Apologised").Leads(t, file+"?saved=casestep")
	c.Get("/cases?tab=resolved").Says(t, "Anna Nováková", "Waited forty minutes.")
	c.Get("/cases").Says(t, "No cases here.")
}

func TestACaseIsFoundByTheNumberOnItsSlip(t *testing.T) {
	c, id := opening(t)
	saved := c.Post(page(id)+"/case", "type", "enquiry", "text", "A rate")
	file := strings.TrimSuffix(saved.Location, "?saved=case")
	number := regexp.MustCompile(`class="reference">([0-9A-Z-]+)<`).FindStringSubmatch(c.Get(file).Body)[1]
	c.Get("/cases?reference="+strings.ToLower(number)).Leads(t, file)
	c.Get("/cases?reference=123").Says(t, "There is a typing error")
}

func TestALostCardIsRedUntilTheCoreHasIt(t *testing.T) {
	c, id := opening(t)
	c.Put(crm.Parameter, pagetest.Text(crm.ParameterName, "hotline"), pagetest.Text(crm.ParameterValue, "+420 800 123 456"))
	c.Get(page(id)+"/case?type=service&key=card_block").Says(t, "+420 800 123 456", `value="card_block" selected`)
	c.Post(page(id)+"/case", "type", "service", "text", "Card lost in the tram", "key", "card_block")
	list := c.Get("/keying")
	list.Says(t, "Block a card", "Card lost in the tram", "Jana Dvořáková", "+420 800 123 456")
	settle := regexp.MustCompile(`action="(/keying/\d+)"`).FindStringSubmatch(list.Body)[1]
	if empty := c.Post(settle, "state", "keyed", "receipt", ""); empty.Status != http.StatusUnprocessableEntity {
		t.Errorf("keyed without a number: %d", empty.Status)
	}
	c.Post(settle, "state", "keyed", "receipt", "CB-4411", "saw", hidden(t, list, "saw")).Leads(t, "/keying?saved=keying")
	c.Get("/keying").Says(t, "The core has everything.", "CB-4411")
}

func TestATransferErrorTakesASumAsPeopleTypeIt(t *testing.T) {
	c, id := opening(t)
	typed := []string{"type", "transfer_error", "text", "Charged twice", "amount", "1 234,50", "currency", "EUR", "new_account", "1"}
	if wrong := c.Post(page(id)+"/case", "type", "transfer_error", "text", "x", "amount", "much", "currency", "EUR"); wrong.Status != http.StatusUnprocessableEntity {
		t.Errorf("a sum of words: %d", wrong.Status)
	}
	saved := c.Post(page(id)+"/case", typed...)
	file := strings.TrimSuffix(saved.Location, "?saved=case")
	c.Get(file).Says(t, "EUR 1,234.50", "Account opened in the last 30 days", "With a provisional credit by then")
	c.Post(file, "type", "credited", "amount", "1234.50", "currency", "EUR").Leads(t, file+"?saved=casestep")
	c.Get(file).Says(t, "Provisional credit", "EUR 1,234.50")
}

func TestAnUnknownCaseIsToldPlainly(t *testing.T) {
	c, _ := opening(t)
	a := c.Get("/cases/" + crdt.ID(5).String())
	if a.Status != http.StatusNotFound || !strings.Contains(a.Body, "There is no such case here") {
		t.Errorf("%d\n%s", a.Status, a.Body)
	}
}
