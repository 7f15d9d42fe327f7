package proof

import (
	"crypto/rand"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"bough/sync/wire"
)

// small is a bank of one branch and one workstation.
func openSmall(t *testing.T, more ...string) (*bank, *workstation) {
	t.Helper()
	b := openBank(t)
	done(t, "", "branch", "add", "--dir", b.central.dir, "--number", "1", "--name", "High Street")
	b.person("jana", "teller", 1)
	w := b.join(1, "counter-1", more...)
	b.filled()
	b.sign(w, "jana")
	return b, w
}

// probe is a request that must be turned away, and how.
type probe struct {
	name         string
	method, path string
	headers      []string // "Name: value"
	body         string
	status       int
	says         string // part of the answer
	fault        string // of sync routes
}

func (p *probe) send(t *testing.T, c *http.Client, base string) {
	t.Helper()
	r, err := http.NewRequest(p.method, base+p.path, strings.NewReader(p.body))
	must(t, err)
	for _, h := range p.headers {
		name, value, _ := strings.Cut(h, ": ")
		r.Header.Set(name, value)
		if name == "Host" {
			r.Host = value
		}
	}
	w, err := c.Do(r)
	must(t, err)
	defer func() { _ = w.Body.Close() }()
	said, err := io.ReadAll(w.Body)
	must(t, err)
	if w.StatusCode != p.status || !strings.Contains(string(said), p.says) || w.Header.Get(wire.HeaderFault) != p.fault {
		t.Errorf("%s: %d %s %.300s\nwant %d %s …%s…", p.name, w.StatusCode, w.Header.Get(wire.HeaderFault), said, p.status, p.fault, p.says)
	}
}

func TestAWorkstationTurnsMalformedRequestsAwayAndLivesOn(t *testing.T) {
	b, w := openSmall(t)
	bearer := "Authorization: Bearer " + w.door().token
	const asJSON, asForm = "Content-Type: application/json", "Content-Type: application/x-www-form-urlencoded"
	large := strings.Repeat("a", 2<<20)
	for _, p := range []probe{
		{name: "page by another name", method: "GET", path: "/", headers: []string{"Host: evil.example"}, status: 421, says: "http://localhost"},
		{name: "API by another name", method: "GET", path: "/api/v1/status", headers: []string{"Host: evil.example"}, status: 421, says: `"wrong_host"`},
		{name: "sign-in from another site", method: "POST", path: "/signin", headers: []string{"Origin: https://evil.example", "Sec-Fetch-Site: cross-site", asForm},
			body: "login=jana&password=x", status: 403, says: "another site"},
		{name: "form of more than a form holds", method: "POST", path: "/signin", headers: []string{asForm}, body: "login=jana&password=" + large, status: 413, says: "Shorten"},
		{name: "form that is broken", method: "POST", path: "/signin", headers: []string{asForm}, body: "login=%zz", status: 422, says: "arrived broken"},
		{name: "page that is not there", method: "GET", path: "/nothing/here", status: 404, says: "There is no page"},
		{name: "page without a sign-in", method: "GET", path: "/customers/17", status: 303},
		{name: "API without a bearer", method: "GET", path: "/api/v1/customers", status: 401, says: `"no_token"`},
		{name: "API with a made-up bearer", method: "GET", path: "/api/v1/customers", headers: []string{"Authorization: Bearer nobody"}, status: 401, says: `"signed_out"`},
		{name: "API with a cookie instead", method: "GET", path: "/api/v1/customers", headers: []string{"Cookie: token=" + w.door().token}, status: 401, says: `"no_token"`},
		{name: "broken JSON", method: "POST", path: "/api/v1/customers", headers: []string{bearer, asJSON}, body: `{"name":`, status: 400, says: `"error"`},
		{name: "JSON of another kind", method: "POST", path: "/api/v1/customers", headers: []string{bearer, asJSON}, body: `[1,2]`, status: 400, says: `"error"`},
		{name: "not JSON", method: "POST", path: "/api/v1/customers", headers: []string{bearer, asForm}, body: `name=x`, status: 415, says: `"not_json"`},
		{name: "body of 2 MiB", method: "POST", path: "/api/v1/customers", headers: []string{bearer, asJSON}, body: `{"name":"` + large + `"}`, status: 413, says: `"too_large"`},
		{name: "id that is none", method: "GET", path: "/api/v1/customers/-1", headers: []string{bearer}, status: 400, says: `"bad_id"`},
		{name: "customer that is not here", method: "GET", path: "/api/v1/customers/17", headers: []string{bearer}, status: 404, says: `"customer"`},
		{name: "limit beyond the limit", method: "GET", path: "/api/v1/customers?limit=1001", headers: []string{bearer}, status: 400, says: `"bad_limit"`},
		{name: "route that is not there", method: "GET", path: "/api/v1/nothing", status: 404, says: `"no_such_route"`},
		{name: "method that is not there", method: "DELETE", path: "/api/v1/customers", status: 405, says: `"method_not_allowed"`},
		{name: "sync route at a workstation", method: "POST", path: "/sync/v1/push", status: 404},
		{name: "path that climbs", method: "GET", path: "/static/../../node.json", status: 404},
	} {
		p.send(t, plainClient(), w.door().url)
	}
	babble(t, strings.TrimPrefix(w.door().url, "http://"))
	if _, err := tls.Dial("tcp", strings.TrimPrefix(w.door().url, "http://"), &tls.Config{InsecureSkipVerify: true}); err == nil {
		t.Error("a workstation's pages speak TLS")
	}
	b.alive(w)
	w.stop()
	b.central.stop()
}

// plainClient follows no redirect.
func plainClient() *http.Client {
	return &http.Client{Timeout: 20 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// babble sends bytes that are no request at all.
func babble(t *testing.T, address string) {
	t.Helper()
	noise := make([]byte, 64<<10)
	_, err := rand.Read(noise)
	must(t, err)
	for _, said := range [][]byte{noise, []byte("GET / HTTP/9.9\r\n\r\n"), []byte("\x16\x03\x01\x02"), []byte("GET /" + strings.Repeat("a", 4<<20)), nil} {
		c, err := net.Dial("tcp", address)
		must(t, err)
		must(t, c.SetDeadline(time.Now().Add(5*time.Second)))
		_, _ = c.Write(said) // the other side may have closed already
		_ = c.(*net.TCPConn).CloseWrite()
		_, _ = io.Copy(io.Discard, c) // until it closes
		_ = c.Close()
	}
}

// alive wants that both processes still do their work, and that nothing was
// worth an error in their logs.
func (b *bank) alive(w *workstation) {
	b.t.Helper()
	var made customer
	w.door().do(b.t, http.MethodPost, "/customers", map[string]any{"type": "person", "name": "Still Alive"}, &made)
	b.quiet(settleWithin)
	if got := b.central.customer(b.t, made.ID); got.Name != "Still Alive" {
		b.t.Errorf("central has %q", got.Name)
	}
	b.sound()
}
