package central

import (
	"crypto/rand"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"bough/crdt"
	"bough/sync/trust"
	"bough/sync/wire"
)

func TestWrongCodesAreCountedByAddressAndForgotten(t *testing.T) {
	w := wrongs{by: map[string]*wrong{}}
	now := time.Unix(1000, 0)
	for range wrongCodes {
		if w.tooMany("a", now) {
			t.Fatal("too early")
		}
		w.count("a", now)
	}
	if !w.tooMany("a", now) || w.tooMany("b", now) {
		t.Error("the guesser is not slowed down, or somebody else is")
	}
	if w.tooMany("a", now.Add(wrongSpan)) {
		t.Error("a minute later it is still not allowed")
	}
	for i := range 3 * maxAddresses {
		w.count(fmt.Sprint(i), now)
	}
	if len(w.by) > maxAddresses {
		t.Errorf("%d addresses are remembered", len(w.by))
	}
}

func TestAReportWithoutNewsIsNotWrittenDownAtEveryCall(t *testing.T) {
	c := newCentral(t)
	c.joinTest(t, 7, 1)
	now := int64(1_000_000)
	c.o.NowMS = func() int64 { return now }
	e := &endpoint{c: c, heard: map[crdt.Origin]heard{}}
	n := &Node{Origin: 7, Branch: 1}
	seen := func() int64 {
		return must[*Node](t)(c.Node(t.Context(), 7)).SeenMS
	}
	hear := func(r Report) {
		t.Helper()
		if err := e.hear(t.Context(), n, r); err != nil {
			t.Fatal(err)
		}
	}
	hear(Report{Feed: 1, Version: "1"})
	first := seen()
	now += 1000
	hear(Report{Feed: 2, Version: "1"})
	if seen() != first {
		t.Error("a report without news was written down")
	}
	hear(Report{Feed: 2, Version: "1", Unsent: 3})
	if at := must[*Node](t)(c.Node(t.Context(), 7)); at.SeenMS != now || at.Unsent != 3 || at.Feed != 2 {
		t.Errorf("news was not written down: %+v", at)
	}
	now += heardEveryMS
	hear(Report{Feed: 2, Version: "1", Unsent: 3})
	if seen() != now {
		t.Error("a node that calls again and again is not seen")
	}
}

func TestWhatTheOtherSideCannotHelpStandsInTheLogAlone(t *testing.T) {
	var log strings.Builder
	e := &endpoint{o: HTTPOptions{Log: slog.New(slog.NewTextHandler(&log, nil))}}
	w := httptest.NewRecorder()
	e.fail(w, httptest.NewRequestWithContext(t.Context(), http.MethodPost, wire.PathPush, nil), fmt.Errorf("rows: disk full at /var/lib"))
	if body := w.Body.String(); w.Code != 503 || strings.Contains(body, "disk") || w.Header().Get(wire.HeaderFault) != wire.FaultBusy {
		t.Errorf("%d %s", w.Code, body)
	}
	if !strings.Contains(log.String(), "disk full") {
		t.Errorf("log: %s", log.String())
	}
}

func TestUnknownRoutesAndMethodsAreNotFound(t *testing.T) {
	c := newCentral(t)
	authority := must[*trust.Authority](t)(trust.NewAuthority("test", time.Now(), rand.Reader))
	h := c.Handler(HTTPOptions{Authority: authority, Rand: rand.Reader, Now: time.Now, Log: slog.New(slog.DiscardHandler)})
	for _, q := range []struct {
		method, path string
		status       int
	}{{http.MethodGet, wire.PathPush, 405}, {http.MethodPost, wire.PathWatch, 405}, {http.MethodGet, "/sync/v1/", 404}, {http.MethodGet, "/sync/v2/pull", 404}} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), q.method, q.path, nil))
		if w.Code != q.status {
			t.Errorf("%s %s: %d, want %d", q.method, q.path, w.Code, q.status)
		}
	}
}

func FuzzWatch(f *testing.F) {
	f.Add("scope=0:12&scope=5:88&epoch=1&unsent=3&oldest=0&version=1.0")
	f.Add("scope=0:-1&epoch=x")
	f.Add("scope=0:1&epoch=1&unsent=0&oldest=0&clock=off:-420000")
	f.Fuzz(func(t *testing.T, raw string) {
		v, err := url.ParseQuery(raw)
		if err != nil {
			return
		}
		q, err := parseWatch(v)
		if err != nil {
			return
		}
		for scope, since := range q.since {
			if scope < 0 || since < 0 {
				t.Errorf("scope %d since %d", scope, since)
			}
		}
		if len(q.since) == 0 || len(q.since) > 2 || q.report.Unsent < 0 || len(q.report.Clock) > maxReason || q.report.AheadMS != 0 && q.report.Clock == "" {
			t.Errorf("%+v", q)
		}
	})
}
