package hq

import (
	"net/http"

	"bough/node/crm"
	"bough/webui"
	"bough/webui/door"
	"bough/webui/teller"

	"github.com/labstack/echo/v4"
)

// Register serves the pages of central on e. An error is a fault of the
// embedded templates.
func Register(e *echo.Echo, o webui.Options, p Panels) error {
	s, err := webui.New(e, o, webui.Plan{Central: true, Home: "/", Find: "/find", Nav: []webui.NavItem{
		{Path: "/", Label: "nav.fleet", Act: crm.ActFleet},
		{Path: "/refused", Label: "nav.refused", Act: crm.ActFleet},
		{Path: "/erasures", Label: "nav.erasures", Act: crm.ActErase},
		{Path: "/find", Label: "nav.find", Act: crm.ActRead},
		{Path: "/conflicts", Label: "nav.conflicts", Act: crm.ActRead},
		{Path: "/prospects/new", Label: "nav.prospect", Key: "n", Act: crm.ActCreate},
		{Path: "/api/v1/openapi.json", Label: "nav.api"},
	}})
	if err != nil {
		return err
	}
	door.Routes(s)
	teller.Pages(s)
	s.Signed(http.MethodGet, "/", p.fleet)
	s.Signed(http.MethodGet, "/refused", p.refused)
	s.Signed(http.MethodPost, "/refused/:id", p.decide)
	s.Signed(http.MethodGet, "/erasures", p.erasures)
	s.Signed(http.MethodPost, "/erasures", p.orderErasure)
	s.Signed(http.MethodPost, "/erasures/:n", p.decideErasure)
	return nil
}
