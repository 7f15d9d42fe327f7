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

// pair is a sealed and a plain file with the same tables.
type pair struct {
	b             *testing.B
	sealed, plain string // URIs
	cacheKiB      int
}

func newPair(b *testing.B, cacheKiB int) pair {
	dir := b.TempDir()
	name := register(b, newKey(), vault.Options{})
	p := pair{b, vault.DSN(filepath.Join(dir, "sealed.db"), name), "file:" + filepath.Join(dir, "plain.db"), cacheKiB}
	p.both(func(c *sqlite.Conn) {
		run(b, c, `CREATE TABLE interaction (id INTEGER PRIMARY KEY, party INTEGER, channel TEXT, text TEXT, happened INTEGER) STRICT`)
		run(b, c, `CREATE INDEX interaction_party ON interaction (party)`)
	})
	return p
}

// with opens a file in the settings of the store. One at a time: connections
// of a process share one page cache, and the second would starve the first.
func (p pair) with(uri string, work func(c *sqlite.Conn)) {
	c, err := sqlite.OpenConn(uri, sqlite.OpenReadWrite, sqlite.OpenCreate, sqlite.OpenURI)
	if err != nil {
		p.b.Fatal(err)
	}
	for _, s := range []string{"synchronous=FULL", "temp_store=MEMORY", fmt.Sprintf("cache_size=-%d", p.cacheKiB), "journal_mode=WAL"} {
		run(p.b, c, "PRAGMA "+s)
	}
	work(c)
	mustClose(p.b, c)
}

func (p pair) both(work func(c *sqlite.Conn)) {
	p.with(p.sealed, work)
	p.with(p.plain, work)
}

// compare runs the same work on both in turn, n operations each, and reports
// the median ratio of processor time.
func (p pair) compare(n int, work func(c *sqlite.Conn)) {
	const rounds = 11
	var sealed, plain, ratios []float64
	p.both(work)
	for range rounds {
		t0 := cpu(p.b)
		p.with(p.sealed, work)
		t1 := cpu(p.b)
		p.with(p.plain, work)
		t2 := cpu(p.b)
		x, y := (t1-t0).Seconds()/float64(n)*1e6, (t2-t1).Seconds()/float64(n)*1e6
		sealed, plain, ratios = append(sealed, x), append(plain, y), append(ratios, x/y)
	}
	for range p.b.N {
	}
	p.b.ReportMetric(median(ratios), "ratio")
	p.b.ReportMetric(median(sealed), "cpu-us/op")
	p.b.ReportMetric(median(plain), "plain-cpu-us/op")
	p.b.ReportMetric(0, "ns/op")
}

func median(x []float64) float64 {
	slices.Sort(x)
	return x[len(x)/2]
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
	const n = 20000
	newPair(b, 16<<10).compare(n, func(c *sqlite.Conn) {
		commit(b, c, func() { insert(b, c, n) })
	})
}

// BenchmarkCommit: one row, durable. Bar 1.35.
func BenchmarkCommit(b *testing.B) {
	const n = 2000
	newPair(b, 16<<10).compare(n, func(c *sqlite.Conn) {
		for range n {
			commit(b, c, func() { insert(b, c, 1) })
		}
	})
}

// BenchmarkCold: rows read at random through a cache that holds a hundredth of
// the file. Bar 1.5.
func BenchmarkCold(b *testing.B) {
	const total, n = 300000, 40000
	p := newPair(b, 512)
	p.both(func(c *sqlite.Conn) { commit(b, c, func() { insert(b, c, total) }) })
	p.compare(n, func(c *sqlite.Conn) {
		s := c.Prep(`SELECT text FROM interaction WHERE id = ?1`)
		seed := uint64(1)
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
	})
}
