package uplink

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"bough/crdt"
	"bough/sync/journal"
	"bough/sync/rows"
	"bough/sync/trust"
	"bough/sync/wire"
)

// send is a request as anybody could make it.
func (b *bank) send(cert *tls.Certificate, method, path string, body []byte, header map[string]string) (status int, fault, text string) {
	b.t.Helper()
	var source trust.CertificateSource
	if cert != nil {
		source = trust.Fixed(cert)
	}
	client := newClient(trust.ClientConfig(b.authority.Root(), source, time.Now), nil, false)
	defer client.CloseIdleConnections()
	r := must[*http.Request](b.t)(http.NewRequestWithContext(b.t.Context(), method, b.url()+path, bytes.NewReader(body)))
	r.Header.Set(wire.HeaderVersions, wire.Supported().String())
	for k, v := range header {
		r.Header.Set(k, v)
	}
	answer, err := client.Do(r)
	if err != nil {
		b.t.Fatalf("%s %s: %v", method, path, err)
	}
	defer func() { _ = answer.Body.Close() }()
	out := must[[]byte](b.t)(io.ReadAll(answer.Body))
	return answer.StatusCode, answer.Header.Get(wire.HeaderFault), string(out)
}

func (s *station) pair(cert *x509.Certificate) *tls.Certificate {
	s.t.Helper()
	return must[*tls.Certificate](s.t)(s.identity.Certificate(cert))
}

// issue makes a certificate for this station's key, whoever it names.
func (s *station) issue(node trust.Node, at time.Time) *x509.Certificate {
	s.t.Helper()
	return must[*x509.Certificate](s.t)(s.b.authority.IssueNode(node, must[[]byte](s.t)(s.identity.Request()), at, rand.Reader))
}

func (s *station) node() trust.Node {
	return trust.Node{Origin: uint32(s.joined.Origin), Branch: s.joined.Branch}
}

// badRequest is a request and what is answered to it.
type badRequest struct {
	name   string
	cert   *tls.Certificate
	path   string
	body   []byte
	header map[string]string
	status int
	fault  string
	text   string
}

func TestBadRequestsAreAnsweredWithAClearError(t *testing.T) {
	b := newBank(t)
	s, other := b.join(1), b.join(2)
	mine := s.pair(s.joined.Certificate)
	codec := must[*wire.Codec](t)(wire.NewCodec())
	frame := func(b []byte, err error) []byte { return must[[]byte](t)(b, err) }
	pull := frame(codec.EncodePull(&wire.Pull{Scope: 1, Limit: 10}))
	foreign := frame(codec.EncodePull(&wire.Pull{Scope: 2, Limit: 10}))
	sign := func(k *trust.Identity) journal.Signer {
		return func(m []byte) []byte { return k.Sign(trust.ContextJournalHead, m) }
	}
	pushed := func(r journal.Range, err error) []byte {
		return frame(codec.EncodePush(&wire.Push{Ranges: []journal.Range{must[journal.Range](t)(r, err)}}))
	}
	ownPush := pushed(s.store.Range(t.Context(), 0, 10, sign(s.identity)))
	badSignature := pushed(s.store.Range(t.Context(), 0, 10, sign(other.identity)))
	foreignPush := pushed(other.store.Range(t.Context(), 0, 10, sign(other.identity)))
	damaged := append([]byte{}, ownPush...)
	damaged[len(damaged)-1] ^= 1
	future := append([]byte{}, ownPush...)
	future[4], future[5], future[6] = 9, 9, 9
	stranger := b.join(1)
	yearAgo := time.Now().AddDate(-1, 0, 0)

	cases := []badRequest{
		{"no certificate", nil, wire.PathPull, pull, nil, 401, wire.FaultCertificate, "none was shown"},
		{"an expired certificate", s.pair(s.issue(s.node(), yearAgo)), wire.PathPull, pull, nil, 401, wire.FaultExpired, "has expired"},
		{"a certificate of tomorrow", s.pair(s.issue(s.node(), time.Now().AddDate(0, 0, 2))), wire.PathPull, pull, nil, 401, wire.FaultExpired, "clock"},
		{"an origin that never joined", s.pair(s.issue(trust.Node{Origin: 5, Branch: 1}, time.Now())), wire.PathPull, pull, nil, 403, wire.FaultUnknown, "not known"},
		{"the origin of another", stranger.pair(stranger.issue(s.node(), time.Now())), wire.PathPull, pull, nil, 403, wire.FaultUnknown, "another key"},
		{"another branch than it joined", s.pair(s.issue(trust.Node{Origin: s.node().Origin, Branch: 2}, time.Now())), wire.PathPull, foreign, nil, 403, wire.FaultUnknown, "branch"},
		{"the scope of another branch", mine, wire.PathPull, foreign, nil, 403, wire.FaultForbidden, "its own branch"},
		{"no version", mine, wire.PathPull, pull, map[string]string{wire.HeaderVersions: ""}, 426, wire.FaultVersion, "version"},
		{"a version of the future", mine, wire.PathPull, pull, map[string]string{wire.HeaderVersions: "7-9"}, 426, wire.FaultVersion, "upgrade this program"},
		{"a frame of the future", mine, wire.PathPush, future, nil, 426, wire.FaultVersion, "version"},
		{"an empty push", mine, wire.PathPush, nil, nil, 400, wire.FaultMalformed, "magic"},
		{"garbage", mine, wire.PathPush, []byte(strings.Repeat("garbage", 100)), nil, 400, wire.FaultMalformed, "magic"},
		{"a damaged frame", mine, wire.PathPush, damaged, nil, 400, wire.FaultMalformed, "checksum"},
		{"a pull where a push belongs", mine, wire.PathPush, pull, nil, 400, wire.FaultMalformed, "kind"},
		{"an oversized frame", mine, wire.PathPush, make([]byte, wire.MaxFrame+1), nil, 413, wire.FaultTooLarge, "too large"},
		{"an oversized pull", mine, wire.PathPull, make([]byte, maxSmallBody+1), nil, 413, wire.FaultTooLarge, "too large"},
		{"the changes of another", mine, wire.PathPush, foreignPush, nil, 403, wire.FaultForbidden, "another workstation"},
		{"the links of another branch", mine, wire.PathLinks, fmt.Appendf(nil, `{"origin":%d}`, other.store.Origin()), nil, 403, wire.FaultForbidden, "of another branch"},
		{"a head signed by another", mine, wire.PathPush, badSignature, nil, 422, wire.FaultJournal, "signature"},
		{"a renewal without a certificate", nil, wire.PathRenew, []byte("{}"), nil, 401, wire.FaultCertificate, "none was shown"},
		{"a renewal with garbage", mine, wire.PathRenew, []byte(`{"request":"Z2FyYmFnZQ=="}`), nil, 400, wire.FaultMalformed, "certificate request"},
		{"a renewal years too late", s.pair(s.issue(s.node(), time.Now().AddDate(-2, 0, 0))), wire.PathRenew, []byte("{}"), nil, 403, wire.FaultUnknown, "too long ago"},
		{"an enrolment that is no JSON", nil, wire.PathEnrol, []byte("hello"), nil, 400, wire.FaultMalformed, "JSON"},
		{"an enrolment without a name", nil, wire.PathEnrol, []byte(`{"code":"x","origin":7}`), nil, 400, wire.FaultMalformed, "name"},
		{"an enrolment without an origin", nil, wire.PathEnrol, []byte(`{"code":"x","name":"desk"}`), nil, 400, wire.FaultMalformed, "origin"},
		{"an enrolment with no code", nil, wire.PathEnrol, []byte(`{"code":"x","name":"desk","origin":7}`), nil, 403, wire.FaultCode, "code"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			status, fault, text := b.send(c.cert, http.MethodPost, c.path, c.body, c.header)
			if status != c.status || fault != c.fault || !strings.Contains(text, c.text) {
				t.Errorf("%d %s %q; want %d %s with %q", status, fault, text, c.status, c.fault, c.text)
			}
		})
	}
}

func TestBadWatchesAreAnsweredWithAClearError(t *testing.T) {
	b := newBank(t)
	s := b.join(1)
	mine := s.pair(s.joined.Certificate)
	for _, query := range []string{"", "?scope=1", "?scope=1:x&epoch=1&unsent=0&oldest=0", "?scope=1:0&epoch=-1&unsent=0&oldest=0", "?scope=-1:0&epoch=1&unsent=0&oldest=0",
		"?scope=1:0&epoch=1&unsent=0&oldest=0&version=" + strings.Repeat("v", 100)} {
		if status, fault, text := b.send(mine, http.MethodGet, wire.PathWatch+query, nil, nil); status != 400 || fault != wire.FaultMalformed {
			t.Errorf("watch %q: %d %s %s", query, status, fault, text)
		}
	}
	if status, fault, _ := b.send(mine, http.MethodGet, wire.PathWatch+"?scope=2:0&epoch=1&unsent=0&oldest=0", nil, nil); status != 403 || fault != wire.FaultForbidden {
		t.Errorf("a watch of another branch: %d %s", status, fault)
	}
}

func TestACertificateOfAnotherBankIsRefusedInPlainWords(t *testing.T) {
	b, elsewhere := newBank(t), newBank(t)
	s, stranger := b.join(1), elsewhere.join(1)
	s.joined.Certificate = stranger.joined.Certificate
	s.identity = stranger.identity
	s.call("")
	eventually(t, "the trouble is told", func() bool { return s.up.State().Trouble.String() == "certificate" })
	if state := s.up.State(); state.Online || state.Words() == "" {
		t.Errorf("%+v", state)
	}
	s.hangUp()

	// The other way round: the address leads to another central.
	stranger.joined.Root, stranger.b = elsewhere.authority.Root(), b
	stranger.call("")
	eventually(t, "the trouble is told", func() bool { return stranger.up.State().Trouble.String() == "certificate" })
	if detail := stranger.up.State().Detail; !strings.Contains(detail, "another central") {
		t.Errorf("detail %q", detail)
	}
}

func (b *bank) revoke(origin crdt.Origin) {
	b.t.Helper()
	err := b.central.File.Write(b.t.Context(), func(tx *rows.Tx) error {
		return tx.Exec(`UPDATE origin SET revoked=1 WHERE origin=?1`, int64(origin))
	})
	if err != nil {
		b.t.Fatal(err)
	}
}

func TestARevokedNodeIsToldSoAndKeepsItsWork(t *testing.T) {
	b := newBank(t)
	s := b.join(1).call("")
	eventually(t, "online", online(s))
	b.revoke(s.joined.Origin)
	s.prospect("typed after")
	// What was asked before may still be answered: only then is it offline.
	eventually(t, "the trouble is told", func() bool {
		state := s.up.State()
		return state.Trouble.String() == "unknown" && !state.Online
	})
	if state := s.up.State(); state.Unsent() == 0 {
		t.Errorf("%+v", state)
	}
}

func TestAnExpiredCertificateIsRenewedByItself(t *testing.T) {
	b := newBank(t)
	s := b.join(1)
	s.joined.Certificate = s.issue(s.node(), time.Now().AddDate(0, 0, -200))
	kept := make(chan *x509.Certificate, 1)
	s.options = func(o *Options) {
		o.Renewed = func(c *x509.Certificate) error { kept <- c; return nil }
	}
	s.call("")
	b.agree(s)
	select {
	case cert := <-kept:
		if trust.DueForRenewal(cert, time.Now()) {
			t.Error("the new certificate is due for renewal")
		}
	case <-time.After(patience):
		t.Fatal("no certificate was handed out to be kept")
	}
	if until := s.up.State().CertificateUntilMS; until < nowMS() {
		t.Errorf("the certificate in use ended at %d", until)
	}
}

func TestACertificateInItsLastThirdIsRenewed(t *testing.T) {
	b := newBank(t)
	s := b.join(1)
	s.joined.Certificate = s.issue(s.node(), time.Now().AddDate(0, 0, -70))
	was := s.joined.Certificate.NotAfter.UnixMilli()
	s.call("")
	eventually(t, "it is renewed", func() bool { return s.up.State().CertificateUntilMS > was })
}

func TestJoining(t *testing.T) {
	b, elsewhere := newBank(t), newBank(t)
	identity := must[*trust.Identity](t)(trust.NewIdentity(rand.Reader))
	join := func(url, code string, random io.Reader, who *trust.Identity) (*Joined, error) {
		return Join(t.Context(), JoinOptions{URL: url, Code: code, Name: "desk 1", Identity: who, Rand: random, Now: nowMS})
	}
	word := b.code(3).Word()
	taken := bytes.NewReader([]byte{0, 0, 0, 1, 0, 0, 0, 77, 0, 0, 0, 99})
	joined := must[*Joined](t)(join(b.url(), word, taken, identity))
	if joined.Origin != 77 || joined.Branch != 3 || joined.CentralOrigin != 1 {
		t.Errorf("origin 1 is central's, so the next is taken: %+v", joined)
	}
	again := must[*Joined](t)(join(b.url(), word, rand.Reader, identity))
	if again.Origin != 77 {
		t.Errorf("the answer was lost, and the same key gets origin %d", again.Origin)
	}
	fresh := must[*trust.Identity](t)(trust.NewIdentity(rand.Reader))
	revoked := b.join(4)
	b.revoke(revoked.joined.Origin)
	cases := []struct{ name, url, code, text string }{
		{"a code that was used", b.url(), word, "was used"},
		{"no code", b.url(), "hello", "not an enrolment code"},
		{"a code that was never made", b.url(), must[trust.Code](t)(trust.NewCode(b.authority.Root(), rand.Reader)).Word(), "not known"},
		{"a code of another central", b.url(), elsewhere.code(1).Word(), "another central"},
		{"no address", "central", word, "https://"},
		{"plain HTTP", "http://" + b.address, word, "https://"},
	}
	for _, c := range cases {
		_, err := join(c.url, c.code, rand.Reader, fresh)
		if err == nil || !strings.Contains(err.Error(), c.text) {
			t.Errorf("%s: %v; want %q", c.name, err, c.text)
		}
		if err != nil && strings.Contains(err.Error(), word) {
			t.Errorf("%s: the error shows a code", c.name)
		}
	}
	for range 20 {
		_, _ = join(b.url(), word, rand.Reader, fresh)
	}
	if _, err := join(b.url(), word, rand.Reader, fresh); err == nil || !strings.Contains(err.Error(), "wait a minute") {
		t.Errorf("a guesser is not slowed down: %v", err)
	}
}

func TestNothingAnswersAtTheAddress(t *testing.T) {
	b := newBank(t)
	identity := must[*trust.Identity](t)(trust.NewIdentity(rand.Reader))
	ctx, stop := context.WithTimeout(t.Context(), patience)
	defer stop()
	_, err := Join(ctx, JoinOptions{URL: "https://127.0.0.1:1", Code: b.code(1).Word(), Name: "desk", Identity: identity, Rand: rand.Reader, Now: nowMS})
	if err == nil || errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error %v", err)
	}
}
