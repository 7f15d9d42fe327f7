package store_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"bough/crdt"
	"bough/node/crm"
	"bough/node/sim/bank"
	"bough/node/store"
	"bough/sync/rows"
	"bough/sync/wire"
)

// BenchmarkFind: what a clerk types, letter by letter, over 200,000 names.
// Bar: p99 5 ms at the server.
func BenchmarkFind(b *testing.B) {
	s := openStore(b, 1)
	names := namedBank(b, s, 200000, crm.Party, crm.Reach)
	t := time.Now()
	for more := true; more; {
		n, err := s.Index(context.Background(), 200)
		must(b, err)
		if more = n == 200; !more {
			more, err = s.Settle(context.Background())
			must(b, err)
		}
	}
	b.Logf("indexed %d parties in %v", len(names), time.Since(t).Round(time.Second))
	for _, c := range []struct {
		name  string
		typed func(i int) string
	}{
		{"letter by letter", func(i int) string { r := []rune(names[i*977%len(names)]); return string(r[:1+i%min(len(r), 8)]) }},
		{"two Han characters", func(i int) string { return twoHan(names, i) }},
		{"pinyin", func(i int) string { return []string{"wang", "wangf", "lihua", "zhang w", "chenj", "liu"}[i%6] }},
		{"a typo", func(i int) string { return []string{"Jonhson", "Novka", "Schmitd", "Garica", "Mulelr"}[i%5] }},
	} {
		b.Run(c.name, func(b *testing.B) {
			var took []float64
			for i := range 1000 {
				typed := c.typed(i)
				t := time.Now()
				must(b, s.File.Read(context.Background(), func(tx *rows.Tx) error {
					_, err := s.Find(tx, typed, 1, 1, 20)
					return err
				}))
				took = append(took, time.Since(t).Seconds()*1e3)
			}
			for range b.N {
			}
			slices.Sort(took)
			b.ReportMetric(took[len(took)/2], "p50-ms")
			b.ReportMetric(took[len(took)*99/100], "p99-ms")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// namedBank puts the rows of some kinds of a generated bank into the store.
func namedBank(b testing.TB, s *store.Store, customers int, kinds ...uint8) (names []string) {
	b.Helper()
	var batch []wire.PageRow
	n, last := int64(0), crdt.ID(0)
	page := func() {
		must(b, s.Apply(context.Background(), &wire.Page{Scope: 1, Epoch: 1, Since: n - int64(len(batch)), Until: n, Rows: batch, Vector: map[crdt.Origin]uint64{}}))
		batch = nil
	}
	table := crm.Table()
	bank.Walk(bank.Options{Seed: 1, Customers: customers, Branches: 2}, func(a bank.Act) {
		for i := range a.Ops {
			op := a.Ops[i]
			if op.ID <= last || !slices.Contains(kinds, op.Kind) {
				last = max(last, op.ID)
				continue
			}
			last = op.ID
			n++
			op.ID = crdt.MakeID(9, uint32(op.ID))
			row := crdt.Row{Kind: op.Kind, ID: op.ID}
			for j := range op.Set {
				if table.Kind(op.Kind).Field(op.Set[j].Field).Ref != 0 {
					op.Set[j].Value = crdt.RefValue(crdt.MakeID(9, uint32(op.Set[j].Value.I)))
				}
				if op.Kind == crm.Party && op.Set[j].Field == crm.PartyName {
					names = append(names, op.Set[j].Value.S)
				}
			}
			row.Merge(table.Kind(op.Kind), &op, crdt.Written{Stamp: crdt.Stamp{Time: uint64(a.AtMS+int64(i)) << 16, Origin: 9}, By: crdt.MakeID(9, 5)})
			batch = append(batch, wire.PageRow{Row: row, N: n})
		}
		if len(batch) >= 10000 {
			page()
		}
	})
	page()
	if len(names) < customers/2 {
		b.Fatal(fmt.Sprint("only ", len(names), " names"))
	}
	return names
}

// twoHan is the first two characters of some Chinese name.
func twoHan(names []string, i int) string {
	for j := i * 31; ; j++ {
		if r := []rune(names[j%len(names)]); len(r) >= 2 && r[0] >= 0x4e00 && r[0] <= 0x9fff {
			return string(r[:2])
		}
	}
}
