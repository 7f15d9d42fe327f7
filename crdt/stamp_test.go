package crdt_test

import (
	"bytes"
	"math"
	"testing"

	"pgregory.net/rapid"

	"bough/crdt"
	"bough/crdt/crdttest"
)

// near draws two stamps of which some parts are equal.
func near(t *rapid.T) (a, b crdt.Stamp) {
	a, b = crdttest.Stamps().Draw(t, "a"), crdttest.Stamps().Draw(t, "b")
	same := rapid.IntRange(0, 7).Draw(t, "parts that are equal")
	if same&1 != 0 {
		b.Epoch = a.Epoch
	}
	if same&2 != 0 {
		b.Time = a.Time
	}
	if same&4 != 0 {
		b.Origin = a.Origin
	}
	return a, b
}

func TestStampsAreInTotalOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := near(t)
		c := crdttest.Stamps().Draw(t, "c")
		if a.Compare(b) != -b.Compare(a) || (a.Compare(b) == 0) != (a == b) || a.Less(b) != (a.Compare(b) < 0) {
			t.Fatalf("%v and %v: %d, %d", a, b, a.Compare(b), b.Compare(a))
		}
		if a.Compare(b) <= 0 && b.Compare(c) <= 0 && a.Compare(c) > 0 {
			t.Fatalf("%v, %v, %v do not ascend", a, b, c)
		}
	})
}

func TestBytesAndTextOfStampsSortAsStampsDo(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := near(t)
		if got := bytes.Compare(a.Bytes(), b.Bytes()); got != a.Compare(b) {
			t.Fatalf("%v and %v compare as %d, their bytes as %d", a, b, a.Compare(b), got)
		}
		if (a.String() < b.String()) != a.Less(b) {
			t.Fatalf("%q and %q", a, b)
		}
	})
}

func TestAStampComesBackFromItsBytesAndItsText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := crdttest.Stamps().Draw(t, "stamp")
		if got, err := crdt.DecodeStamp(s.Bytes()); err != nil || got != s {
			t.Fatalf("%v, %v", got, err)
		}
		if got, err := crdt.ParseStamp(s.String()); err != nil || got != s {
			t.Fatalf("%v, %v", got, err)
		}
	})
}

func TestAnIDComesBackFromItsTextAndItsParts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		id := crdttest.IDs().Draw(t, "id")
		if got, err := crdt.ParseID(id.String()); err != nil || got != id {
			t.Fatalf("%v, %v", got, err)
		}
		if got := crdt.MakeID(id.Origin(), id.Counter()); got != id || id.Origin() > crdt.MaxOrigin {
			t.Fatalf("%v from origin %d", got, id.Origin())
		}
	})
}

// fiveMinutes is how far ahead central lets a stamp be, in milliseconds.
const fiveMinutes = 5 * 60 * 1000

func TestAClockOnlyMovesForwardWhateverTheTime(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := crdt.Clock{Origin: 7}
		var last crdt.Stamp
		for range rapid.IntRange(1, 12).Draw(t, "steps") {
			ms := rapid.Int64().Draw(t, "ms")
			if rapid.Bool().Draw(t, "observe") {
				observe(t, &c, ms)
				continue
			}
			s := c.Now(ms)
			if !last.Less(s) || s.Origin != 7 || s.Epoch != c.Epoch || c.Last() != s.Time {
				t.Fatalf("at %d ms %+v came after %+v", ms, s, last)
			}
			last = s
		}
	})
}

// observe checks that a stamp that is let in moves the clock past it, and that
// one that is refused leaves the clock alone.
func observe(t *rapid.T, c *crdt.Clock, ms int64) {
	seen := crdttest.Stamps().Draw(t, "seen")
	limit := rapid.SampledFrom([]int64{-1, 0, fiveMinutes, math.MaxInt64}).Draw(t, "limit")
	before := *c
	if err := c.Observe(seen, ms, limit); err != nil {
		if *c != before {
			t.Fatalf("refusing %+v moved the clock from %+v to %+v", seen, before, *c)
		}
		return
	}
	if was := (crdt.Stamp{Epoch: before.Epoch, Time: before.Last()}); (crdt.Stamp{Epoch: c.Epoch, Time: c.Last()}).Less(was) {
		t.Fatalf("observing %+v took the clock back from %+v to %+v", seen, before, *c)
	}
	copied := *c
	if next := copied.Now(0); !seen.Less(next) {
		t.Fatalf("after observing %+v the clock makes %+v", seen, next)
	}
}

func TestAStampAheadOfTheLimitIsRefused(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		now := rapid.Int64Range(0, 1<<46).Draw(t, "now")
		ahead := rapid.Int64Range(-fiveMinutes, 3*fiveMinutes).Draw(t, "ahead")
		c := crdt.Clock{Origin: 1}
		err := c.Observe(crdt.Stamp{Time: uint64(max(now+ahead, 0)) << 16, Origin: 2}, now, fiveMinutes)
		if (err != nil) != (ahead > fiveMinutes) {
			t.Fatalf("%d ms ahead: %v", ahead, err)
		}
	})
}

func TestOnlyCentralRaisesTheEpochAndAPoisonedTimeStaysBehind(t *testing.T) {
	c := crdt.Clock{Origin: 1}
	poisoned := crdt.Stamp{Time: 1 << 60, Origin: 2}
	if err := c.Observe(poisoned, 1000, -1); err != nil {
		t.Fatal(err)
	}
	raised := crdt.Stamp{Epoch: 1, Time: 1000 << 16, Origin: 3}
	if err := c.Observe(raised, 1000, fiveMinutes); err == nil {
		t.Error("a neighbour raised the epoch")
	}
	if err := c.Observe(raised, 1000, -1); err != nil {
		t.Fatal(err)
	}
	if s := c.Now(1001); s.Epoch != 1 || s.Millis() != 1001 || !poisoned.Less(s) {
		t.Errorf("after the epoch was raised the clock makes %+v", s)
	}
	if err := c.Observe(poisoned, 1000, -1); err != nil {
		t.Fatal(err)
	}
	if s := c.Now(1002); s.Millis() != 1002 {
		t.Errorf("a stamp of the old epoch moved the clock to %d ms", s.Millis())
	}
}

func TestAClockGoesOnWhereItWasBeforeTheRestart(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := crdt.Clock{Origin: 1}
		last := c.Now(rapid.Int64().Draw(t, "before"))
		again := crdt.Clock{Origin: 1}
		again.Resume(c.Last())
		if s := again.Now(rapid.Int64().Draw(t, "after")); !last.Less(s) {
			t.Fatalf("%+v came after %+v", s, last)
		}
	})
}
