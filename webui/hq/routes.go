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
		{Path: "/moves", Label: "moves.title", Act: crm.ActAnywhere, More: true},
		{Path: "/find", Label: "nav.find", Act: crm.ActRead},
		{Path: "/conflicts", Label: "nav.conflicts", Act: crm.ActRead},
		{Path: "/prospects/new", Label: "nav.prospect", Key: "n", Act: crm.ActCreate},
		{Path: "/audit", Label: "audit.title", Act: crm.ActAudit, More: true},
		{Path: "/lookups", Label: "lookups.title", Act: crm.ActPeople, More: true},
		{Path: "/imports", Label: "imports.title", Act: crm.ActImport, More: true},
		{Path: "/people", Label: "nav.people", Act: crm.ActPeople, More: true},
		{Path: "/leases", Label: "nav.leases", Act: crm.ActFleet, More: true},
		{Path: "/sticks", Label: "nav.sticks", Act: crm.ActFleet, More: true},
		{Path: "/restored", Label: "restored.title", Act: crm.ActFleet, More: true},
		{Path: "/fieldrights", Label: "fieldrights.title", Act: crm.ActPeople, More: true},
		{Path: "/branches", Label: "branches.title", Act: crm.ActSetUp, More: true},
		{Path: "/calendar", Label: "calendar.title", Act: crm.ActSetUp, More: true},
		{Path: "/parameters", Label: "parameters.title", Act: crm.ActSetUp, More: true},
		{Path: "/lists", Label: "lists.title", Act: crm.ActSetUp, More: true},
		{Path: "/letters", Label: "letters.title", Act: crm.ActSetUp, More: true},
		{Path: "/rules", Label: "rules.title", Act: crm.ActSetUp, More: true},
		{Path: "/feedback/list", Label: "feedback.list", Act: crm.ActManage, More: true},
		{Path: "/api/v1/openapi.json", Label: "nav.api", More: true},
	}, Tours: map[string][]webui.TourStep{"admin": {{Path: "/", Key: "tour.fleet"}, {Path: "/refused", Key: "tour.refused"}, {Path: "/people", Key: "tour.people"},
		{Path: "/fieldrights", Key: "tour.fieldrights"}, {Path: "/erasures", Key: "tour.erasures"}, {Path: "/keys", Key: "tour.keys"}},
		"auditor": {{Path: "/audit", Key: "tour.audit"}, {Path: "/audit/proof", Key: "tour.proof"}, {Path: "/keys", Key: "tour.keys"}}}})
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
	s.Signed(http.MethodGet, "/restored", p.restored)
	s.Signed(http.MethodPost, "/restored", p.takeRest)
	p.movePages(s)
	s.Signed(http.MethodGet, "/audit", p.audit)
	s.Signed(http.MethodGet, "/audit.csv", p.auditFile)
	s.Signed(http.MethodGet, "/audit/proof", p.proof)
	s.Signed(http.MethodPost, "/audit/prove", p.prove)
	p.absence(s)
	p.importPages(s)
	p.settings(s)
	return nil
}

// settings are the pages by which head office sets the bank up.
func (p Panels) settings(s *webui.Site) {
	s.Signed(http.MethodGet, "/lookups", p.curious)
	s.Signed(http.MethodGet, "/people", p.people)
	s.Signed(http.MethodPost, "/people", p.addPerson)
	s.Signed(http.MethodGet, "/people/:id", p.person)
	s.Signed(http.MethodPost, "/people/:id", p.changePerson)
	s.Signed(http.MethodPost, "/people/:id/lock", p.lockPerson)
	s.Signed(http.MethodPost, "/people/:id/password", p.resetPerson)
	s.Signed(http.MethodGet, "/fieldrights", p.fieldRights)
	s.Signed(http.MethodPost, "/fieldrights", p.saveFieldRights)
	s.Signed(http.MethodGet, "/branches", p.showBranches)
	s.Signed(http.MethodPost, "/branches", p.addBranch)
	s.Signed(http.MethodGet, "/branches/:number", p.showBranch)
	s.Signed(http.MethodPost, "/branches/:number", p.saveBranch)
	s.Signed(http.MethodGet, "/calendar", p.calendar)
	s.Signed(http.MethodPost, "/calendar", p.takeDays)
	s.Signed(http.MethodPost, "/calendar/act", p.endDays)
	s.Signed(http.MethodGet, "/parameters", p.parameters)
	s.Signed(http.MethodPost, "/parameters", p.setParameter)
	s.Signed(http.MethodGet, "/lists", p.showList)
	s.Signed(http.MethodPost, "/lists/:list", p.saveEntry)
	s.Signed(http.MethodPost, "/lists/:list/act", p.actOnEntry)
	s.Signed(http.MethodGet, "/letters", p.letters)
	s.Signed(http.MethodPost, "/letters", p.saveLetter)
	s.Signed(http.MethodPost, "/letters/:id/act", p.retireLetter)
	s.Signed(http.MethodGet, "/rules", p.rules)
	s.Signed(http.MethodPost, "/rules", p.saveRule)
	s.Signed(http.MethodPost, "/rules/:id/act", p.dropRule)
}
