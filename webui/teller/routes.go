package teller

import (
	"net/http"

	"bough/node/crm"
	"bough/webui"
	"bough/webui/door"
	"bough/webui/manager"

	"github.com/labstack/echo/v4"
)

// Limits of the pages.
const (
	pickLimit     = 8    // to choose one of
	hitLimit      = 20   // lines of a find: more are read more slowly than typed away
	timelineLimit = 1000 // of the whole timeline: some years of a busy customer
	conflictLimit = 200  // of the list of conflicts
	evidenceRunes = 500  // of a reason or an evidence: a sentence or two
)

// Register serves the pages of a node on e. An error is a fault of the embedded
// templates.
func Register(e *echo.Echo, o webui.Options) error {
	s, err := webui.New(e, o, webui.Plan{Home: "/", Find: "/", Nav: nav(), Tours: tours()})
	if err != nil {
		return err
	}
	door.Routes(s)
	Pages(s)
	Visitors(s)
	manager.Pages(s)
	s.Signed(http.MethodGet, "/outage", outage)
	s.Signed(http.MethodGet, "/board", board)
	s.Signed(http.MethodGet, "/doctor", doctor)
	absence(s)
	return nil
}

// nav are the links of the head: those of every hour, then the rest.
func nav() []webui.NavItem {
	return append([]webui.NavItem{
		{Path: "/", Label: "nav.find"},
		{Path: "/day", Label: "nav.day", Key: "d"},
		{Path: "/cases", Label: "nav.cases", Key: "c"},
		{Path: "/keying", Label: "nav.keying"},
		{Path: "/prospects/new", Label: "nav.prospect", Key: "n", Act: crm.ActCreate},
		{Path: "/conflicts", Label: "nav.conflicts", More: true},
		{Path: "/moved", Label: "moved.title", More: true},
		{Path: "/board", Label: "nav.board", More: true},
		{Path: "/outage", Label: "nav.outage", Key: "o", More: true},
		{Path: "/stick", Label: "nav.stick", More: true},
	}, manager.Nav()...)
}

// tours are what somebody new is shown on the first day, by role.
func tours() map[string][]webui.TourStep {
	clerk := []webui.TourStep{{Path: "/", Key: "tour.find"}, {Path: "/", Key: "tour.customer"}, {Path: "/", Key: "tour.wrapup"}, {Path: "/day", Key: "tour.day"},
		{Path: "/cases", Key: "tour.cases"}, {Path: "/keying", Key: "tour.keying"}, {Path: "/outage", Key: "tour.outage"}, {Path: "/keys", Key: "tour.keys"}}
	manager := append([]webui.TourStep{{Path: "/today", Key: "tour.today"}, {Path: "/huddle", Key: "tour.huddle"}, {Path: "/quality", Key: "tour.quality"},
		{Path: "/conflicts", Key: "tour.conflicts"}, {Path: "/closing", Key: "tour.closing"}}, clerk...)
	return map[string][]webui.TourStep{"teller": clerk, "banker": clerk, "manager": manager}
}

// Pages registers find and everything about customers on a site.
func Pages(s *webui.Site) {
	s.Signed(http.MethodGet, s.Find, find)
	s.Signed(http.MethodGet, "/customers/:id", customer)
	s.Signed(http.MethodGet, "/customers/:id/timeline", opened(timeline))
	s.Signed(http.MethodPost, "/customers/:id/stop", passStop)
	s.Signed(http.MethodGet, "/customers/:id/wrapup", served(askWrapup))
	s.Signed(http.MethodPost, "/customers/:id/wrapup", served(saveWrapup))
	s.Signed(http.MethodGet, "/customers/:id/edit", opened(askDetails))
	s.Signed(http.MethodPost, "/customers/:id/edit", opened(saveDetails))
	s.Signed(http.MethodGet, "/customers/:id/reach/new", opened(askReach))
	s.Signed(http.MethodPost, "/customers/:id/reach/new", opened(addReach))
	s.Signed(http.MethodGet, "/customers/:id/reach/:reach", opened(askReach))
	s.Signed(http.MethodPost, "/customers/:id/reach/:reach", opened(editReach))
	s.Signed(http.MethodPost, "/customers/:id/reach/:reach/remove", opened(removeReach))
	s.Signed(http.MethodGet, "/customers/:id/consent", opened(askConsent))
	s.Signed(http.MethodPost, "/customers/:id/consent", opened(saveConsent))
	s.Signed(http.MethodGet, "/customers/:id/correction", opened(askCorrection))
	s.Signed(http.MethodPost, "/customers/:id/correction", opened(saveCorrection))
	s.Signed(http.MethodPost, "/tasks/:id", setTask)
	Tasks(s)
	Cases(s)
	Around(s)
	homes(s)
	s.Signed(http.MethodGet, "/feedback", askFeedback)
	s.Signed(http.MethodPost, "/feedback", saveFeedback)
	s.Signed(http.MethodGet, "/feedback/list", readFeedback)
	s.Signed(http.MethodGet, "/when/:as", when)
	s.Signed(http.MethodGet, "/conflicts", conflicts)
	s.Signed(http.MethodGet, "/copies", copies)
	s.Signed(http.MethodPost, "/conflicts/:id", settle)
	s.Signed(http.MethodGet, "/customers/:id/same", opened(askSame))
	s.Signed(http.MethodPost, "/customers/:id/same", opened(saveSame))
	s.Signed(http.MethodPost, "/links/:id/remove", unlink)
	s.Signed(http.MethodPost, "/distinct/:id/remove", maybeSame)
	s.Signed(http.MethodGet, "/prospects/new", askProspect)
	s.Signed(http.MethodPost, "/prospects/new", saveProspect)
	s.Signed(http.MethodPost, "/prospects/duplicates", duplicates)
}
