package proof

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
)

// kills is how often central dies while it catches up.
const kills = 3

func TestCentralIsKilledWhileItCatchesUpAndNothingIsLostOrDoneTwice(t *testing.T) {
	b := openBerka(t)
	l := newLedger()
	for _, cut := range b.lines {
		cut.set(refused)
	}
	b.offline()
	b.each(func(i int, w *workstation) error { return l.work(w, b.someDay(w, i).acts(), nil) })
	// Work goes on while central dies and comes back.
	var wait sync.WaitGroup
	var failed error
	last := b.nodes[3]
	wait.Go(func() {
		d := b.someDay(last, 9)
		d.shared, d.name = nil, last.name+" meanwhile"
		failed = l.work(last, d.acts(), nil)
	})
	for n := range kills {
		before, ok := b.central.how()
		if !ok {
			t.Fatal("central does not answer")
		}
		for _, cut := range b.lines {
			cut.set(open)
		}
		until(t, settleWithin, "central takes something", func() (bool, string) {
			now, ok := b.central.how()
			quiet, _ := b.agree()
			return ok && (quiet || feeds(now) != feeds(before)), fmt.Sprintf("%+v", now)
		})
		b.central.kill()
		t.Logf("central killed, time %d", n+1)
		b.back()
	}
	wait.Wait()
	must(t, failed)
	t.Logf("all agree %s after central came back", b.quiet(settleWithin).Round(1e6))
	b.holds(l)
	b.sound()
}

// each lets every workstation work at once.
func (b *berka) each(work func(i int, w *workstation) error) {
	b.t.Helper()
	var wait sync.WaitGroup
	errs := make([]error, len(b.nodes))
	for i, w := range b.nodes {
		wait.Go(func() { errs[i] = work(i, w) })
	}
	wait.Wait()
	for _, err := range errs {
		must(b.t, err)
	}
}

func (b *berka) someDay(w *workstation, seed int) *day {
	return &day{name: w.name, branch: w.branch, known: b.known[w.branch], shared: b.shared, talks: talksEach, prospects: prospectsEach,
		random: rand.New(rand.NewPCG(2, uint64(seed)))}
}

// feeds is how far the feeds of central are.
func feeds(s status) (sum uint64) {
	for _, scope := range s.Scopes {
		sum += scope.Feed
	}
	return sum
}
