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

// clerk writes notes at a workstation until told to stop, and remembers those
// that were acknowledged.
type clerk struct {
	w     *workstation
	party string
	stop  chan struct{}
	work  sync.WaitGroup

	mu    sync.Mutex // guards saved
	saved []string
}

func (w *workstation) busy(party, about string) *clerk {
	c := &clerk{w: w, party: party, stop: make(chan struct{})}
	c.work.Go(func() {
		for i := 0; ; i++ {
			select {
			case <-c.stop:
				return
			case <-time.After(20 * time.Millisecond):
			}
			text := fmt.Sprintf("%s %d", about, i)
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
	id := b.front.newProspect("Nine Lives")
	b.quiet(settleWithin)
	clerks := []*clerk{b.front.busy(id, "front"), b.nodes[1].busy(id, "back")}
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
		for _, i := range d.timeline(t, id) {
			seen[i.Text]++
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
