package vault_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"zombiezen.com/go/sqlite"

	"bough/node/store/vault"
)

// hot is a file in the middle of a commit with a rollback journal: the journal
// is synced, half of the file written.
func hot(t *testing.T) (db, journal []byte, name string) {
	path := filepath.Join(t.TempDir(), "a.db")
	armed := false
	name = register(t, newKey(), vault.Options{Fault: func(a vault.Access) vault.Action {
		if armed && a.File == vault.Database && a.Op == vault.OpWrite && a.Offset > 5*pageBytes && db == nil {
			db, journal = readFile(t, path), readFile(t, path+"-journal")
		}
		return noSync(a)
	}})
	c := openVault(t, path, name)
	run(t, c, "PRAGMA journal_mode=DELETE")
	run(t, c, "CREATE TABLE party (id INTEGER PRIMARY KEY, name TEXT, photo BLOB)")
	run(t, c, "CREATE INDEX party_name ON party (name)")
	run(t, c, "WITH r (i) AS (SELECT 1 UNION ALL SELECT i+1 FROM r WHERE i < 30) INSERT INTO party SELECT i, 'old', randomblob(3000) FROM r")
	armed = true
	run(t, c, "UPDATE party SET name = 'new', photo = randomblob(3000)")
	mustClose(t, c)
	if len(journal) == 0 {
		t.Fatal("no hot journal was caught")
	}
	return db, journal, name
}

func putHot(t *testing.T, db, journal []byte) string {
	path := putFiles(t, db, nil)
	if err := os.WriteFile(path+"-journal", journal, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestAHotJournalIsRolledBack(t *testing.T) {
	db, journal, name := hot(t)
	c, err := vault.Open(putHot(t, db, journal), name, sqlite.OpenReadWrite)
	if err != nil {
		t.Fatal(err)
	}
	mustBeSound(t, c)
	if got := mustRows(t, c, "SELECT count(*), min(name), max(name) FROM party"); got[0] != "30|old|old" {
		t.Errorf("rolled back to %v", got)
	}
	mustClose(t, c)
}

// TestEveryFlippedBitOfARecordIsNoticed, but for its checksum, which is not
// used: then everything is rolled back all the same.
func TestEveryFlippedBitOfARecordIsNoticed(t *testing.T) {
	db, journal, name := hot(t)
	r := rand.New(rand.NewPCG(4, 4))
	for n := 0; 512+(n+1)*recordBytes <= len(journal); n++ {
		for _, at := range []int{r.IntN(4), 4 + r.IntN(pageBytes), pageBytes + r.IntN(4), 4 + pageBytes + r.IntN(4)} {
			bad := bytes.Clone(journal)
			bad[512+n*recordBytes+at] ^= 1 << r.IntN(8)
			path := putHot(t, db, bad)
			if at < 4+pageBytes {
				mustNotice(t, fmt.Sprintf("byte %d of record %d", at, n), path, name)
				continue
			}
			c := openVault(t, path, name)
			mustBeSound(t, c)
			if got := mustRows(t, c, "SELECT count(*), min(name), max(name) FROM party"); got[0] != "30|old|old" {
				t.Errorf("byte %d of record %d: rolled back to %v", at, n, got)
			}
		}
	}
}

const recordBytes = 4 + pageBytes + 4

// TestChecksumsInAJournalTellNothing: there are none.
func TestChecksumsInAJournalTellNothing(t *testing.T) {
	_, journal, _ := hot(t)
	for at := 512; at+recordBytes <= len(journal); at += recordBytes {
		if sum := journal[at+recordBytes-4 : at+recordBytes]; !bytes.Equal(sum, make([]byte, 4)) {
			t.Errorf("a checksum is stored: %x", sum)
		}
	}
}
