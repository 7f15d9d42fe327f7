package teller

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"bough/crdt"
	"bough/node/crm"
	"bough/node/directory"
	"bough/node/store"
	"bough/sync/rows"
	"bough/webui/pagetest"

	"github.com/chromedp/chromedp"
)

// visiting is a counter that has the entry of somebody of another branch, as the
// feed brings it.
func visiting(t *testing.T, warning string) (*pagetest.Counter, crdt.ID) {
	c := pagetest.Open(t, Register)
	var secret []byte
	err := c.Office.Central.File.Read(context.Background(), func(tx *rows.Tx) (err error) {
		secret, err = store.DirectorySecret(tx)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	c.Put(crm.BranchKind, crdt.FieldSet{Field: crm.BranchNumber, Value: crdt.IntValue(74)}, pagetest.Text(crm.BranchName, "Ostrava"))
	fields := []crdt.FieldSet{pagetest.Text(crm.DirectoryName, "A••• N•••"), pagetest.Text(crm.DirectoryType, "person"), {Field: crm.DirectoryHome, Value: crdt.IntValue(74)},
		pagetest.Text(crm.DirectoryLanguage, "cs")}
	if warning != "" {
		fields = append(fields, pagetest.Text(crm.DirectoryWarning, warning))
	}
	fields = append(fields, pagetest.Text(crm.DirectoryRefused, "marketing/phone"),
		pagetest.Text(crm.DirectoryKeys, directory.Keys(secret, directory.Known{Names: []string{"Anna Nováková"}, Births: []string{"1980-03-04"}})))
	id := c.Put(crm.Directory, fields...)
	c.SignIn("jana")
	return c, id
}

func TestAVisitorIsFoundAndServedOnPages(t *testing.T) {
	c, id := visiting(t, "")
	c.Get("/?q=nov").Says(t, `href="/visitors?q=nov"`)
	c.Get("/visitors?q=nov").Says(t, "That is not enough")
	c.Get("/visitors?q=nov+1980-03-05").Says(t, "Nobody in the directory")
	found := c.Get("/visitors?q=nov+1980-03-04")
	found.Says(t, "A••• N•••", "Ostrava", visitorPage(id))
	shown := c.Get(visitorPage(id))
	shown.Says(t, "A••• N•••", "At home in Ostrava", "no marketing", "/customers/"+id.String()+"/wrapup")
	if strings.Contains(found.Body+shown.Body, "Anna") || strings.Contains(shown.Body, "Make this branch their home") {
		t.Error("the page shows more than the directory tells, or a teller may take her in")
	}
	c.Get(page(id)+"?saved=wrapup").Leads(t, visitorPage(id)+"?saved=wrapup")
	c.Get(page(id)+"/wrapup").Says(t, "A••• N•••", "wrapup-text")
	c.Post(page(id)+"/wrapup", "channel", "counter", "reason", "card", "outcome", "done", "text", "lost her card").Leads(t, page(id)+"?saved=wrapup")
	c.Post(page(id)+"/task", "type", "task", "text", "send the form").Leads(t, page(id)+"?saved=newtask")
	c.Get(visitorPage(id)).Says(t, "lost her card", "send the form")
	c.Get("/day").Says(t, "A••• N•••")
	if a := c.Get(page(id) + "/edit"); a.Status != http.StatusNotFound {
		t.Errorf("details of a stranger: %d", a.Status)
	}
	c.Post(visitorPage(id)+"/refuse", "purpose", "service", "channel", "sms").Leads(t, visitorPage(id)+"?saved=consent")
	if a := c.Get(visitorPage(12345)); a.Status != http.StatusNotFound {
		t.Errorf("nobody: %d", a.Status)
	}
}

func TestAStopOfAVisitorIsPassedWithAReasonFirst(t *testing.T) {
	c, id := visiting(t, "stop")
	shown := c.Get(visitorPage(id))
	shown.Says(t, "has put a stop")
	if strings.Contains(shown.Body, "/wrapup") {
		t.Error("the page opens before the stop is passed")
	}
	c.Get(page(id)+"/wrapup").Leads(t, visitorPage(id))
	c.Post(visitorPage(id)+"/refuse", "purpose", "service", "channel", "sms").Leads(t, visitorPage(id))
	if a := c.Post(visitorPage(id)+"/stop", "reason", " "); a.Status != http.StatusUnprocessableEntity {
		t.Errorf("without a reason: %d", a.Status)
	}
	c.Post(visitorPage(id)+"/stop", "reason", "asked the home branch").Leads(t, visitorPage(id)+"?saved=stop")
	c.Get(visitorPage(id)).Says(t, "/wrapup", "asked the home branch")
}

func TestAVisitorIsServedInABrowserByKeyboardAlone(t *testing.T) {
	c, id := visiting(t, "")
	b := firstTab(t)
	b.does(signIn(c),
		chromedp.Navigate(c.URL+"/visitors"),
		chromedp.SendKeys("#visitor", "nov 1980-03-04\r", chromedp.ByQuery),
		chromedp.WaitVisible(".hit-stranger", chromedp.ByQuery),
		chromedp.Focus(".hit-stranger", chromedp.ByQuery),
		chromedp.KeyEvent("\r"),
		sees(`document.querySelector(".card-visitor") && document.readyState === "complete"`),
		chromedp.KeyEvent("w"),
		chromedp.WaitVisible("#wrapup-text", chromedp.ByQuery),
		chromedp.SendKeys("#wrapup-text", "lost her card", chromedp.ByQuery),
		chromedp.Click("#panel button.main", chromedp.ByQuery),
		sees(`document.querySelector("main").innerText.includes("lost her card") && location.pathname == "`+visitorPage(id)+`"`),
		// Her record comes while the page is open: it becomes the page of a customer.
		chromedp.ActionFunc(func(ctx context.Context) error {
			c.PutAs(crm.Party, id, pagetest.Text(crm.PartyType, "person"), pagetest.Text(crm.PartyName, "Anna Nováková"))
			return nil
		}),
		sees(`location.pathname == "`+page(id)+`" && document.querySelector("h1").innerText.includes("Anna Nováková")`))
}
