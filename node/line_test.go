package node

import (
	"testing"
	"time"

	"bough/node/store"
	"bough/sync/rows"
)

// outages reads the times without a line that a workstation keeps, the latest first.
func outages(t *testing.T, b *Branch) (out []store.Outage) {
	t.Helper()
	err := b.Store.File.Read(t.Context(), func(tx *rows.Tx) (err error) {
		out, err = store.Outages(tx, 10)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// lasting waits until a workstation keeps that it has no line, and reads since when.
func lasting(t *testing.T, b *Branch) (list []store.Outage) {
	t.Helper()
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if list = outages(t, b); len(list) > 0 && list[0].EndedMS == 0 { // it asks by itself
			return list
		}
	}
	t.Fatalf("kept are %+v", list)
	return nil
}

func TestAnOutageThatBeganBeforeTheStartIsDatedFromTheLastContact(t *testing.T) {
	began := time.Now().UnixMilli()
	c := cutOff(t)
	if list := lasting(t, c.node); len(list) != 1 || list[0].BeganMS < began-contactKeptMS {
		t.Errorf("kept are %+v, begun at %d", list, began)
	}
	line, err := c.node.line(t.Context())
	if err != nil || line.Online || line.SinceMS != line.LastContactMS || line.SinceMS == 0 {
		t.Errorf("the page says %+v, %v", line, err)
	}
}

func TestAStartWithoutALineReopensNoOutageThatEndedLongAgo(t *testing.T) {
	h := bank(t)
	b := station(t, h, "desk")
	meet(t, h, b)
	now := time.Now().UnixMilli()
	from, to := now-48*60*60*1000, now-47*60*60*1000
	if err := b.Store.LineIs(t.Context(), false, from); err != nil {
		t.Fatal(err)
	}
	if err := b.Store.LineIs(t.Context(), true, to); err != nil {
		t.Fatal(err)
	}
	stopped(t, b.Stop)
	stopped(t, h.Stop)
	again, err := NewBranch(t.Context(), b.o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stopped(t, again.Stop) })
	if err := again.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	list := lasting(t, again)
	if last := list[len(list)-1]; len(list) != 2 || last.BeganMS != from || last.EndedMS != to {
		t.Errorf("one ended at %d, and kept are %+v", to, list)
	}
}

func TestTimeThatPassedBeforeACodeIsNotCountedOnceMoreAfterIt(t *testing.T) {
	c := cutOff(t)
	c.pass(15 * 24 * time.Hour) // the machine slept: nothing was written down meanwhile
	code, err := c.central.Office.Central.LeaseCode(t.Context(), c.central.authority, c.node.Origin())
	if err != nil || !c.node.leaseOver() {
		t.Fatal(err, c.node.leaseOver())
	}
	if err := c.node.Extend(t.Context(), code); err != nil {
		t.Fatal(err)
	}
	if err := c.node.letPass(t.Context()); err != nil || c.node.leaseOver() {
		t.Errorf("the code fitted, and a minute later it is locked again: %v", err)
	}
}
