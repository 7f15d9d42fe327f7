package proof

import (
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"bough/packaging/tidy/require"
)

func escaped(q string) string { return url.QueryEscape(q) }

// berka is the Berka bank: central with the feed imported, and two workstations
// in each of two branches that share six customers.
type berka struct {
	*bank
	data   string // folder of the feed
	shared []string
	known  map[int64][]string // ids by branch
}

// berkaBranches share six customers.
var berkaBranches = []int64{1, 74}

const berkaShared = 6

func openBerka(t *testing.T, more ...string) *berka {
	t.Helper()
	b := &berka{data: filepath.Join(require.Data(t), "berka"), known: map[int64][]string{}}
	b.bank = openBank(t)
	begun := time.Now()
	done(t, "", "import", "--dir", b.central.dir, "--map", "berka", "--commit", b.data)
	t.Logf("import of the whole bank: %s", time.Since(begun).Round(time.Millisecond))
	for _, branch := range berkaBranches {
		b.person(fmt.Sprintf("teller%d", branch), "teller", branch)
		b.person(fmt.Sprintf("manager%d", branch), "manager", branch)
	}
	begun = time.Now()
	for _, branch := range berkaBranches {
		for _, desk := range []string{"a", "b"} {
			b.join(branch, fmt.Sprintf("%d%s", branch, desk), more...)
		}
	}
	b.filled()
	t.Logf("four workstations joined and received their branches: %s", time.Since(begun).Round(time.Millisecond))
	for _, w := range b.nodes {
		b.sign(w, fmt.Sprintf("teller%d", w.branch))
	}
	b.meet()
	return b
}

// meet finds the customers of the branches: in the files, then at the nodes.
func (b *berka) meet() {
	b.t.Helper()
	of := b.branchesOf()
	for _, c := range b.rows("client.asc") {
		client, in := c[0], of[c[0]]
		for _, branch := range in {
			if !slices.Contains(berkaBranches, branch) {
				continue
			}
			if len(in) == 1 && len(b.known[branch]) >= 20 {
				continue
			}
			id := b.at(branch).door().named(b.t, "Client "+client).ID
			b.known[branch] = append(b.known[branch], id)
			if branch == berkaBranches[0] && slices.Contains(in, berkaBranches[1]) {
				b.shared = append(b.shared, id)
			}
		}
	}
	if len(b.shared) != berkaShared {
		b.t.Fatalf("%d customers belong to both branches, want %d", len(b.shared), berkaShared)
	}
	slices.Sort(b.shared)
}

// at is the first workstation of a branch.
func (b *berka) at(branch int64) *workstation {
	i := slices.IndexFunc(b.nodes, func(w *workstation) bool { return w.branch == branch })
	return b.nodes[i]
}

// branchesOf reads from the files to which branches each client belongs: that
// of the client and those of the accounts.
func (b *berka) branchesOf() map[string][]int64 {
	b.t.Helper()
	out, account := map[string][]int64{}, map[string]int64{}
	add := func(client string, branch int64) {
		if !slices.Contains(out[client], branch) {
			out[client] = append(out[client], branch)
		}
	}
	for _, c := range b.rows("client.asc") {
		add(c[0], number(b.t, c[2]))
	}
	for _, c := range b.rows("account.asc") {
		account[c[0]] = number(b.t, c[1])
	}
	for _, c := range b.rows("disp.asc") {
		add(c[1], account[c[2]])
	}
	return out
}

func (b *berka) rows(name string) (out [][]string) {
	b.t.Helper()
	raw, err := os.ReadFile(filepath.Join(b.data, name))
	must(b.t, err)
	for i, text := range strings.Split(strings.ReplaceAll(string(raw), "\r\n", "\n"), "\n") {
		if c := strings.Split(strings.ReplaceAll(text, `"`, ""), ";"); i > 0 && len(c) > 2 {
			out = append(out, c)
		}
	}
	return out
}

func number(t testing.TB, s string) (n int64) {
	t.Helper()
	_, err := fmt.Sscan(s, &n)
	must(t, err)
	return n
}
