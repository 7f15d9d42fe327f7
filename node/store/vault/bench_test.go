//go:build unix

package vault_test

import (
	"fmt"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
	"time"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"bough/node/store/vault"
)

// cpu is the processor time this process has used.
func cpu(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// compare runs the same work on a sealed and on a plain file in turn and
// reports the median ratio of processor time.
func compare(b *testing.B, n int, work func(c *sqlite.Conn, n int), sealed, plain *sqlite.Conn) {
	b.Helper()
	const rounds = 11
	var s, p, ratios []float64
	work(sealed, n)
	work(plain, n)
	for range rounds {
		t0 := cpu(b)
		work(sealed, n)
		t1 := cpu(b)
		work(plain, n)
		t2 := cpu(b)
		x, y := (t1-t0).Seconds()/float64(n)*1e6, (t2-t1).Seconds()/float64(n)*1e6
		s, p, ratios = append(s, x), append(p, y), append(ratios, x/y)
	}
	for range b.N {
	}
	b.ReportMetric(median(ratios), "ratio")
	b.ReportMetric(median(s), "cpu-us/op")
	b.ReportMetric(median(p), "plain-cpu-us/op")
	b.ReportMetric(0, "ns/op")
}

func median(x []float64) float64 {
	slices.Sort(x)
	return x[len(x)/2]
}

// pair is a sealed and a plain connection in the settings of the store.
func pair(b *testing.B, cacheKiB int) (sealed, plain *sqlite.Conn) {
	dir := b.TempDir()
	key := newKey()
	name := register(b, key, vault.Options{})
	sealed = openVault(b, filepath.Join(dir, "sealed.db"), name)
	plain, err := sqlite.OpenConn(filepath.Join(dir, "plain.db"), sqlite.OpenReadWrite, sqlite.OpenCreate)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = plain.Close() })
	for _, c := range []*sqlite.Conn{sealed, plain} {
		for _, p := range []string{"journal_mode=WAL", "synchronous=FULL", "temp_store=MEMORY", fmt.Sprintf("cache_size=-%d", cacheKiB)} {
			run(b, c, "PRAGMA "+p)
		}
		run(b, c, `CREATE TABLE interaction (id INTEGER PRIMARY KEY, party INTEGER, channel TEXT, text TEXT, happened INTEGER) STRICT`)
		run(b, c, `CREATE INDEX interaction_party ON interaction (party)`)
	}
	return sealed, plain
}

const note = "Customer asked about the fee on the card abroad; explained, will think it over."

// insert adds n interactions to the transaction of c.
func insert(b *testing.B, c *sqlite.Conn, n int) {
	s := c.Prep(`INSERT INTO interaction (party, channel, text, happened) VALUES (?1, 'counter', ?2, ?3)`)
	for i := range n {
		s.BindInt64(1, int64(i)*7919%15000)
		s.BindText(2, note)
		s.BindInt64(3, 1e12+int64(i))
		if _, err := s.Step(); err != nil {
			b.Fatal(err)
		}
		if err := s.Reset(); err != nil {
			b.Fatal(err)
		}
	}
}

func commit(b *testing.B, c *sqlite.Conn, fn func()) {
	end, err := sqlitex.ImmediateTransaction(c)
	if err != nil {
		b.Fatal(err)
	}
	fn()
	end(&err)
	if err != nil {
		b.Fatal(err)
	}
}

// BenchmarkBulk: 20,000 rows in a transaction, checkpoints included. Bar 1.15.
func BenchmarkBulk(b *testing.B) {
	sealed, plain := pair(b, 16<<10)
	compare(b, 20000, func(c *sqlite.Conn, n int) {
		commit(b, c, func() { insert(b, c, n) })
	}, sealed, plain)
}

// BenchmarkCommit: one row, durable. Bar 1.35.
func BenchmarkCommit(b *testing.B) {
	sealed, plain := pair(b, 16<<10)
	compare(b, 1000, func(c *sqlite.Conn, n int) {
		for range n {
			commit(b, c, func() { insert(b, c, 1) })
		}
	}, sealed, plain)
}

// BenchmarkCold: rows read at random through a cache that holds a hundredth of
// the file. Bar 1.5.
func BenchmarkCold(b *testing.B) {
	sealed, plain := pair(b, 512)
	const total = 300000
	for _, c := range []*sqlite.Conn{sealed, plain} {
		commit(b, c, func() { insert(b, c, total) })
		run(b, c, "PRAGMA wal_checkpoint(TRUNCATE)")
	}
	seed := uint64(1)
	compare(b, 40000, func(c *sqlite.Conn, n int) {
		s := c.Prep(`SELECT text FROM interaction WHERE id = ?1`)
		for range n {
			seed = seed*6364136223846793005 + 1442695040888963407
			s.BindInt64(1, int64(seed>>33%total)+1)
			if ok, err := s.Step(); err != nil || !ok {
				b.Fatal(ok, err)
			}
			if len(s.ColumnText(0)) != len(note) {
				b.Fatal("another text")
			}
			if err := s.Reset(); err != nil {
				b.Fatal(err)
			}
		}
	}, sealed, plain)
}
