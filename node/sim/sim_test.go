package sim

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
)

// testSeeds are the seeds that every change must survive; make sim runs more.
const testSeeds = 40

func yard(t *testing.T) *Yard {
	t.Helper()
	y, err := NewYard()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := y.Close(); err != nil {
			t.Error(err)
		}
	})
	return y
}

func run(t *testing.T, y *Yard, o Options) *Result {
	t.Helper()
	r, err := y.Run(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func report(r *Result) string {
	return fmt.Sprintf("%s\nseed %d: %s\nreplay: %s -v", strings.Join(r.Tail, ""), r.Seed, strings.Join(r.Failures, "\n"), r.Command)
}

func TestSeedsOfTroubleEndInAgreement(t *testing.T) {
	seeds := uint64(testSeeds)
	if testing.Short() {
		seeds = 4
	}
	y, cover := yard(t), Coverage{}
	var mu sync.Mutex
	t.Run("seeds", func(t *testing.T) {
		for seed := uint64(1); seed <= seeds; seed++ {
			t.Run(fmt.Sprint(seed), func(t *testing.T) {
				t.Parallel()
				r := run(t, y, Options{Seed: seed})
				if len(r.Failures) > 0 {
					t.Fatal(report(r))
				}
				mu.Lock()
				defer mu.Unlock()
				cover.Add(r.Coverage)
			})
		}
	})
	if t.Failed() {
		return
	}
	for _, name := range cover.Names() {
		t.Logf("%7d  %s", cover[name], name)
	}
	for _, name := range cover.Rare(1) {
		t.Logf("in %d seeds this never happened, and the gate (make sim) wants it: %s", seeds, name)
	}
}

func TestOtherBanksEndInAgreementToo(t *testing.T) {
	y := yard(t)
	for _, o := range []Options{
		{Seed: 100, Branches: 1, Nodes: 1},
		{Seed: 101, Branches: 1, Nodes: 3},
		{Seed: 102, Branches: 3, Nodes: 2, Steps: 200},
		{Seed: 105, Days: 30, Steps: 120},
		{Seed: 103, Faults: []Fault{}},
		{Seed: 104, Faults: []Fault{Part, Crash}},
	} {
		t.Run(o.command(), func(t *testing.T) {
			t.Parallel()
			if r := run(t, y, o); len(r.Failures) > 0 {
				t.Fatal(report(r))
			}
		})
	}
}

func TestASeedReplaysToTheLine(t *testing.T) {
	for _, seed := range []uint64{7, 8} {
		// Another yard makes its templates anew: those must be the same too.
		a, b := run(t, yard(t), Options{Seed: seed}), run(t, yard(t), Options{Seed: seed})
		for _, r := range []*Result{a, b} {
			if len(r.Failures) > 0 {
				t.Error(report(r))
			}
		}
		if a.Hash != b.Hash || a.Lines != b.Lines || a.Lines == 0 {
			t.Errorf("seed %d: %d lines with hash %s, then %d lines with hash %s", seed, a.Lines, a.Hash, b.Lines, b.Hash)
		}
	}
}

func TestAnotherSeedIsAnotherWorld(t *testing.T) {
	y := yard(t)
	if a, b := run(t, y, Options{Seed: 1, Steps: 40}), run(t, y, Options{Seed: 2, Steps: 40}); a.Hash == b.Hash {
		t.Errorf("two seeds gave the same trace %s", a.Hash)
	}
}

func TestFaultsAreReadFromAList(t *testing.T) {
	for list, want := range map[string]int{"all": len(Faults()), "": len(Faults()), "none": 0, "loss, crash": 2} {
		got, err := ParseFaults(list)
		if err != nil || len(got) != want {
			t.Errorf("%q: %v, %v; want %d faults", list, got, err, want)
		}
	}
	if _, err := ParseFaults("loss,flood"); err == nil {
		t.Error("a fault that does not exist was taken")
	}
}
