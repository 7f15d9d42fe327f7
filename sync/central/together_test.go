package central

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"bough/crdt"
)

// company does all of fns while somebody else holds the turn, and lets them go
// together.
func company(t *testing.T, c *Central, fns ...func()) {
	t.Helper()
	c.together.turn <- struct{}{}
	var all sync.WaitGroup
	for _, fn := range fns {
		all.Go(fn)
	}
	for wait := time.Now(); ; {
		c.together.mu.Lock()
		n := len(c.together.waiting)
		c.together.mu.Unlock()
		if n == len(fns) {
			break
		}
		if time.Since(wait) > time.Minute {
			t.Fatalf("%d of %d wait", n, len(fns))
		}
		time.Sleep(time.Millisecond)
	}
	<-c.together.turn
	all.Wait()
}

func TestWritesThatWaitShareATransaction(t *testing.T) {
	c := newCentral(t)
	var mu sync.Mutex
	in := map[*Batch]int{}
	fns := make([]func(), MaxTogether+3)
	for i := range fns {
		fns[i] = func() {
			err := c.share(t.Context(), func(b *Batch) error {
				mu.Lock()
				defer mu.Unlock()
				in[b]++
				return nil
			})
			if err != nil {
				t.Error(err)
			}
		}
	}
	company(t, c, fns...)
	sizes := map[int]bool{}
	for _, n := range in {
		sizes[n] = true
	}
	if len(in) != 2 || !sizes[MaxTogether] || !sizes[3] {
		t.Errorf("%d writes were done in companies of %v", len(fns), sizes)
	}
}

func TestAPushThatCannotBeTakenHarmsNoneOfThoseItCameWith(t *testing.T) {
	c := newCentral(t)
	nodes := make([]*author, 8)
	fns := make([]func(), len(nodes))
	for i := range nodes {
		a := c.joinTest(t, crdt.Origin(10+i), 3)
		nodes[i] = a
		a.write(1, fmt.Sprint("A", i))
		fns[i] = func() {
			if has, err := a.push(t, c, 1, 1); err != nil || has != 1 {
				t.Errorf("push of %d: %d, %v", a.origin, has, err)
			}
		}
	}
	forked := nodes[3]
	if _, err := forked.push(t, c, 1, 1); err != nil {
		t.Fatal(err)
	}
	twin := &author{origin: forked.origin, clock: crdt.Clock{Origin: forked.origin}, hashes: forked.hashes[:1:1]}
	twin.write(1, "of another life")
	fns[3] = func() {
		if _, err := twin.push(t, c, 1, 1); !errors.Is(err, ErrFork) {
			t.Errorf("the twin was told %v", err)
		}
	}
	company(t, c, fns...)
	for i, a := range nodes {
		n, err := c.Node(t.Context(), a.origin)
		if err != nil || n.Seq != 1 || n.Hash != a.hashes[1] {
			t.Errorf("of workstation %d central has %+v, %v", i, n, err)
		}
	}
}

func TestAFaultOfTheProgramKeepsNobodyWaiting(t *testing.T) {
	c := newCentral(t)
	company(t, c, func() {
		defer func() { _ = recover() }()
		_ = c.share(t.Context(), func(*Batch) error { return nil })
	}, func() {
		defer func() { _ = recover() }()
		_ = c.share(t.Context(), func(*Batch) error { panic("planted") })
	})
	if err := c.share(t.Context(), func(*Batch) error { return nil }); err != nil {
		t.Errorf("the next one: %v", err)
	}
}
