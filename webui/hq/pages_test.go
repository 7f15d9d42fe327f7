package hq

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"bough/crdt"
	"bough/node/crm"
	"bough/node/desk"
	"bough/node/office"
	"bough/webui"
	"bough/webui/pagetest"

	"github.com/google/go-cmp/cmp"
	"github.com/labstack/echo/v4"
)

func open(t *testing.T) *pagetest.Counter {
	c, _ := openOffice(t)
	return c
}

// openOffice is head office, with the decisions that its pages took.
func openOffice(t *testing.T) (*pagetest.Counter, *[]string) {
	t.Helper()
	var decisions []string
	c := pagetest.OpenOffice(t, func(e *echo.Echo, o webui.Options, f *office.Office) error {
		return Register(e, o, Panels{
			Setup:    NewSetup(o.Desk, f),
			Erasures: erasuresHere(),
			Fleet:    func(context.Context) ([]NodeLine, error) { return nodes(), nil },
			Refused: func(context.Context) ([]desk.RefusedLine, error) {
				return append(held(), desk.RefusedLine{AtMS: pagetest.NowMS, By: "Petr Malý", Branch: 74, Code: "not_allowed", Kind: "party", Row: 1, Party: 1, Typed: "name=Anna"}), nil
			},
			Decide: func(_ context.Context, who *desk.Who, id crdt.ID, d Decision) error {
				decisions = append(decisions, fmt.Sprintln(id, d.Apply, d.Mine, d.Why))
				return nil
			},
		})
	})
	return c, &decisions
}

func TestAnAdministratorDecidesOnWhatIsHeld(t *testing.T) {
	c, decisions := openOffice(t)
	c.SignIn("root")
	c.Get("/refused").Says(t, "Held changes", "lost card", "Head office cannot read it", `action="/refused/77"`, "Apply as mine")
	for _, do := range []string{"apply", "mine", "drop"} {
		if a := c.Post("/refused/77", "do", do, "why", "rang him"); a.Status != http.StatusSeeOther {
			t.Errorf("%s: %d %s", do, a.Status, a.Body)
		}
	}
	if a := c.Post("/refused/77", "do", "burn", "why", "x"); a.Status != http.StatusUnprocessableEntity {
		t.Errorf("%d", a.Status)
	}
	if d := cmp.Diff([]string{"77 true false rang him\n", "77 true true rang him\n", "77 false false rang him\n"}, *decisions); d != "" {
		t.Error(d)
	}
	c.SignIn("jana")
	if a := c.Post("/refused/77", "do", "drop", "why", "x"); a.Status != http.StatusForbidden {
		t.Errorf("a teller decides: %d", a.Status)
	}
}

func TestAnAdministratorSeesTheFleetAndWhatWasRefused(t *testing.T) {
	c := open(t)
	c.Get("/signin").Says(t, `name="login"`)
	c.SignIn("root")
	c.Get("/").Says(t, "Fleet", "desk-4", "1,530", "/api/v1/openapi.json")
	c.Get("/refused").Says(t, "Petr Malý", "<dt>Legal name</dt><dd>Anna", "The role of its author may not do this")
	if of := c.Value(`SELECT max(party) FROM looked WHERE how='read'`); of != "1" {
		t.Errorf("that a refused value of customer 1 was shown is noted of %q", of)
	}
	c.Get("/find").Says(t, "Find a customer")
}

func TestATellerSeesNoFleet(t *testing.T) {
	c := open(t)
	c.SignIn("jana")
	c.Get("/").Leads(t, "/find")
	if a := c.Get("/refused"); a.Status != http.StatusForbidden {
		t.Errorf("refused changes answer a teller with %d", a.Status)
	}
	if a := c.Get("/find"); strings.Contains(a.Body, `href="/refused"`) {
		t.Error("the head offers a teller what only head office may see")
	}
}

func TestWhatIsSavedAtCentralIsAtHeadOffice(t *testing.T) {
	c := open(t)
	c.SignIn("root")
	saved := c.Post("/prospects/new", "type", "organisation", "name", "Nord Holz s.r.o.")
	if saved.Status != http.StatusSeeOther {
		t.Fatalf("%d %s", saved.Status, saved.Body)
	}
	a := c.Get(saved.Location)
	a.Says(t, "steps-at_head_office", "Nord Holz s.r.o.")
	if strings.Contains(a.Body, `id="line"`) {
		t.Error("central speaks of a line")
	}
}

// erasuresHere keeps one order in memory.
func erasuresHere() Erasures {
	var orders []ErasureLine
	return Erasures{
		List: func(context.Context) ([]ErasureLine, error) { return orders, nil },
		Order: func(_ context.Context, who *desk.Who, party crdt.ID, basis, reference string) error {
			if reference == "" {
				return &desk.Error{Reason: desk.Invalid, Code: "erasure_reference", Field: "reference", Message: "Say where the case is kept."}
			}
			orders = append(orders, ErasureLine{N: 5, Party: party, Basis: basis, Reference: reference, By: who.Name, ByID: who.Person})
			return nil
		},
		Confirm: func(_ context.Context, who *desk.Who, n int64) error {
			if who.Person == orders[0].ByID {
				return &desk.Error{Reason: desk.Invalid, Code: "erasure_second", Message: "Somebody else confirms."}
			}
			return nil
		},
		Drop: func(context.Context, int64) error { orders = nil; return nil },
	}
}

func TestAnErasureIsOrderedAndWaitsForASecondPerson(t *testing.T) {
	c := open(t)
	c.SignIn("root")
	c.Put(crm.Party, pagetest.Text(crm.PartyType, "person"), pagetest.Text(crm.PartyName, "Zoe Black"), pagetest.Text(crm.PartyStatus, "prospect"))
	zoe := c.Put(crm.Party, pagetest.Text(crm.PartyType, "person"), pagetest.Text(crm.PartyName, "Zoe White"), pagetest.Text(crm.PartyStatus, "prospect")).String()
	if _, err := c.Office.Local.Index(t.Context(), 100); err != nil {
		t.Fatal(err)
	}
	c.Get("/erasures").Says(t, `name="customer"`, "no way back")
	c.Get("/erasures?customer=zoe").Says(t, "Which of these?", "Zoe Black", `href="/erasures?party=`+zoe+`#order"`)
	c.Get("/erasures?customer="+zoe).Says(t, "Zoe White", `value="`+zoe+`"`, "Request of the customer")
	for _, query := range []string{"customer=nobody+known", "party=4294967301", "party=x"} {
		if a := c.Get("/erasures?" + query); a.Status != http.StatusUnprocessableEntity || !strings.Contains(a.Body, "There is no such customer") {
			t.Errorf("%s: %d", query, a.Status)
		}
	}
	if a := c.Post("/erasures", "party", zoe, "basis", "request", "reference", ""); a.Status != http.StatusUnprocessableEntity || !strings.Contains(a.Body, "where the case is kept") {
		t.Errorf("%d %s", a.Status, a.Body)
	}
	c.Post("/erasures", "party", zoe, "basis", "request", "reference", "file 17").Leads(t, "/erasures?saved=erasure")
	c.Get("/erasures").Says(t, "Zoe White", "file 17", "waits for a second person")
	if a := c.Post("/erasures/5", "act", "confirm"); a.Status != http.StatusUnprocessableEntity {
		t.Errorf("who ordered it confirmed it: %d", a.Status)
	}
	c.Post("/erasures/5", "act", "drop").Leads(t, "/erasures?saved=erasure_decided")
	c.Get("/erasures").Says(t, "No erasure was ordered")
	c.SignIn("jana")
	if a := c.Get("/erasures"); a.Status != http.StatusForbidden {
		t.Errorf("a teller sees orders: %d", a.Status)
	}
}
