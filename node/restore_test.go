package node

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"bough/node/api"
	"bough/node/desk"
	"bough/node/office"
	"bough/sync/rows"
	"bough/sync/trust"
)

const patience = time.Minute

func testOptions(dir string) Options {
	return Options{Dir: dir, Listen: "127.0.0.1:0", Version: "test", Log: slog.New(slog.NewTextHandler(io.Discard, nil)), Now: time.Now, After: time.After,
		Rand: rand.Reader, BackoffMS: 200, Cost: trust.Cost{Time: 1, MemoryKiB: 64, Threads: 1}}
}

// startCentral runs central in a directory until the test ends or stop is called.
func startCentral(t *testing.T, o Options) *HeadOffice {
	t.Helper()
	h, err := NewHeadOffice(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stopped(t, h.Stop) })
	if err := h.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	return h
}

func stopped(t *testing.T, stop func() error) {
	t.Helper()
	if err := stop(); err != nil {
		t.Error(err)
	}
}

// bank makes central with branch 1 and the teller jana.
func bank(t *testing.T) *HeadOffice {
	t.Helper()
	h := startCentral(t, testOptions(filepath.Join(t.TempDir(), "central")))
	if err := h.Office.AddBranch(t.Context(), rows.Actor{}, 1, "High Street"); err != nil {
		t.Fatal(err)
	}
	if _, err := h.Office.AddPerson(t.Context(), rows.Actor{}, office.NewPerson{Login: "jana", Role: "teller", Branch: 1, Password: "correct horse"}); err != nil {
		t.Fatal(err)
	}
	return h
}

// station joins a workstation of branch 1 and runs it.
func station(t *testing.T, h *HeadOffice, name string) *Branch {
	t.Helper()
	return stationOf(t, h, 1, name)
}

func stationOf(t *testing.T, h *HeadOffice, branch int64, name string) *Branch {
	t.Helper()
	code, err := h.Office.NewCode(t.Context(), branch)
	if err != nil {
		t.Fatal(err)
	}
	o := testOptions(filepath.Join(t.TempDir(), name))
	o.Name = name
	if err := Join(t.Context(), o, "https://"+h.Addr(), code); err != nil {
		t.Fatal(err)
	}
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

// prospect enters somebody at a workstation, and says which row that is.
func prospect(t *testing.T, b *Branch, name string) string {
	t.Helper()
	token, who, err := b.Desk.SignIn(t.Context(), "jana", "correct horse", true)
	if err != nil || token == "" {
		t.Fatal(err)
	}
	saved, err := b.Desk.NewProspect(t.Context(), who, desk.Prospect{Fields: map[string]string{"type": "person", "name": name}})
	if err != nil {
		t.Fatal(err)
	}
	return saved.ID.String()
}

// meet waits until everybody holds what central holds, with nothing to send.
func meet(t *testing.T, h *HeadOffice, nodes ...*Branch) {
	t.Helper()
	var last []api.Status
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		all := true
		last = nil
		there := statusOf(t, h.Status)
		for _, b := range nodes {
			here := statusOf(t, b.Status)
			last = append(last, here)
			all = all && here.Online && here.Unsent == 0 && here.Bootstrapped && len(here.Scopes) == 2
			for name, sc := range here.Scopes {
				all = all && sc.Digest == there.Scopes[name].Digest
			}
		}
		if all {
			return
		}
	}
	t.Fatalf("they do not meet: %+v", last)
}

func statusOf(t *testing.T, of func(context.Context) (api.Status, error)) api.Status {
	t.Helper()
	s, err := of(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// backedUp makes a backup of central.
func backedUp(t *testing.T, h *HeadOffice) string {
	t.Helper()
	to := filepath.Join(t.TempDir(), "backup.db")
	if err := h.Office.Central.Backup(t.Context(), to); err != nil {
		t.Fatal(err)
	}
	return to
}

// restored stops central, and runs it from a backup at the same address.
func restored(t *testing.T, h *HeadOffice, backup string) *HeadOffice {
	t.Helper()
	o := h.o
	o.Listen = h.Addr()
	stopped(t, h.Stop)
	if _, err := Restore(t.Context(), o, backup); err != nil {
		t.Fatal(err)
	}
	return startCentral(t, o)
}

func TestARestoredCentralIsMadeWholeByItsNodes(t *testing.T) {
	h := bank(t)
	a, c := station(t, h, "counter 1"), station(t, h, "counter 2")
	meet(t, h, a, c)
	before := prospect(t, a, "Before the backup")
	meet(t, h, a, c)
	backup := backedUp(t, h)
	lost := []string{prospect(t, a, "After the backup"), prospect(t, c, "After it too")}
	meet(t, h, a, c)

	o := h.o
	o.Listen = h.Addr()
	stopped(t, h.Stop)
	meanwhile := prospect(t, a, "While central was away")
	r, err := Restore(t.Context(), o, backup)
	if err != nil {
		t.Fatal(err)
	}
	if r.Origin == h.Office.Central.Origin() || r.Epoch <= h.Office.Central.Epoch() {
		t.Errorf("origin %d, epoch %d: both must be new", r.Origin, r.Epoch)
	}
	if _, err := os.Stat(filepath.Join(r.Kept, databaseName)); err != nil {
		t.Errorf("the file from before is not kept: %v", err)
	}

	again := startCentral(t, o)
	meet(t, again, a, c)
	after := prospect(t, c, "After the restore")
	meet(t, again, a, c)
	for _, id := range append(lost, before, meanwhile, after) {
		n := 0
		err := again.Office.Central.File.Read(t.Context(), func(tx *rows.Tx) error {
			got, _, err := tx.Int(`SELECT count(*) FROM party WHERE CAST(id AS TEXT)=?1`, id)
			n = int(got)
			return err
		})
		if err != nil || n != 1 {
			t.Errorf("party %s is there %d times, %v", id, n, err)
		}
	}
	allSound(t, again, a, c)
}

// allSound runs the check of every file.
func allSound(t *testing.T, h *HeadOffice, nodes ...*Branch) {
	t.Helper()
	admins := []func(context.Context) ([]Finding, error){func(ctx context.Context) ([]Finding, error) {
		return check(ctx, h.dir, h.Office.Central.File, h.Office.Central.Origin(), h.Office.Central.ScopesIn)
	}}
	for _, found := range admins {
		list, err := found(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range list {
			if !f.OK {
				t.Errorf("%s: %s", f.What, f.Words)
			}
		}
	}
	for _, b := range nodes {
		if s := statusOf(t, b.Status); s.Refused != 0 || s.Missing != 0 {
			t.Errorf("%s: %d refused, %d missing", s.Name, s.Refused, s.Missing)
		}
	}
}

func TestTheSameBackupCanBeRestoredTwice(t *testing.T) {
	h := bank(t)
	backup := backedUp(t, h)
	code, err := h.Office.NewCode(t.Context(), 1)
	if err != nil || code == "" {
		t.Fatal(err)
	}
	o := h.o
	stopped(t, h.Stop)
	first, err := Restore(t.Context(), o, backup)
	if err != nil {
		t.Fatal(err)
	}
	o.Now = func() time.Time { return time.Now().Add(time.Second) }
	second, err := Restore(t.Context(), o, backup)
	if err != nil {
		t.Fatal(err)
	}
	if second.Epoch <= first.Epoch || second.Origin == first.Origin {
		t.Errorf("%+v after %+v", second, first)
	}
}

func TestWhatIsNoBackupOfThisCentralIsRefusedAndNothingChanges(t *testing.T) {
	h := bank(t)
	b := station(t, h, "counter 1")
	meet(t, h, b)
	dir := t.TempDir()
	good, node, damaged, other := filepath.Join(dir, "good.db"), filepath.Join(dir, "node.db"), filepath.Join(dir, "damaged.db"), filepath.Join(dir, "other.db")
	foreign := filepath.Join(dir, "foreign.db")
	stranger := bank(t)
	for path, backup := range map[string]func(context.Context, string) error{
		good: h.Office.Central.Backup, node: b.Store.File.Backup, other: stranger.Office.Central.Backup, damaged: h.Office.Central.Backup} {
		if err := backup(t.Context(), path); err != nil {
			t.Fatal(err)
		}
	}
	spoil(t, damaged)
	if err := os.WriteFile(foreign, []byte(strings.Repeat("this is a letter\n", 500)), 0o600); err != nil {
		t.Fatal(err)
	}
	o := h.o
	if _, err := Restore(t.Context(), o, good); !errors.Is(err, ErrRunning) {
		t.Errorf("while central runs: %v", err)
	}
	stopped(t, h.Stop)
	was := listing(t, o.Dir)
	for _, c := range []struct {
		from string
		want error
	}{{node, ErrBackupKey}, {other, ErrBackupKey}, {filepath.Join(dir, "nothing.db"), os.ErrNotExist}, {damaged, nil}, {foreign, nil}} {
		if _, err := Restore(t.Context(), o, c.from); err == nil || c.want != nil && !errors.Is(err, c.want) {
			t.Errorf("%s: %v", filepath.Base(c.from), err)
		}
		if now := listing(t, o.Dir); !reflect.DeepEqual(was, now) {
			t.Errorf("%s left its traces: %v", filepath.Base(c.from), now)
		}
	}
	stopped(t, b.Stop)
	if _, err := Restore(t.Context(), b.o, good); !errors.Is(err, ErrNodeRestore) {
		t.Errorf("a node: %v", err)
	}
	if _, err := Restore(t.Context(), testOptions(t.TempDir()), good); !errors.Is(err, ErrNoKeys) {
		t.Errorf("an empty directory: %v", err)
	}
}

// spoil overwrites the middle of a file.
func spoil(t *testing.T, path string) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for i := len(b) / 4; i < len(b)/4*3; i++ {
		b[i] ^= 0x5a
	}
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
}

func listing(t *testing.T, dir string) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}
