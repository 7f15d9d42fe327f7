package node

import (
	"bytes"
	"crypto/rand"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"bough/node/office"
	"bough/node/store/vault"
	"bough/sync/rows"
)

// TestNothingOfADirectoryIsReadableWithoutItsKeys: names of customers, private
// keys and the words of the schema, in every file of a node and of central.
func TestNothingOfADirectoryIsReadableWithoutItsKeys(t *testing.T) {
	h := bank(t)
	b := station(t, h, "counter 1")
	meet(t, h, b)
	prospect(t, b, "Wenceslas Novak")
	meet(t, h, b)
	for _, backup := range []func() (BackupOut, error){
		func() (BackupOut, error) { return h.backup(t.Context(), BackupIn{}) },
		func() (BackupOut, error) { return backup(t.Context(), b.o, "", b.Store.File.Backup) },
	} {
		if _, err := backup(); err != nil {
			t.Fatal(err)
		}
	}
	for _, dir := range []string{h.o.Dir, b.o.Dir} {
		hide(t, dir, "Wenceslas", "PRIVATE KEY", "SQLite format", "CREATE TABLE")
	}
}

// hide fails if one of the words stands in a file below dir.
func hide(t *testing.T, dir string, words ...string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() {
			return err
		}
		content, err := os.ReadFile(path)
		for _, w := range words {
			if bytes.Contains(content, []byte(w)) {
				t.Errorf("%q stands in %s", w, filepath.Base(path))
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestADirectoryOfAReleaseThatDidNotEncryptIsEncrypted with all that is in it.
func TestADirectoryOfAReleaseThatDidNotEncryptIsEncrypted(t *testing.T) {
	h := bank(t)
	b := station(t, h, "counter 1")
	meet(t, h, b)
	id := prospect(t, b, "Wenceslas Novak")
	meet(t, h, b)
	o := b.o
	stopped(t, b.Stop)
	bare(t, o)
	var log bytes.Buffer
	o.Log = slog.New(slog.NewTextHandler(&log, nil))
	again, err := NewBranch(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stopped(t, again.Stop) })
	if !strings.Contains(log.String(), "The file was not encrypted. It is now") {
		t.Errorf("the log says: %s", log.String())
	}
	hide(t, o.Dir, "Wenceslas", "PRIVATE KEY", "SQLite format")
	if err := again.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	meet(t, h, again)
	found := int64(0)
	err = again.Store.File.Read(t.Context(), func(tx *rows.Tx) (err error) {
		found, _, err = tx.Int(`SELECT count(*) FROM party WHERE CAST(id AS TEXT)=?1`, id)
		return err
	})
	if err != nil || found != 1 {
		t.Errorf("%d parties, %v", found, err)
	}
}

// bare turns a directory into what a release without a vault left.
func bare(t *testing.T, o Options) {
	t.Helper()
	d, err := openDir(o)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range sealedNames {
		if !d.has(name) {
			continue
		}
		data, err := d.read(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(d.file(name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	c, err := d.vault.Open(d.file(databaseName), sqlite.OpenReadWrite)
	if err != nil {
		t.Fatal(err)
	}
	plain := d.file("plain.db")
	if err := sqlitex.ExecuteTransient(c, "VACUUM INTO ?1", &sqlitex.ExecOptions{Args: []any{"file:" + plain + "?vfs=unix"}}); err != nil {
		t.Fatal(err)
	}
	stopped(t, c.Close)
	stopped(t, d.Close)
	for _, err := range []error{os.Rename(plain, d.file(databaseName)), os.Remove(d.file(dataKeyName)), os.Remove(d.file(wrappingName))} {
		if err != nil {
			t.Fatal(err)
		}
	}
}

func TestTheWrappingKeyMayLieElsewhereAndIsMissedThere(t *testing.T) {
	stick := t.TempDir()
	o := testOptions(filepath.Join(t.TempDir(), "central"))
	o.KeyFile = filepath.Join(stick, "key")
	if _, err := NewHeadOffice(t.Context(), o); !errors.Is(err, ErrNoWrappingKey) {
		t.Fatalf("a key file that is not there: %v", err)
	}
	if err := vault.NewSecret(rand.Reader, o.KeyFile); err != nil {
		t.Fatal(err)
	}
	open := func(o Options) error {
		h, err := NewHeadOffice(t.Context(), o)
		if err != nil {
			return err
		}
		if s := statusOf(t, h.Status); !s.Encrypted || s.WrappingKey != "apart" {
			t.Errorf("the status says %v, %q", s.Encrypted, s.WrappingKey)
		}
		_, err = h.Office.AddPerson(t.Context(), rows.Actor{}, office.NewPerson{Login: "li", Role: "admin", Password: "correct horse"})
		return errors.Join(err, h.Stop())
	}
	if err := open(o); err != nil {
		t.Fatal(err)
	}
	if (&dir{path: o.Dir}).has(wrappingName) {
		t.Error("a wrapping key stands in the directory")
	}
	beside := o
	beside.KeyFile = ""
	if err := open(beside); !errors.Is(err, ErrNoWrappingKey) {
		t.Errorf("without it: %v", err)
	}
	other := o
	other.KeyFile = filepath.Join(stick, "other")
	if err := vault.NewSecret(rand.Reader, other.KeyFile); err != nil {
		t.Fatal(err)
	}
	if err := open(other); !errors.Is(err, ErrWrappingKey) {
		t.Errorf("with another: %v", err)
	}
	if err := os.Remove(filepath.Join(o.Dir, dataKeyName)); err != nil {
		t.Fatal(err)
	}
	if err := open(o); !errors.Is(err, ErrNoDataKey) {
		t.Errorf("without the data key: %v", err)
	}
}

// TestRotatedKeysOpenWhatTheOldOnesDidNoMore: in place, to another place, and cut
// short after the data key was wrapped anew.
func TestRotatedKeysOpenWhatTheOldOnesDidNoMore(t *testing.T) {
	b, o := lonely(t, nil)
	id := prospect(t, b, "Wenceslas Novak")
	stopped(t, b.Stop)
	d := &dir{path: o.Dir}
	opens := func(o Options) {
		t.Helper()
		b := reopened(t, o)
		mustHaveParties(t, b, []string{id})
		stopped(t, b.Stop)
	}
	read := func(path string) []byte {
		t.Helper()
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	old, page := read(d.file(wrappingName)), read(d.file(databaseName))[:16]
	if err := Rotate(o, ""); err != nil {
		t.Fatal(err)
	}
	opens(o)
	if bytes.Equal(old, read(d.file(wrappingName))) || bytes.Equal(page, read(d.file(databaseName))[:16]) {
		t.Error("the wrapping key or the keys of the file are what they were")
	}
	// Cut short: the data key is wrapped under the fresh key, which is not in place yet.
	fresh := read(d.file(wrappingName))
	for name, data := range map[string][]byte{wrappingName: old, wrappingName + freshTail: fresh} {
		if err := os.WriteFile(d.file(name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	opens(o)
	if !bytes.Equal(fresh, read(d.file(wrappingName))) {
		t.Error("the rotation was not finished")
	}
	away := filepath.Join(t.TempDir(), "stick")
	if err := Rotate(o, away); err != nil {
		t.Fatal(err)
	}
	if d.has(wrappingName) {
		t.Error("a wrapping key is left in the directory")
	}
	o.KeyFile = away
	opens(o)
}
