package api

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"github.com/labstack/echo/v4"
)

// house is the API on a real listener; each answer is held against the
// document.
type house struct {
	t     *testing.T
	url   string
	token string
	doc   openAPI
	list  []endpoint
}

func serveAPI(t *testing.T, o Options) *house {
	t.Helper()
	e := echo.New()
	e.HTTPErrorHandler = func(err error, c echo.Context) { t.Errorf("%s reached echo's error handler: %v", c.Path(), err) }
	Register(e, o)
	server := httptest.NewServer(e)
	t.Cleanup(server.Close)
	return &house{t: t, url: server.URL, doc: readDocument(t), list: endpoints()}
}

// got is an answer.
type got struct {
	status int
	header http.Header
	raw    []byte
}

// ask sends a request; body nil sends none. headers are "Name: value".
func (h *house) ask(method, path string, body []byte, headers ...string) got {
	h.t.Helper()
	req, err := http.NewRequest(method, h.url+path, strings.NewReader(string(body)))
	if err != nil {
		h.t.Fatal(err)
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if h.token != "" {
		req.Header.Set("Authorization", "Bearer "+h.token)
	}
	for _, header := range headers {
		name, value, _ := strings.Cut(header, ": ")
		req.Header.Del(name)
		if value != "" {
			req.Header.Set(name, value)
		}
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		h.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		h.t.Fatal(err)
	}
	g := got{res.StatusCode, res.Header, raw}
	h.check(method, path, g)
	return g
}

// check holds an answer against the document.
func (h *house) check(method, path string, g got) {
	h.t.Helper()
	if kind := g.header.Get("Content-Type"); kind != "application/json" || g.header.Get("Cache-Control") != "no-store" {
		h.t.Errorf("%s %s: Content-Type %q, Cache-Control %q", method, path, kind, g.header.Get("Cache-Control"))
	}
	if method == http.MethodHead {
		return
	}
	schema := map[string]any{"$ref": "#/components/schemas/Error"}
	if op, ok := h.operation(method, path); ok {
		answer, documented := op.Responses[strconv.Itoa(g.status)]
		if !documented {
			h.t.Errorf("%s %s: status %d is not documented: %s", method, path, g.status, g.raw)
			return
		}
		schema = answer.Content["application/json"].Schema
	}
	if err := (validator{h.doc.Components.Schemas}).holds(g.raw, schema); err != nil {
		h.t.Errorf("%s %s: %d does not fit the document: %v\n%s", method, path, g.status, err, g.raw)
	}
}

func (h *house) operation(method, path string) (apiOperation, bool) {
	path, _, _ = strings.Cut(path, "?")
	for i := range h.list {
		if ep := &h.list[i]; ep.method == method && matches(ep.path, strings.TrimPrefix(path, Prefix)) {
			op, ok := h.doc.Paths[documentPath(ep.path)][strings.ToLower(method)]
			return op, ok
		}
	}
	return apiOperation{}, false
}

// refused is the error of an answer as the tables of these tests write it.
func (h *house) refused(g got) string {
	h.t.Helper()
	var v errorView
	if err := json.Unmarshal(g.raw, &v); err != nil {
		h.t.Fatalf("%s: %v", g.raw, err)
	}
	return tell(g.status, v.Error)
}

// read decodes an answer of the expected status.
func (h *house) read(g got, status int, into any) {
	h.t.Helper()
	if g.status != status {
		h.t.Fatalf("%d instead of %d: %s", g.status, status, g.raw)
	}
	if err := json.Unmarshal(g.raw, into); err != nil {
		h.t.Fatal(err)
	}
}
