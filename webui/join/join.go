package join

import (
	"context"
	"net/http"
	"strings"

	"bough/webui"

	"github.com/labstack/echo/v4"
)

// Enrol joins the workstation to a branch. A *desk.Error of it is shown beside
// the form, its field "url" or "code".
type Enrol func(ctx context.Context, url, code string) error

type joinView struct {
	Form      webui.Form
	URL, Code string
}

// Register serves the page on e; Options need no desk. An error is a fault of
// the embedded templates.
func Register(e *echo.Echo, o webui.Options, enrol Enrol) error {
	s, err := webui.New(e, o, webui.Plan{Home: "/", Find: "/"})
	if err != nil {
		return err
	}
	s.Open(http.MethodGet, "/", func(v *webui.Visit) error {
		return v.Show(http.StatusOK, "join", &joinView{URL: v.QueryParam("url")})
	})
	s.Open(http.MethodPost, "/", func(v *webui.Visit) error {
		view := &joinView{URL: strings.TrimSpace(v.FormValue("url")), Code: strings.TrimSpace(v.FormValue("code"))}
		if err := enrol(v.Ctx(), view.URL, view.Code); err != nil {
			return v.Again("join", view, &view.Form, err)
		}
		return v.Show(http.StatusOK, "joined", nil)
	})
	return nil
}
