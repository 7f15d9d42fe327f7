package api

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"bough/node/desk"
)

func aStatus() Status {
	return Status{
		Name: "desk-1", Branch: 1, Origin: "77", Version: "0.1.0", Online: true, Unsent: 3, OldestUnsentMS: 1200, Written: 9, Accepted: 6,
		Encrypted: true, WrappingKey: KeyBeside, Disk: DiskOK, Lease: Lease{noon, LeaseOK, true}, Clock: desk.Clock{State: desk.ClockOK}, Scopes: map[string]ScopeStatus{"1": {Feed: 123, Digest: "ab01"}},
	}
}

// bare is the API without anything behind it: what is refused before a desk is
// asked.
func bare(t *testing.T) *house {
	return serveAPI(t, Options{
		Now: func() int64 { return noon }, Log: slog.New(slog.DiscardHandler),
		Status: func(context.Context) (Status, error) { return aStatus(), nil },
	})
}

func TestRequestsThatReachNoDesk(t *testing.T) {
	h := bare(t)
	const noToken = `401 no_token "" nobody is signed in; send Authorization: Bearer with the token that POST /api/v1/session gives`
	const badToken = `401 bad_token "" the Authorization header must be the word Bearer and one token`
	const noRoute = `404 no_such_route "" there is nothing at this address; /api/v1/openapi.json lists what there is`
	const notJSON = `415 not_json "" send the body as Content-Type: application/json in UTF-8, not compressed`
	login := []byte(`{"login":"ann","password":"x"}`)
	for _, c := range []struct {
		method, path string
		body         []byte
		header, want string
	}{
		{"GET", "/api", nil, "", noRoute},
		{"GET", "/api/", nil, "", noRoute},
		{"GET", "/api/v2/status", nil, "", noRoute},
		{"GET", "/api/v1/status/", nil, "", noRoute},
		{"POST", "/api/v1/nothing", login, "", noRoute},
		{"POST", "/api/v1/status", login, "", `405 method_not_allowed "" this address takes GET only`},
		{"OPTIONS", "/api/v1/customers", nil, "", `405 method_not_allowed "" this address takes GET, POST only`},
		{"DELETE", "/api/v1/customers/12", nil, "", `405 method_not_allowed "" this address takes GET, PATCH only`},
		{"GET", "/api/v1/session", nil, "", `405 method_not_allowed "" this address takes POST, DELETE only`},
		{"GET", "/api/v1/customers", nil, "", noToken},
		{"GET", "/api/v1/customers/x", nil, "", noToken},
		{"POST", "/api/v1/customers", login, "Cookie: session=abc", noToken},
		{"DELETE", "/api/v1/session", nil, "", noToken},
		{"GET", "/api/v1/conflicts", nil, "Authorization: Basic YTpi", badToken},
		{"GET", "/api/v1/conflicts", nil, "Authorization: Bearer", badToken},
		{"GET", "/api/v1/conflicts", nil, "Authorization: Bearer a b", badToken},
		{"POST", "/api/v1/session", login, "Content-Type: ", notJSON},
		{"POST", "/api/v1/session", login, "Content-Type: text/plain", notJSON},
		{"POST", "/api/v1/session", login, "Content-Type: application/x-www-form-urlencoded", notJSON},
		{"POST", "/api/v1/session", login, "Content-Type: application/json; charset=gbk", notJSON},
		{"POST", "/api/v1/session", login, "Content-Encoding: gzip", notJSON},
		{"POST", "/api/v1/session", []byte(strings.Repeat(" ", maxBodyBytes+1)), "", `413 too_large "" the body has more than 1048576 bytes`},
		{"POST", "/api/v1/session", []byte(strings.Repeat(" ", maxBodyBytes)), "", `400 no_body "" the body is empty; send a JSON object`},
		{"POST", "/api/v1/session", []byte(`{"login":1}`), "", `400 wrong_type "login" login must be a string`},
		{"GET", "/api/v1/status", nil, "X-Forwarded-For: 10.0.0.1", noToken},
	} {
		if got := h.refused(h.ask(c.method, c.path, c.body, c.header)); got != c.want {
			t.Errorf("%s %s %s\n got %s\nwant %s", c.method, c.path, c.header, got, c.want)
		}
	}
}

func TestRefusalsSayWhatHTTPWantsInHeaders(t *testing.T) {
	h := bare(t)
	if g := h.ask("GET", "/api/v1/customers", nil); g.header.Get("WWW-Authenticate") != "Bearer" {
		t.Error("401 without WWW-Authenticate")
	}
	if g := h.ask("HEAD", "/api/v1/customers", nil); g.status != http.StatusMethodNotAllowed || g.header.Get("Allow") != "GET, POST" || len(g.raw) != 0 {
		t.Errorf("HEAD: %d, Allow %q, %q", g.status, g.header.Get("Allow"), g.raw)
	}
}

func TestStatusNeedsNoSignInOnLoopbackOnly(t *testing.T) {
	h := bare(t)
	var s Status
	h.read(h.ask("GET", "/api/v1/status", nil), http.StatusOK, &s)
	if diff := cmp.Diff(aStatus(), s); diff != "" {
		t.Error(diff)
	}
	for addr, want := range map[string]bool{"127.0.0.1:5": true, "[::1]:5": true, "[::ffff:127.0.0.1]:5": true, "10.0.0.1:5": false, "@": false, "localhost:5": false} {
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr = addr
		if fromLoopback(r) != want {
			t.Errorf("%s: %v", addr, !want)
		}
	}
}

func TestTheDocumentIsServedToAnybody(t *testing.T) {
	h := bare(t)
	var doc struct {
		OpenAPI string         `json:"openapi"`
		Paths   map[string]any `json:"paths"`
	}
	h.read(h.ask("GET", "/api/v1/openapi.json", nil), http.StatusOK, &doc)
	if doc.OpenAPI != "3.1.0" || doc.Paths["/customers/{id}/interactions"] == nil {
		t.Errorf("%+v", doc)
	}
}

func TestWhatFailsInsideIsNotTold(t *testing.T) {
	var log strings.Builder
	h := serveAPI(t, Options{
		Log:    slog.New(slog.NewTextHandler(&log, nil)),
		Status: func(context.Context) (Status, error) { return Status{}, errors.New("disk on fire at sector 7") },
	})
	got := h.refused(h.ask("GET", "/api/v1/status", nil))
	if want := `500 internal "" something went wrong here, and the log of this program says what; try again`; got != want {
		t.Errorf("%s", got)
	}
	if !strings.Contains(log.String(), "sector 7") || !strings.Contains(log.String(), "route=/status") {
		t.Errorf("the log says %q", log.String())
	}
}
