package proof

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

// movers is how many customers move: some in an ordinary run, MOVERS of them
// for the figures of the proofs.
func movers() int {
	n, err := strconv.Atoi(os.Getenv("MOVERS"))
	if err != nil || n < 200 {
		return 400
	}
	return n
}

const moveMapping = `name = "crowd"
[format]
delimiter = ","
layout = "YYYY-MM-DD"
[file.branch]
path = "branches.csv"
[file.client]
path = "clients.csv"
[rows.branch]
file = "branch"
key = "{number}"
[rows.branch.fields]
number = "{number}"
name = "{name}"
[rows.party]
file = "client"
key = "{id}"
[rows.party.fields]
type = "person"
name = "{name}"
birth = "{born}"
home = { from = "{branch}", known = "branch", required = true }
status = "customer"
`

// crowd is a bank with n customers at branch 1, a workstation there and one at
// branch 2.
func crowd(t testing.TB, n int) *bank {
	t.Helper()
	b := openBank(t)
	feed := filepath.Join(b.folder, "feed")
	must(t, os.MkdirAll(feed, 0o700))
	mapping := filepath.Join(b.folder, "crowd.toml")
	must(t, os.WriteFile(mapping, []byte(moveMapping), 0o600))
	must(t, os.WriteFile(filepath.Join(feed, "branches.csv"), []byte("number,name\n1,High Street\n2,Market Square\n"), 0o600))
	var clients strings.Builder
	clients.WriteString("id,name,born,branch\n")
	for i := range n {
		fmt.Fprintf(&clients, "%d,%s,%d-%02d-%02d,1\n", 100_000+i, crowdName(i), 1940+i%60, 1+i%12, 1+i%28)
	}
	must(t, os.WriteFile(filepath.Join(feed, "clients.csv"), []byte(clients.String()), 0o600))
	done(t, "", "import", "--dir", b.central.dir, "--map", mapping, "--commit", feed)
	b.person("jana", "teller", 1)
	b.person("petr", "teller", 2)
	b.join(1, "high")
	b.join(2, "market")
	b.sign(b.nodes[0], "jana")
	b.sign(b.nodes[1], "petr")
	return b
}

// crowdName is a name that nobody else has.
func crowdName(i int) string {
	words := []string{"Adler", "Bauer", "Conti", "Dvorak", "Eriksen", "Fontaine", "Gruber", "Horvat", "Ivanova", "Jansen"}
	return fmt.Sprintf("%s %s%05d", words[i%10], words[i/10%10], i)
}

// moved waits until an order says so, and how many chunks went by meanwhile.
func (b *bank) moved(order, says string) time.Duration {
	b.t.Helper()
	return until(b.t, 10*time.Minute, says, func() (bool, string) {
		out, _, _ := command(b.t, "", "move", "status", "--dir", b.central.dir, "--order", order)
		return strings.Contains(out, says), out
	})
}

// rid waits until no workstation holds what left it.
func (b *bank) rid() time.Duration {
	b.t.Helper()
	return until(b.t, 10*time.Minute, "every workstation is rid of who left", func() (bool, string) {
		out, _, _ := command(b.t, "", "move", "late", "--dir", b.central.dir)
		return strings.Contains(out, "every workstation is rid of who left"), out
	})
}

var movedSoFar = regexp.MustCompile(`(\d+) of \d+ moved`)

// someHave looks for a few of the crowd at a workstation.
func (b *bank) someHave(w *workstation, n int, want bool) {
	b.t.Helper()
	for i := 0; i < n; i += n / 10 {
		until(b.t, settleWithin, crowdName(i), func() (bool, string) {
			hits := w.door().find(b.t, crowdName(i))
			return (len(hits) == 1) == want, fmt.Sprintf("%s finds %d of %s", w.name, len(hits), crowdName(i))
		})
	}
}

// TestABranchMovesWithCentralKilledInTheMiddle moves all customers of a branch
// by one order, kills central between two chunks, and moves them back: each is
// at exactly one home, the workstations agree with central and say that they are
// rid of who left.
func TestABranchMovesWithCentralKilledInTheMiddle(t *testing.T) {
	n := movers()
	b := crowd(t, n)
	b.quiet(5 * time.Minute)
	before := []int64{b.lines[1].carried.Load(), b.lines[2].carried.Load()}
	order := done(t, "", "move", "preview", "--dir", b.central.dir, "--from", "1", "--to", "2", "--by", "root", "--reason", "High Street closes")
	began := time.Now()
	done(t, "", "move", "run", "--dir", b.central.dir, "--order", order, "--by", "root")
	so := 0
	until(t, time.Minute, "a part has moved", func() (bool, string) {
		out, _, _ := command(t, "", "move", "status", "--dir", b.central.dir, "--order", order)
		if m := movedSoFar.FindStringSubmatch(out); m != nil {
			so, _ = strconv.Atoi(m[1])
		}
		return so >= n/4, out
	})
	b.central.kill()
	out := done(t, "", "move", "status", "--dir", b.central.dir, "--order", order) // as the file lies
	b.back()
	b.moved(order, fmt.Sprintf("done, 100%%: %d of %d moved", n, n))
	atCentral := time.Since(began)
	b.quiet(5 * time.Minute)
	everywhere := time.Since(began)
	b.rid()
	gone := time.Since(began)
	b.someHave(b.nodes[1], n, true)
	b.someHave(b.nodes[0], n, false)
	t.Logf("%d customers: killed at %q; at central after %v, at the workstations after %v, receipts after %v; %d bytes a customer to the new branch, %d to the old one",
		n, out, atCentral.Round(time.Millisecond), everywhere.Round(time.Millisecond), gone.Round(time.Millisecond),
		(b.lines[2].carried.Load()-before[1])/int64(n), (b.lines[1].carried.Load()-before[0])/int64(n))

	done(t, "", "move", "undo", "--dir", b.central.dir, "--order", order, "--by", "root")
	b.moved(order, fmt.Sprintf("taken back: %d moved back, 0 stay", n))
	b.quiet(5 * time.Minute)
	b.rid()
	b.someHave(b.nodes[0], n, true)
	b.someHave(b.nodes[1], n, false)
	b.sound()
}
