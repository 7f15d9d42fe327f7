package pagetest

import (
	"context"
	"crypto/rand"
	"html"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"bough/crdt"
	"bough/node/crm"
	"bough/node/desk"
	"bough/node/office"
	"bough/sync/rows"
	"bough/sync/trust"
	"bough/webui"

	"github.com/labstack/echo/v4"
)

// Password is everybody's at a counter.
const Password = "correct horse"

// Counter is a real desk on a real file, its pages on a real server, and one
// browser without JavaScript in front of it. The people are jana (teller),
// petr (manager), both of branch 1, and root (admin).
type Counter struct {
	Office *office.Office
	Desk   *desk.Desk
	Echo   *echo.Echo
	URL    string
	Client *http.Client
	t      testing.TB
	now    atomic.Int64
}

// Answer is what the browser got.
type Answer struct {
	Status   int
	Location string // where a redirect leads
	Header   http.Header
	Body     string
}

// Open opens a counter whose pages register adds.
func Open(t testing.TB, register func(*echo.Echo, webui.Options) error) *Counter {
	t.Helper()
	return OpenOffice(t, func(e *echo.Echo, o webui.Options, _ *office.Office) error { return register(e, o) })
}

// OpenOffice is the same for pages that need the acts of head office.
func OpenOffice(t testing.TB, register func(*echo.Echo, webui.Options, *office.Office) error) *Counter {
	t.Helper()
	c := furnished(t)
	c.open(register)
	return c
}

// OpenAt opens a counter elsewhere than at head office: at puts another desk
// there, once head office is furnished.
func OpenAt(t testing.TB, register func(*echo.Echo, webui.Options) error, at func(*Counter)) *Counter {
	t.Helper()
	c := furnished(t)
	at(c)
	c.open(func(e *echo.Echo, o webui.Options, _ *office.Office) error { return register(e, o) })
	return c
}

func furnished(t testing.TB) *Counter {
	t.Helper()
	c := &Counter{t: t, Echo: echo.New()}
	c.now.Store(NowMS)
	c.furnish()
	return c
}

// open serves the pages of the desk.
func (c *Counter) open(register func(*echo.Echo, webui.Options, *office.Office) error) {
	t := c.t
	t.Helper()
	stop := make(chan struct{})
	err := register(c.Echo, webui.Options{
		Desk: c.Desk, Log: slog.New(slog.DiscardHandler), Now: c.now.Load, Zone: time.UTC, Name: "counter-2",
		Cookie: "bough_7", Version: "0.1.0", Branch: func() string { return "Praha 1" }, IdleLock: 5 * time.Minute, Stop: stop,
	}, c.Office)
	must(t, err)
	server := httptest.NewServer(c.Echo)
	t.Cleanup(server.Close)
	t.Cleanup(func() { close(stop) }) // or the server would wait for live streams
	c.URL = server.URL
	c.Client = c.Browser()
}

func (c *Counter) furnish() {
	ctx := context.Background()
	authority, err := trust.NewAuthority("test", time.UnixMilli(NowMS), rand.Reader)
	must(c.t, err)
	c.Office, err = office.Open(ctx, office.Options{Path: filepath.Join(c.t.TempDir(), "central.db"), Authority: authority, Origin: 7,
		Rand: rand.Reader, NowMS: c.now.Load, NoSync: true, Cost: trust.Cost{Time: 1, MemoryKiB: 64, Threads: 1}})
	must(c.t, err)
	c.t.Cleanup(func() { must(c.t, c.Office.Close()) })
	// Everybody's rights come with the first administrator.
	_, _, err = c.Office.FirstAdministrator(ctx)
	must(c.t, err)
	must(c.t, c.Office.AddBranch(ctx, rows.Actor{}, 1, "Praha 1"))
	// The file is head office's, where customers of every branch are at hand:
	// the clerks of these tests may see them.
	for _, role := range []string{"teller", "manager"} {
		c.Put(crm.Right, Text(crm.RightRole, role), Text(crm.RightAct, string(crm.ActAnywhere)), crdt.FieldSet{Field: crm.RightAllowed, Value: crdt.IntValue(1)})
	}
	for _, p := range []office.NewPerson{
		{Login: "jana", Name: "Jana Dvořáková", Role: "teller", Branch: 1, Password: Password},
		{Login: "petr", Name: "Petr Malý", Role: "manager", Branch: 1, Password: Password},
		{Login: "root", Name: "Head Office", Role: "admin", Password: Password},
		{Login: "novy", Name: "Nový", Role: "teller", Branch: 1, Password: Password, OneTime: true},
	} {
		_, err := c.Office.AddPerson(ctx, rows.Actor{}, p)
		must(c.t, err)
	}
	c.Desk = desk.New(desk.Options{Local: c.Office.Local, Ledger: c.Office.Central, NowMS: c.now.Load, Rand: rand.Reader,
		ChangePassword: c.Office.ChangePassword})
	c.Office.Central.OnChange(c.Desk.Tell)
}

// Browser is another browser, with cookies of its own; it follows no redirect.
func (c *Counter) Browser() *http.Client {
	jar, err := cookiejar.New(nil)
	must(c.t, err)
	return &http.Client{Jar: jar, Timeout: patience,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// Advance moves the clock.
func (c *Counter) Advance(by time.Duration) { c.now.Add(by.Milliseconds()) }

// Now is the time at the counter, ms UTC.
func (c *Counter) Now() int64 { return c.now.Load() }

// SignIn signs the browser in.
func (c *Counter) SignIn(login string) {
	c.t.Helper()
	if a := c.Post("/signin", "login", login, "password", Password); a.Status != http.StatusSeeOther {
		c.t.Fatalf("sign in as %s: %d %s", login, a.Status, a.Body)
	}
}

// Get fetches a page.
func (c *Counter) Get(path string) Answer {
	c.t.Helper()
	r, err := http.NewRequest(http.MethodGet, c.URL+path, nil)
	must(c.t, err)
	return c.Do(r)
}

// Post sends a form of names and values.
func (c *Counter) Post(path string, pairs ...string) Answer {
	c.t.Helper()
	values := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		values.Add(pairs[i], pairs[i+1])
	}
	r, err := http.NewRequest(http.MethodPost, c.URL+path, strings.NewReader(values.Encode()))
	must(c.t, err)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return c.Do(r)
}

// Do sends any request.
func (c *Counter) Do(r *http.Request) Answer {
	c.t.Helper()
	w, err := c.Client.Do(r)
	must(c.t, err)
	defer w.Body.Close()
	body, err := io.ReadAll(w.Body)
	must(c.t, err)
	return Answer{w.StatusCode, w.Header.Get("Location"), w.Header, string(body)}
}

// Put writes a row as head office would, and returns its id.
func (c *Counter) Put(kind uint8, fields ...crdt.FieldSet) crdt.ID {
	c.t.Helper()
	var id crdt.ID
	_, err := c.Office.Central.Act(context.Background(), rows.Actor{}, func(a *rows.Act) (err error) {
		id, err = a.Mint()
		a.Add(crdt.Op{Kind: kind, ID: id, Set: fields})
		return err
	})
	must(c.t, err)
	return id
}

// PutAs writes a row under an id as head office would.
func (c *Counter) PutAs(kind uint8, id crdt.ID, fields ...crdt.FieldSet) {
	c.t.Helper()
	_, err := c.Office.Central.Act(context.Background(), rows.Actor{}, func(a *rows.Act) error {
		a.Add(crdt.Op{Kind: kind, ID: id, Set: fields})
		return nil
	})
	must(c.t, err)
}

// Text is a field of a row to put.
func Text(field uint8, value string) crdt.FieldSet {
	return crdt.FieldSet{Field: field, Value: crdt.TextValue(value)}
}

// Ref is a field that names another row.
func Ref(field uint8, id crdt.ID) crdt.FieldSet {
	return crdt.FieldSet{Field: field, Value: crdt.RefValue(id)}
}

// Says fails unless the page holds all of the texts.
func (a Answer) Says(t *testing.T, texts ...string) {
	t.Helper()
	page := html.UnescapeString(a.Body)
	for _, text := range texts {
		if !strings.Contains(page, text) {
			t.Errorf("the page (%d) does not say %q:\n%s", a.Status, text, page[max(0, strings.Index(page, "<main")):])
		}
	}
}

// Leads fails unless the answer is a redirect to path.
func (a Answer) Leads(t *testing.T, path string) {
	t.Helper()
	if a.Status != http.StatusSeeOther || a.Location != path {
		t.Fatalf("want a redirect to %s, got %d %s\n%s", path, a.Status, a.Location, a.Body)
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// Person is the id of somebody who signs in under a name, as addresses have it.
func (c *Counter) Person(login string) string {
	c.t.Helper()
	id, err := c.Office.PersonID(context.Background(), login)
	must(c.t, err)
	return id.String()
}

// Value reads one value of the file.
func (c *Counter) Value(sql string) (out string) {
	c.t.Helper()
	must(c.t, c.Office.Central.File.Read(context.Background(), func(tx *rows.Tx) error {
		return tx.Query(sql, func(s *rows.Stmt) error { out = s.ColumnText(0); return nil })
	}))
	return out
}
