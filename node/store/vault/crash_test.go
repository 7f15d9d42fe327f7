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

// cutter is a disk whose power is cut: what was not synced is there or not, a
// sector at a time. It watches the files of one database through the seam,
// which is asked before each operation.
type cutter struct {
	t       testing.TB
	path    string
	chance  *rand.Rand
	at      int  // the operation before which the power is cut
	lying   bool // syncs do nothing
	seen    int
	files   map[vault.FileKind]*platter
	acked   *int // commits acknowledged so far
	ackedAt int  // when the power was cut
	left    map[vault.FileKind][]byte
}

// platter is what of a file is certain, and which ranges are not.
type platter struct {
	synced []byte
	dirty  [][2]int64
}

func suffix(k vault.FileKind) string {
	return map[vault.FileKind]string{vault.Database: "", vault.Log: "-wal", vault.Journal: "-journal"}[k]
}

func (c *cutter) fault(a vault.Access) vault.Action {
	if c.seen++; c.seen == c.at {
		c.cut()
	}
	p := c.files[a.File]
	if p == nil {
		p = &platter{}
		c.files[a.File] = p
	}
	switch a.Op {
	case vault.OpWrite:
		p.dirty = append(p.dirty, [2]int64{a.Offset, a.Offset + int64(a.Bytes)})
	case vault.OpSync:
		if !c.lying {
			p.synced, p.dirty = readFile(c.t, c.path+suffix(a.File)), nil
		}
		return vault.Drop() // this disk is made of memory
	case vault.OpTruncate: // of the file system's journal: certain
		p.synced = resize(p.synced, a.Offset)
	}
	return vault.Action{}
}

func resize(b []byte, size int64) []byte {
	if int64(len(b)) > size {
		return b[:size]
	}
	return append(b, make([]byte, size-int64(len(b)))...)
}

// cut decides what the disk keeps.
func (c *cutter) cut() {
	c.ackedAt, c.left = *c.acked, map[vault.FileKind][]byte{}
	for kind, p := range c.files {
		if !exists(c.path + suffix(kind)) {
			continue // deleted
		}
		now, left := readFile(c.t, c.path+suffix(kind)), bytes.Clone(p.synced)
		for _, r := range p.dirty {
			for at := r[0] &^ 511; at < r[1]; at += 512 {
				if end := min(at+512, int64(len(now))); at < end && c.chance.IntN(3) > 0 {
					left = resize(left, max(end, int64(len(left))))
					copy(left[at:end], now[at:end])
				}
			}
		}
		c.left[kind] = left
	}
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// work commits numbered rows, with checkpoints, spills and rollbacks in
// between, and counts what was acknowledged.
func work(t testing.TB, c *sqlite.Conn, commits int, acked *int) {
	run(t, c, "PRAGMA cache_size=12")
	run(t, c, "PRAGMA wal_autocheckpoint=60")
	run(t, c, "CREATE TABLE act (n INTEGER PRIMARY KEY, name TEXT, pad BLOB) STRICT")
	for n := range commits {
		run(t, c, "BEGIN IMMEDIATE")
		run(t, c, "INSERT INTO act VALUES (?1, 'Novak', randomblob(300))", n+1)
		if n%5 == 4 {
			run(t, c, "UPDATE act SET pad = randomblob(900)") // more than the cache
		}
		run(t, c, "COMMIT")
		*acked = n + 1
		if n%7 == 6 {
			run(t, c, "BEGIN IMMEDIATE")
			run(t, c, "UPDATE act SET name = 'never', pad = randomblob(1200)")
			run(t, c, "ROLLBACK")
		}
	}
}

// survivors opens what a power cut left and returns the number of commits.
func survivors(t *testing.T, c *cutter, name string) (int, error) {
	path := filepath.Join(t.TempDir(), "left.db")
	for kind, b := range c.left {
		if err := os.WriteFile(path+suffix(kind), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	db, err := vault.Open(path, name, sqlite.OpenReadWrite, sqlite.OpenCreate)
	if err != nil {
		return 0, err
	}
	defer func() { _ = db.Close() }()
	if sound, err := rowsOf(db, "PRAGMA integrity_check"); err != nil || sound[0] != "ok" {
		return 0, fmt.Errorf("%v, %w", sound, err)
	}
	lines, err := rowsOf(db, "SELECT count(*), coalesce(max(n), 0), coalesce(sum(name = 'never'), 0) FROM act")
	if err != nil {
		if c.ackedAt == 0 {
			return 0, nil // the table itself may not have been committed
		}
		return 0, err
	}
	var count, last, never int
	if _, err := fmt.Sscanf(lines[0], "%d|%d|%d", &count, &last, &never); err != nil || count != last || never != 0 {
		return 0, fmt.Errorf("no committed state: %s", lines[0])
	}
	return count, nil
}

// cutAt runs the work on a disk that loses power before operation at, and
// returns how many commits were acknowledged then and how many are left.
func cutAt(t *testing.T, at int, lying bool, mode string) (acked, left, ops int, err error) {
	key := newKey()
	total := 0
	c := &cutter{t: t, path: filepath.Join(t.TempDir(), "a.db"), at: at, lying: lying, acked: &total,
		chance: rand.New(rand.NewPCG(uint64(at), 7)), files: map[vault.FileKind]*platter{}}
	w, err := vault.Open(c.path, register(t, key, vault.Options{Fault: c.fault}), sqlite.OpenReadWrite, sqlite.OpenCreate)
	if err != nil {
		t.Fatal(err)
	}
	run(t, w, "PRAGMA synchronous=FULL")
	run(t, w, "PRAGMA journal_mode="+mode)
	work(t, w, 40, &total)
	mustClose(t, w)
	if c.left == nil {
		return 0, 0, c.seen, nil
	}
	left, err = survivors(t, c, register(t, key, vault.Options{}))
	return c.ackedAt, left, c.seen, err
}

func testPowerCuts(t *testing.T, mode string) {
	_, _, ops, _ := cutAt(t, -1, false, mode)
	cuts := 120
	if testing.Short() {
		cuts = 25
	}
	for i := range cuts {
		at := 1 + i*ops/cuts
		acked, left, _, err := cutAt(t, at, false, mode)
		if err != nil || left < acked || left > acked+1 {
			t.Errorf("power cut before operation %d: %d commits acknowledged, %d left, %v", at, acked, left, err)
		}
	}
}

func TestAPowerCutLosesNothingAcknowledged(t *testing.T) { testPowerCuts(t, "WAL") }

func TestAPowerCutWithARollbackJournalLosesNothing(t *testing.T) { testPowerCuts(t, "TRUNCATE") }

// TestLyingSyncsAreFound proves that the test above can fail.
func TestLyingSyncsAreFound(t *testing.T) {
	_, _, ops, _ := cutAt(t, -1, true, "WAL")
	for i := range 20 {
		acked, left, _, err := cutAt(t, ops/4+i*ops/40, true, "WAL")
		if err != nil || left < acked {
			return
		}
	}
	t.Error("syncs that do nothing lost nothing in 20 power cuts")
}

// TestAKillLeavesACommittedState: the files as they are at any moment, which
// is what a killed process leaves.
func TestAKillLeavesACommittedState(t *testing.T) {
	key := newKey()
	total, seen := 0, 0
	path := filepath.Join(t.TempDir(), "a.db")
	other := register(t, key, vault.Options{})
	c := &cutter{t: t, path: path, acked: &total}
	name := register(t, key, vault.Options{Fault: func(a vault.Access) vault.Action {
		if seen++; seen%23 != 0 {
			return noSync(a)
		}
		c.ackedAt, c.left = total, map[vault.FileKind][]byte{}
		for _, k := range []vault.FileKind{vault.Database, vault.Log, vault.Journal} {
			if p := path + suffix(k); exists(p) {
				c.left[k] = readFile(t, p)
			}
		}
		if left, err := survivors(t, c, other); err != nil || left < c.ackedAt || left > c.ackedAt+1 {
			t.Errorf("killed before operation %d: %d commits acknowledged, %d left, %v", seen, c.ackedAt, left, err)
		}
		return noSync(a)
	}})
	work(t, openVault(t, path, name), 40, &total)
}
