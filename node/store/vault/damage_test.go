package vault_test

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"zombiezen.com/go/sqlite"

	"bough/node/store/vault"
)

const pageBytes, frameBytes = 4096, 24 + 4096

// everything reads a file whole: the tables, and the structure of the file.
var everything = []string{"SELECT * FROM party ORDER BY id", "SELECT count(*) FROM party WHERE name > ''", "PRAGMA integrity_check"}

// readAll opens a file and reads everything of it.
func readAll(path, name string) (all []string, err error) {
	c, err := vault.Open(path, name, sqlite.OpenReadWrite)
	if err != nil {
		return nil, err
	}
	for _, q := range everything {
		var lines []string
		if lines, err = rowsOf(c, q); err != nil {
			break
		}
		all = append(all, lines...)
	}
	_ = c.Close()
	return all, err
}

// mustNotice fails unless reading the damaged file ends in an error, and again
// after the first attempt closed it.
func mustNotice(t *testing.T, what, path, name string) {
	t.Helper()
	for n := range 2 {
		if all, err := readAll(path, name); err == nil {
			t.Errorf("%s, opening %d: %d lines were read without an error", what, n+1, len(all))
		}
	}
}

// sample is a sealed file of some pages without free ones, closed.
func sample(t *testing.T) (db []byte, name string) {
	path := filepath.Join(t.TempDir(), "sample.db")
	name = register(t, newKey(), vault.Options{})
	c := openVault(t, path, name)
	run(t, c, "CREATE TABLE party (id INTEGER PRIMARY KEY, name TEXT, photo BLOB)")
	run(t, c, "CREATE INDEX party_name ON party (name)")
	for i := range 60 {
		run(t, c, "INSERT INTO party (name, photo) VALUES (?1, randomblob(3000))", fmt.Sprint("Novak ", i))
	}
	run(t, c, "INSERT INTO party (name, photo) VALUES ('long', randomblob(20000))")
	mustClose(t, c)
	return readFile(t, path), name
}

func TestEveryFlippedBitOfTheFileIsNoticed(t *testing.T) {
	db, name := sample(t)
	r := rand.New(rand.NewPCG(1, 1))
	flip := func(at, bit int) {
		bad := slices.Clone(db)
		bad[at] ^= 1 << bit
		mustNotice(t, fmt.Sprintf("bit %d of byte %d of page %d", bit, at%pageBytes, at/pageBytes+1), putFiles(t, bad, nil), name)
	}
	for at := range 100 { // the readable head
		flip(at, r.IntN(8))
	}
	for page := range len(db) / pageBytes {
		for _, at := range []int{r.IntN(pageBytes), pageBytes - 1 - r.IntN(32), pageBytes - 1 - r.IntN(4)} {
			flip(page*pageBytes+at, r.IntN(8))
		}
	}
}

func TestSwappedAndWipedPagesAreNoticed(t *testing.T) {
	db, name := sample(t)
	pages := len(db) / pageBytes
	page := func(b []byte, n int) []byte { return b[n*pageBytes : (n+1)*pageBytes] }
	for n := 1; n < pages; n++ {
		bad := slices.Clone(db)
		copy(page(bad, n), page(db, 1+n%(pages-1)))
		mustNotice(t, fmt.Sprint("another page instead of page ", n+1), putFiles(t, bad, nil), name)
	}
	for n := range pages {
		bad := slices.Clone(db)
		clear(page(bad, n))
		if n == 0 { // no salt: nothing can be opened
			_, err := readAll(putFiles(t, bad, nil), name)
			if err == nil {
				t.Error("a wiped first page was read")
			}
			continue
		}
		mustNotice(t, fmt.Sprint("zeros instead of page ", n+1), putFiles(t, bad, nil), name)
	}
	other, _ := sample(t)
	bad := slices.Clone(db)
	copy(page(bad, 3), page(other, 3))
	mustNotice(t, "a page of another file", putFiles(t, bad, nil), name)
}

func TestACutFileIsNoticed(t *testing.T) {
	db, name := sample(t)
	for n := 1; n < len(db)/pageBytes; n++ {
		for _, size := range []int{n * pageBytes, n*pageBytes - 512, n*pageBytes - 1} {
			mustNotice(t, fmt.Sprint("cut to ", size), putFiles(t, db[:size], nil), name)
		}
	}
}

func TestACutFileIsNoticedUnderALog(t *testing.T) {
	db, log, _, name := logged(t, 3)
	for cut := 1; cut < 5; cut++ {
		mustNotice(t, fmt.Sprint("cut by pages: ", cut), putFiles(t, db[:len(db)-cut*pageBytes], log), name)
	}
}

// TestACutTailIsNoticed: the end of a long value, which no structure of the file
// would miss, with a log that hides the size of the file from the engine.
func TestACutTailIsNoticed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.db")
	name := register(t, newKey(), vault.Options{Fault: noSync})
	c := openVault(t, path, name)
	run(t, c, "CREATE TABLE party (id INTEGER PRIMARY KEY, name TEXT, photo BLOB)")
	run(t, c, "INSERT INTO party VALUES (1, 'Novak', randomblob(12000))")
	run(t, c, "PRAGMA wal_checkpoint(TRUNCATE)")
	run(t, c, "INSERT INTO party VALUES (2, 'Jan', NULL)")
	db, log := readFile(t, path), readFile(t, path+"-wal")
	mustNotice(t, "cut by a page", putFiles(t, db[:len(db)-pageBytes], log), name)
}

// TestALostWriteInTheLogIsNoticed: the disk has an older frame in its place,
// of an earlier round or of a transaction that was rolled back.
func TestALostWriteInTheLogIsNoticed(t *testing.T) {
	for _, earlier := range []string{"PRAGMA wal_checkpoint(RESTART)", "ROLLBACK"} {
		var lost int64
		path := filepath.Join(t.TempDir(), "a.db")
		name := register(t, newKey(), vault.Options{Fault: func(a vault.Access) vault.Action {
			if a.Op == vault.OpWrite && a.File == vault.Log && (a.Offset == lost || a.Offset == lost+24) && lost > 0 {
				return vault.Drop()
			}
			return noSync(a)
		}})
		c := openVault(t, path, name)
		run(t, c, "PRAGMA cache_size=5")
		run(t, c, "CREATE TABLE party (id INTEGER PRIMARY KEY, name TEXT, photo BLOB)")
		if earlier == "ROLLBACK" {
			run(t, c, "BEGIN")
		}
		run(t, c, "INSERT INTO party VALUES (0, 'never', randomblob(100000))")
		run(t, c, earlier)
		lost = int64(len(readFile(t, path+"-wal"))-32)/frameBytes/2*frameBytes + 32
		if earlier == "ROLLBACK" {
			lost = 32 + 4*frameBytes // in the next transaction
		}
		for i := range 15 {
			run(t, c, "INSERT INTO party VALUES (?1, 'Novak', randomblob(9000))", i+1)
		}
		mustNotice(t, "a lost write, before it "+earlier, putFiles(t, readFile(t, path), readFile(t, path+"-wal")), name)
	}
}

// TestACutLogIsAnEarlierState: nobody can tell it from a file that was copied
// earlier; the counters of other nodes can.
func TestACutLogIsAnEarlierState(t *testing.T) {
	const commits = 6
	db, log, after, name := logged(t, commits)
	r := rand.New(rand.NewPCG(5, 5))
	for range 40 {
		size := r.IntN(len(log))
		want := 0
		for _, end := range after {
			if end <= size {
				want++
			}
		}
		if all, err := readAll(putFiles(t, db, log[:size]), name); err != nil || len(all) != 100+want+2 {
			t.Errorf("log cut to %d: %d lines, want %d, %v", size, len(all), 100+want+2, err)
		}
	}
}

// logged is a file whose log holds a number of commits, as a kill leaves it:
// commit n adds party n. after says how long the log was after each of them.
func logged(t *testing.T, commits int) (db, log []byte, after []int, name string) {
	path := filepath.Join(t.TempDir(), "logged.db")
	name = register(t, newKey(), vault.Options{})
	c := openVault(t, path, name)
	run(t, c, "CREATE TABLE party (id INTEGER PRIMARY KEY, name TEXT, photo BLOB)")
	run(t, c, "CREATE INDEX party_name ON party (name)")
	run(t, c, "WITH r (i) AS (SELECT 1 UNION ALL SELECT i+1 FROM r WHERE i < 100) INSERT INTO party SELECT -i, 'old', randomblob(900) FROM r")
	run(t, c, "PRAGMA wal_checkpoint(TRUNCATE)")
	for i := range commits {
		run(t, c, "INSERT INTO party VALUES (?1, ?2, randomblob(3000))", i+1, fmt.Sprint("Novak ", i))
		after = append(after, len(readFile(t, path+"-wal")))
	}
	return readFile(t, path), readFile(t, path+"-wal"), after, name
}

func TestEveryFlippedBitOfTheLogIsNoticed(t *testing.T) {
	const commits = 12
	db, log, after, name := logged(t, commits)
	r := rand.New(rand.NewPCG(2, 2))
	if all, err := readAll(putFiles(t, db, log), name); err != nil || len(all) != 100+commits+2 {
		t.Fatal(len(all), err)
	}
	lastStarts := after[commits-2]
	flip := func(at int) {
		bad := slices.Clone(log)
		bad[at] ^= 1 << r.IntN(8)
		what := fmt.Sprintf("byte %d of frame %d", (at-32)%frameBytes, (at-32)/frameBytes+1)
		all, err := readAll(putFiles(t, db, bad), name)
		switch {
		case at < lastStarts && err == nil:
			t.Errorf("%s: %d lines were read without an error", what, len(all))
		case at >= lastStarts && (err != nil || len(all) != 100+commits+1 || slices.ContainsFunc(all, func(l string) bool {
			return strings.Contains(l, fmt.Sprint("Novak ", commits-1))
		})):
			t.Errorf("%s: the last commit looks cut off, but %d lines, %v", what, len(all), err)
		}
	}
	for at := range 32 {
		flip(at)
	}
	for at := 32; at < len(log); at += frameBytes {
		for i := range 24 {
			flip(at + i)
		}
		for range 4 {
			flip(at + 24 + r.IntN(pageBytes))
		}
		flip(at + frameBytes - 1 - r.IntN(32))
	}
}

// TestAFlipUnderALiveConnectionIsNoticed: not only recovery looks.
func TestAFlipUnderALiveConnectionIsNoticed(t *testing.T) {
	armed := false
	var seen []vault.Damage
	name := register(t, newKey(), vault.Options{
		Fault: func(a vault.Access) vault.Action {
			if armed && a.Op == vault.OpRead && a.File == vault.Log && a.Bytes >= pageBytes {
				return vault.Flip(777)
			}
			return vault.Action{}
		},
		Damaged: func(d vault.Damage) { seen = append(seen, d) },
	})
	path := filepath.Join(t.TempDir(), "a.db")
	w := openVault(t, path, name)
	run(t, w, "CREATE TABLE party (id INTEGER PRIMARY KEY, name TEXT)")
	run(t, w, "INSERT INTO party VALUES (1, 'Novak')")
	c := openVault(t, path, name)
	armed = true
	const ioErrData = sqlite.ResultCode(8202) // SQLITE_IOERR_DATA
	if _, err := rowsOf(c, "SELECT * FROM party"); sqlite.ErrCode(err) != ioErrData {
		t.Errorf("got %v", err)
	}
	armed = false
	if len(seen) == 0 || seen[0].Path != path || seen[0].File != vault.Log {
		t.Errorf("reported: %+v", seen)
	}
	if got := mustRows(t, c, "SELECT name FROM party"); !slices.Equal(got, []string{"Novak"}) {
		t.Errorf("after the fault: %v", got)
	}
}

func TestFramesFromElsewhereAreNoticed(t *testing.T) {
	db, log, _, name := logged(t, 8)
	frame := func(b []byte, n int) []byte { return b[32+n*frameBytes : 32+(n+1)*frameBytes] }
	for _, c := range []struct {
		what     string
		from, to int
	}{{"frame 2 for 3", 2, 3}, {"frame 5 for 2", 5, 2}, {"frame 1 for 0", 1, 0}} {
		bad := slices.Clone(log)
		copy(frame(bad, c.to), frame(log, c.from))
		mustNotice(t, c.what, putFiles(t, db, bad), name)
		bad = slices.Clone(log)
		copy(frame(bad, c.to)[24:], frame(log, c.from)[24:])
		mustNotice(t, c.what+", without header", putFiles(t, db, bad), name)
	}
	bad := slices.Clone(log)
	binary.BigEndian.PutUint32(frame(bad, 3), 2) // claims to be page 2
	mustNotice(t, "a frame that claims another page", putFiles(t, db, bad), name)
	clear(frame(bad, 2))
	mustNotice(t, "a wiped frame", putFiles(t, db, bad), name)
}

// TestChecksumsInTheLogTellNothing: the engine's checksums are linear in the
// plain page, so they must not be readable.
func TestChecksumsInTheLogTellNothing(t *testing.T) {
	_, log, _, _ := logged(t, 8)
	salts := log[16:24]
	for at := 32; at < len(log); at += frameBytes {
		for i, salt := range salts {
			if b := log[at+8+i]; b != salt && b != salt^log[at+i] {
				break
			} else if i == 7 {
				t.Fatal("a frame header stands in the clear")
			}
		}
	}
}

// FuzzLog writes anything anywhere into the log: what is read is a state that
// was committed, or an error.
func FuzzLog(f *testing.F) {
	const commits = 4
	var db, log []byte
	var name string
	f.Add(uint32(0), []byte{0})
	f.Add(uint32(32+frameBytes), make([]byte, 24))
	f.Add(uint32(40), []byte{1, 2, 3, 4})
	f.Fuzz(func(t *testing.T, at uint32, b []byte) {
		if db == nil {
			db, log, _, name = logged(t, commits)
		}
		bad := slices.Clone(log)
		copy(bad[int(at)%len(bad):], b)
		all, err := readAll(putFiles(t, db, bad), name)
		if err != nil {
			return
		}
		party := slices.DeleteFunc(all, func(l string) bool { return !strings.Contains(l, "|Novak ") })
		for i, l := range party {
			if !strings.HasPrefix(l, fmt.Sprintf("%d|Novak %d|", i+1, i)) {
				t.Errorf("row %d reads %.20q", i, l)
			}
		}
	})
}
