package plant

import (
	"context"
	"crypto/rand"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"bough/crdt"
	"bough/node/crm"
	"bough/node/office"
	"bough/node/sim/bank"
	"bough/sync/rows"
	"bough/sync/trust"
)

// cheap seals fast: these are tests of planting.
var cheap = trust.Cost{Time: 1, MemoryKiB: 64, Threads: 1}

func planted(t *testing.T, b *bank.Bank) (*office.Office, *Planted) {
	t.Helper()
	authority, err := trust.NewAuthority("test", time.UnixMilli(Since(b)), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	f, err := office.Open(t.Context(), office.Options{Path: filepath.Join(t.TempDir(), "bough.db"), Authority: authority, Origin: 7, Rand: rand.Reader,
		NowMS: func() int64 { return Since(b) }, Cost: cheap, NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	})
	p, err := Bank(t.Context(), f, b)
	if err != nil {
		t.Fatal(err)
	}
	return f, p
}

func TestEveryRowOfTheBankStandsAsItsAuthorWroteIt(t *testing.T) {
	b := bank.Generate(bank.Options{Seed: 3, Customers: 60})
	f, p := planted(t, b)
	by := map[string]crdt.ID{}
	for _, who := range b.People {
		by[who.Login] = p.ID(who.ID)
	}
	err := f.Central.File.Read(t.Context(), func(tx *rows.Tx) error {
		for _, a := range b.Acts {
			for _, op := range a.Ops {
				row, err := tx.Get(op.Kind, p.ID(op.ID))
				if err != nil || row == nil {
					t.Fatalf("row %d of kind %d: %v, %v", op.ID, op.Kind, row, err)
				}
				if at := slices.Contains(b.Find(bank.TwoAddresses), op.ID); at != (len(row.Conflicts) > 0) {
					t.Fatalf("%d of kind %d has %d conflicts", op.ID, op.Kind, len(row.Conflicts))
				}
				w := row.Clocks.Of(op.Set[0].Field)
				if op.Kind == crm.Interaction && (w.By != by[a.By] || w.Stamp.Millis() != a.AtMS) {
					t.Fatalf("interaction written by %d at %d; want %d at %d", w.By, w.Stamp.Millis(), by[a.By], a.AtMS)
				}
			}
		}
		n, err := tx.CheckChain(7)
		if n < len(b.Acts) {
			t.Errorf("the chain has %d changes for %d acts", n, len(b.Acts))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestSharedCustomersAreInBothScopes(t *testing.T) {
	b := bank.Generate(bank.Options{Seed: 3, Customers: 60})
	f, p := planted(t, b)
	for _, id := range b.Find(bank.Shared) {
		if got := scopesOf(t.Context(), t, f, p.ID(id)); len(got) < 2 {
			t.Errorf("party %d is in %v", id, got)
		}
	}
}

func scopesOf(ctx context.Context, t *testing.T, f *office.Office, id crdt.ID) (out []int64) {
	t.Helper()
	err := f.Central.File.Read(ctx, func(tx *rows.Tx) error {
		of, err := f.Central.ScopesIn(tx)
		if err != nil {
			return err
		}
		row, err := tx.Get(crm.Party, id)
		if err != nil {
			return err
		}
		out, err = of(row)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestAnIdThatTheBankDoesNotHaveIsZero(t *testing.T) {
	p := &Planted{ids: []crdt.ID{0, 9}}
	if p.ID(1) != 9 || p.ID(0) != 0 || p.ID(2) != 0 || p.ID(-1) != 0 {
		t.Error("ids are not looked up as they should be")
	}
}

func BenchmarkPlantABankOfTwoThousand(b *testing.B) {
	made := bank.Generate(bank.Options{Seed: 1})
	b.Logf("%d acts, %d rows", len(made.Acts), made.LastID)
	for b.Loop() {
		authority, err := trust.NewAuthority("test", time.UnixMilli(Since(made)), rand.Reader)
		if err != nil {
			b.Fatal(err)
		}
		f, err := office.Open(b.Context(), office.Options{Path: filepath.Join(b.TempDir(), "bough.db"), Authority: authority, Origin: 7, Rand: rand.Reader,
			NowMS: func() int64 { return Since(made) }, Cost: cheap})
		if err != nil {
			b.Fatal(err)
		}
		if _, err := Bank(b.Context(), f, made); err != nil {
			b.Fatal(err)
		}
		if err := f.Close(); err != nil {
			b.Fatal(err)
		}
	}
}
