package vault_test

import (
	"bytes"
	"fmt"
	"path/filepath"
	"testing"

	"bough/node/store/vault"
)

// secrets are the texts that the tests below look for on disk. Both are there
// more than once: as rows, in an index, in a full-text index, in the schema.
var secrets = [][]byte{
	[]byte("Wenceslas Novak"), []byte("王小明"), []byte("novak"), []byte("SQLite format 3"),
	[]byte("CREATE TABLE"), []byte("party_name"), []byte("+420 777"),
}

// mustHide fails if a secret is in any file of the database.
func mustHide(t *testing.T, path, when string) {
	t.Helper()
	for _, suffix := range []string{"", "-wal", "-journal", "-shm"} {
		b := readFile(t, path+suffix)
		for _, s := range secrets {
			if i := bytes.Index(b, s); i >= 0 {
				t.Errorf("%s: %q stands in the %s file at %d", when, s, suffix, i)
			}
		}
	}
}

func TestNothingIsReadableOnDisk(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.db")
	name := register(t, newKey(), vault.Options{})
	c := openVault(t, path, name)
	run(t, c, "PRAGMA cache_size=10")
	run(t, c, "CREATE TABLE party (name TEXT, phone TEXT) STRICT")
	run(t, c, "CREATE INDEX party_name ON party (name)")
	run(t, c, "CREATE VIRTUAL TABLE words USING fts5 (name)")
	for i := range 400 {
		run(t, c, "INSERT INTO party VALUES (?1, '+420 777 ' || ?2)", fmt.Sprint("Wenceslas Novak 王小明 ", i), i)
		run(t, c, "INSERT INTO words VALUES (?1)", fmt.Sprint("Wenceslas Novak 王小明 ", i))
	}
	mustHide(t, path, "in the log")
	run(t, c, "PRAGMA wal_checkpoint(PASSIVE)")
	mustHide(t, path, "after a checkpoint")
	run(t, c, "DELETE FROM party WHERE rowid % 2")
	run(t, c, "DELETE FROM words WHERE rowid % 3 = 0")
	mustHide(t, path, "deleted, in the log")
	run(t, c, "SAVEPOINT s")
	run(t, c, "UPDATE party SET name = name || ' Wenceslas Novak'")
	mustHide(t, path, "within a transaction")
	run(t, c, "ROLLBACK TO s")
	run(t, c, "RELEASE s")
	run(t, c, "PRAGMA wal_checkpoint(TRUNCATE)")
	mustHide(t, path, "emptied log")
	run(t, c, "VACUUM")
	mustHide(t, path, "after VACUUM")
	for _, mode := range []string{"DELETE", "PERSIST", "TRUNCATE"} {
		run(t, c, "PRAGMA journal_mode="+mode)
		run(t, c, "BEGIN")
		run(t, c, "UPDATE party SET phone = '+420 777 ' || rowid")
		mustHide(t, path, "with a rollback journal, "+mode)
		run(t, c, "COMMIT")
		mustHide(t, path, "rollback journal done, "+mode)
	}
	mustBeSound(t, c)
	mustClose(t, c)
	mustHide(t, path, "closed")
	if s, err := vault.Inspect(path); s != vault.Sealed || err != nil {
		t.Errorf("the file is %v, %v", s, err)
	}
}

// TestEqualPagesLookDifferent: no page on disk equals another, nor its own
// former self.
func TestEqualPagesLookDifferent(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.db")
	c := openVault(t, path, register(t, newKey(), vault.Options{}))
	run(t, c, "CREATE TABLE blank (b BLOB)")
	run(t, c, "INSERT INTO blank VALUES (zeroblob(200000))")
	run(t, c, "PRAGMA wal_checkpoint(TRUNCATE)")
	sectors := func() map[string]bool {
		seen := map[string]bool{}
		for b := readFile(t, path)[pageBytes:]; len(b) >= 512; b = b[512:] {
			if seen[string(b[:512])] {
				t.Fatal("a sector repeats")
			}
			seen[string(b[:512])] = true
		}
		return seen
	}
	before := sectors()
	run(t, c, "DELETE FROM blank")
	run(t, c, "INSERT INTO blank VALUES (zeroblob(200000))")
	run(t, c, "PRAGMA wal_checkpoint(TRUNCATE)")
	same := 0
	for s := range sectors() {
		if before[s] {
			same++
		}
	}
	if pages := len(before) / 8; same > pages/2*8 {
		t.Errorf("%d of %d sectors are what they were", same, len(before))
	}
}

// TestTemporaryFilesAreRefused: what does not fit into memory fails rather than
// stand on disk.
func TestTemporaryFilesAreRefused(t *testing.T) {
	c := openVault(t, filepath.Join(t.TempDir(), "a.db"), register(t, newKey(), vault.Options{}))
	run(t, c, "PRAGMA cache_size=5")
	const sorted = "WITH r (i) AS (SELECT 1 UNION ALL SELECT i+1 FROM r WHERE i < 20000) SELECT count(*) FROM (SELECT hex(randomblob(100)) AS h FROM r ORDER BY h LIMIT 15000)"
	if got := mustRows(t, c, sorted); got[0] != "15000" {
		t.Errorf("in memory: %v", got)
	}
	run(t, c, "PRAGMA temp_store=FILE")
	if got, err := rowsOf(c, sorted); err == nil {
		t.Errorf("on disk: %v", got)
	}
}

// TestNoNonceIsUsedTwice: of all page images in the file and its log, those that
// were written over included as long as they lie there.
func TestNoNonceIsUsedTwice(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.db")
	c := openVault(t, path, register(t, newKey(), vault.Options{}))
	run(t, c, "CREATE TABLE act (n INTEGER PRIMARY KEY, pad BLOB)")
	seen := map[string]int{}
	gather := func(b []byte, head, size int) {
		for at := head; at+size <= len(b); at += size {
			foot := b[at+size-16 : at+size]
			seen[string(foot[:12])]++
		}
	}
	for n := range 100 {
		run(t, c, "INSERT INTO act VALUES (?1, randomblob(3000))", n)
	}
	gather(readFile(t, path+"-wal"), 32, 24+pageBytes)
	run(t, c, "PRAGMA wal_checkpoint(TRUNCATE)")
	gather(readFile(t, path), 0, pageBytes)
	twice := 0
	for _, n := range seen {
		twice += n - 1
	}
	if twice > 0 || len(seen) < 300 {
		t.Errorf("%d nonces, %d used again", len(seen), twice)
	}
}
