package central

import (
	"path/filepath"
	"testing"
	"time"

	crand "crypto/rand"

	"bough/crdt"
	"bough/node/crm"
	"bough/sync/rows"
	"bough/sync/wire"
)

const dayMS = 24 * 60 * 60 * 1000

// away is a central whose clock one can set, with nodes that read.
type away struct {
	*Central
	t   *testing.T
	now int64
	ids []crdt.ID
}

func newAwayTest(t *testing.T, origins ...crdt.Origin) *away {
	a := &away{t: t, now: time.Now().UnixMilli()}
	a.Central = must[*Central](t)(Open(t.Context(), Options{Path: filepath.Join(t.TempDir(), "central.db"), Schema: crm.Table(), Origin: 1,
		Rand: crand.Reader, NowMS: func() int64 { return a.now }, Judge: lenient{}, NoSync: true}))
	t.Cleanup(func() { _ = a.Close() })
	for _, o := range origins {
		a.joinTest(t, o, 7)
		a.call(o)
	}
	return a
}

func (a *away) call(o crdt.Origin) {
	a.t.Helper()
	if err := a.Heard(a.t.Context(), o, Report{}); err != nil {
		a.t.Fatal(err)
	}
}

// make makes a customer of branch 7; leave takes them back.
func (a *away) make(name string) {
	a.t.Helper()
	_, err := a.Act(a.t.Context(), rows.Actor{}, func(act *rows.Act) error {
		id, err := act.Mint()
		a.ids = append(a.ids, id)
		act.Add(crdt.Op{Kind: crm.Party, ID: id, Set: []crdt.FieldSet{
			{Field: crm.PartyName, Value: crdt.TextValue(name)}, {Field: crm.PartyHome, Value: crdt.IntValue(7)}}})
		return err
	})
	if err != nil {
		a.t.Fatal(err)
	}
}

func (a *away) leave(i int) {
	a.t.Helper()
	if err := a.write(a.t.Context(), func(b *Batch) error { return b.remove(key{crm.Party, a.ids[i]}) }); err != nil {
		a.t.Fatal(err)
	}
}

func (a *away) read(o crdt.Origin, since int64, limit int) *wire.Page {
	a.t.Helper()
	n := must[*Node](a.t)(a.Node(a.t.Context(), o))
	return must[*wire.Page](a.t)(a.Page(a.t.Context(), n, wire.Pull{Scope: 7, Since: since, Limit: limit}))
}

func (a *away) trim(want int) {
	a.t.Helper()
	if got := must[Trimmed](a.t)(a.Trim(a.t.Context(), LeaseMS)); got.Entries != want {
		a.t.Errorf("%d entries trimmed, want %d", got.Entries, want)
	}
}

func TestTrimmingWaitsForWhoCalledWithinTheLease(t *testing.T) {
	a := newAwayTest(t, 101, 102)
	a.make("Ada")
	a.make("Bo")
	early := a.read(101, 0, 10).Until
	a.read(101, early, 10)
	a.read(102, early, 10)
	a.leave(0)
	a.trim(0) // nobody has read that Ada left
	head := a.read(101, early, 10).Until
	a.read(101, head, 10)
	a.trim(0) // 102 has not
	a.now += 13 * dayMS
	a.call(101)
	a.trim(0)
	a.now += 2 * dayMS
	a.trim(1) // 102 was away for 15 days
	if p := a.read(101, head, 10); p.Floor != head || p.Head != head {
		t.Errorf("floor %d and head %d; the entry had number %d", p.Floor, p.Head, head)
	}
	if p := a.read(102, early, 10); p.Floor <= early {
		t.Errorf("whoever was away and asks from %d is not told of the floor: %d", early, p.Floor)
	}
}

func TestAReadingFromZeroHoldsWhatLeavesMeanwhile(t *testing.T) {
	a := newAwayTest(t, 101)
	for _, name := range []string{"Ada", "Bo", "Cy"} {
		a.make(name)
	}
	first := a.read(101, 0, 1)
	if !first.More {
		t.Fatal("one page was enough")
	}
	a.leave(0) // whom the first page brought
	a.read(101, first.Until, 1)
	a.trim(0)
	last := a.read(101, first.Until, 10)
	a.read(101, last.Until, 10)
	a.trim(1)
}

func TestAfterARestartOfCentralTrimmingKnowsWhoReadWhat(t *testing.T) {
	a := newAwayTest(t, 101, 102)
	a.make("Ada")
	a.leave(0)
	head := a.read(101, 0, 10).Until
	a.read(101, head, 10)
	a.trim(0)
	a.readers = readers{}
	a.read(102, 0, 10)
	a.read(102, head, 10)
	a.trim(1)
}

func TestWhatNeverCameToBeIsRememberedAfterTrimming(t *testing.T) {
	a := newAwayTest(t, 101)
	a.make("Ada")
	a.leave(0)
	a.read(101, a.read(101, 0, 10).Until, 10)
	a.trim(1)
	err := a.write(t.Context(), func(b *Batch) error {
		if void, err := b.Void(crm.Party, a.ids[0]); err != nil || !void {
			t.Errorf("void %t: %v", void, err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
