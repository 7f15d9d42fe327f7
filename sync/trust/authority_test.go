package trust

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"pgregory.net/rapid"
)

func TestAuthoritySurvivesItsPEMFile(t *testing.T) {
	b := newBank(t, 1)
	again := must[*Authority](t)(ParseAuthority(must[[]byte](t)(b.authority.EncodePEM())))
	if again.Root().Fingerprint() != b.root.Fingerprint() || !again.key.Equal(b.authority.key) {
		t.Fatal("another authority came back")
	}
	root := must[*Root](t)(ParseRoot(b.root.EncodePEM()))
	signature := must[[]byte](t)(again.Sign(ContextFeedPage, []byte("page")))
	if err := root.Check(ContextFeedPage, []byte("page"), signature); err != nil {
		t.Fatal(err)
	}
	cert := must[*x509.Certificate](t)(ParseCertificate(EncodeCertificate(b.cert)))
	if !cert.Equal(b.cert) {
		t.Fatal("another certificate came back")
	}
}

func TestSameReaderGivesTheSameAuthority(t *testing.T) {
	once, again := newBank(t, 1).root.Fingerprint(), newBank(t, 1).root.Fingerprint()
	if once != again {
		t.Fatal("two authorities from one seed")
	}
	if newBank(t, 1).root.Fingerprint() == newBank(t, 2).root.Fingerprint() {
		t.Fatal("one authority from two seeds")
	}
}

func TestCertificatesLastAsLongAsTheyShould(t *testing.T) {
	b := newBank(t, 1)
	server := must[*tls.Certificate](t)(b.authority.IssueServer(nil, noon, seeded(2))).Leaf
	for _, c := range []struct {
		cert *x509.Certificate
		from time.Time
		days int
	}{{b.root.cert, founded, 20 * 365}, {server, noon, 365}, {b.cert, noon, 90}} {
		if want := c.from.AddDate(0, 0, c.days); !c.cert.NotAfter.Equal(want) {
			t.Errorf("%s ends %s, want %s", c.cert.Subject, c.cert.NotAfter, want)
		}
		if c.cert.NotBefore.After(noon) {
			t.Errorf("%s is not valid at once", c.cert.Subject)
		}
	}
	if DueForRenewal(b.cert, noon.Add(50*day)) || !DueForRenewal(b.cert, noon.Add(61*day)) {
		t.Error("a node renews in the last third of its 90 days")
	}
	last := b.issueNode(t, b.node, b.root.cert.NotAfter.Add(-day))
	if !last.NotAfter.Equal(b.root.cert.NotAfter) {
		t.Error("a certificate outlives the authority")
	}
}

func TestNodeCertificateNamesOriginAndBranch(t *testing.T) {
	b := newBank(t, 1)
	if got := b.cert.URIs[0].String(); got != "bough://node/77?branch=3" || b.cert.Subject.CommonName != "77" {
		t.Fatalf("certificate says %s, %s", got, b.cert.Subject)
	}
	rapid.Check(t, func(r *rapid.T) {
		node := Node{
			Origin: rapid.Uint32Range(1, maxOrigin).Draw(r, "origin"),
			Branch: rapid.Int64Min(1).Draw(r, "branch"),
		}
		cert := b.issueNode(t, node, noon)
		got, key, err := PeerNode(cert)
		if err != nil || got != node || !key.Equal(b.identity.Public()) {
			r.Fatalf("%v came back as %v, %v", node, got, err)
		}
	})
}

func TestNodeCertificateIsJudged(t *testing.T) {
	b, other := newBank(t, 1), newBank(t, 2)
	server := must[*tls.Certificate](t)(b.authority.IssueServer(nil, noon, seeded(2))).Leaf
	forged := bytes.Clone(b.cert.Raw)
	forged[len(forged)-1] ^= 1
	for _, c := range []struct {
		name  string
		cert  *x509.Certificate
		at    time.Time
		check error // of CheckNode
		renew error // of CheckRenewable
	}{
		{"good", b.cert, noon, nil, nil},
		{"last day", b.cert, noon.Add(89 * day), nil, nil},
		{"too early", b.cert, noon.Add(-2 * day), ErrNotYetValid, nil},
		{"expired", b.cert, noon.Add(91 * day), ErrExpired, nil},
		{"back after 400 days", b.cert, noon.Add((90 + 400) * day), ErrExpired, nil},
		{"back too late", b.cert, noon.Add((90 + 501) * day), ErrExpired, ErrTooLate},
		{"other central", other.cert, noon, ErrOtherCentral, ErrOtherCentral},
		{"central's own", server, noon, ErrWrongRole, ErrWrongRole},
		{"the authority itself", b.root.cert, noon, ErrWrongRole, ErrWrongRole},
		{"tampered", must[*x509.Certificate](t)(x509.ParseCertificate(forged)), noon, ErrOtherCentral, ErrOtherCentral},
		{"server usage", odd(t, b, func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth} }), noon, ErrWrongRole, ErrWrongRole},
		{"no name", odd(t, b, func(c *x509.Certificate) { c.URIs = nil }), noon, ErrWrongRole, ErrWrongRole},
		{"two names", odd(t, b, func(c *x509.Certificate) { c.URIs = append(c.URIs, centralURI()) }), noon, ErrWrongRole, ErrWrongRole},
		{"another origin", odd(t, b, func(c *x509.Certificate) { c.Subject.CommonName = "78" }), noon, ErrWrongRole, ErrWrongRole},
		{"origin 077", odd(t, b, func(c *x509.Certificate) { c.Subject.CommonName = "077" }), noon, ErrWrongRole, ErrWrongRole},
		{"branch 0", odd(t, b, func(c *x509.Certificate) { c.URIs[0].RawQuery = "branch=0" }), noon, ErrWrongRole, ErrWrongRole},
		{"branch twice", odd(t, b, func(c *x509.Certificate) { c.URIs[0].RawQuery = "branch=3&branch=4" }), noon, ErrWrongRole, ErrWrongRole},
		{"https", odd(t, b, func(c *x509.Certificate) { c.URIs[0].Scheme = "https" }), noon, ErrWrongRole, ErrWrongRole},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := b.root.CheckNode(c.cert, c.at)
			wantError(t, err, c.check)
			node, err := b.root.CheckRenewable(c.cert, c.at)
			wantError(t, err, c.renew)
			if err == nil && node != b.node {
				t.Fatalf("renewing as %v", node)
			}
		})
	}
}

// odd is a certificate that the authority signed but would never issue.
func odd(t *testing.T, b bank, change func(*x509.Certificate)) *x509.Certificate {
	t.Helper()
	template := b.authority.leaf(b.node.commonName(), x509.ExtKeyUsageClientAuth, noon, nodeLife)
	template.URIs = []*url.URL{b.node.uri()}
	change(template)
	return must[*x509.Certificate](t)(issue(template, b.root.cert, b.identity.Public(), b.authority.key, seeded(5)))
}

func TestCentralIsKnownByCertificateAlone(t *testing.T) {
	b, other := newBank(t, 1), newBank(t, 2)
	server := func(b bank) *x509.Certificate {
		return must[*tls.Certificate](t)(b.authority.IssueServer([]string{"crm.example"}, noon, seeded(2))).Leaf
	}
	nameless := odd(t, b, func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth} })
	usageless := odd(t, b, func(c *x509.Certificate) { c.URIs = []*url.URL{centralURI()} })
	for _, c := range []struct {
		name string
		cert *x509.Certificate
		want error
	}{
		{"good", server(b), nil},
		{"other central", server(other), ErrOtherCentral},
		{"a node", b.cert, ErrWrongRole},
		{"a node with server usage", nameless, ErrWrongRole},
		{"central's name without server usage", usageless, ErrWrongRole},
		{"the authority itself", b.root.cert, ErrWrongRole},
	} {
		t.Run(c.name, func(t *testing.T) { wantError(t, b.root.CheckCentral(c.cert), c.want) })
	}
}

func TestServerNamesAlwaysHoldLoopback(t *testing.T) {
	b := newBank(t, 1)
	hosts := []string{"crm.bank.example", "0.0.0.0", "::", "127.0.0.1", "localhost", "10.1.2.3"}
	cert := must[*tls.Certificate](t)(b.authority.IssueServer(hosts, noon, seeded(2))).Leaf
	for _, host := range []string{"crm.bank.example", "localhost", "127.0.0.1", "::1", "10.1.2.3"} {
		if err := cert.VerifyHostname(host); err != nil {
			t.Error(err)
		}
	}
	if len(cert.DNSNames) != 2 || len(cert.IPAddresses) != 3 {
		t.Errorf("names %v, addresses %v", cert.DNSNames, cert.IPAddresses)
	}
	for _, host := range []string{"", "a b", "x/y", "*.bank.example", "支行", strings.Repeat("a", 254), "host:443"} {
		_, err := b.authority.IssueServer([]string{host}, noon, seeded(2))
		wantError(t, err, ErrInvalid)
	}
	_, err := b.authority.IssueServer(make([]string, maxHosts+1), noon, seeded(2))
	wantError(t, err, ErrInvalid)
}

func TestNothingIsIssuedForNonsense(t *testing.T) {
	b := newBank(t, 1)
	request := must[[]byte](t)(b.identity.Request())
	bent := bytes.Clone(request)
	bent[len(bent)-1] ^= 1
	curve := must[*ecdsa.PrivateKey](t)(ecdsa.GenerateKey(elliptic.P256(), seeded(3)))
	foreign := must[[]byte](t)(x509.CreateCertificateRequest(seeded(3), &x509.CertificateRequest{}, curve))
	for _, c := range []struct {
		name    string
		node    Node
		request []byte
		want    error
	}{
		{"origin 0", Node{0, 3}, request, ErrInvalid},
		{"origin of 32 bits", Node{1 << 31, 3}, request, ErrInvalid},
		{"no branch", Node{77, 0}, request, ErrInvalid},
		{"no request", b.node, nil, ErrMalformed},
		{"not a request", b.node, []byte("please"), ErrMalformed},
		{"a certificate", b.node, b.cert.Raw, ErrMalformed},
		{"a huge request", b.node, make([]byte, maxRequest+1), ErrMalformed},
		{"another kind of key", b.node, foreign, ErrMalformed},
		{"tampered", b.node, bent, ErrBadSignature},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := b.authority.IssueNode(c.node, c.request, noon, seeded(4))
			wantError(t, err, c.want)
		})
	}
	for _, office := range []string{"", "two words", "总行", strings.Repeat("x", maxOffice+1)} {
		_, err := NewAuthority(office, noon, seeded(1))
		wantError(t, err, ErrInvalid)
	}
	_, err := b.authority.IssueNode(b.node, request, founded.Add(21*365*day), seeded(4))
	wantError(t, err, ErrInvalid)
	_, err = b.authority.IssueNode(b.node, request, founded.Add(-91*day), seeded(4))
	wantError(t, err, ErrInvalid)
}

func TestBrokenPEMIsRefused(t *testing.T) {
	b, other := newBank(t, 1), newBank(t, 2)
	authority := string(must[[]byte](t)(b.authority.EncodePEM()))
	identity := string(must[[]byte](t)(b.identity.EncodePEM()))
	cert, _, _ := strings.Cut(authority, "-----BEGIN PRIVATE")
	_, key, _ := strings.Cut(authority, "-----END CERTIFICATE-----\n")
	_, otherKey, _ := strings.Cut(string(must[[]byte](t)(other.authority.EncodePEM())), "-----END CERTIFICATE-----\n")
	garbage := "-----BEGIN PRIVATE KEY-----\nYm91Z2g=\n-----END PRIVATE KEY-----\n"
	garbageCert := strings.ReplaceAll(garbage, "PRIVATE KEY", "CERTIFICATE")
	parseAuthority := func(s string) error { _, err := ParseAuthority([]byte(s)); return err }
	parseRoot := func(s string) error { _, err := ParseRoot([]byte(s)); return err }
	parseIdentity := func(s string) error { _, err := ParseIdentity([]byte(s)); return err }
	parseCertificate := func(s string) error { _, err := ParseCertificate([]byte(s)); return err }
	for _, c := range []struct {
		name  string
		parse func(string) error
		data  string
		want  error
	}{
		{"authority: empty", parseAuthority, "", ErrMalformed},
		{"authority: no key", parseAuthority, cert, ErrMalformed},
		{"authority: no certificate", parseAuthority, key, ErrMalformed},
		{"authority: key first", parseAuthority, key + cert, ErrMalformed},
		{"authority: cut short", parseAuthority, authority[:len(authority)-40], ErrMalformed},
		{"authority: twice", parseAuthority, authority + authority, ErrMalformed},
		{"authority: key of another", parseAuthority, cert + otherKey, ErrOtherKey},
		{"authority: key of a node", parseAuthority, cert + identity, ErrMalformed},
		{"authority: garbage for a key", parseAuthority, cert + garbage, ErrMalformed},
		{"authority: garbage for a certificate", parseAuthority, garbageCert + key, ErrMalformed},
		{"authority: huge", parseAuthority, strings.Repeat("x", maxPEM+1), ErrMalformed},
		{"root: a node's certificate", parseRoot, string(EncodeCertificate(b.cert)), ErrMalformed},
		{"root: with a key after it", parseRoot, authority, ErrMalformed},
		{"root: garbage", parseRoot, garbageCert, ErrMalformed},
		{"root: not an authority", parseRoot, string(EncodeCertificate(serverLeaf(t, b))), ErrWrongRole},
		{"identity: empty", parseIdentity, "", ErrMalformed},
		{"identity: key of central", parseIdentity, key, ErrMalformed},
		{"identity: garbage", parseIdentity, garbage, ErrMalformed},
		{"identity: with headers", parseIdentity, strings.Replace(identity, "KEY-----\n", "KEY-----\nProc-Type: 4,ENCRYPTED\n\n", 1), ErrMalformed},
		{"certificate: a key", parseCertificate, identity, ErrMalformed},
		{"certificate: garbage", parseCertificate, garbageCert, ErrMalformed},
	} {
		t.Run(c.name, func(t *testing.T) { wantError(t, c.parse(c.data), c.want) })
	}
}

func serverLeaf(t *testing.T, b bank) *x509.Certificate {
	t.Helper()
	return must[*tls.Certificate](t)(b.authority.IssueServer(nil, noon, seeded(2))).Leaf
}

func TestIdentitySignsForItsOwnContextOnly(t *testing.T) {
	b := newBank(t, 1)
	again := must[*Identity](t)(ParseIdentity(must[[]byte](t)(b.identity.EncodePEM())))
	if !again.Public().Equal(b.identity.Public()) {
		t.Fatal("another identity came back")
	}
	head := []byte("head")
	signature := again.Sign(ContextJournalHead, head)
	if err := CheckSigned(b.identity.Public(), ContextJournalHead, head, signature); err != nil {
		t.Fatal(err)
	}
	wantError(t, CheckSigned(b.identity.Public(), ContextReceipt, head, signature), ErrBadSignature)
	wantError(t, CheckSigned(b.identity.Public(), ContextJournalHead, []byte("tail"), signature), ErrBadSignature)
	wantError(t, CheckSigned(b.identity.Public()[:31], ContextJournalHead, head, signature), ErrMalformed)
	wantError(t, CheckSigned(b.identity.Public(), ContextJournalHead, head, nil), ErrBadSignature)

	byCentral := must[[]byte](t)(b.authority.Sign(ContextFeedPage, head))
	wantError(t, b.root.Check(ContextReceipt, head, byCentral), ErrBadSignature)
	wantError(t, newBank(t, 2).root.Check(ContextFeedPage, head, byCentral), ErrBadSignature)
	wantError(t, b.root.Check(ContextFeedPage, head, nil), ErrBadSignature)
}

func TestStatementsNeverMeanTwoThings(t *testing.T) {
	text := rapid.StringN(0, 20, 40)
	rapid.Check(t, func(r *rapid.T) {
		c1, m1 := text.Draw(r, "context"), text.Draw(r, "message")
		c2, m2 := text.Draw(r, "context"), text.Draw(r, "message")
		same := bytes.Equal(statement(Context(c1), []byte(m1)), statement(Context(c2), []byte(m2)))
		if same != (c1 == c2 && m1 == m2) {
			r.Fatalf("%q %q and %q %q", c1, m1, c2, m2)
		}
	})
}

func TestKeyAndCertificateMustBelongTogether(t *testing.T) {
	b := newBank(t, 1)
	if _, err := b.identity.Certificate(b.cert); err != nil {
		t.Fatal(err)
	}
	_, err := newBank(t, 2).identity.Certificate(b.cert)
	wantError(t, err, ErrOtherKey)
	_, err = b.identity.Certificate(serverLeaf(t, b))
	wantError(t, err, ErrOtherKey)
}

func TestSecretsAreNotPrinted(t *testing.T) {
	b := newBank(t, 1)
	person := must[*PersonKey](t)(NewPersonKey(seeded(1)))
	code := must[Code](t)(NewCode(b.root, seeded(1)))
	for _, secret := range []any{b.authority, b.identity, person, code} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
			if got := fmt.Sprintf(verb, secret); !strings.Contains(got, "not shown") {
				t.Errorf("%T printed with %s: %s", secret, verb, got)
			}
		}
	}
}

func TestRandomnessThatEndsIsAnError(t *testing.T) {
	b := newBank(t, 1)
	person := must[*PersonKey](t)(NewPersonKey(seeded(1)))
	request := must[[]byte](t)(b.identity.Request())
	broken := iotest.ErrReader(iotest.ErrTimeout)
	for name, try := range map[string]func() error{
		"authority": func() error { _, err := NewAuthority("x", noon, broken); return err },
		"server":    func() error { _, err := b.authority.IssueServer(nil, noon, broken); return err },
		"node":      func() error { _, err := b.authority.IssueNode(b.node, request, noon, broken); return err },
		"identity":  func() error { _, err := NewIdentity(broken); return err },
		"person":    func() error { _, err := NewPersonKey(broken); return err },
		"code":      func() error { _, err := NewCode(b.root, broken); return err },
		"seal":      func() error { _, err := person.Seal(1, "correct horse", cheap, broken); return err },
		"one-time":  func() error { _, err := OneTimePassword(broken); return err },
		"token":     func() error { _, _, err := NewToken(broken); return err },
	} {
		t.Run(name, func(t *testing.T) { wantError(t, try(), iotest.ErrTimeout) })
	}
	_, err := NewAuthority("x", noon, bytes.NewReader(bytes.Repeat([]byte{0xff}, 1000)))
	wantError(t, err, ErrInvalid) // no such scalar
}
