package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

var update = flag.Bool("update", false, "write what the commands say now into the transcripts")

// patience is how long a test waits for what must happen.
const patience = 60 * time.Second

func TestMain(m *testing.M) {
	if os.Getenv("BOUGH_TEST_AS_PROGRAM") != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

// TestTranscripts runs the files of testdata. A file is blocks with an empty
// line between; a block is a command and what comes of it:
//
//	$ bough …          run it; lines of standard output follow, then those of
//	                   standard error with "! " before, then "? 1" for exit code 1
//	$ X=$(bough …)     the same, and $X stands for its standard output from here on
//	$ start X bough …  run it until the end or "$ stop X"; $X is its first address, $X_AT its host:port, $X_LAN that for neighbours
//	$ until 'WORDS' bough …  run it until it says so; nothing follows
//	$ write FILE TEXT  make a file
//	$ api P TOKEN METHOD PATH BODY  ask process P; its status follows, and texts and names
//	$ found X P TOKEN NAME  $X stands for the id of the customer that process P finds
//	$ copy DIR TO      somebody copies a directory, as an image of a disk does
//	$ days N           so many days pass
//	$ clock DIR 48h    somebody sets the clock of the PC of DIR: the right time and so much more
//	$ reboot DIR       that PC is started anew; its process must not run
//	$ field X KEY bough …  $X stands for a value of the JSON that it prints
//	$ call, $ await, $ scan  ask the JSON API; look into files (see scan_test.go)
//	# …                a comment
//
// Empty lines read ".", ports PORT and so on (see varying), the folder it runs
// in /DIR, and "…" in what is expected stands for anything within the line.
func TestTranscripts(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal("no transcripts", err)
	}
	for _, path := range files {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		path, err := filepath.Abs(path)
		if err != nil {
			t.Fatal(err)
		}
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txt"), func(t *testing.T) {
			dir := t.TempDir()
			t.Chdir(dir)
			s := &session{t: t, dir: dir, began: time.Now(), words: map[string]string{}, running: map[string]*background{}}
			defer s.stopAll()
			var out []string
			for block := range strings.SplitSeq(strings.TrimSpace(string(text)), "\n\n") {
				out = append(out, s.block(block))
			}
			if now := strings.Join(out, "\n\n") + "\n"; *update && now != string(text) {
				if err := os.WriteFile(path, []byte(now), 0o600); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

// session is the state of one transcript.
type session struct {
	t       *testing.T
	dir     string // stands as /DIR in transcripts
	words   map[string]string
	running map[string]*background
	began   time.Time
	passed  atomic.Int64 // days that the clock of all programs is ahead
	machines
}

// clock is what the programs take for the machine's.
func (s *session) clock() time.Time { return time.Now().AddDate(0, 0, int(s.passed.Load())) }

// ticks is what they take for its clock that only runs: days pass on it, too.
func (s *session) ticks() (boot string, ms int64) {
	return "machine", time.Since(s.began).Milliseconds() + s.passed.Load()*24*time.Hour.Milliseconds()
}

// block runs a block and returns it as it should read.
func (s *session) block(block string) string {
	s.t.Helper()
	lines := strings.Split(block, "\n")
	at := 0
	for at < len(lines) && strings.HasPrefix(lines[at], "#") {
		at++
	}
	if at == len(lines) {
		return block
	}
	command, is := strings.CutPrefix(lines[at], "$ ")
	if !is {
		s.t.Fatalf("a block begins with a command, not with %q", lines[at])
	}
	want, got := strings.Join(lines[at+1:], "\n"), s.plain(s.run(command))
	if fits(want, got) {
		return block
	}
	if !*update {
		s.t.Errorf("$ %s\n--- want\n%s\n--- got\n%s", command, want, got)
	}
	return strings.TrimSuffix(strings.Join(append(lines[:at+1], got), "\n"), "\n")
}

// plain replaces what differs from run to run, and marks empty lines.
func (s *session) plain(said string) string {
	said = strings.ReplaceAll(said, s.dir, "/DIR")
	for _, vary := range varying {
		said = vary.is.ReplaceAllString(said, vary.reads)
	}
	return strings.ReplaceAll(strings.ReplaceAll(said, "\n\n", "\n.\n"), "\n\n", "\n.\n")
}

var varying = []struct {
	is    *regexp.Regexp
	reads string
}{
	{regexp.MustCompile(`127\.0\.0\.1:\d{4,5}`), "127.0.0.1:PORT"},
	{regexp.MustCompile(`origin \d+`), "origin N"},
	{regexp.MustCompile(`\d{8}T\d{6}\.\d{3}Z|20\d\d-\d\d-\d\d \d\d:\d\d`), "TIME"},
	{regexp.MustCompile(`digest [0-9a-f]{16}`), "digest HEX"},
	{regexp.MustCompile(`(?m)^\d{15,19}$`), "ID"},
	{regexp.MustCompile(`batch \d+`), "batch N"},
	{regexp.MustCompile(`(?m)(^|order )1\d{12}\b`), "${1}N"},
	{regexp.MustCompile(`\b[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){2}\b`), "LEASE-CODE"},
	{regexp.MustCompile(`bough-1-\d+\.`), "bough-1-N."},
	{regexp.MustCompile(`[a-z2-9]{4}(-[a-z2-9]{4}){3}`), "PASSWORD"},
	{regexp.MustCompile(`go1\.[0-9.]+, \w+/\w+`), "go1.N, OS/ARCH"},
}

func fits(want, got string) bool {
	pattern := strings.ReplaceAll(regexp.QuoteMeta(want), "…", `[^\n]*`)
	return regexp.MustCompile(`^` + pattern + `$`).MatchString(got)
}

var capture = regexp.MustCompile(`^([A-Z]+)=\$\((.*)\)$`)

func (s *session) run(command string) string {
	s.t.Helper()
	if m := capture.FindStringSubmatch(command); m != nil {
		out, rest := s.bough(m[2])
		s.words[m[1]] = strings.TrimSpace(out)
		return rest
	}
	verb, rest, _ := strings.Cut(command, " ")
	switch verb {
	case "write":
		name, text, _ := strings.Cut(rest, " ")
		if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
			s.t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(strings.ReplaceAll(text, `\n`, "\n")), 0o600); err != nil {
			s.t.Fatal(err)
		}
		return ""
	case "copy":
		return s.image(rest)
	case "days":
		n, err := strconv.Atoi(rest)
		if err != nil {
			s.t.Fatal(err)
		}
		s.passed.Add(int64(n))
		return ""
	case "clock":
		dir, by, _ := strings.Cut(rest, " ")
		return s.set(dir, by)
	case "reboot":
		s.at(rest).boots.Add(1)
		return ""
	case "field":
		words := strings.SplitN(rest, " ", 3)
		out, _ := s.bough(words[2])
		var fields map[string]any
		if err := json.Unmarshal([]byte(out), &fields); err != nil {
			s.t.Fatal(err)
		}
		s.words[words[0]] = fmt.Sprint(fields[words[1]])
		return ""
	case "api":
		return s.api(rest)
	case "found":
		return s.found(rest)
	case "until":
		return s.until(rest)
	case "call":
		return s.call(rest)
	case "await":
		return s.await(rest)
	case "scan":
		return s.scan(rest)
	case "start":
		name, line, _ := strings.Cut(rest, " ")
		return s.start(name, line)
	case "stop":
		return s.stop(rest)
	}
	out, errs := s.bough(command)
	return strings.TrimSuffix(out+errs, "\n")
}

func (s *session) until(rest string) string {
	s.t.Helper()
	word, line, _ := strings.Cut(strings.TrimPrefix(rest, "'"), "' ")
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if strings.Contains(s.asked(line), word) {
			return ""
		}
	}
	s.t.Fatalf("%s never says %q", line, word)
	return ""
}

// asked is what a command line says on standard output, or the API.
func (s *session) asked(line string) string {
	s.t.Helper()
	if rest, is := strings.CutPrefix(line, "api "); is {
		return s.api(rest)
	}
	out, _ := s.bough(line)
	return out
}

// bough runs a command line; standard error and the exit code come marked.
func (s *session) bough(line string) (out, errs string) {
	s.t.Helper()
	var stdout, stderr bytes.Buffer
	in, args := s.args(line)
	now, ticks := s.under(args)
	code := run(s.t.Context(), streams{strings.NewReader(in), &stdout, &stderr, now, ticks}, args)
	return stdout.String(), s.marked(stderr.String(), code)
}

// args splits a command line; after "<<" comes standard input.
func (s *session) args(line string) (in string, args []string) {
	line, in, _ = strings.Cut(line, " << ")
	known := func(name string) string { return s.words[name] }
	for _, word := range words(line) {
		args = append(args, os.Expand(word, known))
	}
	in = os.Expand(in, known)
	if len(args) == 0 || args[0] != "bough" {
		s.t.Fatalf("not a command of ours: %q", line)
	}
	return in, args[1:]
}

// words splits at spaces, except within quotes.
func words(line string) (out []string) {
	for _, m := range regexp.MustCompile(`'([^']*)'|(\S+)`).FindAllStringSubmatch(line, -1) {
		out = append(out, m[1]+m[2])
	}
	return out
}

func (s *session) marked(stderr string, code int) string {
	var b strings.Builder
	for line := range strings.SplitSeq(strings.TrimSuffix(stderr, "\n"), "\n") {
		if stderr != "" {
			b.WriteString(strings.TrimRight("! "+line, " ") + "\n")
		}
	}
	if code != exitDone {
		fmt.Fprintf(&b, "? %d", code)
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// background is a command that runs on.
type background struct {
	cancel context.CancelFunc
	ended  chan int
	out    *tape
	err    *tape
}

// tape keeps what is written and tells of it.
type tape struct {
	mu   sync.Mutex // guards text
	text strings.Builder
}

func (t *tape) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.text.Write(b)
}

func (t *tape) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.text.String()
}

var address = regexp.MustCompile(`https?://[0-9a-z.:]+`)

func (s *session) start(name, line string) string {
	s.t.Helper()
	ctx, cancel := context.WithCancel(s.t.Context())
	b := &background{cancel: cancel, ended: make(chan int, 1), out: &tape{}, err: &tape{}}
	in, args := s.args(line)
	s.running[name] = b
	_, err := os.Stat(filepath.Join(args[slices.Index(args, "--dir")+1], "bough.db"))
	has := err == nil // and is not waited for
	now, ticks := s.under(args)
	go func() { b.ended <- run(ctx, streams{strings.NewReader(in), b.out, b.err, now, ticks}, args) }()
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		if found := address.FindString(b.out.String()); found != "" && strings.HasSuffix(b.out.String(), "\n") && (has || arrived(found)) &&
			(!strings.Contains(line, "--lan") || strings.Contains(b.out.String(), "neighbours: ")) {
			s.words[name] = found
			_, s.words[name+"_AT"], _ = strings.Cut(found, "://")
			_, lan, _ := strings.Cut(b.out.String(), "neighbours: ")
			s.words[name+"_LAN"], _, _ = strings.Cut(lan, "\n")
			return strings.TrimSuffix(b.out.String()+s.marked(b.err.String(), 0), "\n")
		}
		select {
		case code := <-b.ended:
			delete(s.running, name)
			return strings.TrimSuffix(b.out.String()+s.marked(b.err.String(), code), "\n")
		default:
		}
	}
	s.t.Fatalf("%s does not start", line)
	return ""
}

// arrived reports whether a process that listens does not wait for its first file.
func arrived(at string) bool {
	if !strings.HasPrefix(at, "http://") {
		return true
	}
	answer, err := http.Get(at)
	if err != nil {
		return false
	}
	page, err := io.ReadAll(answer.Body)
	return errors.Join(err, answer.Body.Close()) == nil && !bytes.Contains(page, []byte("page-arriving"))
}

func (s *session) stop(name string) string {
	b := s.running[name]
	if b == nil {
		s.t.Fatalf("%s does not run", name)
	}
	delete(s.running, name)
	b.cancel()
	if code := <-b.ended; code != exitDone {
		return fmt.Sprintf("? %d", code)
	}
	return ""
}

func (s *session) stopAll() {
	for name, b := range s.running {
		if s.t.Failed() {
			s.t.Logf("%s said:\n%s%s", name, b.out, b.err)
		}
		s.stop(name)
	}
}

var _ io.Writer = (*tape)(nil)
