package node

import (
	"context"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"bough/crdt"
	"bough/node/desk"
	"bough/node/store"
	"bough/sync/rows"
)

// copyDir copies a directory, as somebody does with a whole workstation.
func copyDir(t *testing.T, from, to string) {
	t.Helper()
	if err := os.CopyFS(to, os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
	err := filepath.WalkDir(to, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		return os.Chmod(path, 0o600)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// again starts a workstation in a directory that has one.
func again(t *testing.T, o Options, dir string) *Branch {
	t.Helper()
	o.Dir = dir
	b, err := NewBranch(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stopped(t, b.Stop) })
	if err := b.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	return b
}

// signedIn signs jana in, once she is known.
func signedIn(t *testing.T, b *Branch) *desk.Who {
	t.Helper()
	var who *desk.Who
	soon(t, "jana signs in", func() (ok bool) {
		var err error
		_, who, err = b.Desk.SignIn(t.Context(), "jana", "correct horse", true)
		return err == nil
	})
	return who
}

func walkIn(t *testing.T, b *Branch, who *desk.Who, name string) crdt.ID {
	t.Helper()
	saved, err := b.Desk.NewProspect(t.Context(), who, desk.Prospect{Fields: map[string]string{"name": name, "language": "en"}})
	if err != nil {
		t.Fatal(err)
	}
	return saved.ID
}

func soon(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); !ok(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("in vain: %s", what)
		}
	}
}

// namedAt counts the parties of a name in a file.
func namedAt(t *testing.T, f *rows.File, name string) (n int64) {
	t.Helper()
	err := f.Read(context.Background(), func(tx *rows.Tx) (err error) {
		n, _, err = tx.Int(`SELECT count(*) FROM party WHERE name=?1`, name)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// reasons are why a file is another origin than it was.
func reasons(t *testing.T, b *Branch) (out []store.Reason) {
	t.Helper()
	list, err := b.Store.Incarnations(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range list {
		out = append(out, i.Reason)
	}
	return out
}

func TestACopiedWorkstationKnowsItselfAtStartWithoutALineAndBothWorkOn(t *testing.T) {
	h := bank(t)
	a := station(t, h, "till")
	who := signedIn(t, a)
	walkIn(t, a, who, "Ada before the copy")
	soon(t, "all is at head office", func() bool { return namedAt(t, h.Office.Central.File, "Ada before the copy") == 1 })
	stopped(t, a.Stop)
	twinDir := filepath.Join(t.TempDir(), "twin")
	copyDir(t, a.o.Dir, twinDir)
	stopped(t, h.Stop) // the line is down for both

	first, twin := again(t, a.o, a.o.Dir), again(t, a.o, twinDir)
	if first.Origin() == twin.Origin() {
		t.Fatal("two workstations write under one number")
	}
	if len(reasons(t, first)) != 0 || len(reasons(t, twin)) != 1 || reasons(t, twin)[0] != store.Copied {
		t.Fatalf("the first is %v, the copy %v", reasons(t, first), reasons(t, twin))
	}
	walkIn(t, first, signedIn(t, first), "Bea at the first")
	walkIn(t, twin, signedIn(t, twin), "Cyd at the copy")
	is := twin.Origin()
	stopped(t, twin.Stop)
	if twin = again(t, a.o, twinDir); twin.Origin() != is || len(reasons(t, twin)) != 1 {
		t.Fatalf("started again before central heard of it, the copy is %d, was %d, because of %v", twin.Origin(), is, reasons(t, twin))
	}

	ho := h.o
	ho.Listen = h.Addr()
	h = startCentral(t, ho)
	for _, name := range []string{"Ada before the copy", "Bea at the first", "Cyd at the copy"} {
		soon(t, name+" is everywhere once", func() bool {
			return namedAt(t, h.Office.Central.File, name) == 1 && namedAt(t, first.Store.File, name) == 1 && namedAt(t, twin.Store.File, name) == 1
		})
	}
	nodes, err := h.Office.Central.Nodes(t.Context())
	if err != nil || len(nodes) != 2 {
		t.Fatalf("central knows %d workstations, %v", len(nodes), err)
	}
}

// Who signed in, and was copied twice before head office heard of it, was signed
// in under an id that head office never saw.
func TestWhatWasWrittenAgainTwiceIsStillOfThePersonWhoSignedIn(t *testing.T) {
	h := bank(t)
	a := station(t, h, "till")
	signedIn(t, a)
	soon(t, "all is at head office", func() bool { return a.Store.Untaken(1) == nil })
	ho := h.o
	ho.Listen = h.Addr()
	stopped(t, h.Stop)
	walkIn(t, a, signedIn(t, a), "Ada in the outage")
	b := a
	for range 2 {
		stopped(t, b.Stop)
		dir := filepath.Join(t.TempDir(), "copy")
		copyDir(t, b.o.Dir, dir)
		b = again(t, a.o, dir)
	}
	if r := reasons(t, b); len(r) != 2 {
		t.Fatalf("it went on because of %v", r)
	}
	h = startCentral(t, ho)
	soon(t, "central has answered all", func() bool { return b.Store.Untaken(1) == nil })
	if n := namedAt(t, h.Office.Central.File, "Ada in the outage"); n != 1 {
		t.Errorf("head office has her %d times", n)
	}
}

func TestTwinsThatNothingTellsApartGoOnAfterTheFirstContact(t *testing.T) {
	h := bank(t)
	a := station(t, h, "till")
	who := signedIn(t, a)
	walkIn(t, a, who, "Ada before the copy")
	soon(t, "all is at head office", func() bool { return namedAt(t, h.Office.Central.File, "Ada before the copy") == 1 })
	stopped(t, a.Stop)
	twinDir := filepath.Join(t.TempDir(), "twin")
	copyDir(t, a.o.Dir, twinDir)
	forgetPlace(t, twinDir) // as an image of a whole disk does
	addr := h.Addr()
	stopped(t, h.Stop)

	first, twin := again(t, a.o, a.o.Dir), again(t, a.o, twinDir)
	if first.Origin() != twin.Origin() {
		t.Fatal("they are told apart: the test proves nothing")
	}
	bea := walkIn(t, first, signedIn(t, first), "Bea at the first")
	cyd := walkIn(t, twin, signedIn(t, twin), "Cyd at the copy")
	if bea != cyd {
		t.Fatalf("ids %d and %d: the test proves nothing", bea, cyd)
	}
	ho := h.o
	ho.Listen = addr
	h = startCentral(t, ho)
	for _, name := range []string{"Ada before the copy", "Bea at the first", "Cyd at the copy"} {
		soon(t, name+" is everywhere once", func() bool {
			return namedAt(t, h.Office.Central.File, name) == 1 && namedAt(t, first.Store.File, name) == 1 && namedAt(t, twin.Store.File, name) == 1
		})
	}
	if first.Origin() == twin.Origin() || len(reasons(t, first))+len(reasons(t, twin)) != 1 {
		t.Errorf("origins %d (%v) and %d (%v): one of them should have gone on", first.Origin(), reasons(t, first), twin.Origin(), reasons(t, twin))
	}
	walkIn(t, first, signedIn(t, first), "Dan later")
	walkIn(t, twin, signedIn(t, twin), "Eve later")
	for _, name := range []string{"Dan later", "Eve later"} {
		soon(t, name+" is everywhere once", func() bool {
			return namedAt(t, h.Office.Central.File, name) == 1 && namedAt(t, first.Store.File, name) == 1 && namedAt(t, twin.Store.File, name) == 1
		})
	}
	toldOfTwins(t, h, first, twin, bea)
}

// forgetPlace makes a copy look as if it lay where the original lies.
func forgetPlace(t *testing.T, dir string) {
	t.Helper()
	path := filepath.Join(dir, tokenName)
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var f tokenFile
	if err := json.Unmarshal(data, &f); err != nil {
		t.Fatal(err)
	}
	if f.Place, err = placeOf(filepath.Join(dir, databaseName)); err != nil {
		t.Fatal(err)
	}
	if data, err = json.Marshal(f); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestABackupThatIsPutBackIsNoticedAtStart(t *testing.T) {
	h := bank(t)
	a := station(t, h, "till")
	who := signedIn(t, a)
	soon(t, "the sign-in is at head office", func() bool { p, err := a.Store.Progress(t.Context()); return err == nil && p.Taken == p.Written })
	path := filepath.Join(t.TempDir(), "till.db")
	if _, err := backup(t.Context(), a.o, path, a.Store.File.Backup); err != nil {
		t.Fatal(err)
	}
	if err := a.newToken(t.Context()); err != nil {
		t.Fatal(err)
	}
	walkIn(t, a, who, "Ada after the backup")
	soon(t, "all is at head office", func() bool { return namedAt(t, h.Office.Central.File, "Ada after the backup") == 1 })
	stopped(t, a.Stop)
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, tail := range []string{"-wal", "-shm"} {
		_ = os.Remove(filepath.Join(a.o.Dir, databaseName+tail))
	}
	if err := os.WriteFile(filepath.Join(a.o.Dir, databaseName), data, 0o600); err != nil {
		t.Fatal(err)
	}
	b := again(t, a.o, a.o.Dir)
	if r := reasons(t, b); len(r) != 1 || r[0] != store.Restored {
		t.Fatalf("it went on because of %v", r)
	}
	walkIn(t, b, signedIn(t, b), "Bea after the restore")
	for _, name := range []string{"Ada after the backup", "Bea after the restore"} {
		soon(t, name+" is at both once", func() bool {
			return namedAt(t, h.Office.Central.File, name) == 1 && namedAt(t, b.Store.File, name) == 1
		})
	}
}
