package store_test

import (
	"context"
	"crypto/rand"
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"bough/crdt"
	"bough/node/crm"
	"bough/node/sim/bank"
	"bough/node/store"
	"bough/node/store/vault"
	"bough/sync/bundle"
	"bough/sync/rows"
	"bough/sync/seed"
	"bough/sync/trust"
	"bough/sync/wire"
)

// customersOf is how many customers the file of BenchmarkNewcomer has; the bar
// speaks of 100,000.
var customersOf = flag.Int("customers", 3_000, "customers of BenchmarkNewcomer")

// BenchmarkNewcomer: a new workstation gets its file from a neighbour, and from
// central: made, packed, sent through memory, put together, checked, durable;
// against a copy of the file's bytes, durable, too, and against SQLite's own
// backup into the same vault, in the same run, in processor time. Bars against the copy of the
// bytes: 3 for a neighbour, 8 for central; 0.45 of the bytes.
func BenchmarkNewcomer(b *testing.B) {
	from, proof := branchOf(b, *customersOf)
	disk := from.File.Disk().(*vault.Disk)
	options := func(path string) store.Options {
		return store.Options{Path: path, Schema: crm.Table(), Origin: 20, Branch: 1, Rand: rand.Reader, NowMS: func() int64 { return time.Now().UnixMilli() }, Disk: disk}
	}
	for name, way := range map[string]struct {
		make   func(path string) error
		settle func(path string) error
	}{
		"neighbour": {func(path string) error { return from.Copy(context.Background(), path) },
			func(path string) error { return store.SettleCopy(context.Background(), options(path), proof) }},
		"central": {func(path string) error { return extract(from, path) },
			func(path string) error { return store.Settle(context.Background(), options(path)) }},
	} {
		b.Run(name, func(b *testing.B) {
			dir := b.TempDir()
			var whole, plain, backup, made, put, checked []float64
			var sent int64
			timed := func(into *[]float64, fn func() error) {
				began := cpu()
				must(b, fn())
				*into = append(*into, (cpu() - began).Seconds())
			}
			for range max(b.N, 3) {
				timed(&plain, func() error { return copied(from.File.Path(), filepath.Join(dir, "plain.db")) })
				timed(&backup, func() error { return from.File.Backup(context.Background(), filepath.Join(dir, "backup.db")) })
				path, to := filepath.Join(dir, "copy.db"), filepath.Join(dir, "new.db")
				timed(&whole, func() error {
					timed(&made, func() error { return way.make(path) })
					timed(&put, func() error { sent = stream(b, disk, path, to); return nil })
					timed(&checked, func() error { return way.settle(to) })
					return nil
				})
				for _, name := range []string{"copy.db", "new.db", "new.db-wal", "new.db-shm", "plain.db", "backup.db"} {
					if err := os.Remove(filepath.Join(dir, name)); err != nil && !errors.Is(err, os.ErrNotExist) {
						b.Fatal(err)
					}
				}
			}
			b.ReportMetric(median(whole)/median(plain), "ratio")
			b.ReportMetric(median(whole)/median(backup), "backup-ratio")
			b.ReportMetric(float64(sent)/size(b, from.File.Path()), "bytes-ratio")
			b.ReportMetric(median(plain), "plain-cpu-s")
			b.ReportMetric(median(made), "make-cpu-s")
			b.ReportMetric(median(put), "send-cpu-s")
			b.ReportMetric(median(checked), "check-cpu-s")
			b.ReportMetric(size(b, from.File.Path())/1e6, "MB")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// extract makes a snapshot as central does, row by row.
func extract(from *store.Store, path string) error {
	to := rows.Options{Path: path, Schema: crm.Table(), Migrations: store.LocalTables(), NoSync: true, Disk: from.File.Disk()}
	return from.File.Extract(context.Background(), to, func(x *rows.Extract) error {
		for _, k := range crm.Table().Kinds {
			if err := x.Copy(k.Num, `SELECT id FROM main."`+k.Name+`"`); err != nil {
				return err
			}
		}
		return x.Exec(`INSERT INTO snap.scope (scope, digest, feed, epoch) SELECT scope, digest, feed, epoch FROM main.scope`)
	})
}

// branchOf is a workstation in a vault with customers and their interactions,
// and what central says of them.
func branchOf(b *testing.B, customers int) (*store.Store, store.Proof) {
	b.Helper()
	key := make([]byte, 32)
	_, err := rand.Read(key)
	must(b, err)
	disk, err := vault.Mount("bench:"+b.Name(), vault.OneKey(key), vault.Options{Rand: rand.Reader})
	must(b, err)
	s, err := store.Open(context.Background(), store.Options{Path: filepath.Join(b.TempDir(), "bough.db"), Schema: crm.Table(), Origin: 7,
		Branch: 1, Rand: rand.Reader, NowMS: func() int64 { return time.Now().UnixMilli() }, Disk: disk})
	must(b, err)
	b.Cleanup(func() { must(b, errors.Join(s.File.Close(), disk.Close())) })
	must(b, s.Apply(context.Background(), &wire.Page{Scope: store.OfficeScope, Epoch: 1, Until: 1, Vector: map[crdt.Origin]uint64{}}))
	fill(b, s, customers)
	must(b, s.File.Write(context.Background(), func(tx *rows.Tx) error { return tx.Exec(`DELETE FROM dirty`) }))
	must(b, s.File.Checkpoint(context.Background()))
	return s, func(_ context.Context, scope, since int64, epoch uint64) (*wire.Page, error) {
		at, err := s.Cursor(context.Background(), scope)
		return &wire.Page{Scope: scope, Epoch: epoch, Since: since, Until: at.Feed, Digest: at.Digest, Vector: map[crdt.Origin]uint64{}}, err
	}
}

// fill gives a workstation the rows of a bank with so many customers, as pages of
// the feed.
func fill(b *testing.B, s *store.Store, customers int) {
	b.Helper()
	table, seen, n := crm.Table(), map[crdt.ID]bool{}, int64(0)
	var batch []wire.PageRow
	page := func(more bool) {
		must(b, s.Apply(context.Background(), &wire.Page{Scope: 1, Epoch: 1, Since: n - int64(len(batch)), Until: n, More: more, Rows: batch, Vector: map[crdt.Origin]uint64{}}))
		batch = nil
	}
	bank.Walk(bank.Options{Seed: 1, Customers: customers, Branches: 1}, func(a bank.Act) {
		for i := range a.Ops {
			op := &a.Ops[i]
			if seen[op.ID] || table.Kind(op.Kind).Scope.Everywhere {
				continue
			}
			seen[op.ID] = true
			n++
			row := crdt.Row{Kind: op.Kind, ID: crdt.MakeID(9, uint32(op.ID))}
			row.Merge(table.Kind(op.Kind), op, crdt.Written{Stamp: crdt.Stamp{Time: uint64(a.AtMS+int64(i)) << 16, Origin: 9}, By: crdt.MakeID(9, 5)})
			batch = append(batch, wire.PageRow{Row: row, N: n})
		}
		if len(batch) > 5000 {
			page(true)
		}
	})
	page(false)
}

// copied copies the bytes of a file and waits for the disk.
func copied(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	out, err := os.Create(to)
	if err == nil {
		_, err = io.Copy(out, in)
		err = errors.Join(err, out.Sync(), out.Close())
	}
	return errors.Join(err, in.Close())
}

// stream sends a copy through memory and puts it together; it tells how many
// bytes went.
func stream(b *testing.B, disk *vault.Disk, from, to string) (sent int64) {
	b.Helper()
	secret := make([]byte, 32)
	_, err := rand.Read(secret)
	must(b, err)
	box, err := trust.ParseReplyBox(secret)
	must(b, err)
	r, w := io.Pipe()
	done := make(chan error, 1)
	go func() {
		s := seed.Stream{Disk: disk, Path: from}
		err := s.Send(&counting{w, &sent}, &wire.SnapshotAsk{Reply: box.Public()})
		done <- errors.Join(err, w.Close())
	}()
	h, err := bundle.ReadHeader(r)
	must(b, err)
	key, err := box.OpenKey(h.Sealed, h.Info())
	must(b, err)
	in, err := bundle.NewReader(r, h, key)
	must(b, err)
	_, err = in.Next()
	must(b, err)
	must(b, rows.FromPages(disk, to, in.Next))
	must(b, <-done)
	return sent
}

type counting struct {
	w io.Writer
	n *int64
}

func (c *counting) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	*c.n += int64(n)
	return n, err
}
