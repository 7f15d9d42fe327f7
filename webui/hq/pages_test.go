package hq

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"bough/node/desk"
	"bough/webui"
	"bough/webui/pagetest"

	"github.com/labstack/echo/v4"
)

func open(t *testing.T) *pagetest.Counter {
	t.Helper()
	return pagetest.Open(t, func(e *echo.Echo, o webui.Options) error {
		return Register(e, o, Panels{
			Fleet: func(context.Context) ([]NodeLine, error) { return nodes(), nil },
			Refused: func(context.Context) ([]desk.RefusedLine, error) {
				return []desk.RefusedLine{{AtMS: pagetest.NowMS, By: "Petr Malý", Branch: 74, Code: "not_allowed", Kind: "party", Typed: "name=Anna"}}, nil
			},
		})
	})
}

func TestAnAdministratorSeesTheFleetAndWhatWasRefused(t *testing.T) {
	c := open(t)
	c.Get("/signin").Says(t, `name="login"`)
	c.SignIn("root")
	c.Get("/").Says(t, "Fleet", "desk-4", "1,530", "/api/v1/openapi.json")
	c.Get("/refused").Says(t, "Petr Malý", "name=Anna", "Your role may not do this")
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
