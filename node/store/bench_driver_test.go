package store_test

import (
	"database/sql"
	"path/filepath"
	"testing"

	_ "modernc.org/sqlite"
	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"
)

// BenchmarkDriver is what decision 1 rests on: the same statements through
// zombiezen.com/go/sqlite and through database/sql, on the same engine. The
// baseline is database/sql.
func BenchmarkDriver(b *testing.B) {
	const table = `CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b TEXT, c INTEGER, d BLOB) STRICT`
	dir := b.TempDir()
	db, err := sql.Open("sqlite", "file:"+filepath.Join(dir, "std.db")+"?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)")
	must(b, err)
	defer db.Close()
	db.SetMaxOpenConns(1)
	_, err = db.Exec(table)
	must(b, err)
	conn, err := sqlite.OpenConn(filepath.Join(dir, "direct.db"), sqlite.OpenReadWrite|sqlite.OpenCreate|sqlite.OpenWAL)
	must(b, err)
	defer conn.Close()
	must(b, sqlitex.ExecuteTransient(conn, "PRAGMA synchronous=FULL", nil))
	must(b, sqlitex.ExecuteTransient(conn, table, nil))
	blob := make([]byte, 30)
	direct, std := int64(0), int64(0)

	b.Run("bulk insert", func(b *testing.B) {
		compare(b, 20000, func(n int) {
			end, err := sqlitex.ImmediateTransaction(conn)
			must(b, err)
			s, err := conn.Prepare(`INSERT INTO t (id, a, b, c, d) VALUES (?1, ?2, ?3, ?4, ?5)`)
			must(b, err)
			for range n {
				direct++
				s.BindInt64(1, direct)
				s.BindText(2, "counter")
				s.BindText(3, note)
				s.BindInt64(4, direct*3)
				s.BindBytes(5, blob)
				_, err := s.Step()
				must(b, err)
				must(b, s.Reset())
			}
			end(&err)
			must(b, err)
		}, func(n int) {
			tx, err := db.Begin()
			must(b, err)
			s, err := tx.Prepare(`INSERT INTO t (id, a, b, c, d) VALUES (?, ?, ?, ?, ?)`)
			must(b, err)
			for range n {
				std++
				_, err := s.Exec(std, "counter", note, std*3, blob)
				must(b, err)
			}
			must(b, s.Close())
			must(b, tx.Commit())
		})
	})
	b.Run("look-up", func(b *testing.B) { driverLookUps(b, conn, db) })
}

func driverLookUps(b *testing.B, conn *sqlite.Conn, db *sql.DB) {
	q, err := db.Prepare(`SELECT a, b, c, d FROM t WHERE id=?`)
	must(b, err)
	defer q.Close()
	compare(b, 20000, func(n int) {
		s, err := conn.Prepare(`SELECT a, b, c, d FROM t WHERE id=?1`)
		must(b, err)
		var buf [64]byte
		for i := range n {
			s.BindInt64(1, int64(i%20000)+1)
			if found, err := s.Step(); err != nil || !found {
				b.Fatal(found, err)
			}
			_, _, _ = s.ColumnText(0), s.ColumnText(1), s.ColumnInt64(2)
			s.ColumnBytes(3, buf[:])
			must(b, s.Reset())
		}
	}, func(n int) {
		var a, t string
		var c int64
		var d []byte
		for i := range n {
			must(b, q.QueryRow(int64(i%20000)+1).Scan(&a, &t, &c, &d))
		}
	})
}
