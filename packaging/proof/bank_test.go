package proof

import (
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"sync"
	"testing"
	"time"
)

func trimmed(s string) string { return strings.TrimSpace(s) }

const (
	password     = "correct horse battery"
	fillWithin   = 60 * time.Second // a new node receives its branch
	settleWithin = time.Minute      // after the line came back; it takes seconds, and each proof logs how many
)

// bank is one central and the workstations of its branches.
type bank struct {
	t       testing.TB
	folder  string
	central *headOffice
	lines   map[int64]*line // by branch
	nodes   []*workstation
	words   string // file with everybody's password
	used    string // the enrolment code used last
	bin     string // program of what is started next; empty: the one to be tried
}

// headOffice is the process of central.
type headOffice struct {
	*program
	*door
	dir string
}

// workstation is the process of a node. Its door is swapped when it comes back
// on another port.
type workstation struct {
	*program
	dir    string
	name   string
	branch int64
	login  string

	mu   sync.Mutex // guards at
	at   *door
	keep string // listens here when it is started again
}

func (w *workstation) door() *door {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.at
}

// newBank makes the folder of a bank that is not open yet.
func newBank(t testing.TB) *bank {
	t.Helper()
	b := &bank{t: t, folder: t.TempDir(), lines: map[int64]*line{}}
	b.words = filepath.Join(b.folder, "password")
	must(t, os.WriteFile(b.words, []byte(password+"\n"), 0o600))
	b.central = &headOffice{dir: filepath.Join(b.folder, "central")}
	return b
}

// open starts central.
func (b *bank) open() {
	b.t.Helper()
	c := b.central
	c.program = launchAs(b.t, b.bin, "central", "central", "--dir", c.dir, "--listen", "127.0.0.1:0", "--pages", "127.0.0.1:0")
	c.door = newDoor(c.pages())
}

// openBank starts a new central, with an administrator.
func openBank(t testing.TB) *bank {
	t.Helper()
	b := newBank(t)
	b.opened()
	return b
}

// opened starts a new central, with an administrator.
func (b *bank) opened() {
	b.t.Helper()
	b.open()
	b.central.said(`^first administrator: (\S+)$`)
	b.person("root", "admin", 0)
	b.central.token = b.token(b.central.dir, "root")
}

// pages waits for central's address of pages without TLS.
func (c *headOffice) pages() string {
	return strings.TrimSuffix(c.said(`^pages on this machine: (http://\S+/)$`), "/")
}

// secure is central's address for nodes, host:port.
func (c *headOffice) secure() string {
	return c.said(`^central for nodes and pages: https://(\S+)$`)
}

// back starts central again after it was stopped or killed, on ports of its
// own choice, and leads the lines there.
func (b *bank) back() {
	b.t.Helper()
	b.central.start()
	b.central.door.url = b.central.pages()
	for _, l := range b.lines {
		l.lead(b.central.secure())
	}
}

func (b *bank) person(login, role string, branch int64) {
	b.t.Helper()
	done(b.t, "", "person", "add", "--dir", b.central.dir, "--name", login, "--full-name", strings.ToUpper(login[:1])+login[1:],
		"--role", role, "--branch", fmt.Sprint(branch), "--password-file", b.words)
}

func (b *bank) token(dir, login string) string {
	b.t.Helper()
	word := done(b.t, "", "token", "--dir", dir, "--user", login, "--password-file", b.words)
	if strings.ContainsAny(word, " \n") || word == "" {
		b.t.Fatalf("token printed %q, want one word", word)
	}
	return word
}

// line opens the line of a branch.
func (b *bank) line(branch int64) *line {
	b.t.Helper()
	if b.lines[branch] == nil {
		b.lines[branch] = newLine(b.t, b.central.secure())
	}
	return b.lines[branch]
}

// join enrols a workstation by the command line and starts it.
func (b *bank) join(branch int64, name string, more ...string) *workstation {
	b.t.Helper()
	w := b.enrol(branch, name)
	b.run(w, more...)
	return w
}

func (b *bank) enrol(branch int64, name string) *workstation {
	b.t.Helper()
	w := &workstation{dir: filepath.Join(b.folder, name), name: name, branch: branch}
	b.used = done(b.t, "", "code", "--dir", b.central.dir, "--branch", fmt.Sprint(branch))
	done(b.t, "", "join", "--dir", w.dir, "--central", b.line(branch).url(), "--code", b.used, "--name", name)
	return w
}

// run starts a workstation that was enrolled.
func (b *bank) run(w *workstation, more ...string) {
	b.t.Helper()
	w.program = launchAs(b.t, b.bin, w.name, append([]string{"node", "--dir", w.dir, "--listen", "127.0.0.1:0"}, more...)...)
	w.listens()
	b.nodes = append(b.nodes, w)
}

// listens waits until the node serves, and remembers where.
func (w *workstation) listens() {
	w.t.Helper()
	url := strings.TrimSuffix(w.said(`^pages and API: (http://\S+/)$`), "/")
	w.mu.Lock()
	defer w.mu.Unlock()
	fresh := newDoor(url)
	if w.at != nil {
		fresh.token = w.at.token
	}
	w.at = fresh
	w.keep = strings.TrimPrefix(url, "http://")
}

// again starts a node that was stopped or killed, where it was.
func (w *workstation) again() {
	w.t.Helper()
	w.mu.Lock()
	keep := w.keep
	w.mu.Unlock()
	for i, a := range w.args {
		if a == "--listen" {
			w.args[i+1] = keep
		}
	}
	w.start()
	w.listens()
}

// sign gives the tests a bearer of a person at a workstation.
func (b *bank) sign(w *workstation, login string) {
	b.t.Helper()
	until(b.t, fillWithin, login+" is known at "+w.name, func() (bool, string) {
		out, said, code := command(b.t, "", "token", "--dir", w.dir, "--user", login, "--password-file", b.words)
		if code == 0 {
			w.login = login
			w.door().token = strings.TrimSpace(out)
		}
		return code == 0, said
	})
}

// filled waits until every node has received its branch, and all agree.
func (b *bank) filled() time.Duration {
	b.t.Helper()
	return b.quiet(fillWithin)
}

// quiet waits until nothing is on its way: every node online, nothing unsent or
// missing, and the digests of each scope equal at its nodes and at central.
func (b *bank) quiet(within time.Duration) time.Duration {
	b.t.Helper()
	return until(b.t, within, "all agree", b.agree)
}

// agree reports whether the bank is quiet, or what is not yet so.
func (b *bank) agree() (bool, string) {
	truth, ok := b.central.how()
	if !ok {
		return false, "central does not answer"
	}
	for _, w := range b.nodes {
		s, ok := w.door().how()
		if !ok {
			return false, w.name + " does not answer"
		}
		if !s.Online || !s.Bootstrapped || s.Unsent != 0 || s.Missing != 0 {
			return false, fmt.Sprintf("%s: %+v", w.name, s)
		}
		for _, name := range []string{"0", fmt.Sprint(w.branch)} {
			here, there := s.Scopes[name], truth.Scopes[name]
			if here.Digest == "" || here.Digest != there.Digest {
				return false, fmt.Sprintf("scope %s: %s has %+v, central %+v", name, w.name, here, there)
			}
		}
	}
	return true, ""
}

// sound wants that bough check finds nothing wrong anywhere, and that no process
// logged an error.
func (b *bank) sound() {
	b.t.Helper()
	dirs := []string{b.central.dir}
	programs := []*program{b.central.program}
	for _, w := range b.nodes {
		dirs, programs = append(dirs, w.dir), append(programs, w.program)
	}
	for _, dir := range dirs {
		if out, said, code := command(b.t, "", "check", "--dir", dir); code != 0 {
			b.t.Errorf("bough check --dir %s: exit code %d\n%s%s", filepath.Base(dir), code, out, said)
		}
	}
	for _, p := range programs {
		for _, f := range p.faults() {
			b.t.Errorf("%s logged: %s", p.name, f)
		}
	}
}

// measured tells p50 and p99 of durations.
func measured(all []time.Duration) string {
	if len(all) == 0 {
		return "nothing"
	}
	sort.Slice(all, func(i, j int) bool { return all[i] < all[j] })
	at := func(share float64) time.Duration { return all[int(share*float64(len(all)-1))] }
	return fmt.Sprintf("n %d, p50 %s, p99 %s, most %s", len(all), at(0.5).Round(10*time.Microsecond), at(0.99).Round(10*time.Microsecond),
		all[len(all)-1].Round(10*time.Microsecond))
}
