package webui

import (
	"embed"
	"fmt"
	"net/http"
	"time"

	"bough/node/crm"
	"bough/webui/words"

	"github.com/labstack/echo/v4"
)

//go:embed templates static
var files embed.FS

// Plan is what distinguishes the pages of a node from those of central.
type Plan struct {
	Central bool                  // no line to speak of: what is saved is at head office
	Home    string                // where a person lands after signing in
	Find    string                // address of find
	Nav     []NavItem             // the row of links in the head
	Tours   map[string][]TourStep // of the first day, by role
}

// NavItem is one link in the head of every page.
type NavItem struct {
	Path  string
	Label string  // key of its text
	Key   string  // the key that opens it, or none
	Act   crm.Act // shown to those who may; empty: to everybody
	More  bool    // behind "more": not needed every hour
}

// Site serves the pages of one process.
type Site struct {
	Options
	Plan
	echo   *echo.Echo
	words  *words.Catalogue
	engine *engine
	assets *assets
	cross  *http.CrossOriginProtection
	acks   acknowledged
	lists  bankLists
}

// Act answers one request of a page.
type Act func(v *Visit) error

// New makes a site on e: its static files, the live stream, the choice of
// language, the style guide and the page for addresses that do not exist.
// Errors are faults of the embedded templates or catalogues.
func New(e *echo.Echo, o Options, p Plan) (*Site, error) {
	if o.Zone == nil {
		o.Zone = time.Local
	}
	if o.Branch == nil {
		o.Branch = func() string { return "" }
	}
	s := &Site{Options: o, Plan: p, echo: e, cross: http.NewCrossOriginProtection()}
	s.acks.seen = map[ack]bool{}
	var err error
	if s.words, err = words.Load(o.Zone, o.Now); err != nil {
		return nil, fmt.Errorf("webui: %w", err)
	}
	if s.assets, err = loadAssets(files, "static"); err != nil {
		return nil, err
	}
	if s.engine, err = newEngine(files, s.words, s.assets); err != nil {
		return nil, err
	}
	s.routes()
	return s, nil
}

func (s *Site) routes() {
	s.echo.GET("/static/*", s.guarded(s.static))
	s.Open(http.MethodGet, "/language", chooseLanguage)
	s.Open(http.MethodGet, "/styleguide", func(v *Visit) error { return v.Show(http.StatusOK, "styleguide", guide(v.Site.Now())) })
	s.echo.RouteNotFound("/*", s.guarded(s.visited(func(v *Visit) error { return v.missing() })))
	if s.Desk == nil {
		return
	}
	s.tours()
	s.Signed(http.MethodGet, "/live", live)
	s.Signed(http.MethodGet, "/line", func(v *Visit) error { return v.Part("line") })
	s.Signed(http.MethodPost, "/awake", func(v *Visit) error { return v.NoContent(http.StatusNoContent) })
	s.Signed(http.MethodPost, "/drafts", saveDraft)
	s.Signed(http.MethodPost, "/drafts/discard", discardDraft)
	s.Signed(http.MethodGet, "/keys", func(v *Visit) error { return v.Show(http.StatusOK, "keys", nil) })
}

// Open serves a page to anybody.
func (s *Site) Open(method, path string, act Act) {
	s.echo.Add(method, path, s.guarded(s.visited(act)))
}

// Signed serves a page to people who are signed in.
func (s *Site) Signed(method, path string, act Act) {
	s.echo.Add(method, path, s.guarded(s.visited(signed(act))))
}

// SignedUnless serves a page to people who are signed in, or to anybody while
// open says so.
func (s *Site) SignedUnless(open func() bool, method, path string, act Act) {
	inside := signed(act)
	s.Open(method, path, func(v *Visit) error {
		if open() {
			return act(v)
		}
		return inside(v)
	})
}

// Upload takes a file of at most limit bytes from people who are signed in. The
// form, of parts, is for act to read.
func (s *Site) Upload(path string, limit int64, act Act) {
	s.echo.POST(path, s.limited(limit, s.visited(signed(act))))
}

// chooseLanguage keeps the reader's choice in a cookie and goes back.
func chooseLanguage(v *Visit) error {
	chosen := v.Site.words.Language(v.QueryParam("to"))
	v.SetCookie(v.Site.cookie(v.Site.Cookie+"_lang", chosen.Code, int(languageAge/time.Second)))
	return v.Go(v.QueryParam("back"))
}

// cookie is one that scripts cannot read and other sites cannot send along
// with a form; ageSeconds 0 lasts until the browser is closed, -1 removes it.
func (s *Site) cookie(name, value string, ageSeconds int) *http.Cookie {
	return &http.Cookie{Name: name, Value: value, Path: "/", MaxAge: ageSeconds,
		HttpOnly: true, Secure: s.Secure, SameSite: http.SameSiteLaxMode}
}

// Language is one the pages are written in; another where there is no such.
func (s *Site) Language(code string) *words.Language { return s.words.Language(code) }
