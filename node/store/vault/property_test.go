package vault_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"bough/node/store/vault"
)

const schema = `
	CREATE TABLE act (id INTEGER PRIMARY KEY, name TEXT, pad BLOB);
	CREATE INDEX act_name ON act (name);
	CREATE VIRTUAL TABLE words USING fts5 (name, detail=column);`

// statement draws one statement. Random content comes from the statement, so
// that both files get the same.
func statement(t *rapid.T) string {
	id := rapid.IntRange(1, 300).Draw(t, "id")
	name := rapid.SampledFrom([]string{"Novak", "Dvorak Jan", "王小明", "Černý"}).Draw(t, "name")
	size := rapid.SampledFrom([]int{0, 10, 500, 4000, 4064, 4096, 9000, 30000}).Draw(t, "bytes")
	pad := fmt.Sprintf("CAST(substr(printf('%%.*c', %d, char(%d)), 1, %d) AS BLOB)", size+1, 33+id%90, size)
	return rapid.SampledFrom([]string{
		fmt.Sprintf("INSERT OR REPLACE INTO act VALUES (%d, '%s', %s)", id, name, pad),
		fmt.Sprintf("WITH r (i) AS (SELECT 1 UNION ALL SELECT i+1 FROM r WHERE i < 40) INSERT OR REPLACE INTO act SELECT i*%d, '%s' || i, NULL FROM r", 1+id%7, name),
		fmt.Sprintf("UPDATE act SET pad = %s WHERE id %% 9 = %d", pad, id%9),
		fmt.Sprintf("UPDATE act SET name = name || 'x' WHERE id > %d", id),
		fmt.Sprintf("DELETE FROM act WHERE id %% 5 = %d", id%5),
		fmt.Sprintf("INSERT INTO words SELECT name FROM act WHERE id > %d", id),
		fmt.Sprintf("DELETE FROM words WHERE rowid %% 4 = %d", id%4),
		"INSERT INTO words (words) VALUES ('optimize')",
		"BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT s", "ROLLBACK TO s", "RELEASE s",
		"PRAGMA wal_checkpoint(PASSIVE)", "PRAGMA wal_checkpoint(TRUNCATE)", "VACUUM", "PRAGMA incremental_vacuum",
		"PRAGMA journal_mode=DELETE", "PRAGMA journal_mode=WAL", "PRAGMA secure_delete=ON", "PRAGMA secure_delete=OFF",
		"PRAGMA cache_size=5", "PRAGMA cache_size=200", "PRAGMA cache_spill=OFF", "PRAGMA auto_vacuum=FULL",
	}).Draw(t, "statement")
}

// contents is what two equal databases agree on.
func contents(c *sqlite.Conn) []string {
	var all []string
	for _, q := range []string{"SELECT id, name, hex(pad) FROM act ORDER BY id", "SELECT name, id FROM act ORDER BY name, id",
		"SELECT rowid, name FROM words ORDER BY rowid", "SELECT rowid FROM words WHERE words MATCH 'Novak OR Jan' ORDER BY rowid", "PRAGMA integrity_check"} {
		lines, err := rowsOf(c, q)
		all = append(all, lines...)
		if err != nil {
			all = append(all, err.Error())
		}
	}
	return all
}

func TestASealedFileHoldsWhatAPlainOneHolds(t *testing.T) {
	name := register(t, newKey(), vault.Options{Fault: noSync})
	rapid.Check(t, func(r *rapid.T) {
		dir, err := os.MkdirTemp(t.TempDir(), "")
		if err != nil {
			r.Fatal(err)
		}
		open := func() (both [2]*sqlite.Conn) {
			sealed, err := vault.Open(filepath.Join(dir, "sealed.db"), name, sqlite.OpenReadWrite, sqlite.OpenCreate)
			if err != nil {
				r.Fatal(err)
			}
			plain, err := sqlite.OpenConn(filepath.Join(dir, "plain.db"), sqlite.OpenReadWrite, sqlite.OpenCreate)
			if err != nil {
				r.Fatal(err)
			}
			for _, p := range []string{"synchronous=OFF", "temp_store=MEMORY", "cache_size=20"} {
				if err := sqlitex.ExecuteTransient(plain, "PRAGMA "+p, nil); err != nil {
					r.Fatal(err)
				}
				if err := sqlitex.ExecuteTransient(sealed, "PRAGMA "+p, nil); err != nil {
					r.Fatal(err)
				}
			}
			return [2]*sqlite.Conn{sealed, plain}
		}
		both := open()
		for _, c := range both {
			if err := errors.Join(sqlitex.ExecuteTransient(c, "PRAGMA journal_mode=WAL", nil), sqlitex.ExecuteScript(c, schema, nil)); err != nil {
				r.Fatal(err)
			}
		}
		for range rapid.IntRange(1, 60).Draw(r, "steps") {
			sql := statement(r)
			if rapid.IntRange(0, 19).Draw(r, "reopens") == 0 {
				_, _ = both[0].Close(), both[1].Close()
				both = open()
			}
			errSealed, errPlain := sqlitex.ExecuteTransient(both[0], sql, nil), sqlitex.ExecuteTransient(both[1], sql, nil)
			if sqlite.ErrCode(errSealed) != sqlite.ErrCode(errPlain) {
				r.Fatalf("%s: sealed %v, plain %v", sql, errSealed, errPlain)
			}
		}
		if diff := cmp.Diff(contents(both[1]), contents(both[0])); diff != "" {
			r.Fatal(diff)
		}
		_, _ = both[0].Close(), both[1].Close()
		both = open()
		if diff := cmp.Diff(contents(both[1]), contents(both[0])); diff != "" {
			r.Fatalf("reopened: %s", diff)
		}
		_, _ = both[0].Close(), both[1].Close()
	})
}

// TestTenThousandTransactionsLeaveASoundFile, with rollbacks, savepoints, small
// caches and checkpoints, and a sum that says what was committed.
func TestTenThousandTransactionsLeaveASoundFile(t *testing.T) {
	transactions := 10000
	if testing.Short() {
		transactions = 1000
	}
	path := filepath.Join(t.TempDir(), "a.db")
	name := register(t, newKey(), vault.Options{Fault: noSync, Damaged: func(d vault.Damage) { t.Errorf("%+v", d) }})
	c := openVault(t, path, name)
	if err := sqlitex.ExecuteScript(c, schema, nil); err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(3, 3))
	want := map[int]int{} // bytes by id
	for n := range transactions {
		switch n % 500 {
		case 100:
			run(t, c, fmt.Sprint("PRAGMA cache_size=", 5+r.IntN(40)))
		case 200:
			run(t, c, "PRAGMA wal_checkpoint("+[]string{"PASSIVE", "TRUNCATE", "RESTART"}[r.IntN(3)]+")")
		case 300:
			mustClose(t, c)
			c = openVault(t, path, name)
			run(t, c, "PRAGMA temp_store=MEMORY")
		case 400:
			run(t, c, "VACUUM")
		}
		transaction(t, c, r, want)
	}
	mustBeSound(t, c)
	sum, count := 0, 0
	for _, bytes := range want {
		sum, count = sum+bytes, count+1
	}
	if got := mustRows(t, c, "SELECT count(*), coalesce(sum(length(pad)), 0) FROM act"); got[0] != fmt.Sprintf("%d|%d", count, sum) {
		t.Errorf("%s, want %d|%d", got[0], count, sum)
	}
	mustClose(t, c)
}

// transaction writes a few rows, takes some of it back, and keeps want in step.
func transaction(t *testing.T, c *sqlite.Conn, r *rand.Rand, want map[int]int) {
	run(t, c, "BEGIN IMMEDIATE")
	now := map[int]int{}
	write := func(into map[int]int) {
		id, bytes := r.IntN(400), r.IntN(5000)
		if r.IntN(4) == 0 {
			run(t, c, "DELETE FROM act WHERE id = ?1", id)
			run(t, c, "DELETE FROM words WHERE rowid = ?1", id)
			into[id] = -1
			return
		}
		run(t, c, "INSERT OR REPLACE INTO act VALUES (?1, 'Novak ' || ?1, randomblob(?2))", id, bytes)
		run(t, c, "INSERT OR REPLACE INTO words (rowid, name) VALUES (?1, 'Novak ' || ?1)", id)
		into[id] = max(bytes, 1) // randomblob gives at least one
	}
	for range 1 + r.IntN(3) {
		write(now)
	}
	if r.IntN(3) == 0 {
		run(t, c, "SAVEPOINT s")
		write(map[int]int{})
		run(t, c, "ROLLBACK TO s")
		run(t, c, "RELEASE s")
	}
	if r.IntN(5) == 0 {
		run(t, c, "ROLLBACK")
		return
	}
	run(t, c, "COMMIT")
	for id, bytes := range now {
		if want[id] = bytes; bytes < 0 {
			delete(want, id)
		}
	}
}
