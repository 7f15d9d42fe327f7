package manager

import (
	"net/http"
	"strings"
	"testing"

	"github.com/labstack/echo/v4"

	"bough/crdt"
	"bough/node/crm"
	"bough/node/desk"
	"bough/webui"
	"bough/webui/door"
	"bough/webui/pagetest"
)

// register serves sign-in and the manager's pages.
func register(e *echo.Echo, o webui.Options) error {
	s, err := webui.New(e, o, webui.Plan{Home: "/closing", Find: "/", Nav: Nav()})
	if err != nil {
		return err
	}
	door.Routes(s)
	Pages(s)
	return nil
}

func party(c *pagetest.Counter, name string) crdt.ID {
	return c.Put(crm.Party, pagetest.Text(crm.PartyType, "person"), pagetest.Text(crm.PartyName, name), pagetest.Text(crm.PartyStatus, "prospect"))
}

func TestTheDayOfTheBranchIsCounted(t *testing.T) {
	c := pagetest.Open(t, register)
	anna := party(c, "Anna Nováková")
	at := func(field uint8, ms int64) crdt.FieldSet {
		return crdt.FieldSet{Field: field, Value: crdt.IntValue(ms)}
	}
	c.Put(crm.Interaction, pagetest.Ref(crm.InteractionParty, anna), pagetest.Text(crm.InteractionChannel, "counter"), at(crm.InteractionHappened, c.Now()-60_000))
	c.Put(crm.Task, pagetest.Ref(crm.TaskParty, anna), pagetest.Text(crm.TaskType, "promise"), pagetest.Text(crm.TaskText, "Call her"), at(crm.TaskDue, c.Now()-3600_000), pagetest.Text(crm.TaskState, "open"))
	c.Put(crm.Task, pagetest.Ref(crm.TaskParty, anna), pagetest.Text(crm.TaskType, "promise"), at(crm.TaskDue, c.Now()-7200_000), pagetest.Text(crm.TaskState, "kept"))
	c.SignIn("petr")
	c.Get("/today").Says(t, "Branch today", "Promises overdue", "50%", "Call her", `class="chart bars"`)
	c.Get("/huddle").Says(t, "Morning huddle", "What we agree on", "Call her")
	for range sheetLate {
		c.Put(crm.Task, pagetest.Ref(crm.TaskParty, anna), pagetest.Text(crm.TaskType, "promise"), pagetest.Text(crm.TaskText, "Long ago"), at(crm.TaskDue, c.Now()-100*24*3600_000), pagetest.Text(crm.TaskState, "open"))
	}
	c.Get("/today").Says(t, "<dd>9</dd>", "50%", "Call her") // of the last 30 days still one of two was kept
	sheet := c.Get("/huddle")
	sheet.Says(t, "<dd>9</dd>", "Long ago", "and 1 more")
	if strings.Contains(sheet.Body, "Call her") {
		t.Error("the sheet is longer than a sheet")
	}
}

func TestATellerSeesTheClosingButNotTheBranch(t *testing.T) {
	c := pagetest.Open(t, register)
	c.SignIn("jana")
	for _, path := range []string{"/today", "/huddle", "/quality"} {
		if a := c.Get(path); a.Status != http.StatusForbidden {
			t.Errorf("%s answers %d", path, a.Status)
		}
	}
	c.Get("/closing").Says(t, "Closing", "may be switched off", "Every visit is wrapped up.")
}

func TestAVisitWithoutAWordIsOfferedAtClosingUntilSomethingIsWritten(t *testing.T) {
	c := pagetest.Open(t, register)
	anna, eva := party(c, "Anna Nováková"), party(c, "Eva Malá")
	_, jana, err := c.Desk.SignIn(t.Context(), "jana", pagetest.Password, false)
	must(t, err)
	for _, id := range []crdt.ID{anna, eva} {
		_, err := c.Desk.Customer(t.Context(), jana, id)
		must(t, err)
	}
	c.SignIn("jana")
	c.Get("/closing").Says(t, "Opened today without a word", `href="/customers/`+anna.String()+`/wrapup"`, "Eva Malá")
	_, err = c.Desk.RecordInteraction(t.Context(), jana, anna, desk.Interaction{Channel: "counter", Text: "typed in from paper", HappenedMS: c.Now() - 30*3600_000})
	must(t, err)
	a := c.Get("/closing")
	a.Says(t, "Eva Malá")
	if strings.Contains(a.Body, "Anna Nováková") {
		t.Error("somebody who was written of is still offered")
	}
}

func TestWhatIsNotGoodInTheDataIsListedByKind(t *testing.T) {
	c := pagetest.Open(t, register)
	anna := party(c, "Anna Nováková")
	c.Put(crm.Reach, pagetest.Ref(crm.ReachParty, anna), pagetest.Text(crm.ReachChannel, "phone"), pagetest.Text(crm.ReachValue, "+420 12"))
	party(c, "Nobody Reachable")
	c.SignIn("petr")
	c.Get("/quality").Says(t, "2 customers were looked at", "+420 12", "Anna Nováková")
	c.Get("/quality?kind=no_reach").Says(t, "Nobody Reachable")
}
