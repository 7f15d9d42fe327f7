package node

import (
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"bough/crdt"
	"bough/node/desk"
	"bough/sync/rows"
)

// patient is a workstation that has its branch, lying still; central works.
func patient(t *testing.T) (h *HeadOffice, o Options) {
	t.Helper()
	h = bank(t)
	b := station(t, h, "counter 1")
	meet(t, h, b)
	stopped(t, b.Stop)
	return h, b.o
}

// examine opens the workstation, with central at another address if one is
// given, and has every hop tried.
func examine(t *testing.T, o Options, central string) []desk.Finding {
	t.Helper()
	b, err := NewBranch(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	defer stopped(t, b.Stop)
	if central != "" {
		was := b.me.Central
		b.me.Central = central
		up, err := b.newUplink(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		b.uplink.Store(up)
		defer func() { b.me.Central = was }()
	}
	return b.Doctor(t.Context())
}

// codes are those of hops that are not ok.
func codes(found []desk.Finding) (out []string) {
	for _, f := range found {
		if f.State != desk.HopOK && f.State != desk.HopUntried && f.Code != "disk_slow" { // that of a busy machine is
			out = append(out, f.Code)
		}
	}
	return out
}

func listener(t *testing.T) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return l
}

// deaf is an address where nobody listens.
func deaf(t *testing.T) string {
	t.Helper()
	l := listener(t)
	_ = l.Close()
	return l.Addr().String()
}

func proxyAt(address string) *url.URL { return &url.URL{Scheme: "http", Host: address} }

// tunnel is a proxy; it lets through what it is told to.
func tunnel(t *testing.T, lets bool) *url.URL {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !lets || r.Method != http.MethodConnect {
			http.Error(w, "not through here", http.StatusForbidden)
			return
		}
		far, err := net.Dial("tcp", r.Host)
		if err != nil {
			http.Error(w, "nobody there", http.StatusBadGateway)
			return
		}
		near, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			_ = far.Close()
			return
		}
		_, _ = io.WriteString(near, "HTTP/1.1 200 OK\r\n\r\n")
		go func() {
			_, _ = io.Copy(far, near)
			_ = far.Close()
		}()
		_, _ = io.Copy(near, far)
		_ = near.Close()
	}))
	t.Cleanup(s.Close)
	return proxyAt(strings.TrimPrefix(s.URL, "http://"))
}

func TestTheDoctorNamesTheHopThatIsBroken(t *testing.T) {
	_, o := patient(t)
	plain := httptest.NewServer(http.NotFoundHandler())
	defer plain.Close()
	hangs := listener(t)
	go func() {
		for {
			c, err := hangs.Accept()
			if err != nil {
				return
			}
			_ = c.Close()
		}
	}()
	for name, c := range map[string]struct {
		o       func(*testing.T, *Options)
		central string
		want    []string
	}{
		"nothing":                {nil, "", nil},
		"the name":               {nil, "https://central.invalid:8443", []string{"name_unknown"}},
		"no proxy there":         {func(t *testing.T, o *Options) { o.Proxy = proxyAt(deaf(t)) }, "", []string{"proxy_down"}},
		"a proxy that refuses":   {func(t *testing.T, o *Options) { o.Proxy = tunnel(t, false) }, "", []string{"proxy_refuses"}},
		"nothing, by a proxy":    {func(t *testing.T, o *Options) { o.Proxy = tunnel(t, true) }, "", nil},
		"the port":               {nil, "https://" + deaf(t), []string{"port_refused"}},
		"another central":        {nil, "https://" + bank(t).Addr(), []string{"tls_other"}},
		"no TLS":                 {nil, "https://" + strings.TrimPrefix(plain.URL, "http://"), []string{"tls_not"}},
		"cut in the middle":      {nil, "https://" + hangs.Addr().String(), []string{"tls_cut"}},
		"the clock":              {func(_ *testing.T, o *Options) { o.Now = func() time.Time { return time.Now().Add(-time.Hour) } }, "", []string{"clock_off"}},
		"the certificate is old": {func(_ *testing.T, o *Options) { o.Now = func() time.Time { return time.Now().AddDate(1, 0, 0) } }, "https://" + deaf(t), []string{"enrolment_expired", "port_refused"}},
		"the disk":               {func(t *testing.T, o *Options) { blockTrial(t, o.Dir) }, "", []string{"disk_broken"}},
	} {
		t.Run(name, func(t *testing.T) {
			opt := o
			if c.o != nil {
				c.o(t, &opt)
			}
			found := examine(t, opt, c.central)
			if got := codes(found); !slices.Equal(got, c.want) {
				t.Errorf("found %v, want %v: %+v", got, c.want, found)
			}
			discreet(t, opt.Dir, found)
		})
	}
}

// blockTrial puts a folder where the doctor tries to write a file.
func blockTrial(t *testing.T, dir string) {
	t.Helper()
	path := filepath.Join(dir, trialName)
	if err := os.Mkdir(path, 0o700); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.Remove(path) })
}

// discreet: every code has its words, and no finding tells a name of a customer
// or a person, or where the files lie.
func discreet(t *testing.T, dir string, found []desk.Finding) {
	t.Helper()
	all, err := json.Marshal(found)
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{"PRIVATE", dir, "jana"} {
		if strings.Contains(string(all), secret) {
			t.Errorf("it tells %q: %s", secret, all)
		}
	}
	for _, f := range found {
		if !slices.Contains(desk.FindingCodes(), f.Code) || !slices.Contains(desk.Hops, f.Hop) {
			t.Errorf("nobody has words for %+v", f)
		}
	}
}

func TestTheDoctorTellsOfARevokedADamagedAndANewWorkstation(t *testing.T) {
	h, o := patient(t)
	b := reopened(t, o)
	err := b.Store.File.Write(t.Context(), func(tx *rows.Tx) error {
		sc, err := tx.Scope(1)
		if err != nil {
			return err
		}
		sc.Digest = crdt.Digest{1, 2, 3}
		return tx.SetScope(sc)
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := codes(b.Doctor(t.Context())); !slices.Equal(got, []string{"file_damaged"}) {
		t.Errorf("a damaged file: %v", got)
	}
	if err := h.Office.Revoke(t.Context(), b.Origin()); err != nil {
		t.Fatal(err)
	}
	if got := codes(b.Doctor(t.Context())); !slices.Contains(got, "central_unknown") {
		t.Errorf("a revoked workstation: %v", got)
	}
	fresh := reopened(t, testOptions(filepath.Join(t.TempDir(), "new")))
	if got := codes(fresh.Doctor(t.Context())); !slices.Equal(got, []string{"enrolment_none"}) {
		t.Errorf("a new workstation: %v", got)
	}
}

func TestTheDoctorLooksAtTheLAN(t *testing.T) {
	_, o := patient(t)
	taken := listener(t)
	for want, address := range map[string]string{"lan_closed": taken.Addr().String(), "lan_alone": "127.0.0.1:0"} {
		opt := o
		opt.LAN = address
		b, err := NewBranch(t.Context(), opt)
		if err != nil {
			t.Fatal(err)
		}
		if err := b.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := codes(b.Doctor(t.Context())); !slices.Equal(got, []string{want}) {
			t.Errorf("%v, want %s", got, want)
		}
		stopped(t, b.Stop)
	}
}
