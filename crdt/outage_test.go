package crdt_test

import (
	"fmt"
	"testing"

	"bough/crdt/crdttest"
)

// schedules is how many runs of the model each case takes.
const schedules = 3000

// modelKinds are what the model's one row can be.
var modelKinds = []uint8{crdttest.Register, crdttest.Element}

func TestAfterQuietNothingIsLostAndEverybodyHoldsTheSameConflicts(t *testing.T) {
	for _, num := range modelKinds {
		for _, refuses := range []float64{0, .02} {
			kind := crdttest.Schema().Kind(num)
			t.Run(fmt.Sprintf("%s, central refuses %g", kind.Name, refuses), func(t *testing.T) {
				t.Parallel()
				for seed := range uint64(schedules) {
					if got := play(seed, kind, refuses, flaws{}); got != (outcome{}) {
						t.Fatalf("seed %d: %+v", seed, got)
					}
				}
			})
		}
	}
}

func TestTheModelNoticesAFeedRowThatIsMergedByStamp(t *testing.T) {
	bad := firstBad(t, .02, flaws{feedByStamp: true}, func(o outcome) bool { return o.diverged > 0 })
	t.Logf("nodes that keep a refused value: seed %d", bad)
	bad = firstBad(t, 0, flaws{feedByStamp: true}, func(o outcome) bool { return o.otherConflicts > 0 })
	t.Logf("nodes with other conflicts: seed %d", bad)
}

func TestTheModelNoticesTheRuleThatOnlySeeingAnOlderValueIsConcurrent(t *testing.T) {
	bad := firstBad(t, .02, flaws{onlyOlder: true}, func(o outcome) bool { return o.lost > 0 })
	t.Logf("a value lost silently: seed %d", bad)
}

// firstBad plays until a schedule comes out badly, and fails if none does.
func firstBad(t *testing.T, refuses float64, f flaws, bad func(outcome) bool) uint64 {
	t.Helper()
	kind := crdttest.Schema().Kind(crdttest.Register)
	for seed := range uint64(20 * schedules) {
		if bad(play(seed, kind, refuses, f)) {
			return seed
		}
	}
	t.Fatalf("%+v did no harm in %d schedules", f, 20*schedules)
	return 0
}
