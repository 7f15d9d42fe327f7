package uplink

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"bough/sync/replica"
	"bough/sync/trust"
	"bough/sync/wire"
)

// line carries requests to central.
type line struct {
	base  string
	root  *trust.Root
	now   func() int64
	proxy *url.URL // nil: none

	carried atomic.Int64 // bytes of bodies and about what goes around them, not told yet

	mu       sync.Mutex      // guards the rest
	identity *trust.Identity // that speaks
	client   *http.Client
	cert     *x509.Certificate
	sessions tls.ClientSessionCache // of this certificate: a line that is back shakes hands for less
	broken   int                    // requests in a row that the line broke
	patient  bool
}

func newLine(o Options) (*line, error) {
	base, err := parseBase(o.Central)
	if err != nil {
		return nil, err
	}
	l := &line{base: base, root: o.Root, now: o.Now, proxy: o.Proxy}
	speaker := o.Identity
	if o.Incarnation != nil {
		speaker = o.Incarnation.Former
	}
	return l, l.show(speaker, o.Certificate)
}

// parseBase checks the address of central.
func parseBase(address string) (string, error) {
	at, err := url.Parse(strings.TrimRight(address, "/"))
	if err != nil || at.Scheme != "https" || at.Host == "" || at.RawQuery != "" || at.User != nil {
		return "", fmt.Errorf("uplink: the address of central is like https://central.bank:7443, not %.80q", address)
	}
	return at.String(), nil
}

// show makes all further requests with this certificate, over a new connection:
// one that is resumed would still speak for the old, so sessions are forgotten
// with the certificate.
func (l *line) show(speaker *trust.Identity, cert *x509.Certificate) error {
	pair, err := speaker.Certificate(cert)
	if err != nil {
		return fmt.Errorf("uplink: %w", err)
	}
	l.mu.Lock()
	config := l.config(pair)
	if l.sessions == nil || l.cert != cert {
		l.sessions = config.ClientSessionCache
	}
	config.ClientSessionCache = l.sessions
	client := newClient(config, l.proxy, l.patient)
	was := l.client
	l.identity, l.client, l.cert = speaker, client, cert
	l.mu.Unlock()
	if was != nil {
		was.CloseIdleConnections()
	}
	return nil
}

func (l *line) config(pair *tls.Certificate) *tls.Config {
	return trust.ClientConfig(l.root, trust.Fixed(pair), func() time.Time { return time.UnixMilli(l.now()) })
}

// learn makes a line that broke again and again patient: it may be central that
// is slow, with a whole bank calling, and hanging up on it makes that worse. One
// that has worked is not patient any more when it breaks next.
func (l *line) learn(err error) {
	broke := err != nil && isLine(err)
	l.mu.Lock()
	if l.broken++; !broke {
		l.broken = 0
	}
	turn := broke && l.patient != (l.broken >= patientAfter)
	if turn {
		l.patient = !l.patient
	}
	speaker, cert := l.identity, l.cert
	l.mu.Unlock()
	if turn {
		_ = l.show(speaker, cert) // the pair that was shown before
	}
}

// isLine reports whether it was the line that broke.
func isLine(err error) bool {
	class, _ := classify(err)
	return class == replica.Line
}

// newClient speaks to central, straight or through a proxy.
func newClient(config *tls.Config, proxy *url.URL, patient bool) *http.Client {
	dialer := net.Dialer{Timeout: dialFor}
	pings := &http.HTTP2Config{SendPingTimeout: pingAfter, PingTimeout: pingFor}
	if patient {
		pings = &http.HTTP2Config{SendPingTimeout: patientPing, PingTimeout: patientPing}
	}
	return &http.Client{
		Transport: &http.Transport{
			DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
				conn, err := dialer.DialContext(ctx, network, address)
				if tcp, is := conn.(*net.TCPConn); is && err == nil {
					_ = tcp.SetWriteBuffer(writeBuffer) // a hint
				}
				return conn, err
			},
			Proxy:               http.ProxyURL(proxy),
			TLSClientConfig:     config,
			TLSHandshakeTimeout: shakeFor,
			ForceAttemptHTTP2:   true,
			HTTP2:               pings,
			MaxConnsPerHost:     1, // all requests share it: a second handshake would be in vain
			IdleConnTimeout:     idleFor,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

func (l *line) close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.client.CloseIdleConnections()
}

// speaker is whose key the line speaks with.
func (l *line) speaker() *trust.Identity {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.identity
}

func (l *line) certificate() *x509.Certificate {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.cert
}

// until is when the certificate ends.
func (l *line) until() time.Time { return l.certificate().NotAfter }

// request is one request to central.
type request struct {
	path    string
	query   url.Values
	body    []byte // nil: GET
	content string
	limit   int64 // bytes of the answer
	within  time.Duration
	keeps   wire.Keeps   // of pages, for central
	heard   *http.Header // if not nil, gets those of the answer
}

// ask sends a request and reads the answer, which is a 200; else the error is a
// *faultError or the transport's.
func (l *line) ask(ctx context.Context, q request) ([]byte, error) {
	l.mu.Lock()
	client := l.client
	l.mu.Unlock()
	answer, _, err := ask(ctx, client, l.base, q)
	l.learn(err)
	l.carried.Add(int64(len(q.body) + len(answer) + envelope))
	return answer, err
}

func ask(ctx context.Context, client *http.Client, base string, q request) ([]byte, *tls.ConnectionState, error) {
	ctx, stop := context.WithTimeout(ctx, q.within)
	defer stop()
	r, err := newRequest(ctx, base, q)
	if err != nil {
		return nil, nil, err
	}
	answer, err := client.Do(r)
	if err != nil {
		return nil, nil, err
	}
	defer func() { _ = answer.Body.Close() }()
	if answer.StatusCode != http.StatusOK {
		return nil, answer.TLS, readFault(answer)
	}
	if q.heard != nil {
		*q.heard = answer.Header
	}
	b, err := io.ReadAll(io.LimitReader(answer.Body, q.limit+1))
	if err != nil {
		return nil, answer.TLS, err
	}
	if int64(len(b)) > q.limit {
		return nil, answer.TLS, fmt.Errorf("%w: an answer of more than %d bytes", errUnreadable, q.limit)
	}
	return b, answer.TLS, nil
}

func newRequest(ctx context.Context, base string, q request) (*http.Request, error) {
	method, body := http.MethodGet, io.Reader(nil)
	if q.body != nil {
		method, body = http.MethodPost, bytes.NewReader(q.body)
	}
	at := base + q.path
	if len(q.query) > 0 {
		at += "?" + q.query.Encode()
	}
	r, err := http.NewRequestWithContext(ctx, method, at, body)
	if err != nil {
		return nil, err
	}
	r.Header.Set(wire.HeaderVersions, wire.Supported().String())
	if q.body != nil {
		r.Header.Set("Content-Type", q.content)
	}
	if q.keeps != wire.KeepsNothing {
		r.Header.Set(wire.HeaderKeeps, string(q.keeps))
	}
	return r, nil
}

// askJSON sends and reads JSON.
func askJSON[A any](ctx context.Context, l *line, path string, q any) (answer A, err error) {
	return askJSONUpTo[A](ctx, l, path, q, maxSmallBody)
}

// askJSONUpTo does so for an answer of at most limit bytes.
func askJSONUpTo[A any](ctx context.Context, l *line, path string, q any, limit int64) (answer A, err error) {
	body, err := json.Marshal(q)
	if err != nil {
		return answer, err
	}
	b, err := l.ask(ctx, request{path: path, body: body, content: "application/json", limit: limit, within: smallFor})
	if err != nil {
		return answer, err
	}
	return answer, readJSON(b, &answer)
}

func readJSON(b []byte, into any) error {
	if err := json.Unmarshal(b, into); err != nil {
		return fmt.Errorf("%w: %w", errUnreadable, err)
	}
	return nil
}
