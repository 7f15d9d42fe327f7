package vault_test

import (
	"fmt"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"bough/node/store/vault"
)

// TestReadersAWriterAndCheckpointsShareAFile: money is moved between accounts
// by two writers; every reader must see the same sum at any time, while
// checkpoints run and backups are taken.
func TestReadersAWriterAndCheckpointsShareAFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a.db")
	name := register(t, newKey(), vault.Options{Fault: noSync})
	c := openVault(t, path, name)
	run(t, c, "CREATE TABLE account (id INTEGER PRIMARY KEY, minor INTEGER, pad TEXT)")
	run(t, c, "WITH r (i) AS (SELECT 1 UNION ALL SELECT i+1 FROM r WHERE i < 200) INSERT INTO account SELECT i, 1000, hex(randomblob(100)) FROM r")
	rounds := 300
	if testing.Short() {
		rounds = 60
	}
	var wg sync.WaitGroup
	var done atomic.Int32
	stop := func() bool { return done.Load() == 2 }
	for w := range 2 {
		conn := openShared(t, path, name)
		wg.Go(func() {
			defer done.Add(1)
			for i := range rounds {
				if err := transfer(conn, (i*7+w)%200+1, (i*13+w*5)%200+1); err != nil {
					t.Errorf("writer %d: %v", w, err)
					return
				}
			}
		})
	}
	for r := range 3 {
		conn := openShared(t, path, name)
		wg.Go(func() {
			for !stop() {
				if got, err := rowsOf(conn, "SELECT sum(minor), count(*) FROM account"); err != nil || got[0] != "200000|200" {
					t.Errorf("reader %d: %v, %v", r, got, err)
					return
				}
			}
		})
	}
	conn := openShared(t, path, name)
	wg.Go(func() {
		for i := 0; !stop(); i++ {
			mode := []string{"PASSIVE", "TRUNCATE", "RESTART"}[i%3]
			if _, err := rowsOf(conn, "PRAGMA wal_checkpoint("+mode+")"); err != nil && sqlite.ErrCode(err).ToPrimary() != sqlite.ResultBusy {
				t.Errorf("checkpoint: %v", err)
				return
			}
		}
	})
	for i := 0; !stop(); i++ {
		copied := filepath.Join(dir, fmt.Sprintf("backup%d.db", i))
		run(t, c, "VACUUM INTO ?1", vault.DSN(copied, name))
		b := openVault(t, copied, name)
		if got := mustRows(t, b, "SELECT sum(minor), count(*) FROM account"); got[0] != "200000|200" {
			t.Errorf("backup %d holds %v", i, got)
		}
		mustBeSound(t, b)
		mustClose(t, b)
	}
	wg.Wait()
	mustBeSound(t, c)
}

func openShared(t *testing.T, path, name string) *sqlite.Conn {
	c := openVault(t, path, name)
	c.SetBusyTimeout(20 * time.Second)
	return c
}

func transfer(c *sqlite.Conn, from, to int) (err error) {
	end, err := sqlitex.ImmediateTransaction(c)
	if err != nil {
		return err
	}
	defer end(&err)
	for _, q := range []struct {
		sql string
		id  int
	}{{"UPDATE account SET minor = minor - 5 WHERE id = ?1", from}, {"UPDATE account SET minor = minor + 5 WHERE id = ?1", to}} {
		if err := sqlitex.ExecuteTransient(c, q.sql, &sqlitex.ExecOptions{Args: []any{q.id}}); err != nil {
			return err
		}
	}
	return nil
}

// TestABackupIsSealedWithTheSameKey and with a salt of its own: what it shares
// with its source nobody can see.
func TestABackupIsSealedWithTheSameKey(t *testing.T) {
	dir := t.TempDir()
	key := newKey()
	name := register(t, key, vault.Options{})
	source, backup := filepath.Join(dir, "a.db"), filepath.Join(dir, "b.db")
	c := openVault(t, source, name)
	run(t, c, "CREATE TABLE party (name TEXT, phone TEXT)")
	run(t, c, "INSERT INTO party VALUES ('Wenceslas Novak', '+420 777')")
	run(t, c, "VACUUM INTO ?1", vault.DSN(backup, name))
	mustHide(t, backup, "backup")
	if s, err := vault.Inspect(backup); s != vault.Sealed || err != nil {
		t.Errorf("the backup is %v, %v", s, err)
	}
	run(t, c, "PRAGMA wal_checkpoint(TRUNCATE)")
	if slices.Equal(readFile(t, source)[:16], readFile(t, backup)[:16]) {
		t.Error("the backup has the salt of its source")
	}
	restored := openVault(t, backup, register(t, key, vault.Options{}))
	if got := mustRows(t, restored, "SELECT name FROM party"); !slices.Equal(got, []string{"Wenceslas Novak"}) {
		t.Errorf("the backup holds %v", got)
	}
	run(t, restored, "INSERT INTO party VALUES ('Jan', '')")
	mustBeSound(t, restored)
}

// TestTheBackupAPICopiesASealedFile, pages included that were made and freed
// again without ever being written.
func TestTheBackupAPICopiesASealedFile(t *testing.T) {
	dir := t.TempDir()
	name := register(t, newKey(), vault.Options{Fault: noSync})
	path := filepath.Join(dir, "a.db")
	c := openVault(t, path, name)
	run(t, c, "CREATE TABLE party (name TEXT)")
	run(t, c, "INSERT INTO party VALUES ('Novak')")
	makeHoles(t, c)
	copied(t, path, filepath.Join(dir, "journal"), name)
	run(t, c, "PRAGMA journal_mode=WAL")
	run(t, c, "INSERT INTO party VALUES ('Jan')")
	copied(t, path, filepath.Join(dir, "log"), name)
}

// makeHoles lets the file grow by pages that the engine never writes, which
// takes a rollback journal.
func makeHoles(t *testing.T, c *sqlite.Conn) {
	for _, sql := range []string{"PRAGMA journal_mode=DELETE", "CREATE TABLE IF NOT EXISTS big (b BLOB)", "BEGIN", "INSERT INTO big VALUES (zeroblob(100000))", "DELETE FROM big WHERE rowid = 1", "COMMIT"} {
		run(t, c, sql)
	}
}

// copied copies a file by SQLite's backup API, read through a connection that
// has nothing of it in its cache, and compares the parties.
func copied(t *testing.T, path, target, name string) {
	c, err := vault.Open(path, name, sqlite.OpenReadWrite)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	to := openVault(t, target, name)
	run(t, to, "PRAGMA journal_mode=DELETE")
	b, err := sqlite.NewBackup(to, "main", c, "main")
	if err != nil {
		t.Fatal(err)
	}
	if more, err := b.Step(-1); more || err != nil {
		t.Fatal(more, err)
	}
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	mustBeSound(t, to)
	if diff := cmp.Diff(mustRows(t, c, "SELECT name FROM party"), mustRows(t, to, "SELECT name FROM party")); diff != "" {
		t.Error(diff)
	}
}

// TestHolesAreFilledByWhoeverCommits: what a connection knows of the size of
// the file is stale once another has cut it.
func TestHolesAreFilledByWhoeverCommits(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a.db")
	name := register(t, newKey(), vault.Options{Fault: noSync})
	a := openVault(t, path, name)
	run(t, a, "PRAGMA journal_mode=DELETE")
	b, err := vault.Open(path, name, sqlite.OpenReadWrite)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = b.Close() }()
	run(t, a, "CREATE TABLE party (name TEXT)")
	for range 3 {
		run(t, a, "INSERT INTO party VALUES (hex(zeroblob(100000)))")
		run(t, b, "DELETE FROM party")
		run(t, b, "VACUUM")
		makeHoles(t, a)
	}
	copied(t, path, filepath.Join(dir, "copy.db"), name)
}
