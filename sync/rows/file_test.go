package rows

import (
	"context"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"bough/crdt"
)

var update = flag.Bool("update", false, "write the golden files anew")

func TestTheTablesAreMadeFromTheTableOfKinds(t *testing.T) {
	var b strings.Builder
	for _, k := range kinds(t).Kinds {
		b.WriteString(createTable(k))
		b.WriteByte('\n')
	}
	golden := filepath.Join("testdata", "tables.sql")
	if *update {
		if err := os.WriteFile(golden, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), b.String()); d != "" {
		t.Error(d)
	}
}

// schemaOf is what SQLite says of a file.
func schemaOf(t *testing.T, path string) string {
	return strings.Join(raw(t, path, `SELECT type || ' ' || name || ': ' || coalesce(sql, '') FROM sqlite_schema ORDER BY type, name`), "\n") +
		strings.Join(raw(t, path, `PRAGMA user_version`), "") + strings.Join(raw(t, path, `SELECT kind || '.' || num || name || type FROM field ORDER BY 1`), " ")
}

func TestAFileOpenedAgainIsLikeAFreshOne(t *testing.T) {
	o := Options{Path: filepath.Join(t.TempDir(), "bough.db"), Schema: kinds(t), NoSync: true,
		Migrations: []string{"CREATE TABLE a (x INTEGER) STRICT"}, Shared: []string{"CREATE TABLE s (x INTEGER) STRICT"}}
	var seen []string
	for range 3 {
		f, err := Open(o)
		if err != nil {
			t.Fatal(err)
		}
		closed(t, f)
		seen = append(seen, schemaOf(t, o.Path))
	}
	if seen[0] != seen[1] || seen[1] != seen[2] {
		t.Error(cmp.Diff(seen[0], seen[1]), cmp.Diff(seen[1], seen[2]))
	}
}

func TestBothListsOfStepsGrowOnTheirOwn(t *testing.T) {
	dir := t.TempDir()
	step := func(name string) string { return "CREATE TABLE " + name + " (x INTEGER) STRICT" }
	late := Options{Path: filepath.Join(dir, "late.db"), Schema: kinds(t), Migrations: []string{step("a")}, Shared: []string{step("s")}}
	closed(t, bank(t, late))
	late.Migrations, late.Shared = append(late.Migrations, step("b")), append(late.Shared, step("r"))
	closed(t, bank(t, late))
	fresh := late
	fresh.Path = filepath.Join(dir, "fresh.db")
	closed(t, bank(t, fresh))
	if d := cmp.Diff(schemaOf(t, fresh.Path), schemaOf(t, late.Path)); d != "" {
		t.Error("a migrated file differs from a fresh one:", d)
	}
}

func TestAStepThatFailsLeavesTheFileAtItsVersion(t *testing.T) {
	o := Options{Path: filepath.Join(t.TempDir(), "bough.db"), Schema: kinds(t), Migrations: []string{"CREATE TABLE a (x INTEGER) STRICT"}}
	closed(t, bank(t, o))
	bad := o
	bad.Migrations = append(bad.Migrations, "CREATE TABLE b (x INTEGER) STRICT; CREATE TABLE a (x INTEGER) STRICT")
	if _, err := Open(bad); err == nil {
		t.Fatal("a step that cannot be taken was taken")
	}
	if n := raw(t, o.Path, `SELECT count(*) FROM sqlite_schema WHERE name='b'`); n[0] != "0" {
		t.Error("half a step stands in the file")
	}
	closed(t, bank(t, o))
}

func TestWhatIsNotOursIsRefusedAndLeftAlone(t *testing.T) {
	dir := t.TempDir()
	newer := filepath.Join(dir, "newer.db")
	closed(t, bank(t, Options{Path: newer, Migrations: []string{"SELECT 1", "SELECT 1"}, Oldest: 2}))
	newerShared := filepath.Join(dir, "shared.db")
	closed(t, bank(t, Options{Path: newerShared, Migrations: []string{"SELECT 1"}, Shared: []string{"SELECT 1"}, SharedOldest: 1}))
	packed := filepath.Join(dir, "packed.db")
	closed(t, bank(t, Options{Path: packed}))
	raw(t, packed, `UPDATE fact SET value=?1 WHERE name='oldest reader'`, int64(format+1)<<formatShift)
	foreign := filepath.Join(dir, "foreign.db")
	raw(t, foreign, `CREATE TABLE ledger (x)`)
	numbered := filepath.Join(dir, "numbered.db")
	raw(t, numbered, `PRAGMA user_version=1`)
	other := filepath.Join(dir, "other.db")
	raw(t, other, `PRAGMA application_id=77`)
	letter := filepath.Join(dir, "letter.txt")
	if err := os.WriteFile(letter, []byte(strings.Repeat("Dear customer, ", 99)), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		path string
		want error
	}{{newer, ErrNewer}, {newerShared, ErrNewer}, {packed, ErrNewer}, {foreign, ErrForeign}, {numbered, ErrForeign}, {other, ErrForeign}, {letter, ErrForeign}} {
		before := bytesOf(t, c.path)
		_, err := Open(Options{Path: c.path, Schema: kinds(t), Migrations: []string{"SELECT 1"}})
		if !errors.Is(err, c.want) || !strings.Contains(err.Error(), c.path) {
			t.Errorf("%s: %v, want %v and the path", filepath.Base(c.path), err, c.want)
		}
		if bytesOf(t, c.path) != before {
			t.Errorf("%s was written to", filepath.Base(c.path))
		}
		for _, end := range []string{"-wal", "-journal"} {
			if _, err := os.Stat(c.path + end); err == nil {
				t.Errorf("%s has a %s now", filepath.Base(c.path), end)
			}
		}
	}
}

func bytesOf(t *testing.T, path string) string {
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestAFolderThatIsNotThereIsAnErrorThatNamesIt(t *testing.T) {
	path := filepath.Join(t.TempDir(), "nowhere", "bough.db")
	if _, err := Open(Options{Path: path, Schema: kinds(t)}); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("%v", err)
	}
}

func TestAReaderSeesASnapshot(t *testing.T) {
	f := bank(t, Options{})
	put(t, f, named(7, "Ada"))
	read(t, f, func(tx *Tx) error {
		before, err := tx.Get(person, 7)
		if err != nil {
			return err
		}
		put(t, f, named(7, "Countess"))
		after, err := tx.Get(person, 7)
		if d := cmp.Diff(before, after); d != "" {
			t.Error("the reader saw a write that came later:", d)
		}
		return err
	})
	if got := get(t, f, person, 7).Get(1).S; got != "Countess" {
		t.Errorf("the next reader sees %q", got)
	}
}

func TestAReaderCannotWrite(t *testing.T) {
	f := bank(t, Options{})
	err := f.Read(ctx(), func(tx *Tx) error { return tx.SetFact("x", int64(1)) })
	if err == nil {
		t.Error("a reader wrote")
	}
}

func TestAnErrorInsideWriteLeavesNothing(t *testing.T) {
	f := bank(t, Options{})
	mine := errors.New("second thoughts")
	for name, end := range map[string]func() error{"error": func() error { return mine }, "panic": func() error { panic(mine) }} {
		var err error
		func() {
			defer func() {
				if p := recover(); p != nil {
					err = p.(error)
				}
			}()
			err = f.Write(ctx(), func(tx *Tx) error {
				if err := tx.Swap(nil, named(7, "Ada"), 1); err != nil {
					return err
				}
				if err := tx.SetFact("x", int64(5)); err != nil {
					return err
				}
				return end()
			})
		}()
		if !errors.Is(err, mine) {
			t.Errorf("%s: %v", name, err)
		}
		read(t, f, func(tx *Tx) error {
			n, err := tx.FactInt("x")
			sc, err2 := tx.Scope(1)
			if n != 0 || sc.Digest != (crdt.Digest{}) {
				t.Errorf("%s: fact %d, digest %s remain", name, n, sc.Digest)
			}
			return errors.Join(err, err2)
		})
		if get(t, f, person, 7) != nil {
			t.Errorf("%s: the row remains", name)
		}
	}
	put(t, f, named(7, "Ada"))
}

func TestWhatWasNotClosedIsThereAfterwards(t *testing.T) {
	dir := t.TempDir()
	f := bank(t, Options{Path: filepath.Join(dir, "bough.db")})
	put(t, f, named(7, "Ada"), 1)
	// The machine dies here: what lies on the disk is the file and its log.
	for _, end := range []string{"", "-wal"} {
		if err := os.WriteFile(filepath.Join(dir, "after.db"+end), []byte(bytesOf(t, filepath.Join(dir, "bough.db"+end))), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	again := bank(t, Options{Path: filepath.Join(dir, "after.db")})
	if d := cmp.Diff(named(7, "Ada").Clocks, get(t, again, person, 7).Clocks); d != "" {
		t.Error(d)
	}
}

func TestWorkGoesOnAfterAReaderWasInterrupted(t *testing.T) {
	f := bank(t, Options{Readers: 1})
	soon, cancel := context.WithCancel(ctx())
	err := f.Read(soon, func(tx *Tx) error {
		cancel()
		_, _, err := tx.Int(`WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x+1 FROM n) SELECT max(x) FROM n`)
		return err
	})
	if err == nil {
		t.Fatal("an endless query ended")
	}
	put(t, f, named(7, "Ada"))
	if get(t, f, person, 7) == nil {
		t.Error("the reader does not read any more")
	}
}

func TestWhoWaitsForTheWriterCanGiveUp(t *testing.T) {
	f := bank(t, Options{Readers: 1})
	gone, cancel := context.WithCancel(ctx())
	cancel()
	write(t, f, func(*Tx) error {
		if err := f.Write(gone, func(*Tx) error { return nil }); !errors.Is(err, context.Canceled) {
			t.Errorf("write: %v", err)
		}
		if err := f.Checkpoint(gone); !errors.Is(err, context.Canceled) {
			t.Errorf("checkpoint: %v", err)
		}
		return nil
	})
	read(t, f, func(*Tx) error {
		if err := f.Read(gone, func(*Tx) error { return nil }); !errors.Is(err, context.Canceled) {
			t.Errorf("read: %v", err)
		}
		return nil
	})
}

func TestClosingWaitsForThoseWhoWorkAndRefusesTheRest(t *testing.T) {
	f := bank(t, Options{Readers: 2})
	inside, leave := make(chan bool, 2), make(chan bool)
	var wg sync.WaitGroup
	work := func(*Tx) error { inside <- true; <-leave; return nil }
	wg.Go(func() { write(t, f, work) })
	wg.Go(func() { read(t, f, work) })
	<-inside
	<-inside
	var ends sync.WaitGroup
	for range 2 {
		ends.Go(func() {
			if err := f.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	close(leave)
	wg.Wait()
	ends.Wait()
	for name, err := range map[string]error{"write": f.Write(ctx(), work), "read": f.Read(ctx(), work), "checkpoint": f.Checkpoint(ctx()),
		"backup": f.Backup(ctx(), filepath.Join(t.TempDir(), "b.db"))} {
		if !errors.Is(err, ErrClosed) {
			t.Errorf("%s after the end: %v", name, err)
		}
	}
}

func TestABackupIsAFileLikeAnyOther(t *testing.T) {
	f := bank(t, Options{})
	put(t, f, named(7, "Ada"), 1)
	path := filepath.Join(t.TempDir(), "copy.db")
	if err := f.Backup(ctx(), path); err != nil {
		t.Fatal(err)
	}
	if err := f.Backup(ctx(), path); err == nil {
		t.Error("a backup was written over another")
	}
	put(t, f, named(7, "Countess"), 1)
	again := bank(t, Options{Path: path})
	if got := get(t, again, person, 7).Get(1).S; got != "Ada" {
		t.Errorf("the backup holds %q", got)
	}
	if faults, err := again.Integrity(ctx()); err != nil || len(faults) != 0 {
		t.Errorf("the backup is damaged: %v %v", faults, err)
	}
	if err := f.Read(ctx(), func(tx *Tx) error { return tx.SetFact("x", int64(1)) }); err == nil {
		t.Error("after a backup readers may write")
	}
}

func TestDamageIsFound(t *testing.T) {
	path := filepath.Join(t.TempDir(), "bough.db")
	f := bank(t, Options{Path: path})
	for i := range 2000 {
		put(t, f, named(crdt.ID(i+1), strings.Repeat("x", 40)), 1)
	}
	closed(t, f)
	b := []byte(bytesOf(t, path))
	for i := len(b) / 2; i < len(b)/2+4096; i++ {
		b[i] ^= 0x5a
	}
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := Open(Options{Path: path, Schema: kinds(t)})
	if err != nil {
		return // noticed at once
	}
	defer closed(t, f)
	if faults, err := f.Integrity(ctx()); err == nil && len(faults) == 0 {
		t.Error("a damaged file passed for sound")
	}
}
