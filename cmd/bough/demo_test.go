package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"time"
)

// show is a demo that runs as a process of its own.
type show struct {
	t     *testing.T
	cmd   *exec.Cmd
	stdin io.Closer
	tmp   string // its folder for temporary files
	said  *tape
	start string // URL of the start page, without the slash
	pages []string
}

// newShow starts a demo and reads where its pages are.
func newShow(t *testing.T, args ...string) *show {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	// Short: sockets lie in it.
	tmp, err := os.MkdirTemp("", "show")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(tmp) })
	s := &show{t: t, tmp: tmp, said: &tape{}, cmd: exec.Command(exe, append([]string{"demo", "--port", "0", "--customers", "100", "--stop-with-stdin"}, args...)...)}
	s.cmd.Env = append(os.Environ(), "BOUGH_TEST_AS_PROGRAM=1", "TMPDIR="+tmp, "TMP="+tmp)
	s.cmd.Stderr = s.said
	if s.stdin, err = s.cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.cmd.Process.Kill() })
	s.read(out)
	return s
}

var pageAddress = regexp.MustCompile(`http://[0-9.:]+[/a-z]*`)

// read reads what is printed when the demo is ready.
func (s *show) read(out io.Reader) {
	s.t.Helper()
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if at := pageAddress.FindString(lines.Text()); at != "" {
			s.pages = append(s.pages, at)
		}
		if strings.HasPrefix(lines.Text(), "Ctrl-C") {
			s.start = strings.TrimSuffix(s.pages[0], "/")
			return
		}
	}
	s.t.Fatalf("the demo did not start:\n%s", s.said)
}

// post uses a switch of the start page.
func (s *show) post(path string, form url.Values) {
	s.t.Helper()
	r, err := http.PostForm(s.start+path, form)
	if err != nil {
		s.t.Fatal(err)
	}
	defer r.Body.Close()
	if r.StatusCode != http.StatusOK || strings.Contains(r.Request.URL.RawQuery, "fault") {
		s.t.Fatalf("%s: %s %s\n%s", path, r.Status, r.Request.URL, s.said)
	}
}

func get(t *testing.T, client *http.Client, url string) (status int, body string) {
	t.Helper()
	r, err := client.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return r.StatusCode, string(b)
}

// shows waits until the start page says all of it.
func (s *show) shows(sentences ...string) {
	s.t.Helper()
	var body string
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		_, body = get(s.t, http.DefaultClient, s.start+"/")
		all := true
		for _, sentence := range sentences {
			all = all && strings.Contains(body, sentence)
		}
		if all {
			return
		}
	}
	s.t.Fatalf("the page does not say %q:\n%s\n%s", sentences, regexp.MustCompile(`<[^>]*>\s*`).ReplaceAllString(body, "|"), s.said)
}

// ask sends JSON to a workstation.
func (s *show) ask(method, url, token string, body, into any) {
	s.t.Helper()
	b, err := json.Marshal(body)
	if err != nil {
		s.t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(s.t.Context(), method, url, bytes.NewReader(b))
	if err != nil {
		s.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", "Bearer "+token)
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		s.t.Fatal(err)
	}
	defer answer.Body.Close()
	if answer.StatusCode/100 != 2 {
		s.t.Fatalf("%s %s: %s", method, url, answer.Status)
	}
	if err := json.NewDecoder(answer.Body).Decode(into); err != nil {
		s.t.Fatal(err)
	}
}

// stop ends the demo as Ctrl-C does, or where there is none, by its input.
func (s *show) stop() {
	s.t.Helper()
	if runtime.GOOS == "windows" {
		_ = s.stdin.Close()
	} else if err := s.cmd.Process.Signal(os.Interrupt); err != nil {
		s.t.Fatal(err)
	}
	if err := s.cmd.Wait(); err != nil {
		s.t.Fatalf("%v\n%s", err, s.said)
	}
}

// gone waits until nobody listens on any of the addresses.
func (s *show) gone() {
	s.t.Helper()
	for _, page := range s.pages {
		u, err := url.Parse(page)
		if err != nil {
			s.t.Fatal(err)
		}
		for deadline := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) {
			c, err := net.Dial("tcp", u.Host)
			if err != nil {
				break
			}
			_ = c.Close()
			if time.Now().After(deadline) {
				s.t.Fatalf("%s still listens", page)
			}
		}
	}
}

func (s *show) empty(dir string) {
	s.t.Helper()
	left, err := os.ReadDir(dir)
	if err != nil || len(left) > 0 {
		s.t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestTheDemoGoesThroughAnOutageAndLeavesNothing(t *testing.T) {
	s := newShow(t)
	if len(s.pages) != 6 {
		t.Fatalf("it printed %v", s.pages)
	}
	for _, page := range s.pages {
		if status, _ := get(t, http.DefaultClient, page); status != http.StatusOK {
			t.Errorf("%s answers %d", page, status)
		}
	}
	s.oneClick("emma")

	s.post("/line", url.Values{"branch": {"1"}, "do": {"cut"}})
	s.shows("Over the LAN each workstation sees", "Restore the line", "they see each other")
	s.prospects(3)
	s.shows("safe in the branch<")
	s.post("/lan", url.Values{"branch": {"1"}, "do": {"cut"}})
	s.shows("Line and LAN are cut", "Restore the LAN")
	s.post("/trouble", nil)
	s.shows("trouble: ", "only here")
	s.post("/kill", url.Values{"workstation": {"Counter 1-1"}})
	s.shows("Counter 1-1 is killed", "Bring back")
	s.post("/revive", url.Values{"workstation": {"Counter 1-1"}})
	s.shows("Counter 1-1 is back", "only here")
	s.post("/lan", url.Values{"branch": {"1"}, "do": {"restore"}})
	s.shows("The line is cut", "they see each other", "safe in the branch<")
	s.post("/line", url.Values{"branch": {"1"}, "do": {"restore"}})
	s.shows(`class="proof"`, "0 refused, 0 held, 0 missing", "both branches show the conflict")
	s.proven()

	s.stop()
	s.gone()
	s.empty(s.tmp)
}

// oneClick signs somebody in from the start page, as a browser does.
func (s *show) oneClick(login string) {
	s.t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		s.t.Fatal(err)
	}
	r, err := (&http.Client{Jar: jar}).PostForm(s.start+"/enter", url.Values{"login": {login}})
	if err != nil {
		s.t.Fatal(err)
	}
	defer r.Body.Close()
	body, err := io.ReadAll(r.Body)
	if err != nil || r.StatusCode != http.StatusOK || strings.HasPrefix(r.Request.URL.String(), s.start) || strings.Contains(string(body), `type="password"`) {
		s.t.Errorf("one click ended at %s, %s, %v", r.Request.URL, r.Status, err)
	}
}

// prospects enters people at the first workstation, over the JSON API.
func (s *show) prospects(n int) {
	s.t.Helper()
	base := strings.TrimSuffix(s.pages[2], "/signin") + "/api/v1"
	var session struct{ Token string }
	s.ask(http.MethodPost, base+"/session", "", map[string]string{"login": "emma", "password": "bough-demo-emma"}, &session)
	for i := range n {
		var made struct{ ID string }
		s.ask(http.MethodPost, base+"/customers", session.Token, map[string]string{"type": "person", "name": fmt.Sprint("Nobody ", i)}, &made)
	}
}

// proven: what the outage wrote is what was accepted, and not nothing.
func (s *show) proven() {
	s.t.Helper()
	_, body := get(s.t, http.DefaultClient, s.start+"/")
	m := regexp.MustCompile(`(\d+) written, (\d+) accepted, 0 refused, 0 held, 0 missing`).FindStringSubmatch(body)
	if m == nil || m[1] != m[2] || m[1] == "0" {
		s.t.Errorf("the proof reads %v", m)
	}
}

func TestADemoWhoseParentIsKilledEndsAndItsFolderServesAgain(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "demo")
	first := newShow(t, "--dir", dir)
	if err := first.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = first.cmd.Wait() // it was killed
	first.gone()
	second := newShow(t, "--dir", dir)
	second.stop()
	second.gone()
	if _, err := os.Stat(filepath.Join(dir, "central", "bough.db")); err != nil {
		t.Errorf("the files are to stay in a folder that was asked for: %v", err)
	}
}

func TestADemoLeavesAFolderOfOthersAlone(t *testing.T) {
	dir := t.TempDir()
	letter := filepath.Join(dir, "letter")
	if err := os.WriteFile(letter, []byte("Dear bank"), 0o600); err != nil {
		t.Fatal(err)
	}
	var out, errs bytes.Buffer
	if code := run(t.Context(), streams{in: strings.NewReader(""), out: &out, err: &errs, now: wall}, []string{"demo", "--dir", dir, "--customers", "40"}); code != exitNot || !strings.Contains(errs.String(), "is not empty") {
		t.Errorf("exit code %d: %s", code, &errs)
	}
	if _, err := os.Stat(letter); err != nil {
		t.Error(err)
	}
}
