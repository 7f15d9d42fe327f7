package demo

import (
	"fmt"
	"net"
	"path/filepath"
	"strconv"
	"sync/atomic"

	"bough/node/sim/bank"
)

// branch is a branch of the demo: its line and its workstations.
type branch struct {
	bank.Branch
	line  *relay
	nodes []*workstation

	// guarded by Demo.mu
	before totals // when the line was cut last: what central had taken
	due    bool   // the line is back and the proof is still to come
	proof  *proof // of the last reconnection
}

// workstation is a node of the demo. Central is one too, as far as it goes.
type workstation struct {
	name   string
	branch int64 // 0: central
	dir    string
	log    string
	port   atomic.Int64 // of the pages; the wanted one until it has run
	lan    *socket      // nil: central

	// guarded by Demo.mu
	child    *child
	starting bool
	status   status
	heard    bool // status is of the running process
}

// status is what the map needs of GET /api/v1/status.
type status struct {
	Origin       string           `json:"origin"`
	Online       bool             `json:"online"`
	Bootstrapped bool             `json:"bootstrapped"`
	Unsent       int              `json:"unsent"`
	Safe         int              `json:"safe"`
	Neighbours   int              `json:"neighbours"`
	Written      int64            `json:"written"`
	Accepted     int64            `json:"accepted"`
	Refused      int64            `json:"refused"`
	Held         int64            `json:"held"`
	Missing      int64            `json:"missing"`
	Scopes       map[string]scope `json:"scopes"`
}

type scope struct {
	Digest string `json:"digest"`
}

// totals are sums over the workstations of a branch.
type totals struct{ written, accepted, refused, held, unsent, missing int64 }

func (t *totals) add(s *status) {
	t.written += s.Written
	t.accepted += s.Accepted
	t.refused += s.Refused
	t.held += s.Held
	t.unsent += int64(s.Unsent)
	t.missing += s.Missing
}

// proof is what came of the work of an outage.
type proof struct {
	Written, Accepted, Refused, Held, Missing int64
	Off                                       int // workstations that do not run: not counted
}

// since is the proof of what was written after before.
func (t totals) since(before totals) *proof {
	taken := before.accepted + before.refused + before.held
	return &proof{Written: t.written - taken, Accepted: t.accepted - before.accepted, Refused: t.refused - before.refused, Held: t.held - before.held, Missing: t.missing}
}

// agrees reports whether a node holds what central holds.
func (s *status) agrees(central *status, branch int64) bool {
	for _, name := range []string{"0", strconv.FormatInt(branch, 10)} {
		here, there := s.Scopes[name], central.Scopes[name]
		if here.Digest == "" || here.Digest != there.Digest {
			return false
		}
	}
	return true
}

func (d *Demo) newBranch(b bank.Branch) *branch {
	out := &branch{Branch: b}
	for n := 1; n <= Nodes; n++ {
		name := fmt.Sprintf("Counter %d-%d", b.Number, n)
		out.nodes = append(out.nodes, d.newWorkstation(name, fmt.Sprintf("branch%d-%d", b.Number, n), b.Number))
	}
	return out
}

func (d *Demo) newWorkstation(name, folder string, branch int64) *workstation {
	return &workstation{name: name, branch: branch, dir: filepath.Join(d.dir, folder), log: filepath.Join(d.dir, folder+".log")}
}

// url is where the workstation's pages are, for a browser that calls this
// machine host.
func (w *workstation) url(host, path string) string {
	return "http://" + net.JoinHostPort(host, strconv.FormatInt(w.port.Load(), 10)) + path
}

func (w *workstation) local(path string) string { return w.url(loopback, path) }

const loopback = "127.0.0.1"

// free returns an address on loopback with the wanted port; where somebody has
// it, or for 0, with any.
func free(port int) string {
	if port > 0 && port < 1<<16 {
		if l, err := net.Listen("tcp", at(port)); err == nil {
			_ = l.Close() // nothing was sent
			return at(port)
		}
	}
	return at(0)
}

func at(port int) string { return net.JoinHostPort(loopback, strconv.Itoa(port)) }

func portOf(address string) (int, error) {
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		return 0, fmt.Errorf("demo: address %q: %w", address, err)
	}
	return strconv.Atoi(port)
}
