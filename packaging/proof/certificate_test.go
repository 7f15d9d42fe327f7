package proof

import (
	"crypto"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"bough/node"
	"bough/sync/trust"
	"bough/sync/wire"
)

func TestCentralTurnsAwayWhoeverIsNoWorkstationOfItsBankAndLivesOn(t *testing.T) {
	b, w := openSmall(t)
	p := forge(t, b, w)
	base := "https://" + b.central.secure()
	const speaks = wire.HeaderVersions + ": 1-1"
	watch := wire.PathWatch + "?scope=1:0&epoch=0&unsent=0&oldest=0&version=proof"
	stranger, err := trust.NewIdentity(rand.Reader)
	must(t, err)
	intruder, err := stranger.Request()
	must(t, err)
	enrol := func(code string) string {
		body, err := json.Marshal(map[string]any{"code": code, "request": intruder, "origin": 77, "name": "intruder"})
		must(t, err)
		return string(body)
	}
	renew := `{"request":"` + base64.StdEncoding.EncodeToString(p.request) + `"}`
	wrong := "A" + strings.Repeat("b", 40)
	for _, c := range []struct {
		cert *tls.Certificate
		probe
	}{
		{nil, probe{name: "push without a certificate", method: "POST", path: wire.PathPush, headers: []string{speaks}, status: 401, says: "certificate is required", fault: "certificate"}},
		{nil, probe{name: "pull without a certificate", method: "POST", path: wire.PathPull, headers: []string{speaks}, status: 401, says: "certificate is required", fault: "certificate"}},
		{nil, probe{name: "watch without a certificate", method: "GET", path: watch, headers: []string{speaks}, status: 401, says: "certificate is required", fault: "certificate"}},
		{nil, probe{name: "renewal without a certificate", method: "POST", path: wire.PathRenew, headers: []string{speaks}, body: renew, status: 401, says: "certificate is required", fault: "certificate"}},
		{p.expired, probe{name: "push with an expired certificate", method: "POST", path: wire.PathPush, headers: []string{speaks}, status: 401, says: "expired", fault: "expired"}},
		{p.expired, probe{name: "renewal with an expired certificate", method: "POST", path: wire.PathRenew, headers: []string{speaks}, body: renew, status: 200, says: `"certificate"`}},
		{p.elsewhere, probe{name: "certificate of another branch", method: "GET", path: watch, headers: []string{speaks}, status: 403, says: "another key or branch", fault: "unknown_node"}},
		{p.nobody, probe{name: "certificate of a node that never joined", method: "GET", path: watch, headers: []string{speaks}, status: 403, fault: "unknown_node"}},
		{p.own, probe{name: "no version", method: "GET", path: watch, status: 426, says: "1-3", fault: "version"}},
		{p.own, probe{name: "a version to come", method: "GET", path: watch, headers: []string{wire.HeaderVersions + ": 8-9"}, status: 426, says: "speaks 8-9", fault: "version"}},
		{p.own, probe{name: "feed of another branch", method: "GET", path: strings.Replace(watch, "1:0", "2:0", 1), headers: []string{speaks}, status: 403, says: "branch 1", fault: "forbidden"}},
		{p.own, probe{name: "watch of nonsense", method: "GET", path: wire.PathWatch + "?scope=x", headers: []string{speaks}, status: 400, says: "scope", fault: "malformed"}},
		{p.own, probe{name: "frame of noise", method: "POST", path: wire.PathPush, headers: []string{speaks}, body: strings.Repeat("noise", 500), status: 400, says: "magic", fault: "malformed"}},
		{p.own, probe{name: "empty frame", method: "POST", path: wire.PathPush, headers: []string{speaks}, status: 400, fault: "malformed"}},
		{p.own, probe{name: "pull of noise", method: "POST", path: wire.PathPull, headers: []string{speaks}, body: "bough", status: 400, fault: "malformed"}},
		{p.own, probe{name: "frame of 9 MiB", method: "POST", path: wire.PathPush, headers: []string{speaks}, body: strings.Repeat("x", 9<<20), status: 413, fault: "too_large"}},
		{p.own, probe{name: "pull of 100 KiB", method: "POST", path: wire.PathPull, headers: []string{speaks}, body: strings.Repeat("x", 100<<10), status: 413, fault: "too_large"}},
		{nil, probe{name: "enrolment of noise", method: "POST", path: wire.PathEnrol, headers: []string{speaks}, body: "{", status: 400, says: "JSON", fault: "malformed"}},
		{nil, probe{name: "enrolment with a made-up code", method: "POST", path: wire.PathEnrol, headers: []string{speaks}, body: enrol(wrong), status: 403, fault: "code"}},
		{nil, probe{name: "enrolment with a used code", method: "POST", path: wire.PathEnrol, headers: []string{speaks}, body: enrol(b.used), status: 403, fault: "code"}},
		{nil, probe{name: "page by another name", method: "GET", path: "/signin", headers: []string{"Host: evil.example"}, status: 421}},
		{nil, probe{name: "sync route that is not there", method: "GET", path: "/sync/v1/nothing", status: 404}},
		{nil, probe{name: "API without a bearer", method: "GET", path: "/api/v1/customers", status: 401, says: "no_token"}},
	} {
		c.send(t, caller(c.cert), base)
	}
	for name, cert := range map[string]*tls.Certificate{"of another central": p.foreign, "of a server": p.server} {
		if w, err := caller(cert).Get(base + "/signin"); err == nil {
			t.Errorf("a certificate %s is let in: %s", name, w.Status)
		}
	}
	plain := probe{name: "HTTP where TLS is spoken", method: "GET", path: "/signin", status: 400, says: "HTTPS"}
	plain.send(t, plainClient(), "http://"+b.central.secure())
	babble(t, b.central.secure())
	babble(t, strings.TrimPrefix(b.central.door.url, "http://"))
	b.alive(w)
}

// caller is a client of central's TLS port that shows a certificate, or none.
func caller(cert *tls.Certificate) *http.Client {
	conf := &tls.Config{InsecureSkipVerify: true, MinVersion: tls.VersionTLS13} // what central accepts is judged here
	if cert != nil {
		conf.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return cert, nil }
	}
	c := plainClient()
	c.Transport = &http.Transport{TLSClientConfig: conf, ForceAttemptHTTP2: true}
	return c
}

// papers are certificates that a caller may show: the workstation's own, and
// ones that must not count.
type papers struct {
	own, expired, elsewhere, nobody, foreign, server *tls.Certificate
	request                                          []byte // for a certificate
}

func forge(t *testing.T, b *bank, w *workstation) papers {
	t.Helper()
	pems := secret(t, b.central.dir, "authority.pem")
	ours, err := trust.ParseAuthority(pems)
	must(t, err)
	identity, err := trust.ParseIdentity(secret(t, w.dir, "node.key"))
	must(t, err)
	request, err := identity.Request()
	must(t, err)
	theirs, err := trust.NewAuthority("other", time.Now(), rand.Reader)
	must(t, err)
	server, err := theirs.IssueServer(nil, time.Now(), rand.Reader)
	must(t, err)
	s, _ := w.door().how()
	origin, err := strconv.ParseUint(s.Origin, 10, 31)
	must(t, err)
	issue := func(a *trust.Authority, who trust.Node) *tls.Certificate {
		cert, err := a.IssueNode(who, request, time.Now(), rand.Reader)
		must(t, err)
		pair, err := identity.Certificate(cert)
		must(t, err)
		return pair
	}
	me := trust.Node{Origin: uint32(origin), Branch: 1}
	p := papers{own: issue(ours, me), elsewhere: issue(ours, trust.Node{Origin: me.Origin, Branch: 2}),
		nobody: issue(ours, trust.Node{Origin: 4711, Branch: 1}), foreign: issue(theirs, me), server: server, request: request}
	p.expired = ended(t, pems, p.own)
	return p
}

// ended is the same certificate, over since a minute.
func ended(t *testing.T, authority []byte, own *tls.Certificate) *tls.Certificate {
	t.Helper()
	block, rest := pem.Decode(authority)
	root, err := x509.ParseCertificate(block.Bytes)
	must(t, err)
	block, _ = pem.Decode(rest)
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	must(t, err)
	like := *own.Leaf
	like.NotAfter = time.Now().Add(-time.Minute)
	der, err := x509.CreateCertificate(rand.Reader, &like, root, own.Leaf.PublicKey, key.(crypto.Signer))
	must(t, err)
	return &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: own.PrivateKey}
}

// secret is a private key, for who also has the wrapping key beside it.
func secret(t *testing.T, dir, name string) []byte {
	t.Helper()
	data, err := node.Secret(node.Options{Dir: dir}, name)
	must(t, err)
	return data
}
