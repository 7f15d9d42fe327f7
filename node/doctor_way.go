package node

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"time"

	"bough/node/desk"
	"bough/sync/replica"
	"bough/sync/trust"
)

// trip is a try of the way to central, hop after hop, until one is wrong.
type trip struct {
	b     *Branch
	ctx   context.Context
	to    *url.URL
	conn  net.Conn // as far as it got
	found []desk.Finding
	over  bool
}

// way tries the way to central.
func (b *Branch) way(ctx context.Context) []desk.Finding {
	to, err := url.Parse(b.me.Central)
	if err != nil {
		return []desk.Finding{{Hop: desk.HopName, State: desk.HopWrong, Code: "name_unknown", Detail: b.me.Central}}
	}
	t := &trip{b: b, ctx: ctx, to: to}
	t.try(desk.HopName, t.name)
	t.try(desk.HopProxy, t.proxy)
	t.try(desk.HopPort, t.port)
	t.try(desk.HopTLS, t.tls)
	if t.conn != nil {
		_ = t.conn.Close() // it was only tried
	}
	offset := int64(0)
	t.try(desk.HopCentral, func() (f desk.Finding) {
		f, offset = t.central()
		return f
	})
	if f, bad := b.clockSuspect(); bad && t.over {
		t.found = append(t.found, f)
		return t.found
	}
	t.try(desk.HopClock, func() desk.Finding { return clockFound(b.o.Now().UnixMilli() - b.steadyMS() - offset) })
	return t.found
}

// try tries a hop, unless one before it is wrong.
func (t *trip) try(hop string, fn func() desk.Finding) {
	if t.over {
		t.found = append(t.found, desk.Finding{Hop: hop, State: desk.HopUntried, Code: "untried"})
		return
	}
	f := fn()
	f.Hop = hop
	if f.State == "" {
		f.State = desk.HopOK
	}
	t.over = f.State == desk.HopWrong
	t.found = append(t.found, f)
}

func wrong(code, detail string) desk.Finding {
	return desk.Finding{State: desk.HopWrong, Code: code, Detail: detail}
}

// name looks the name of central up; behind a proxy that is the proxy's part.
func (t *trip) name() desk.Finding {
	host := t.to.Hostname()
	if t.b.o.Proxy != nil {
		host = t.b.o.Proxy.Hostname()
	}
	if net.ParseIP(host) != nil {
		return desk.Finding{Code: "name_address", Detail: host}
	}
	ctx, stop := context.WithTimeout(t.ctx, hopFor)
	defer stop()
	found, err := net.DefaultResolver.LookupHost(ctx, host)
	if err != nil || len(found) == 0 {
		return wrong("name_unknown", host)
	}
	return desk.Finding{Code: "name_ok", Detail: host + " = " + found[0]}
}

// proxy connects to the proxy, if there is one.
func (t *trip) proxy() desk.Finding {
	p := t.b.o.Proxy
	if p == nil {
		return desk.Finding{Code: "proxy_none"}
	}
	at := withPort(p, "3128")
	conn, err := (&net.Dialer{Timeout: hopFor}).DialContext(t.ctx, "tcp", at)
	if err != nil {
		return wrong("proxy_down", at)
	}
	t.conn = conn
	return desk.Finding{Code: "proxy_ok", Detail: at}
}

func withPort(u *url.URL, otherwise string) string {
	if u.Port() != "" {
		return u.Host
	}
	return net.JoinHostPort(u.Hostname(), otherwise)
}

// port connects to central's port, through the proxy if there is one.
func (t *trip) port() desk.Finding {
	at := withPort(t.to, "443")
	if t.conn != nil {
		return t.through(at)
	}
	conn, err := (&net.Dialer{Timeout: hopFor}).DialContext(t.ctx, "tcp", at)
	var late net.Error
	switch {
	case errors.As(err, &late) && late.Timeout():
		return wrong("port_silent", at)
	case err != nil:
		return wrong("port_refused", at)
	}
	t.conn = conn
	return desk.Finding{Code: "port_ok", Detail: at}
}

// through asks the proxy for a way to central.
func (t *trip) through(at string) desk.Finding {
	_ = t.conn.SetDeadline(t.b.o.Now().Add(hopFor)) // reading tells
	if _, err := fmt.Fprintf(t.conn, "CONNECT %s HTTP/1.1\r\nHost: %s\r\n\r\n", at, at); err != nil {
		return wrong("proxy_refuses", at)
	}
	answer, err := http.ReadResponse(bufio.NewReader(t.conn), &http.Request{Method: http.MethodConnect})
	if err != nil {
		return wrong("proxy_refuses", at)
	}
	_ = answer.Body.Close() // of a CONNECT: nothing
	if answer.StatusCode != http.StatusOK {
		return wrong("proxy_refuses", fmt.Sprintf("%s: %d", at, answer.StatusCode))
	}
	return desk.Finding{Code: "port_ok", Detail: at}
}

// tls shakes hands with whatever is at the port, and tells who that is.
func (t *trip) tls() desk.Finding {
	config, err := t.b.up().TLS()
	if err != nil {
		return wrong("tls_cut", "")
	}
	var seen *x509.Certificate
	verify := config.VerifyConnection
	config.ServerName = t.to.Hostname()
	config.ClientSessionCache = nil
	config.VerifyConnection = func(s tls.ConnectionState) error {
		if len(s.PeerCertificates) > 0 {
			seen = s.PeerCertificates[0]
		}
		return verify(s)
	}
	ctx, stop := context.WithTimeout(t.ctx, hopFor)
	defer stop()
	err = tls.Client(t.conn, config).HandshakeContext(ctx)
	detail := whose(seen)
	var notTLS tls.RecordHeaderError
	switch {
	case err == nil:
		return desk.Finding{Code: "tls_ok", Detail: detail}
	case errors.As(err, &notTLS):
		return wrong("tls_not", "")
	case seen != nil, errors.Is(err, trust.ErrOtherCentral):
		return wrong("tls_other", detail)
	}
	return wrong("tls_cut", "")
}

// whose names the owner, the issuer and the last day of a certificate.
func whose(c *x509.Certificate) string {
	if c == nil {
		return ""
	}
	return fmt.Sprintf("%s < %s, %s", c.Subject, c.Issuer, c.NotAfter.UTC().Format(time.DateOnly))
}

// answers is what the classes of failures mean for the hop that is central.
var answers = map[replica.Class]string{
	replica.Line: "central_silent", replica.Busy: "central_busy", replica.Certificate: "central_certificate", replica.Expired: "central_certificate",
	replica.Unknown: "central_unknown", replica.Fork: "central_fork", replica.Version: "central_version", replica.Rejected: "central_strange",
	replica.Local: "central_strange",
}

// central asks central something small.
func (t *trip) central() (f desk.Finding, offsetMS int64) {
	offset, class, detail := t.b.up().Probe(t.ctx)
	if class != 0 && answers[class] == "central_certificate" && !t.b.expired() {
		return wrong("central_clock", detail), 0
	}
	if class != 0 {
		return wrong(answers[class], detail), 0
	}
	return desk.Finding{Code: "central_ok"}, offset
}

// clockFound: bough stamps with central's time, so a wrong clock stops nothing.
// aheadMS is the PC's clock less central's.
func clockFound(aheadMS int64) desk.Finding {
	f := desk.Finding{Code: "clock_ok", Detail: fmt.Sprintf("%.1f s", float64(-aheadMS)/1000)}
	if max(aheadMS, -aheadMS) > maxClockOffMS {
		f.State, f.Code, f.Detail = desk.HopWarn, "clock_off", desk.Rough(aheadMS)
	}
	return f
}

// clockSuspect is what this workstation knows by itself of a wrong clock.
func (b *Branch) clockSuspect() (f desk.Finding, bad bool) {
	c := b.clockNow()
	f = desk.Finding{Hop: desk.HopClock, State: desk.HopWarn, Code: "clock_" + c.State, Detail: desk.Rough(c.AheadMS)}
	return f, c.State != desk.ClockOK
}

// expired reports whether the certificate of this node is over by the time here.
func (b *Branch) expired() bool { return b.up().CertificateUntil().UnixMilli() < b.nowMS() }

// maxClockOffMS is how far a PC's clock may be off before somebody should look.
const maxClockOffMS = 2 * 60 * 1000
