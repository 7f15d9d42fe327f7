package demo

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"bough/crdt"
	"bough/node/sim/bank"
)

const patience = time.Minute

// echo answers whatever it hears with the same.
func echo(t *testing.T) (address string) {
	t.Helper()
	l, err := net.Listen("tcp", at(0))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() { _, _ = io.Copy(c, c) }()
		}
	}()
	return l.Addr().String()
}

func newTestRelay(t *testing.T) *relay {
	t.Helper()
	r, err := newRelay(at(0), echo(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.close() })
	return r
}

// through says something through the relay and hears it again.
func through(c net.Conn) error {
	if err := c.SetDeadline(time.Now().Add(patience)); err != nil {
		return err
	}
	if _, err := c.Write([]byte("hello")); err != nil {
		return err
	}
	_, err := io.ReadFull(c, make([]byte, 5))
	return err
}

func dial(t *testing.T, r *relay) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", r.address())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

func TestACutLineDropsWhatIsOpenAndRefusesWhatIsNewUntilItIsBack(t *testing.T) {
	r := newTestRelay(t)
	open := dial(t, r)
	if err := through(open); err != nil {
		t.Fatal(err)
	}
	r.set(true)
	if through(open) == nil {
		t.Error("an open connection survived the cut")
	}
	if c, err := net.Dial("tcp", r.address()); err == nil { // a reset while dialling is a refusal too
		if through(c) == nil {
			t.Error("a new connection went through a cut line")
		}
		_ = c.Close()
	}
	r.set(false)
	if err := through(dial(t, r)); err != nil {
		t.Errorf("the line is back: %v", err)
	}
}

func TestARelayWithoutCentralEndsItsConnections(t *testing.T) {
	r, err := newRelay(at(0), "127.0.0.1:1")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.close() })
	if through(dial(t, r)) == nil {
		t.Error("nobody is there, and somebody answered")
	}
}

// options of a demo that does not get far.
func testOptions(t *testing.T) Options {
	return Options{Exe: filepath.Join(t.TempDir(), "no-such-program"), Bank: bank.Options{Customers: 40, Branches: 2}, Now: time.Now, After: time.After,
		Say:   t.Logf,
		Found: func(context.Context, Founding) (*Founded, error) { return nil, errFounding }}
}

var errFounding = errors.New("the pen broke")

func TestAStartThatFailsLeavesNothing(t *testing.T) {
	tmp := t.TempDir()
	t.Setenv("TMPDIR", tmp)
	o := testOptions(t)
	if _, err := Start(t.Context(), o); !errors.Is(err, errFounding) {
		t.Errorf("%v", err)
	}
	o.Found = func(_ context.Context, f Founding) (*Founded, error) {
		return &Founded{ID: func(id crdt.ID) crdt.ID { return id }, Codes: make([]string, len(f.Codes))}, nil
	}
	if _, err := Start(t.Context(), o); err == nil {
		t.Error("a program that is not there was started")
	}
	if left, err := os.ReadDir(tmp); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestOnlyFoldersOfDemosAreEmptied(t *testing.T) {
	dir := t.TempDir()
	if err := emptied(dir); err != nil {
		t.Errorf("an empty one: %v", err)
	}
	file := filepath.Join(dir, "letter")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if emptied(dir) == nil {
		t.Error("a folder of somebody else was emptied")
	}
	if err := os.WriteFile(filepath.Join(dir, marker), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := emptied(dir); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(file); err == nil {
		t.Error("what an earlier demo left is still there")
	}
}

// standing is a demo that shows a page without running anything.
func standing(t *testing.T) *Demo {
	t.Helper()
	d := &Demo{o: testOptions(t), dir: t.TempDir(), client: http.DefaultClient, changed: make(chan struct{})}
	d.began = d.o.Now()
	if err := d.invent(t.Context()); err != nil {
		t.Fatal(err)
	}
	d.founded = &Founded{ID: func(id crdt.ID) crdt.ID { return id }}
	d.people, d.shows = d.cast(), d.showcase()
	for _, b := range d.list {
		b.line = newTestRelay(t)
	}
	return d
}

var raw = regexp.MustCompile(`>\s*[a-z]+_[a-z_0-9]+\s*<`)

func TestThePageSaysEverythingInBothLanguages(t *testing.T) {
	d := standing(t)
	d.list[0].line.set(true)
	d.list[1].proof = &proof{Written: 3, Accepted: 3, Off: 1}
	d.log = []entry{{d.began, "proof", []any{"B", int64(4), int64(2), int64(1), int64(1), int64(0)}}, {d.began, "cut", []any{"B"}}, {d.began, "heard", []any{"N"}}}
	for _, w := range []*Words{english, chinese} {
		out, err := render("page", d.view(w, "localhost"))
		if err != nil {
			t.Fatal(err)
		}
		if found := raw.FindAllString(string(out), -1); len(found) > 0 {
			t.Errorf("%s: sentences that are missing: %v", w.Tag, found)
		}
		if strings.Contains(string(out), "%!") {
			t.Errorf("%s: a sentence does not fit what it is to tell", w.Tag)
		}
	}
	for key := range english.sentences {
		if chinese.sentences[key] == "" {
			t.Errorf("there is no Chinese for %s", key)
		}
	}
	if len(english.sentences) != len(chinese.sentences) {
		t.Error("the languages do not have the same sentences")
	}
}

func TestTheLanguageIsTheOneTheBrowserPrefers(t *testing.T) {
	for accept, want := range map[string]*Words{"": english, "zh-CN,zh;q=0.9,en;q=0.8": chinese, "en-US,en;q=0.5,zh;q=0.3": english, "cs, zh-TW": chinese, "fr": english} {
		if wordsFor(accept) != want {
			t.Errorf("%q gives %s", accept, wordsFor(accept).Tag)
		}
	}
}

func TestTheStartPageIsForThisMachineAndItsOwnForms(t *testing.T) {
	d := standing(t)
	p, err := newPage(d, at(0))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.close)
	for _, c := range []struct {
		method, path, host, origin string
		want                       int
	}{
		{http.MethodGet, "/", "localhost:8400", "", http.StatusOK},
		{http.MethodGet, "/", "bank.example:8400", "", http.StatusMisdirectedRequest},
		{http.MethodPost, "/line", "localhost:8400", "http://localhost:8400", http.StatusSeeOther},
		{http.MethodPost, "/line", "localhost:8400", "http://bank.example", http.StatusForbidden},
		{http.MethodPost, "/enter", "localhost:8400", "", http.StatusSeeOther},
		{http.MethodGet, "/nothing", "localhost:8400", "", http.StatusNotFound},
		{http.MethodGet, "/static/demo.js", "127.0.0.1:8400", "", http.StatusOK},
	} {
		r := httptest.NewRequestWithContext(t.Context(), c.method, c.path, nil)
		r.Host = c.host
		if c.origin != "" {
			r.Header.Set("Origin", c.origin)
		}
		w := httptest.NewRecorder()
		p.server.Handler.ServeHTTP(w, r)
		if w.Code != c.want {
			t.Errorf("%s %s at %s from %q: %d, want %d", c.method, c.path, c.host, c.origin, w.Code, c.want)
		}
	}
}

func TestTheProofCountsWhatCentralHadNotTakenWhenTheLineWasCut(t *testing.T) {
	before := totals{written: 12, accepted: 9, refused: 1, unsent: 2}
	after := totals{written: 20, accepted: 17, refused: 2, held: 1}
	if got := *after.since(before); got != (proof{Written: 10, Accepted: 8, Refused: 1, Held: 1}) {
		t.Errorf("%+v", got)
	}
}

func TestAPortThatIsTakenIsReplaced(t *testing.T) {
	l, err := net.Listen("tcp", at(0))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	port, err := portOf(l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	if free(port) != at(0) {
		t.Error("a taken port was given out")
	}
	if free(0) != at(0) || free(1<<17) != at(0) {
		t.Error("no port in particular means any")
	}
}
