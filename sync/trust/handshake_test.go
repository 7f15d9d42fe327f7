package trust

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

func at(now time.Time) func() time.Time { return func() time.Time { return now } }

// port is a central over loopback: /sync wants a node, /renew an expired one too, / anybody.
func port(t *testing.T, root *Root, source CertificateSource, now time.Time) string {
	t.Helper()
	mux := http.NewServeMux()
	answer := func(w http.ResponseWriter, node Node, err error) {
		if err != nil {
			http.Error(w, err.Error(), http.StatusForbidden)
			return
		}
		fmt.Fprintf(w, "node %d of branch %d", node.Origin, node.Branch)
	}
	mux.HandleFunc("/sync", func(w http.ResponseWriter, r *http.Request) {
		node, err := root.ConnectedNode(r.TLS, now)
		answer(w, node, err)
	})
	mux.HandleFunc("/renew", func(w http.ResponseWriter, r *http.Request) {
		node, err := root.RenewableNode(r.TLS, now)
		answer(w, node, err)
	})
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "sign in") })
	listener := must[net.Listener](t)(net.Listen("tcp", "127.0.0.1:0"))
	server := &http.Server{Handler: mux, TLSConfig: ServerConfig(root, source, at(now)), ErrorLog: log.New(io.Discard, "", 0)}
	done := make(chan error, 1)
	go func() { done <- server.ServeTLS(listener, "", "") }()
	t.Cleanup(func() {
		server.Close()
		<-done
	})
	return "https://" + listener.Addr().String()
}

func get(t *testing.T, config *tls.Config, url string) (string, *tls.ConnectionState, error) {
	t.Helper()
	transport := &http.Transport{TLSClientConfig: config, ForceAttemptHTTP2: true}
	defer transport.CloseIdleConnections()
	response, err := (&http.Client{Transport: transport}).Get(url)
	if err != nil {
		return "", nil, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return "", nil, err
	}
	if response.TLS.Version != tls.VersionTLS13 || response.ProtoMajor != 2 {
		t.Errorf("spoke TLS %x and %s", response.TLS.Version, response.Proto)
	}
	return strings.TrimSpace(string(body)), response.TLS, nil
}

// own is the source of the certificate that this bank's node shows.
func (b bank) own(t *testing.T, cert *x509.Certificate) CertificateSource {
	t.Helper()
	return Fixed(must[*tls.Certificate](t)(b.identity.Certificate(cert)))
}

func (b bank) server(t *testing.T) CertificateSource {
	t.Helper()
	return Fixed(must[*tls.Certificate](t)(b.authority.IssueServer(nil, noon, seeded(2))))
}

func TestOnePortServesBrowsersJoinersAndNodes(t *testing.T) {
	b := newBank(t, 1)
	url := port(t, b.root, b.server(t), noon)
	code := must[Code](t)(NewCode(b.root, seeded(3)))
	join, node, plain := JoinConfig(code, at(noon)), ClientConfig(b.root, b.own(t, b.cert), at(noon)), ClientConfig(b.root, nil, at(noon))
	browser := &tls.Config{RootCAs: b.root.pool, Time: at(noon)}
	required, member := ErrNoCertificate.Error(), "node 77 of branch 3"
	for _, c := range []struct {
		name, path string
		config     *tls.Config
		want       string
	}{
		{"browser", "/", browser, "sign in"},
		{"browser on a sync route", "/sync", browser, required},
		{"joiner", "/", join, "sign in"},
		{"joiner on a sync route", "/sync", join, required},
		{"joiner on the renewal route", "/renew", join, required},
		{"command line", "/", plain, "sign in"},
		{"command line on a sync route", "/sync", plain, required},
		{"node", "/sync", node, member},
		{"node renewing", "/renew", node, member},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, _, err := get(t, c.config, url+c.path)
			if err != nil || !strings.Contains(got, c.want) {
				t.Fatalf("got %q, %v, want %q", got, err, c.want)
			}
		})
	}
	_, state, err := get(t, join, url)
	if err != nil {
		t.Fatal(err)
	}
	if root := must[*Root](t)(code.RootOf(state)); root.Fingerprint() != b.root.Fingerprint() {
		t.Fatal("the joiner learnt another authority")
	}
}

func TestClientsRefuseWhoIsNotCentral(t *testing.T) {
	b, other := newBank(t, 1), newBank(t, 2)
	code := must[Code](t)(NewCode(b.root, seeded(3)))
	ourNode := must[*tls.Certificate](t)(b.identity.Certificate(b.cert))
	ourNode.Certificate = append(ourNode.Certificate, b.root.cert.Raw)
	theirs := must[*tls.Certificate](t)(other.server(t)())
	mixed := *theirs
	mixed.Certificate = [][]byte{theirs.Certificate[0], b.root.cert.Raw}
	for _, c := range []struct {
		name   string
		source CertificateSource
		want   error
	}{
		{"another central", Fixed(theirs), ErrOtherCentral},
		{"another central showing our authority", Fixed(&mixed), ErrOtherCentral},
		{"a node posing as central", Fixed(ourNode), ErrWrongRole},
	} {
		url := port(t, b.root, c.source, noon)
		t.Run(c.name+", joining", func(t *testing.T) {
			_, _, err := get(t, JoinConfig(code, at(noon)), url)
			wantError(t, err, c.want)
		})
		t.Run(c.name+", syncing", func(t *testing.T) {
			_, _, err := get(t, ClientConfig(b.root, b.own(t, b.cert), at(noon)), url)
			wantError(t, err, c.want)
		})
	}
}

func TestCentralRefusesCertificatesOfOthersInTheHandshake(t *testing.T) {
	b, other := newBank(t, 1), newBank(t, 2)
	url := port(t, b.root, b.server(t), noon)
	for name, source := range map[string]CertificateSource{
		"node of another central": other.own(t, other.cert),
		"central's own":           b.server(t),
	} {
		t.Run(name, func(t *testing.T) {
			config := ClientConfig(b.root, source, at(noon))
			conn, err := tls.Dial("tcp", strings.TrimPrefix(url, "https://"), config)
			if err == nil {
				// The client's part of the handshake ends first: the answer says more.
				_, err = conn.Read(make([]byte, 1))
				_ = conn.Close()
			}
			var refused tls.AlertError
			if err == nil || !(errors.As(err, &refused) || strings.Contains(err.Error(), "remote error: tls")) {
				t.Fatalf("not refused in the handshake: %v", err)
			}
		})
	}
}

func TestRoutesSayWhatIsWrongWithTheDates(t *testing.T) {
	b := newBank(t, 1)
	url := port(t, b.root, b.server(t), noon)
	for _, c := range []struct {
		name        string
		issued      time.Time
		sync, renew string
	}{
		{"back after 400 days", noon.Add(-400 * day), ErrExpired.Error(), "node 77 of branch 3"},
		{"back after years", noon.Add(-3 * 365 * day), ErrExpired.Error(), ErrTooLate.Error()},
		{"of a time when central's clock was ahead", noon.Add(10 * day), ErrNotYetValid.Error(), "node 77 of branch 3"},
	} {
		t.Run(c.name, func(t *testing.T) {
			config := ClientConfig(b.root, b.own(t, b.issueNode(t, b.node, c.issued)), at(noon))
			for path, want := range map[string]string{"/sync": c.sync, "/renew": c.renew, "/": "sign in"} {
				if got, _, err := get(t, config, url+path); err != nil || !strings.Contains(got, want) {
					t.Errorf("%s: got %q, %v, want %q", path, got, err, want)
				}
			}
		})
	}
}

func TestRenewedCertificateIsUsedWithoutARestart(t *testing.T) {
	b := newBank(t, 1)
	current := must[*tls.Certificate](t)(b.identity.Certificate(b.issueNode(t, b.node, noon.Add(-400*day))))
	config := ClientConfig(b.root, func() (*tls.Certificate, error) { return current, nil }, at(noon))
	url := port(t, b.root, b.server(t), noon)
	if got, _, err := get(t, config, url+"/sync"); err != nil || !strings.Contains(got, ErrExpired.Error()) {
		t.Fatalf("before: %q, %v", got, err)
	}
	current = must[*tls.Certificate](t)(b.identity.Certificate(b.cert))
	if got, _, err := get(t, config, url+"/sync"); err != nil || got != "node 77 of branch 3" {
		t.Fatalf("after: %q, %v", got, err)
	}
}

func TestResumedSessionsKeepTheirNode(t *testing.T) {
	b := newBank(t, 1)
	url := port(t, b.root, b.server(t), noon)
	config := ClientConfig(b.root, b.own(t, b.cert), at(noon))
	for round := range 3 {
		got, state, err := get(t, config, url+"/sync")
		if err != nil || got != "node 77 of branch 3" {
			t.Fatalf("round %d: %q, %v", round, got, err)
		}
		if round > 0 && !state.DidResume {
			t.Fatal("the session was not resumed")
		}
	}
}

func TestAWrongClockDoesNotKeepANodeFromCentral(t *testing.T) {
	b := newBank(t, 1)
	url := port(t, b.root, b.server(t), noon)
	for _, clock := range []time.Time{time.Unix(0, 0), noon.AddDate(-9, 0, 0), noon.AddDate(30, 0, 0)} {
		got, _, err := get(t, ClientConfig(b.root, b.own(t, b.cert), at(clock)), url+"/sync")
		if err != nil || got != "node 77 of branch 3" {
			t.Fatalf("at %s: %q, %v", clock, got, err)
		}
	}
}

func TestOlderTLSIsRefused(t *testing.T) {
	b := newBank(t, 1)
	url := port(t, b.root, b.server(t), noon)
	_, _, err := get(t, &tls.Config{RootCAs: b.root.pool, Time: at(noon), MaxVersion: tls.VersionTLS12}, url)
	if err == nil || !strings.Contains(err.Error(), "protocol version") {
		t.Fatalf("TLS 1.2 was spoken: %v", err)
	}
}
