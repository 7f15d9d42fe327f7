package proof

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	mathrand "math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"zombiezen.com/go/sqlite"

	"bough/node"
	"bough/sync/rows"
)

// What happens between two cuts.
const (
	cutClerks   = 3 // who write at the same time
	cutLeastMS  = 150
	cutSpreadMS = 700 // long enough for the log to be moved into the file a few times
	cutRenew    = 10  // cycles on one directory: a file that grows makes later ones slow
	killCycles  = 4   // of the ordinary test
)

// cutBench is a workstation that joined, stopped, and whose line is dead.
type cutBench struct {
	t       testing.TB
	words   string
	station string // its directory, as it was when it was stopped
	party   string

	acked    int // acknowledged in all
	attempts int
	longest  int // most acknowledged in one cycle
}

func newCutBench(t testing.TB) *cutBench {
	t.Helper()
	b := openBank(t)
	done(t, "", "branch", "add", "--dir", b.central.dir, "--number", "1", "--name", "High Street")
	b.person("jana", "teller", 1)
	w := b.join(1, "desk")
	b.sign(w, "jana")
	b.filled()
	var made struct{ ID string }
	w.door().do(t, http.MethodPost, "/customers", map[string]any{"type": "person", "name": "Wenceslas Novak", "phone": "+420601000001", "birth": "1990-02-03"}, &made)
	b.quiet(settleWithin)
	w.stop()
	b.central.stop()
	return &cutBench{t: t, words: b.words, station: w.dir, party: made.ID}
}

// copyTo lays the directory into another place.
func (c *cutBench) copyTo(dir string) {
	c.t.Helper()
	must(c.t, os.CopyFS(dir, os.DirFS(c.station)))
	must(c.t, filepath.WalkDir(dir, func(path string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		return os.Chmod(path, 0o600) // CopyFS widens it, and keys open to others are refused
	}))
}

// load runs a node in dir with clerks at work, lets cut happen at a moment that
// nobody chose, and returns what was acknowledged before it.
func (c *cutBench) load(n int, dir string, cut func()) []string {
	c.t.Helper()
	p := launch(c.t, "node", "node", "--dir", dir, "--listen", "127.0.0.1:0")
	defer p.end()
	d := newDoor(strings.TrimSuffix(p.said(`^pages and API: (http://\S+/)$`), "/"))
	d.token = trimmed(done(c.t, "", "token", "--dir", dir, "--user", "jana", "--password-file", c.words))
	var mu sync.Mutex // guards acked and over
	var acked []string
	over := false
	var clerks sync.WaitGroup
	for k := range cutClerks {
		clerks.Go(func() {
			for i := 0; ; i++ {
				text := fmt.Sprintf("cycle %d, clerk %d, note %d", n, k, i)
				got, err := d.ask(http.MethodPost, "/customers/"+c.party+"/interactions", map[string]any{"channel": "counter", "text": text}, "")
				mu.Lock()
				if err == nil && got.ok() {
					acked = append(acked, text)
				}
				stop := over
				mu.Unlock()
				if stop || err != nil {
					return
				}
			}
		})
	}
	time.Sleep(time.Duration(cutLeastMS+mathrand.IntN(cutSpreadMS)) * time.Millisecond) // the moment is the point
	mu.Lock()
	before := append([]string(nil), acked...) // read before the cut: what comes after it, nobody may rely on
	over = true
	mu.Unlock()
	cut()
	p.kill()
	clerks.Wait()
	c.acked, c.attempts, c.longest = c.acked+len(before), c.attempts+1, max(c.longest, len(before))
	return before
}

// mustHold opens the directory as the next start would, and wants all that was
// acknowledged in it, and the file sound.
func (c *cutBench) mustHold(n int, dir string, acked []string) (ok bool) {
	c.t.Helper()
	there, err := notes(dir)
	if err != nil {
		c.t.Errorf("cycle %d: the node does not open: %v\n%s", n, err, mounts())
		return false
	}
	var gone []string
	for _, text := range acked {
		if !there[text] {
			gone = append(gone, text)
		}
	}
	sort.Strings(gone)
	if len(gone) > 0 {
		c.t.Errorf("cycle %d: %d of %d acknowledged notes are gone, such as %q", n, len(gone), len(acked), gone[0])
	}
	out, said, code := command(c.t, "", "check", "--dir", dir)
	if code != 0 {
		c.t.Errorf("cycle %d: bough check: exit code %d\n%s%s\n%s", n, code, out, said, mounts())
	}
	return len(gone) == 0 && code == 0
}

// notes reads the texts of all interactions in a directory.
func notes(dir string) (there map[string]bool, err error) {
	b, err := node.NewBranch(context.Background(), node.Options{Dir: dir, Listen: "127.0.0.1:0", Version: "proof", Log: slog.New(slog.DiscardHandler),
		Now: time.Now, After: time.After, Rand: rand.Reader})
	if err != nil {
		return nil, err
	}
	there = map[string]bool{}
	err = b.Store.File.Read(context.Background(), func(tx *rows.Tx) error {
		return tx.Query(`SELECT text FROM interaction`, func(s *sqlite.Stmt) error {
			there[s.ColumnText(0)] = true
			return nil
		})
	})
	if stopped := b.Stop(); err == nil {
		err = stopped
	}
	return there, err
}

// mounts is what the machine says of its file systems.
func mounts() string {
	text, err := os.ReadFile("/proc/mounts")
	if err != nil {
		return err.Error()
	}
	return "/proc/mounts:\n" + string(text)
}

// tell runs a command of the machine that must succeed.
func tell(t testing.TB, name string, args ...string) string {
	t.Helper()
	out, err := exec.Command(name, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
	return string(out)
}

// cycles is how many, unless make was told otherwise.
func cycles(t testing.TB, usual int) int {
	t.Helper()
	word := os.Getenv("CYCLES")
	if word == "" {
		return usual
	}
	n, err := strconv.Atoi(word)
	must(t, err)
	return n
}

func TestANodeThatIsKilledUnderLoadKeepsWhatItAcknowledged(t *testing.T) {
	c := newCutBench(t)
	dir := filepath.Join(t.TempDir(), "desk")
	for n := range cycles(t, killCycles) {
		if n%cutRenew == 0 {
			must(t, os.RemoveAll(dir))
			c.copyTo(dir)
		}
		if !c.mustHold(n, dir, c.load(n, dir, func() {})) {
			return
		}
	}
	t.Logf("%d kills, %d notes acknowledged, at most %d between two", c.attempts, c.acked, c.longest)
}
