package node

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"bough/crdt"
	"bough/node/crm"
	"bough/sync/rows"
	"bough/webui/join"
)

// bigBank is a bank whose branch takes several parts of a snapshot.
func bigBank(t *testing.T) *HeadOffice {
	t.Helper()
	h := bank(t)
	for range 6 {
		_, err := h.Office.Central.Act(t.Context(), rows.Actor{}, func(a *rows.Act) error {
			for range 100 {
				id, err := a.Mint()
				if err != nil {
					return err
				}
				noise := make([]byte, 3000)
				if _, err := rand.Read(noise); err != nil {
					return err
				}
				a.Add(crdt.Op{Kind: crm.Party, ID: id, Set: []crdt.FieldSet{
					{Field: crm.PartyName, Value: crdt.TextValue("Ada")}, {Field: crm.PartyHome, Value: crdt.IntValue(1)},
					{Field: crm.PartyMemo, Value: crdt.TextValue(hex.EncodeToString(noise))}}})
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return h
}

// newcomer is a workstation that joined and has no file yet.
func newcomer(t *testing.T, h *HeadOffice) Options {
	t.Helper()
	code, err := h.Office.NewCode(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	o := testOptions(filepath.Join(t.TempDir(), "desk"))
	o.Name, o.Bootstrap = "desk", true
	if err := Join(t.Context(), o, "https://"+h.Addr(), code); err != nil {
		t.Fatal(err)
	}
	return o
}

// arrived runs a workstation until it has its file.
func arrived(t *testing.T, o Options) *Branch {
	t.Helper()
	b := arrives(t, o)
	ready(t, b)
	return b
}

// arrives runs a workstation that has no file yet.
func arrives(t *testing.T, o Options) *Branch {
	t.Helper()
	b, err := NewBranch(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stopped(t, b.Stop) })
	if err := b.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	return b
}

func ready(t *testing.T, b *Branch) {
	t.Helper()
	select {
	case <-b.Ready():
	case <-time.After(patience):
		t.Fatalf("it did not arrive: %+v", b.arriving.stand())
	}
}

// begins runs a workstation until so many parts of its file are there, and stops it.
func begins(t *testing.T, o Options, parts int) {
	t.Helper()
	enough := make(chan struct{})
	halted, halt := context.WithCancel(t.Context())
	o.Progress = func(done, _ int) {
		if done == parts {
			close(enough)
			<-halted.Done()
		}
	}
	b, err := NewBranch(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	<-enough
	b.depart() // as a kill would: in the middle
	halt()
	stopped(t, b.Stop)
	if b.here() {
		t.Fatal("it came to its end")
	}
}

// hasAll runs a workstation, whose file has to come from a source whole, and
// checks it against central.
func hasAll(t *testing.T, h *HeadOffice, o Options, from join.Source) {
	t.Helper()
	b := arrived(t, o)
	defer func() { stopped(t, b.Stop) }()
	if v := b.arriving.stand(); v.Source != from || v.Done != v.Total {
		t.Errorf("it came otherwise: %+v", v)
	}
	meet(t, h, b)
	found, err := check(t.Context(), b.dir, b.Store.File, b.me.Origin, func(*rows.Tx) (func(*rows.Stored) ([]int64, error), error) {
		return func(r *rows.Stored) ([]int64, error) { return []int64{b.Store.ScopeOf(r.Kind)}, nil }, nil
	})
	if err != nil || slices.ContainsFunc(found, func(f Finding) bool { return !f.OK }) {
		t.Errorf("%+v %v", found, err)
	}
	for _, name := range []string{snapshotName, snapshotKeyName, settlingName, shapeName} {
		if b.dir.has(name) {
			t.Errorf("%s was left", name)
		}
	}
}

func TestANewWorkstationBeginsWithASnapshot(t *testing.T) {
	h := bigBank(t)
	o := newcomer(t, h)
	var parts []int
	o.Progress = func(done, total int) { parts = append(parts, done, total) }
	b := arrived(t, o)
	if len(parts) < 6 || parts[0] != 1 || parts[len(parts)-1] != parts[len(parts)-2] {
		t.Errorf("progress %v", parts)
	}
	prospect(t, b, "Bo") // it works, and what it writes is taken
	meet(t, h, b)
	stopped(t, b.Stop)
	o.Progress = nil
	hasKept(t, o)
}

// hasKept checks that a workstation that has its file fetches none.
func hasKept(t *testing.T, o Options) {
	t.Helper()
	o.Progress = func(int, int) { t.Error("it fetched its file again") }
	b := arrives(t, o)
	if !b.here() {
		t.Error("its file is not there")
	}
}

func TestABootstrapThatWasKilledGoesOnAlsoAfterARestartOfCentral(t *testing.T) {
	h := bigBank(t)
	o := newcomer(t, h)
	begins(t, o, 2)
	again := h.o
	again.Listen = h.Addr()
	stopped(t, h.Stop)
	h = startCentral(t, again)
	first := firstOf(&o)
	hasAll(t, h, o, join.Central)
	if *first < 3 {
		t.Errorf("it began with part %d again", *first)
	}
}

// firstOf notes which part comes first.
func firstOf(o *Options) *int {
	first := new(int)
	o.Progress = func(done, _ int) {
		if *first == 0 {
			*first = done
		}
	}
	return first
}

func TestASnapshotThatWasDamagedOnTheDiskIsFetchedAnew(t *testing.T) {
	h := bigBank(t)
	o := newcomer(t, h)
	begins(t, o, 2)
	path := filepath.Join(o.Dir, snapshotName)
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	data[len(data)/3] ^= 1
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	hasAll(t, h, o, join.Central)
}

func TestWithoutASnapshotTheFeedIsRead(t *testing.T) {
	h := bank(t)
	o := newcomer(t, h)
	address := h.Addr()
	stopped(t, h.Stop)
	b := arrives(t, o) // central is away: an empty file, to be filled later
	soon(t, "it says that the line is cut", func() bool { return b.arriving.stand().Trouble == join.Cut })
	b.arriving.choose(join.Feed)
	ready(t, b)
	again := h.o
	again.Listen = address
	meet(t, startCentral(t, again), b)
}
