package node

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"bough/crdt"
	"bough/node/crm"
	"bough/sync/rows"
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

// hasAll checks that a node's file stands where central does, without the line.
func hasAll(t *testing.T, h *HeadOffice, o Options) {
	t.Helper()
	b, err := NewBranch(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { stopped(t, b.Stop) }()
	for _, scope := range b.Store.Scopes() {
		at, err := b.Store.Cursor(t.Context(), scope)
		if err != nil {
			t.Fatal(err)
		}
		err = h.Office.Central.File.Read(t.Context(), func(tx *rows.Tx) error {
			want, err := tx.Scope(scope)
			if at.Digest != want.Digest || at.Feed != want.Feed || at.Epoch != h.Office.Central.Epoch() {
				t.Errorf("scope %d: %+v, central %+v", scope, at, want)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	found, err := check(t.Context(), b.dir, b.Store.File, b.me.Origin, func(*rows.Tx) (func(*rows.Stored) ([]int64, error), error) {
		return func(r *rows.Stored) ([]int64, error) { return []int64{b.Store.ScopeOf(r.Kind)}, nil }, nil
	})
	if err != nil || slices.ContainsFunc(found, func(f Finding) bool { return !f.OK }) {
		t.Errorf("%+v %v", found, err)
	}
	for _, name := range []string{snapshotName, snapshotKeyName, settlingName} {
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
	hasAll(t, h, o)
	if len(parts) < 6 || parts[0] != 1 || parts[len(parts)-1] != parts[len(parts)-2] {
		t.Errorf("progress %v", parts)
	}
	b, err := NewBranch(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stopped(t, b.Stop) })
	if err := b.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	prospect(t, b, "Bo") // it works, and what it writes is taken
	meet(t, h, b)
}

func TestABootstrapThatWasKilledGoesOnAlsoAfterARestartOfCentral(t *testing.T) {
	h := bigBank(t)
	o := newcomer(t, h)
	ctx, kill := context.WithCancel(t.Context())
	o.Progress = func(done, _ int) {
		if done == 2 {
			kill()
		}
	}
	if _, err := NewBranch(ctx, o); err == nil {
		t.Fatal("it came to its end")
	}
	again := h.o
	again.Listen = h.Addr()
	stopped(t, h.Stop)
	h = startCentral(t, again)
	var first int
	o.Progress = func(done, _ int) {
		if first == 0 {
			first = done
		}
	}
	hasAll(t, h, o)
	if first < 3 {
		t.Errorf("it began with part %d again", first)
	}
}

func TestASnapshotThatWasDamagedOnTheDiskIsFetchedAnew(t *testing.T) {
	h := bigBank(t)
	o := newcomer(t, h)
	ctx, kill := context.WithCancel(t.Context())
	o.Progress = func(done, _ int) {
		if done == 2 {
			kill()
		}
	}
	if _, err := NewBranch(ctx, o); err == nil {
		t.Fatal("it came to its end")
	}
	path := filepath.Join(o.Dir, snapshotName)
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	data[len(data)/3] ^= 1
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	o.Progress = nil
	hasAll(t, h, o)
}

func TestWithoutASnapshotTheFeedIsRead(t *testing.T) {
	h := bank(t)
	o := newcomer(t, h)
	address := h.Addr()
	stopped(t, h.Stop)
	b, err := NewBranch(t.Context(), o) // central is away: an empty file, to be filled later
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stopped(t, b.Stop) })
	if err := b.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	again := h.o
	again.Listen = address
	meet(t, startCentral(t, again), b)
}
