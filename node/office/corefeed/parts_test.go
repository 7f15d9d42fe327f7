package corefeed

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var errKilled = errors.New("killed")

func TestAPlanThatIsWrittenInPartsAndCutOffGoesOnAndIsTakenBackWhole(t *testing.T) {
	whole, parts := loaded(t), newMemory(t)
	who := Approval{By: 1}
	_, err := plan(t, miniFolder(t), miniMapping(t), parts).CommitParts(parts, who, Parts{Job: 9, Rows: 4, Told: func(done, _ int) error {
		if done >= 12 {
			return errKilled
		}
		return nil
	}})
	if !errors.Is(err, errKilled) || len(parts.batches) != 3 {
		t.Fatalf("%d parts, %v", len(parts.batches), err)
	}
	var last, of int
	again := plan(t, miniFolder(t), miniMapping(t), parts)
	if _, err := again.CommitParts(parts, who, Parts{Job: 9, Rows: 4, Told: func(done, total int) error {
		last, of = done, total
		return nil
	}}); err != nil {
		t.Fatal(err)
	}
	if last != of || of != len(whole.rows)-12 {
		t.Errorf("after the cut %d of %d rows were written; the feed has %d", last, of, len(whole.rows))
	}
	for _, kind := range plan(t, miniFolder(t), miniMapping(t), parts).Kinds {
		if kind.New+kind.Changed+kind.Ended != 0 {
			t.Errorf("something is left to write: %+v", kind)
		}
	}
	u, err := PlanUndo(parts.schema, parts)
	if err != nil {
		t.Fatal(err)
	}
	killed := u.ApplyParts(parts, who, Parts{Rows: 4, Told: func(int, int) error { return errKilled }})
	if u, err = PlanUndo(parts.schema, parts); err != nil || !errors.Is(killed, errKilled) || len(u.remove) != len(whole.rows)-4 {
		t.Fatalf("%d rows are left to take back: %v, %v", len(u.remove), err, killed)
	}
	if err := u.ApplyParts(parts, who, Parts{Rows: 4}); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(newMemory(t).values(), parts.values()); diff != "" {
		t.Errorf("something of the batch stays:\n%s", diff)
	}
	if _, err := PlanUndo(parts.schema, parts); !errors.Is(err, ErrNoBatch) {
		t.Errorf("a part of the batch can be taken back by itself: %v", err)
	}
}
