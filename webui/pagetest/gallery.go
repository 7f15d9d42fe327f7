package pagetest

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"reflect"
	"regexp"
	"testing"
	"time"

	"bough/node/crm"
	"bough/node/desk"
	"bough/webui"
	"bough/webui/words"

	"github.com/labstack/echo/v4"
)

// NowMS is the time in every gallery: 21 November 2026, 14:20 UTC.
const NowMS = int64(1795270800000)

// Page is one page with what it shows.
type Page struct {
	Name string // of the picture
	Page string // of the template
	View any
	Out  bool // nobody is signed in
	Down bool // the line is down
	// Clock is how the clock of the PC stands, where it is wrong.
	Clock *desk.Clock
}

// unsaid is how a key without a message shows itself.
var unsaid = regexp.MustCompile(`\[[a-z]+(\.[a-z_]+)+\]`)

// Check renders every page in every language, and fails where a template does,
// where a message is missing, or where axe-core finds a barrier. Pictures are
// taken along the way if asked for.
func Check(t *testing.T, plan webui.Plan, pages []Page) {
	t.Helper()
	site, server := start(t, plan, pages)
	for _, page := range pages {
		for _, code := range words.Codes {
			t.Run(page.Name+" in "+code, func(t *testing.T) {
				out, err := sheet(site, page, code).Render(code)
				if err != nil {
					t.Fatal(err)
				}
				for _, key := range unsaid.FindAll(out, -1) {
					t.Errorf("no message for %s", key)
				}
			})
		}
	}
	browser := Browser(t)
	barriers(t, browser, server, pages)
	shoot(t, browser, server, pages)
}

// start serves the pages below /gallery/.
func start(t *testing.T, plan webui.Plan, pages []Page) (*webui.Site, *httptest.Server) {
	t.Helper()
	e := echo.New()
	site, err := webui.New(e, webui.Options{
		Log: slog.New(slog.DiscardHandler), Now: func() int64 { return NowMS }, Zone: time.UTC, Name: "counter-2",
		Cookie: "gallery", Version: "0.1.0", Branch: func() string { return "Praha 1" }, IdleLock: 5 * time.Minute,
	}, plan)
	if err != nil {
		t.Fatal(err)
	}
	for _, page := range pages {
		e.GET("/gallery/"+page.Name+"/:language", func(c echo.Context) error {
			out, err := sheet(site, page, c.Param("language")).Render(c.Param("language"))
			if err != nil {
				return err
			}
			return c.HTMLBlob(http.StatusOK, out)
		})
	}
	server := httptest.NewServer(e)
	t.Cleanup(server.Close)
	return site, server
}

func sheet(site *webui.Site, page Page, language string) *webui.Sheet {
	s := &webui.Sheet{Site: site, Page: page.Page, Path: "/", View: said(page.View, site.Language(language)), Clock: page.Clock}
	if page.Out {
		return s
	}
	s.Who, s.Visible = &desk.Who{Name: "Jana Dvořáková", Role: crm.Roles[0]}, site.Nav
	if !site.Central {
		s.Line = line(page.Down)
	}
	return s
}

// said is a view whose fault, where it has one, is in words: in galleries its
// text is a key.
func said(view any, l *words.Language) any {
	v := reflect.Indirect(reflect.ValueOf(view))
	if v.Kind() != reflect.Struct {
		return view
	}
	if _, has := v.Type().FieldByName("Form"); !has {
		return view
	}
	own := reflect.New(v.Type())
	own.Elem().Set(v)
	if form, is := own.Elem().FieldByName("Form").Addr().Interface().(*webui.Form); is && form.Fault != nil {
		fault := *form.Fault
		fault.Text = l.T(fault.Text)
		form.Fault = &fault
	}
	if reflect.TypeOf(view).Kind() == reflect.Pointer {
		return own.Interface()
	}
	return own.Elem().Interface()
}

func line(down bool) *desk.Outage {
	o := &desk.Outage{Online: !down, SinceMS: NowMS - 17*60*1000, LastContactMS: NowMS - 4000, Bootstrapped: true, Written: 212, Accepted: 212}
	if down {
		o.Unsent, o.OldestMS, o.Written = 3, 16*60*1000, 215
	}
	return o
}
