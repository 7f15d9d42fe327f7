package node

import (
	"errors"
	"testing"
	"time"

	"bough/crdt"
	"bough/node/crm"
	"bough/sync/central"
	"bough/sync/rows"
)

// atTime starts central anew at the same address, with its clock so far ahead.
func atTime(t *testing.T, h *HeadOffice, ahead time.Duration) *HeadOffice {
	t.Helper()
	o := h.o
	o.Listen, o.Now = h.Addr(), func() time.Time { return time.Now().Add(ahead) }
	stopped(t, h.Stop)
	return startCentral(t, o)
}

// stampOf is when somebody was entered, as head office has it.
func stampOf(t *testing.T, h *HeadOffice, name string) (s crdt.Stamp) {
	t.Helper()
	soon(t, name+" is at head office", func() bool { return namedAt(t, h.Office.Central.File, name) == 1 })
	err := h.Office.Central.File.Read(t.Context(), func(tx *rows.Tx) error {
		return tx.Rows(crm.Party, "name=?1", func(r *rows.Stored) error {
			s = r.Clocks.Latest()
			return nil
		}, name)
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func aheadOfNow(s crdt.Stamp) time.Duration { return time.Until(time.UnixMilli(s.Millis())) }

// The story: the clock of central is months ahead for a while, and everybody takes
// the time from it, certificates included. It is set right: nothing is refused, but
// all stamps stay ahead. A new epoch leaves them behind.
func TestCentralsOwnClockWasAheadAndANewEpochBringsTheTimeBack(t *testing.T) {
	h := bank(t)
	b := station(t, h, "till")
	walkIn(t, b, signedIn(t, b), "Ada before it")
	stampOf(t, h, "Ada before it")
	if _, err := h.Office.BeginEpoch(t.Context(), rows.Actor{}); !errors.Is(err, central.ErrNotAhead) {
		t.Fatalf("an epoch began without need: %v", err)
	}

	h = atTime(t, h, farAhead)
	if err := h.Office.AddBranch(t.Context(), rows.Actor{}, 2, "written ahead of time"); err != nil {
		t.Fatal(err)
	}
	meet(t, h, b)
	walkIn(t, b, signedIn(t, b), "Bea while it was ahead")
	if s := stampOf(t, h, "Bea while it was ahead"); aheadOfNow(s) < farAhead-time.Hour {
		t.Fatalf("the workstation does not follow central: %v", aheadOfNow(s))
	}

	h = atTime(t, h, 0)
	meet(t, h, b)
	if epoch, ms := h.Office.Central.Ahead(); epoch != 0 || ms < (farAhead-time.Hour).Milliseconds() {
		t.Errorf("central does not know that it was ahead: epoch %d, %d ms", epoch, ms)
	}
	walkIn(t, b, signedIn(t, b), "Cyd after it was set right")
	if s := stampOf(t, h, "Cyd after it was set right"); aheadOfNow(s) < farAhead-time.Hour {
		t.Errorf("what was written before central's stamps: %v", aheadOfNow(s))
	}

	if epoch, err := h.Office.BeginEpoch(t.Context(), rows.Actor{}); epoch != 1 || err != nil {
		t.Fatalf("epoch %d began, %v", epoch, err)
	}
	if epoch, ms := h.Office.Central.Ahead(); epoch != 1 || ms != 0 {
		t.Errorf("in epoch %d central is %d ms ahead", epoch, ms)
	}
	meet(t, h, b)
	for _, name := range []string{"Dan in the new epoch", "Eve, after the workstation was started again"} {
		walkIn(t, b, signedIn(t, b), name)
		if s := stampOf(t, h, name); s.Epoch != 1 || aheadOfNow(s).Abs() > time.Hour {
			t.Errorf("the time did not come back for %s: epoch %d, %v ahead", name, s.Epoch, aheadOfNow(s))
		}
		stopped(t, b.Stop)
		b = again(t, b.o, b.o.Dir)
	}
}
