package central

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"bough/crdt"
	"bough/node/crm"
	"bough/sync/rows"
	"bough/sync/wire"
)

func TestPushesAreTakenOnceHoweverOftenTheyCome(t *testing.T) {
	c := newCentral(t)
	a := c.joinTest(t, 7, 1)
	for i := range 6 {
		a.write(uint32(i+1), fmt.Sprint("P", i))
	}
	steps := []struct {
		from, to int
		has      uint64
	}{{3, 4, 0}, {1, 2, 2}, {1, 2, 2}, {5, 6, 2}, {1, 4, 4}, {1, 1, 4}, {2, 3, 4}, {3, 6, 6}, {1, 6, 6}, {5, 6, 6}}
	for _, s := range steps {
		if has := must[uint64](t)(a.push(t, c, s.from, s.to)); has != s.has {
			t.Fatalf("after %d to %d central has %d, want %d", s.from, s.to, has, s.has)
		}
	}
	page := must[*wire.Page](t)(c.Page(t.Context(), &Node{Origin: 7, Branch: 1}, wire.Pull{Scope: 1}))
	if len(page.Rows) != 6 || page.Vector[7] != 6 || page.More {
		t.Errorf("%d rows, vector %v", len(page.Rows), page.Vector)
	}
}

func TestAnotherHistoryIsRefusedWhateverItsLength(t *testing.T) {
	c := newCentral(t)
	a := c.joinTest(t, 7, 1)
	for i := range 6 {
		a.write(uint32(i+1), fmt.Sprint("P", i))
	}
	must[uint64](t)(a.push(t, c, 1, 3))
	must[uint64](t)(a.push(t, c, 4, 6))
	twin := a.fork(2)
	for i := range 6 {
		twin.write(uint32(i+20), fmt.Sprint("twin ", i))
	}
	if has := must[uint64](t)(twin.push(t, c, 1, 2)); has != 6 {
		t.Errorf("what both have in common: %d", has)
	}
	for _, span := range [][2]int{{1, 3}, {3, 3}, {3, 5}, {3, 6}, {3, 8}, {6, 6}, {7, 8}} {
		if _, err := twin.push(t, c, span[0], span[1]); !errors.Is(err, ErrFork) {
			t.Errorf("changes %v of a twin: %v", span, err)
		}
	}
	if has := must[uint64](t)(a.push(t, c, 5, 6)); has != 6 {
		t.Errorf("central has %d of what it took first", has)
	}
}

func TestAScopeWhoseNewestRowHasLeftStillComesToItsEnd(t *testing.T) {
	c := newCentral(t)
	id := crdt.MakeID(1, 500)
	put := func(branch int64) {
		t.Helper()
		_, err := c.Act(t.Context(), rows.Actor{}, func(act *rows.Act) error {
			act.Add(crdt.Op{Kind: crm.Credential, ID: id, Set: []crdt.FieldSet{{Field: crm.CredentialBranch, Value: crdt.IntValue(branch)}}})
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	put(1)
	put(2)
	page := must[*wire.Page](t)(c.Page(t.Context(), &Node{Origin: 7, Branch: 1}, wire.Pull{Scope: 1}))
	if page.More || len(page.Rows) > 1 {
		t.Errorf("%d rows until %d, more %v", len(page.Rows), page.Until, page.More)
	}
}

func TestNewsWakesThoseConcernedAndOnlyThem(t *testing.T) {
	c := newCentral(t)
	a := c.joinTest(t, 7, 1)
	type answer struct {
		feeds map[int64]int64
		err   error
	}
	await := func(ctx context.Context, since map[int64]int64) chan answer {
		out := make(chan answer, 1)
		go func() {
			feeds, err := c.AwaitAny(ctx, since)
			out <- answer{feeds, err}
		}()
		return out
	}
	ctx, stop := context.WithCancel(t.Context())
	mine, others := await(ctx, map[int64]int64{OfficeScope: 0, 1: 0}), await(ctx, map[int64]int64{OfficeScope: 0, 2: 0})
	a.write(1, "Alice")
	must[uint64](t)(a.push(t, c, 1, 1))
	if got := <-mine; got.err != nil || got.feeds[1] == 0 || len(got.feeds) != 1 {
		t.Errorf("news of branch 1: %+v", got)
	}
	if len(others) != 0 {
		t.Error("branch 2 was woken")
	}
	if got := <-await(ctx, map[int64]int64{1: 0}); got.feeds[1] == 0 {
		t.Errorf("what happened before is news too: %+v", got)
	}
	stop()
	if got := <-others; got.err != nil || len(got.feeds) != 0 {
		t.Errorf("the end of the wait: %+v", got)
	}
	if moved, err := c.Await(t.Context(), 1, 0); !moved || err != nil {
		t.Errorf("one scope: %v, %v", moved, err)
	}
	c.newsMu.Lock()
	defer c.newsMu.Unlock()
	if len(c.waiting) != 0 {
		t.Errorf("%d scopes are still waited for", len(c.waiting))
	}
}
