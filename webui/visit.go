package webui

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"bough/crdt"
	"bough/node/crm"
	"bough/node/desk"
	"bough/webui/words"

	"github.com/labstack/echo/v4"
)

// Visit is one request of a page: who asks, in which language.
type Visit struct {
	echo.Context
	Site  *Site
	L     *words.Language
	Who   *desk.Who // nil on open pages
	Token string    // of the session, or empty
}

// Sheet is what the layout of a page shows around a view.
type Sheet struct {
	*Site
	Page    string
	Path    string // of this request, to come back to
	Who     *desk.Who
	Line    *desk.Outage // nil at central and for those who are not signed in
	Clock   *desk.Clock  // nil where the clock of the PC is right, or nobody asks
	Trouble string       // code of the error why nothing can be saved; empty: it can
	Saved   string       // what was just saved, key of its sentence
	Fields  []string     // which fields, where that helps
	Visible []NavItem
	Route   string // of the page, without anybody's number
	Tour    *Stop  // of the first-day tour; nil: not on it
	Offer   bool   // of the tour
	View    any
}

// BranchName is the branch in the head of the page.
func (s *Sheet) BranchName() string { return s.Branch() }

// Finds reports whether the reader may find customers.
func (s *Sheet) Finds() bool {
	return slices.ContainsFunc(s.Visible, func(n NavItem) bool { return n.Path == s.Find })
}

// HasMore reports whether there are links behind "more".
func (s *Sheet) HasMore() bool {
	return slices.ContainsFunc(s.Visible, func(n NavItem) bool { return n.More })
}

// visited makes a Visit of a request and a page of what goes wrong with it.
func (s *Site) visited(act Act) echo.HandlerFunc {
	return func(c echo.Context) error {
		v := &Visit{Context: c, Site: s, L: s.languageOf(c.Request())}
		if cookie, err := c.Cookie(s.Cookie); err == nil {
			v.Token = cookie.Value
		}
		err := v.readForm()
		if err == nil {
			s.lists.fresh(v)
			err = act(v)
		}
		if err != nil {
			return v.fail(err)
		}
		return nil
	}
}

// readForm reads a form as a whole, so that one that is too large or broken is
// told as such: whoever asks for single values would find them empty.
func (v *Visit) readForm() error {
	if v.Request().Method != http.MethodPost || strings.HasPrefix(v.Request().Header.Get("Content-Type"), "multipart/") {
		return nil
	}
	_, err := v.FormParams()
	var tooLarge *http.MaxBytesError
	if err != nil && !errors.As(err, &tooLarge) {
		return &desk.Error{Reason: desk.Invalid, Code: "broken_form", Message: "This form arrived broken. Open the page anew."}
	}
	return err
}

func (s *Site) languageOf(r *http.Request) *words.Language {
	if chosen, err := r.Cookie(s.Cookie + "_lang"); err == nil {
		return s.words.Language(chosen.Value)
	}
	return s.words.Match(r.Header.Get("Accept-Language"))
}

// Ctx is the request's.
func (v *Visit) Ctx() context.Context { return v.Request().Context() }

// May reports whether the person may do act.
func (v *Visit) May(act crm.Act) bool { return v.Who.May(act) }

// Quick reports whether htmx asks, for a part of a page.
func (v *Visit) Quick() bool { return v.Request().Header.Get("HX-Request") == "true" }

// passive reports whether the page asks by itself, without the person having
// done anything.
func (v *Visit) passive() bool {
	return v.Request().Header.Get("Bough-Passive") != "" || v.Path() == "/live"
}

// ID reads an id from the address.
func (v *Visit) ID(name string) (crdt.ID, error) {
	id, err := crdt.ParseID(v.Param(name))
	if err != nil {
		return 0, &desk.Error{Reason: desk.NotFound, Code: "page", Message: "There is no page at this address."}
	}
	return id, nil
}

// Show renders a whole page.
func (v *Visit) Show(status int, page string, view any) error {
	sheet, err := v.sheet(page, view)
	if err != nil {
		return err
	}
	out, err := sheet.Render(v.L.Code)
	if err != nil {
		return err
	}
	return v.write(status, out)
}

// Render makes the page in a language.
func (s *Sheet) Render(language string) ([]byte, error) {
	return s.Site.engine.render(language, s.Page, "layout", s)
}

// Block renders one block of a page, for htmx.
func (v *Visit) Block(page, block string, view any) error {
	return v.block(page, block, view)
}

// Part renders one part of the layout, such as the state of the line.
func (v *Visit) Part(block string) error {
	sheet, err := v.sheet("fault", nil)
	if err != nil {
		return err
	}
	return v.block("fault", block, sheet)
}

func (v *Visit) block(page, block string, data any) error {
	out, err := v.Site.engine.render(v.L.Code, page, block, data)
	if err != nil {
		return err
	}
	return v.write(http.StatusOK, out)
}

func (v *Visit) write(status int, out []byte) error {
	v.Response().Header().Set("Content-Language", v.L.Tag)
	v.Response().Header().Add("Vary", "HX-Request")
	return v.HTMLBlob(status, out)
}

func (v *Visit) sheet(page string, view any) (*Sheet, error) {
	s := &Sheet{Site: v.Site, Page: page, Path: v.returnPath(), Who: v.Who, View: view}
	s.Saved, s.Fields = v.flash()
	if v.Site.Desk != nil {
		s.Trouble = v.Site.Desk.Trouble()
		if c := v.Site.Desk.Clock(); c.State != desk.ClockOK {
			s.Clock = &c
		}
	}
	if v.Who == nil {
		return s, nil
	}
	s.Route, s.Tour, s.Offer = v.Path(), v.tour(), v.offersTour()
	for _, item := range v.Site.Nav {
		if item.Act == "" || v.May(item.Act) {
			s.Visible = append(s.Visible, item)
		}
	}
	if v.Site.Central {
		return s, nil
	}
	var err error
	s.Line, err = v.Site.Desk.Line(v.Ctx())
	return s, err
}

// flash reads from the address what was just saved, and nothing else.
func (v *Visit) flash() (key string, fields []string) {
	key = "saved." + v.QueryParam("saved")
	if !v.L.Has(key) {
		return "", nil
	}
	for name := range strings.SplitSeq(v.QueryParam("fields"), ",") {
		if v.L.Has("field." + name) {
			fields = append(fields, name)
		}
	}
	return key, fields
}

// Go sends the browser to another page of ours after a form.
func (v *Visit) Go(path string) error {
	return v.Redirect(http.StatusSeeOther, local(path, v.Site.Home))
}

// GoSaved sends the browser to a page that says what was saved.
func (v *Visit) GoSaved(path, what string, fields ...string) error {
	query := url.Values{"saved": {what}}
	if len(fields) > 0 {
		query.Set("fields", strings.Join(fields, ","))
	}
	mark := "?"
	if strings.Contains(path, "?") {
		mark = "&"
	}
	return v.Go(path + mark + query.Encode())
}

// local lets only addresses of this site pass.
func local(path, otherwise string) string {
	u, err := url.Parse(path)
	foreign := err != nil || u.Scheme != "" || u.Host != "" || u.User != nil
	if foreign || !strings.HasPrefix(path, "/") || strings.HasPrefix(path, "//") || strings.ContainsAny(path, "\\\r\n\t") {
		return otherwise
	}
	return path
}
