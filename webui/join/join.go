package join

import (
	"context"
	"net/http"
	"strings"

	"bough/webui"

	"github.com/labstack/echo/v4"
)

// refreshAfter is how often the page of an arrival is loaded anew, seconds: often
// enough to look alive, and without a script.
const refreshAfter = "2"

// Acts is what the page does and shows.
type Acts struct {
	// Enrol joins the workstation to a branch. A *desk.Error of it is shown beside
	// the form, its field "url" or "code".
	Enrol func(ctx context.Context, url, code string) error
	// Arrival is how the first file of the workstation stands; nil: it has not
	// joined yet.
	Arrival func() *Arrival
	// Choose goes another way than the one it is on.
	Choose func(Source)
}

type joinView struct {
	Form      webui.Form
	URL, Code string
}

// Register serves the page on e; Options need no desk. An error is a fault of
// the embedded templates.
func Register(e *echo.Echo, o webui.Options, acts Acts) error {
	s, err := webui.New(e, o, webui.Plan{Home: "/", Find: "/"})
	if err != nil {
		return err
	}
	s.Open(http.MethodGet, "/", func(v *webui.Visit) error {
		if a := acts.Arrival(); a != nil {
			v.Response().Header().Set("Refresh", refreshAfter)
			return v.Show(http.StatusOK, "arriving", &arrivingView{Arrival: *a})
		}
		return v.Show(http.StatusOK, "join", &joinView{URL: v.QueryParam("url")})
	})
	s.Open(http.MethodPost, "/", func(v *webui.Visit) error {
		view := &joinView{URL: strings.TrimSpace(v.FormValue("url")), Code: strings.TrimSpace(v.FormValue("code"))}
		if acts.Arrival() == nil {
			if err := acts.Enrol(v.Ctx(), view.URL, view.Code); err != nil {
				return v.Again("join", view, &view.Form, err)
			}
		}
		return v.Redirect(http.StatusSeeOther, "/")
	})
	s.Open(http.MethodPost, "/way", func(v *webui.Visit) error {
		switch way := Source(v.FormValue("way")); way {
		case Again, Central, Feed:
			acts.Choose(way)
		}
		return v.Redirect(http.StatusSeeOther, "/")
	})
	return nil
}
