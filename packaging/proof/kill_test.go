package proof

import (
	"fmt"
	"net/http"
	"os"
	"strconv"
	"sync"
	"testing"
	"time"
)

// lives is how often each process is killed: a few times in an ordinary
// run, CYCLES times by `make kill`.
func lives(t testing.TB) int {
	t.Helper()
	n, err := strconv.Atoi(os.Getenv("CYCLES"))
	if err != nil || n < 1 {
		return 3
	}
	return n
}

// notesOfOne: a page of the API holds 1,000 notes of one customer, and no more are
// to come together.
const notesOfOne = 100

// clerk writes notes at a workstation until told to stop, and remembers those
// that were acknowledged.
type clerk struct {
	w    *workstation
	stop chan struct{}
	work sync.WaitGroup

	mu    sync.Mutex // guards saved
	saved []string
}

// busy writes about these customers in turn, notesOfOne about each at a time.
func (w *workstation) busy(about string, parties ...string) *clerk {
	c := &clerk{w: w, stop: make(chan struct{})}
	c.work.Go(func() {
		for i := 0; ; i++ {
			select {
			case <-c.stop:
				return
			case <-time.After(20 * time.Millisecond):
			}
			text, party := fmt.Sprintf("%s %d", about, i), parties[i/notesOfOne%len(parties)]
			a, err := c.w.door().ask(http.MethodPost, "/customers/"+party+"/interactions", map[string]any{"channel": "counter", "text": text}, "")
			if err == nil && a.ok() {
				c.mu.Lock()
				c.saved = append(c.saved, text)
				c.mu.Unlock()
			}
		}
	})
	return c
}

func (c *clerk) end() []string {
	close(c.stop)
	c.work.Wait()
	return c.saved
}

// TestWhoIsKilledAgainAndAgainLosesNothing kills central and a workstation with
// a neighbour, by turns, while clerks write at both workstations: what was
// acknowledged is at central, once.
func TestWhoIsKilledAgainAndAgainLosesNothing(t *testing.T) {
	b := neighbourly(t)
	var ids []string
	for i := range 1 + lives(t)/5 {
		ids = append(ids, b.front.newProspect(fmt.Sprintf("Nine Lives %d", i)))
	}
	b.quiet(settleWithin)
	clerks := []*clerk{b.front.busy("front", ids...), b.nodes[1].busy("back", ids...)}
	for range lives(t) {
		<-time.After(300 * time.Millisecond)
		b.central.kill()
		<-time.After(200 * time.Millisecond)
		b.bank.back()
		b.front.kill()
		b.front.again()
	}
	var saved []string
	for _, c := range clerks {
		saved = append(saved, c.end()...)
	}
	if len(saved) == 0 {
		t.Fatal("nobody could work")
	}
	b.quiet(fillWithin)
	for _, d := range []*door{b.central.door, b.front.door(), b.nodes[1].door()} {
		seen := map[string]int{}
		for _, id := range ids {
			for _, i := range d.timeline(t, id) {
				seen[i.Text]++
			}
		}
		for _, text := range saved {
			if seen[text] != 1 {
				t.Fatalf("%q was acknowledged and is there %d times", text, seen[text])
			}
		}
	}
	t.Logf("%d kills of central and as many of a workstation: %d notes acknowledged, each at central and at both workstations once", lives(t), len(saved))
	b.sound()
}
