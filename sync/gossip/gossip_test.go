package gossip

import (
	"bytes"
	"crypto/rand"
	"log/slog"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"bough/crdt"
)

var branchKey = bytes.Repeat([]byte{7}, KeySize)

// patience is how long a test waits for what must happen.
const patience = time.Minute

func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); !ok(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("in vain: %s", what)
		}
	}
}

// member is a node of a branch that gossips on loopback.
func member(t *testing.T, origin crdt.Origin, key []byte, known ...string) *Gossip {
	t.Helper()
	g, err := New(Options{Origin: origin, Key: key, Bind: "127.0.0.1:0", Log: slog.New(slog.DiscardHandler), Now: func() int64 { return time.Now().UnixMilli() },
		After: time.After, Rand: rand.Reader, Known: known, State: func() State { return State{Name: "desk", LAN: ":1", Unsent: uint64(origin)} }})
	if err != nil {
		t.Fatal(err)
	}
	g.Start()
	t.Cleanup(func() {
		if err := g.Stop(); err != nil {
			t.Error(err)
		}
	})
	return g
}

func (g *Gossip) knows(origin crdt.Origin, here bool) func() bool {
	return func() bool {
		for _, h := range g.Heard() {
			if h.Origin == origin {
				return h.Here == here && h.Unsent == uint64(origin)
			}
		}
		return false
	}
}

func TestEverybodyHearsHowEverybodyStands(t *testing.T) {
	a := member(t, 11, branchKey)
	b := member(t, 12, branchKey, a.Address())
	c := member(t, 13, branchKey, b.Address())
	for _, g := range []*Gossip{a, b, c} {
		for _, origin := range []crdt.Origin{11, 12, 13} {
			if origin != g.o.Origin {
				eventually(t, "all hear of all", g.knows(origin, true))
			}
		}
	}
}

func TestWithoutTheKeyOfTheBranchNobodyIsHeard(t *testing.T) {
	a := member(t, 11, branchKey)
	stranger := member(t, 14, bytes.Repeat([]byte{8}, KeySize), a.Address())
	friend := member(t, 12, branchKey, a.Address())
	eventually(t, "a friend is heard", a.knows(12, true))
	for _, g := range []*Gossip{a, friend} {
		for _, h := range g.Heard() {
			if h.Origin == 14 {
				t.Error("a stranger is heard")
			}
		}
	}
	if got := stranger.Heard(); len(got) != 0 {
		t.Errorf("a stranger hears %+v", got)
	}
}

func TestWhoLeftIsNotHereAndIsFoundAgainWhenItComesBack(t *testing.T) {
	a := member(t, 11, branchKey)
	b := member(t, 12, branchKey, a.Address())
	eventually(t, "they meet", a.knows(12, true))
	if err := b.Stop(); err != nil {
		t.Fatal(err)
	}
	eventually(t, "it is gone", a.knows(12, false))
	again := member(t, 12, branchKey, a.Address())
	eventually(t, "it is back", a.knows(12, true))
	eventually(t, "it hears", again.knows(11, true))
}

func TestAStateMakesTheTrip(t *testing.T) {
	full := State{Origin: 9, Order: 1 << 40, Name: "柜台 1", LAN: "10.1.2.3:8471", Line: true, Person: 77, Unsent: 3, OldestMS: 1 << 41,
		Frontier: map[crdt.Origin]uint64{1: 5, 9: 1 << 50}}
	for _, s := range []State{full, {Origin: 1, Order: 1}} {
		got, err := decodeState(s.encode())
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(&s, got); diff != "" {
			t.Error(diff)
		}
	}
	wide := full
	wide.Frontier = map[crdt.Origin]uint64{}
	for i := range 1000 {
		wide.Frontier[crdt.Origin(i+1)<<20] = 1 << 60
	}
	b := wide.encode()
	got, err := decodeState(b)
	if err != nil || len(b) > maxStateBytes || len(got.Frontier) == 0 || len(got.Frontier) > maxFrontier {
		t.Errorf("%d bytes, %v, %d origins", len(b), err, len(got.Frontier))
	}
	both := encodeStates([][]byte{full.encode(), b})
	if list := decodeStates(both); len(list) != 2 {
		t.Errorf("%d states, want 2", len(list))
	}
}

func FuzzDecodeState(f *testing.F) {
	f.Add((&State{Origin: 1, Order: 1}).encode())
	f.Add((&State{Origin: 9, Order: 5, Name: "a", LAN: ":1", Line: true, Person: 1, Unsent: 2, OldestMS: 3, Frontier: map[crdt.Origin]uint64{4: 5}}).encode())
	f.Fuzz(func(t *testing.T, b []byte) {
		decodeStates(b)
		s, err := decodeState(b)
		if err != nil {
			return
		}
		if again := s.encode(); !bytes.Equal(again, b) {
			t.Fatalf("%x decodes and is encoded as %x", b, again)
		}
	})
}

func TestWhoDoesNotLearnTheNewKeyIsNotHeardNorHears(t *testing.T) {
	next := bytes.Repeat([]byte{9}, KeySize)
	a := member(t, 11, branchKey)
	b := member(t, 12, branchKey, a.Address())
	thief := member(t, 13, branchKey, a.Address())
	eventually(t, "they meet", func() bool { return a.knows(12, true)() && b.knows(13, true)() && thief.knows(12, true)() })
	for _, g := range []*Gossip{a, b} {
		if err := g.Rekey(next, branchKey); err != nil {
			t.Fatal(err)
		}
	}
	eventually(t, "the thief hears nobody any more", func() bool { return thief.knows(11, false)() && thief.knows(12, false)() })
	heard := thief.lastOrder(11)
	a.Say()
	eventually(t, "the others still hear each other", func() bool { return a.knows(12, true)() && b.knows(11, true)() })
	for _, g := range []*Gossip{a, b} {
		if err := g.Rekey(next, nil); err != nil {
			t.Fatal(err)
		}
	}
	eventually(t, "and are rid of the thief", func() bool { return a.knows(13, false)() && b.knows(13, false)() })
	if thief.lastOrder(11) > heard {
		t.Error("the thief read what was said with the new key")
	}
	late := member(t, 14, next, a.Address())
	eventually(t, "who learns the new key is heard", func() bool { return a.knows(14, true)() && late.knows(11, true)() })
}

// lastOrder is the order of the state that was last heard of an origin.
func (g *Gossip) lastOrder(origin crdt.Origin) uint64 {
	for _, h := range g.Heard() {
		if h.Origin == origin {
			return h.Order
		}
	}
	return 0
}
