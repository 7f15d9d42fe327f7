//go:build netns

package proof

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	invent "bough/node/sim/bank"
)

// The town between namespaces: central in one, two workstations of a branch in
// one each; a line from each to central, and a LAN between the two.
const (
	nsCentral, nsFront, nsBack = "bough-central", "bough-front", "bough-back"

	partedFor = 45 * time.Second // longer than the membership library heals by itself
	lossy     = 30               // percent of the packets that get lost on a bad LAN
)

// run runs a command of the machine that must succeed.
func run(t testing.TB, line string) {
	t.Helper()
	words := strings.Fields(line)
	if out, err := exec.Command(words[0], words[1:]...).CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", line, err, out)
	}
}

// nft changes the rules of a namespace.
func nft(t testing.TB, ns, rules string) {
	t.Helper()
	cmd := exec.Command("ip", "netns", "exec", ns, "nft", "-f", "-")
	cmd.Stdin = strings.NewReader(rules)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("nft in %s: %v\n%s\n%s", ns, err, rules, out)
	}
}

// streets are the network of the town.
type streets struct{ t testing.TB }

func newStreets(t testing.TB) *streets {
	t.Helper()
	s := &streets{t}
	all := []string{nsCentral, nsFront, nsBack}
	for _, ns := range all {
		_ = exec.Command("ip", "netns", "del", ns).Run() // left by a run that was killed
		run(t, "ip netns add "+ns)
		t.Cleanup(func() { _ = exec.Command("ip", "netns", "del", ns).Run() })
		run(t, "ip netns exec "+ns+" ip link set lo up")
		nft(t, ns, "table inet bough {\n chain input {\n type filter hook input priority 0;\n }\n}\n")
	}
	s.link(end{nsCentral, "line1", "10.99.1.1"}, end{nsFront, "line", "10.99.1.2"})
	s.link(end{nsCentral, "line2", "10.99.2.1"}, end{nsBack, "line", "10.99.2.2"})
	s.link(end{nsFront, "lan", "10.99.3.1"}, end{nsBack, "lan", "10.99.3.2"})
	return s
}

// link joins two namespaces by a pair of interfaces.
func (s *streets) link(a, b end) {
	s.t.Helper()
	run(s.t, fmt.Sprintf("ip -n %s link add %s type veth peer name %s netns %s", a.ns, a.name, b.name, b.ns))
	for _, e := range []end{a, b} {
		run(s.t, fmt.Sprintf("ip -n %s addr add %s/24 dev %s", e.ns, e.addr, e.name))
		run(s.t, fmt.Sprintf("ip -n %s link set %s up", e.ns, e.name))
	}
}

// end is one end of a pair of interfaces.
type end struct{ ns, name, addr string }

// wires says what comes in at the workstations: "line" and "lan" are verdicts
// like "accept", "drop" or "numgen random mod 100 < 20 drop".
func (s *streets) wires(ns, line, lan string) {
	s.t.Helper()
	nft(s.t, ns, fmt.Sprintf("flush chain inet bough input\nadd rule inet bough input iifname line %s\nadd rule inet bough input iifname lan %s\n", line, lan))
}

// inside is a door to a program in a namespace: its sockets are made there.
func inside(t testing.TB, ns, url string) *door {
	t.Helper()
	d := newDoor(url)
	d.http = &http.Client{Timeout: 20 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 4,
		DialContext: func(ctx context.Context, network, address string) (c net.Conn, err error) {
			// The thread comes home, or dies with its goroutine.
			runtime.LockOSThread()
			home, err := os.Open("/proc/thread-self/ns/net")
			if err != nil {
				return nil, err
			}
			defer home.Close() // read only
			there, err := os.Open("/var/run/netns/" + ns)
			if err != nil {
				return nil, err
			}
			defer there.Close() // read only
			if err := unix.Setns(int(there.Fd()), unix.CLONE_NEWNET); err != nil {
				return nil, err
			}
			c, err = (&net.Dialer{Timeout: time.Second}).DialContext(ctx, network, address)
			if back := unix.Setns(int(home.Fd()), unix.CLONE_NEWNET); back == nil {
				runtime.UnlockOSThread()
			}
			return c, err
		}}}
	return d
}

// settlers opens a town in the namespaces.
func settlers(t testing.TB) *town {
	t.Helper()
	v := &town{bank: newBank(t)}
	v.plant(invent.Generate(invent.Options{Seed: 11, Customers: 60, NowMS: time.Now().UTC().Truncate(24 * time.Hour).UnixMilli()}))
	c := v.central
	c.program = launchIn(t, nsCentral, "central", "central", "--dir", c.dir, "--listen", "0.0.0.0:8443", "--pages", "127.0.0.1:8480")
	c.door = inside(t, nsCentral, c.pages())
	c.door.token = v.bearer(c.dir, v.who(0, "admin"))
	v.front = v.settle(nsFront, "front", "10.99.1.1", "10.99.3.1")
	v.back = v.settle(nsBack, "back", "10.99.2.1", "10.99.3.2")
	v.filled()
	for _, w := range v.nodes {
		w.door().token = v.bearer(w.dir, v.who(1, "teller"))
	}
	return v
}

func (v *town) settle(ns, name, central, lan string) *workstation {
	v.t.Helper()
	w := &workstation{dir: filepath.Join(v.folder, name), name: name, branch: 1}
	code := done(v.t, "", "code", "--dir", v.central.dir, "--branch", "1")
	run(v.t, fmt.Sprintf("ip netns exec %s %s join --dir %s --central https://%s:8443 --code %s --name %s --lan %s:8471",
		ns, os.Getenv(binVariable), w.dir, central, code, name, lan))
	w.program = launchIn(v.t, ns, name, "node", "--dir", w.dir, "--listen", "127.0.0.1:8470")
	url := strings.TrimSuffix(w.said(`^pages and API: (http://\S+/)$`), "/")
	w.at = inside(v.t, ns, url)
	v.nodes = append(v.nodes, w)
	return w
}

// lines waits until a workstation has the line, or knows that it has not.
func (w *workstation) lines(up bool) {
	w.t.Helper()
	until(w.t, meetWithin, fmt.Sprint(w.name, " has the line: ", up), func() (bool, string) {
		s, ok := w.door().how()
		return ok && s.Online == up, fmt.Sprintf("%+v", s)
	})
}

// agrees waits until a workstation holds what central holds, wherever from.
func (w *workstation) agrees(c *headOffice) {
	w.t.Helper()
	until(w.t, settleWithin, w.name+" holds what central holds", func() (bool, string) {
		truth, known := c.how()
		s, ok := w.door().how()
		return known && ok && s.Scopes["0"].Digest == truth.Scopes["0"].Digest && s.Scopes["1"].Digest == truth.Scopes["1"].Digest, fmt.Sprintf("%+v", s)
	})
}

// chat times notes from one workstation to the other.
func (v *town) chat(id, about string, n int) []time.Duration {
	v.t.Helper()
	var took []time.Duration
	for i := range n {
		from, to := v.front, v.back
		if i%2 == 1 {
			from, to = to, from
		}
		text := fmt.Sprintf("%s %d", about, i)
		from.talk(id, text)
		took = append(took, to.door().tells(v.t, id, text))
	}
	return took
}

// TestNeighboursBetweenNetworkNamespaces needs root, iproute2 and nftables, and
// is built only for that: `make netns`.
func TestNeighboursBetweenNetworkNamespaces(t *testing.T) {
	s := newStreets(t)
	v := settlers(t)
	here := func(s station) bool { return s.Here }
	v.front.boards("back", meetWithin, here)
	v.back.boards("front", meetWithin, here)

	t.Log("both lines are cut; the LAN is good")
	s.wires(nsFront, "drop", "accept")
	s.wires(nsBack, "drop", "accept")
	v.front.lines(false)
	v.back.lines(false)
	id := v.front.newProspect("Nora Namespace")
	v.front.talk(id, "the first of all")
	v.back.door().tells(t, id, "the first of all")
	t.Logf("a note reaches the neighbour: %s", measured(v.chat(id, "on a good LAN", 100)))

	t.Logf("the LAN loses %d %% of its packets", lossy)
	bad := fmt.Sprintf("numgen random mod 100 < %d drop", lossy)
	s.wires(nsFront, "drop", bad)
	s.wires(nsBack, "drop", bad)
	t.Logf("a note reaches the neighbour: %s", measured(v.chat(id, "on a bad LAN", 20)))

	t.Logf("the LAN is parted for %s, longer than the membership library heals", partedFor)
	s.wires(nsFront, "drop", "drop")
	s.wires(nsBack, "drop", "drop")
	v.front.boards("back", partedFor, func(s station) bool { return !s.Here })
	v.front.talk(id, "while parted")
	<-time.After(partedFor)
	s.wires(nsFront, "drop", "accept")
	s.wires(nsBack, "drop", "accept")
	t.Logf("met again after %s", v.back.boards("front", meetWithin, here).Round(time.Millisecond))
	v.back.door().tells(t, id, "while parted")
	v.front.door().tells(t, id, "while parted", "safe_in_branch")

	t.Log("the back's line is up again; the front's work goes up through it")
	s.wires(nsBack, "accept", "accept")
	v.back.lines(true)
	t.Logf("central has it after %s", v.central.tells(t, id, "while parted").Round(time.Millisecond))
	v.back.talk(id, "while the front has no line")
	began := time.Now()
	done(t, "", "branch", "add", "--dir", v.central.dir, "--number", "9", "--name", "Far Street")
	v.front.agrees(v.central)
	t.Logf("the front holds what head office holds, by pages that central sealed, after %s", time.Since(began).Round(time.Millisecond))
	v.front.door().tells(t, id, "while parted", "at_head_office")
	if how, ok := v.front.door().how(); !ok || how.Online {
		t.Errorf("the front should have no line: %+v", how)
	}
	s.wires(nsFront, "drop", bad)
	s.wires(nsBack, "accept", bad)
	began = time.Now()
	done(t, "", "branch", "add", "--dir", v.central.dir, "--number", "10", "--name", "Farther Street")
	v.front.agrees(v.central)
	t.Logf("and on a LAN that loses %d %% after %s", lossy, time.Since(began).Round(time.Millisecond))

	t.Log("the LAN is blocked; everything goes through central")
	s.wires(nsFront, "accept", "drop")
	s.wires(nsBack, "accept", "drop")
	v.front.lines(true)
	v.quiet(meetWithin)
	t.Logf("a note reaches the neighbour through central: %s", measured(v.chat(id, "without a LAN", 10)))
	v.quiet(settleWithin)
	v.sound()
}
