package store

import (
	"fmt"
	"slices"
	"testing"
)

func TestASettledIndexIsInFewPiecesAndFindsTheSame(t *testing.T) {
	const parties = 40
	l := open(t)
	for i := range parties {
		l.act(party(0, fmt.Sprintf("Ann Number%d", i)))
		if _, err := l.Index(ctx(), 1); err != nil {
			t.Fatal(err)
		}
	}
	pieces := func() int64 { return l.count(`SELECT count(DISTINCT segid) FROM find_idx`) }
	many, found := pieces(), l.find("ann num")
	steps := 1
	for ; ; steps++ {
		more, err := l.Settle(ctx())
		if err != nil {
			t.Fatal(err)
		}
		if !more {
			break
		}
		if steps > parties {
			t.Fatal("it does not end")
		}
	}
	if few := pieces(); few >= many || few > 3 || steps == 1 {
		t.Errorf("%d pieces, %d after %d steps", many, few, steps)
	}
	if again := l.find("ann num"); len(found) < 20 || !slices.Equal(found, again) {
		t.Errorf("found %q, then %q", found, again)
	}
	if more, err := l.Settle(ctx()); more || err != nil {
		t.Errorf("settled, and there is more: %t %v", more, err)
	}
}
