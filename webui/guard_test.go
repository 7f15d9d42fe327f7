package webui

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/labstack/echo/v4"
)

// bare is a site without a desk, as an unenrolled node has it.
func bare(t *testing.T) (*Site, *echo.Echo) {
	t.Helper()
	e := echo.New()
	s, err := New(e, Options{Log: slog.New(slog.DiscardHandler), Now: func() int64 { return 0 }, Zone: time.UTC, Cookie: "bough_1", Secure: true}, Plan{Home: "/", Find: "/"})
	if err != nil {
		t.Fatal(err)
	}
	s.Open(http.MethodPost, "/form", func(v *Visit) error {
		if _, err := v.FormParams(); err != nil {
			return err
		}
		return v.String(http.StatusOK, "taken")
	})
	s.Open(http.MethodGet, "/panic", func(*Visit) error { panic("a secret of Anna Nováková") })
	return s, e
}

func ask(e *echo.Echo, r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	e.ServeHTTP(w, r)
	return w
}

func TestOnlyKnownHostsAreServed(t *testing.T) {
	for _, row := range []struct {
		host  string
		hosts []string
		want  bool
	}{
		{"localhost", nil, true}, {"localhost:8080", nil, true}, {"127.0.0.1:1", nil, true}, {"[::1]:9", nil, true}, {"[::1]", nil, true}, {"LOCALHOST:1", nil, true},
		{"evil.example", nil, false}, {"127.0.0.1.evil.example", nil, false}, {"localhost.evil.example:80", nil, false}, {"", nil, false}, {"10.0.0.7:80", nil, false},
		{"bank.example:8443", []string{"bank.example"}, true}, {"evil.example", []string{"bank.example"}, false}, {"anything", []string{"*"}, true},
	} {
		if got := HostAllowed(row.host, row.hosts); got != row.want {
			t.Errorf("%q with %v: %v", row.host, row.hosts, got)
		}
	}
	_, e := bare(t)
	r := httptest.NewRequest(http.MethodGet, "/styleguide", nil)
	r.Host = "rebound.example"
	if w := ask(e, r); w.Code != http.StatusMisdirectedRequest {
		t.Errorf("another host's name is served: %d", w.Code)
	}
}

func request(method, path, body string) *http.Request {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Host = "localhost:8080"
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return r
}

func TestAFormOfAnotherSiteIsNotTaken(t *testing.T) {
	_, e := bare(t)
	for _, header := range [][2]string{{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Site", "same-site"}, {"Origin", "https://evil.example"}} {
		r := request(http.MethodPost, "/form", "a=1")
		r.Header.Set(header[0], header[1])
		if w := ask(e, r); w.Code != http.StatusForbidden {
			t.Errorf("%s: %s was taken: %d", header[0], header[1], w.Code)
		}
	}
	r := request(http.MethodPost, "/form", "a=1")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	if w := ask(e, r); w.Body.String() != "taken" {
		t.Errorf("our own form: %d %s", w.Code, w.Body)
	}
}

func TestEveryPageIsHardened(t *testing.T) {
	_, e := bare(t)
	for _, path := range []string{"/styleguide", "/no/such/page", "/panic"} {
		h := ask(e, request(http.MethodGet, path, "")).Header()
		csp := h.Get("Content-Security-Policy")
		for _, part := range []string{"default-src 'none'", "script-src 'self'", "style-src 'self'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'"} {
			if !strings.Contains(csp, part) {
				t.Errorf("%s: the policy lacks %s", path, part)
			}
		}
		if strings.Contains(csp, "unsafe") {
			t.Errorf("%s: %s", path, csp)
		}
		if h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Cache-Control") != "no-store" || h.Get("Referrer-Policy") != "same-origin" {
			t.Errorf("%s: %v", path, h)
		}
	}
}

func TestAPanicShowsAPlainPage(t *testing.T) {
	_, e := bare(t)
	w := ask(e, request(http.MethodGet, "/panic", ""))
	if w.Code != http.StatusInternalServerError || strings.Contains(w.Body.String(), "secret") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

func TestAFormThatIsTooLargeIsSaidToBe(t *testing.T) {
	_, e := bare(t)
	w := ask(e, request(http.MethodPost, "/form", "text="+strings.Repeat("x", bodyLimit)))
	if w.Code != http.StatusRequestEntityTooLarge || !strings.Contains(w.Body.String(), "Shorten it") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

func TestAnUnknownAddressGetsAPage(t *testing.T) {
	_, e := bare(t)
	r := request(http.MethodGet, "/no/such/page", "")
	r.Header.Set("Accept-Language", "zh-CN")
	if w := ask(e, r); w.Code != http.StatusNotFound || !strings.Contains(w.Body.String(), "没有这个页面") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

func TestStaticFilesAreKeptByTheirHash(t *testing.T) {
	s, e := bare(t)
	address, err := s.assets.address("page.css")
	if err != nil {
		t.Fatal(err)
	}
	w := ask(e, request(http.MethodGet, address, ""))
	if w.Code != http.StatusOK || !strings.Contains(w.Header().Get("Cache-Control"), "immutable") || w.Header().Get("Content-Type") != "text/css; charset=utf-8" {
		t.Errorf("%d %v", w.Code, w.Header())
	}
	if w := ask(e, request(http.MethodGet, "/static/page.css", "")); w.Header().Get("Cache-Control") != "no-cache" {
		t.Errorf("without its hash: %v", w.Header())
	}
	if w := ask(e, request(http.MethodGet, "/static/..%2foptions.go", "")); w.Code != http.StatusNotFound {
		t.Errorf("outside of the folder: %d", w.Code)
	}
	if _, err := s.assets.address("no-such.css"); err == nil {
		t.Error("a template may name a file that is not there")
	}
}

func TestTheFirstLoadIsSmall(t *testing.T) {
	s, _ := bare(t)
	total := 0
	for name, file := range s.assets.byName {
		if !strings.HasSuffix(name, ".txt") {
			total += len(file.content)
		}
	}
	if total > 150<<10 {
		t.Errorf("%d bytes of scripts and styles, and that is before compression", total)
	}
}

func TestTheChoiceOfLanguageIsKeptInASafeCookie(t *testing.T) {
	_, e := bare(t)
	w := ask(e, request(http.MethodGet, "/language?to=zh&back=//evil.example", ""))
	if w.Header().Get("Location") != "/" {
		t.Errorf("leads to %s", w.Header().Get("Location"))
	}
	cookie := w.Header().Get("Set-Cookie")
	for _, part := range []string{"bough_1_lang=zh", "HttpOnly", "SameSite=Lax", "Secure"} {
		if !strings.Contains(cookie, part) {
			t.Errorf("the cookie lacks %s: %s", part, cookie)
		}
	}
}
