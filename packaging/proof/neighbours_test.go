package proof

import (
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"slices"
	"testing"
	"time"

	invent "bough/node/sim/bank"
)

const (
	meetWithin    = 30 * time.Second // neighbours find each other, or miss each other
	besideWithin  = time.Minute      // an act is on the neighbour's page; it takes milliseconds
	talkedBetween = 100              // notes that are timed
)

// freePort is an address on loopback where nobody listens just now, neither
// there nor one port further, where a workstation gossips. It lies below the
// ports that the kernel gives to those who do not ask for one.
func freePort(t testing.TB) string {
	t.Helper()
	for range 100 {
		port := 12_000 + 2*rand.IntN(10_000)
		if address := fmt.Sprint("127.0.0.1:", port); isFree("tcp", address) && isFree("tcp", fmt.Sprint("127.0.0.1:", port+1)) && isFree("udp", fmt.Sprint("127.0.0.1:", port+1)) {
			return address
		}
	}
	t.Fatal("no pair of ports is free")
	return ""
}

func isFree(network, address string) bool {
	var c io.Closer
	var err error
	if network == "udp" {
		c, err = net.ListenPacket(network, address)
	} else {
		c, err = net.Listen(network, address)
	}
	return err == nil && c.Close() == nil
}

// neighbourly is a made-up bank with two workstations of one branch that see
// each other.
func neighbourly(t *testing.T) *town {
	t.Helper()
	lans := []string{freePort(t), freePort(t)}
	return withNeighbours(t, []string{"--lan", lans[0], "--peer", lans[1]}, []string{"--lan", lans[1], "--peer", lans[0]})
}

func withNeighbours(t *testing.T, front, back []string) *town {
	t.Helper()
	v := &town{bank: newBank(t)}
	v.plant(invent.Generate(invent.Options{Seed: 7, Customers: 60, NowMS: time.Now().UTC().Truncate(24 * time.Hour).UnixMilli()}))
	v.open()
	v.front, v.back = v.join(1, "front", front...), v.join(1, "back", back...)
	v.filled()
	v.central.token = v.bearer(v.central.dir, v.who(0, "admin"))
	for _, w := range v.nodes {
		w.door().token = v.bearer(w.dir, v.who(w.branch, "teller"))
	}
	v.quiet(settleWithin)
	return v
}

// cut cuts the line of the branch and waits until its nodes know.
func (b *bank) cut(branch int64) {
	b.t.Helper()
	b.lines[branch].set(refused)
	for _, w := range b.nodes {
		until(b.t, settleWithin, w.name+" notices the cut", func() (bool, string) {
			s, ok := w.door().how()
			return ok && !s.Online, fmt.Sprintf("%+v", s)
		})
	}
}

func (w *workstation) newProspect(name string) (id string) {
	w.t.Helper()
	var p struct{ ID string }
	w.door().do(w.t, http.MethodPost, "/customers", map[string]any{"name": name, "type": "person", "phone": "+442079460123"}, &p)
	return p.ID
}

func (w *workstation) talk(party, text string) {
	w.t.Helper()
	w.door().do(w.t, http.MethodPost, "/customers/"+party+"/interactions", map[string]any{"channel": "counter", "text": text}, &struct{}{})
}

// tells waits until a process shows a note of a party, in one of the states if
// some are given.
func (d *door) tells(t testing.TB, party, text string, states ...string) time.Duration {
	t.Helper()
	return until(t, besideWithin, "shows "+text, func() (bool, string) {
		a, err := d.ask(http.MethodGet, "/customers/"+party+"/interactions?limit=200", nil, "")
		if err != nil || !a.ok() {
			return false, fmt.Sprint(err, a)
		}
		var out struct{ Interactions []interaction }
		must(t, json.Unmarshal(a.raw, &out))
		return slices.ContainsFunc(out.Interactions, func(i interaction) bool {
			return i.Text == text && (len(states) == 0 || slices.Contains(states, i.State))
		}), string(a.raw[:min(len(a.raw), 1000)])
	})
}

func TestInACutBranchTheNeighbourSeesWhatIsDone(t *testing.T) {
	b := neighbourly(t)
	here, beside := b.nodes[0], b.nodes[1]
	b.cut(1)
	id := here.newProspect("Nora Neighbour")
	here.talk(id, "before all")
	beside.door().tells(t, id, "before all", "safe_in_branch")
	var took []time.Duration
	for i := range talkedBetween {
		from, to := here, beside
		if i%2 == 1 {
			from, to = to, from
		}
		text := fmt.Sprintf("said at the counter %d", i)
		from.talk(id, text)
		took = append(took, to.door().tells(t, id, text))
		if i%10 == 0 {
			from.door().tells(t, id, text, "safe_in_branch")
		}
	}
	t.Logf("a note reaches the neighbour while the line is cut: %s", measured(took))
	b.lines[1].set(open)
	b.quiet(settleWithin)
	for _, d := range []*door{here.door(), beside.door()} {
		if n := len(d.timeline(t, id)); n != talkedBetween+1 {
			t.Errorf("%d notes, want %d", n, talkedBetween+1)
		}
		d.tells(t, id, "before all", "at_head_office")
	}
	b.sound()
}

func TestWhatIsSafeInTheBranchReachesCentralThoughItsAuthorIsGone(t *testing.T) {
	b := neighbourly(t)
	author, other := b.nodes[0], b.nodes[1]
	b.cut(1)
	id := author.newProspect("Lost Station")
	author.talk(id, "said before the power went")
	author.door().tells(t, id, "said before the power went", "safe_in_branch")
	author.kill()
	other.talk(id, "answered by the neighbour")
	b.lines[1].set(open)
	b.central.door.tells(t, id, "said before the power went")
	took := b.central.door.tells(t, id, "answered by the neighbour")
	t.Logf("central has both after %s more", took.Round(time.Millisecond))
	author.again()
	b.quiet(settleWithin)
	for _, v := range []*door{author.door(), other.door(), b.central.door} {
		if n := len(v.timeline(t, id)); n != 2 {
			t.Errorf("%d notes, want 2", n)
		}
	}
	b.sound()
}

// station is a line of the branch board.
type station struct {
	Name, Person     string
	Unsent           uint64
	Here, Line, Self bool
	HeardMS          int64 `json:"heard_ms"`
}

// boards waits until the board of a workstation says of another what is wanted.
func (w *workstation) boards(of string, within time.Duration, want func(station) bool) time.Duration {
	w.t.Helper()
	return until(w.t, within, w.name+" knows how "+of+" stands", func() (bool, string) {
		a, err := w.door().ask(http.MethodGet, "/board", nil, "")
		if err != nil || !a.ok() {
			return false, fmt.Sprint(err, a)
		}
		var out struct{ Workstations []station }
		must(w.t, json.Unmarshal(a.raw, &out))
		return slices.ContainsFunc(out.Workstations, func(s station) bool { return s.Name == of && want(s) }), string(a.raw)
	})
}

func TestNeighboursFindEachOtherByCentralAndAfterARestartByThemselves(t *testing.T) {
	b := withNeighbours(t, []string{"--lan", "127.0.0.1:0"}, []string{"--lan", "127.0.0.1:0"})
	here := func(s station) bool { return s.Here && s.Line && s.Person != "" }
	t.Logf("found each other in %s", b.front.boards("back", meetWithin, here).Round(time.Millisecond))
	b.back.boards("front", meetWithin, here)
	b.cut(1)
	id := b.front.newProspect("Found Again")
	b.back.boards("front", meetWithin, func(s station) bool { return s.Here && !s.Line && s.Unsent >= 1 })
	b.front.talk(id, "while the line is cut")
	b.back.door().tells(t, id, "while the line is cut", "safe_in_branch")
	b.front.kill()
	took := b.back.boards("front", meetWithin, func(s station) bool { return !s.Here && s.HeardMS > 0 })
	t.Logf("the board tells that a workstation is gone after %s", took.Round(time.Millisecond))
	b.front.again()
	t.Logf("it is back after %s", b.back.boards("front", meetWithin, func(s station) bool { return s.Here }).Round(time.Millisecond))
	b.front.boards("back", meetWithin, func(s station) bool { return s.Here })
	b.back.talk(id, "after it came back")
	b.front.door().tells(t, id, "after it came back", "safe_in_branch")
	b.lines[1].set(open)
	b.quiet(settleWithin)
	b.sound()
}

func TestARevokedWorkstationIsOutOfTheBranchAndTheOthersGoOn(t *testing.T) {
	b := withNeighbours(t, []string{"--lan", "127.0.0.1:0"}, []string{"--lan", "127.0.0.1:0"})
	thief := b.join(1, "thief", "--lan", "127.0.0.1:0")
	b.filled()
	thief.door().token = b.bearer(thief.dir, b.who(1, "teller"))
	here, gone := func(s station) bool { return s.Here }, func(s station) bool { return !s.Here }
	b.front.boards("thief", meetWithin, here)
	thief.boards("front", meetWithin, here)
	thief.boards("back", meetWithin, here)
	state, ok := thief.door().how()
	if !ok {
		t.Fatal("the thief does not answer")
	}
	done(t, "", "revoke", "--dir", b.central.dir, "--origin", state.Origin)
	took := thief.boards("front", meetWithin, gone)
	thief.boards("back", meetWithin, gone)
	t.Logf("a revoked workstation hears its neighbours no more after %s", took.Round(time.Millisecond))
	b.front.boards("back", meetWithin, here)
	b.back.boards("front", meetWithin, here)
	b.nodes = b.nodes[:2]
	b.cut(1)
	id := b.front.newProspect("After The Thief")
	b.front.talk(id, "not for the thief")
	b.back.door().tells(t, id, "not for the thief", "safe_in_branch")
	if a, err := thief.door().ask(http.MethodGet, "/customers/"+id, nil, ""); err != nil || a.ok() {
		t.Errorf("the thief reads what was written after it was revoked, or does not answer: %v", err)
	}
	b.lines[1].set(open)
	b.quiet(settleWithin)
}
