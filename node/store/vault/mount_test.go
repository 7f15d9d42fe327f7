package vault_test

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"zombiezen.com/go/sqlite"

	"bough/node/store/vault"
)

// mount is a disk with a key of its own, until the test ends.
func mount(t testing.TB, o vault.Options) *vault.Disk {
	t.Helper()
	o.Rand = rand.Reader
	d, err := vault.Mount(fmt.Sprintf("disk-%d", names.Add(1)), vault.OneKey(newKey()), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil && !errors.Is(err, vault.ErrBusy) {
			t.Error(err)
		}
	})
	return d
}

func openOn(t testing.TB, d *vault.Disk, path string) *sqlite.Conn {
	t.Helper()
	c, err := d.Open(path, sqlite.OpenReadWrite, sqlite.OpenCreate)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range []string{"synchronous=OFF", "journal_mode=WAL"} {
		run(t, c, "PRAGMA "+p)
	}
	return c
}

func TestAVaultThatIsClosedCanBeMountedAgainUnderItsName(t *testing.T) {
	path, key := filepath.Join(t.TempDir(), "a & b?=+.db"), newKey()
	name := fmt.Sprintf("disk & disc/+? %d", names.Add(1))
	for range 3 {
		d, err := vault.Mount(name, vault.OneKey(key), vault.Options{Rand: rand.Reader})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := vault.Mount(name, vault.OneKey(key), vault.Options{Rand: rand.Reader}); !errors.Is(err, vault.ErrRegistered) {
			t.Errorf("a second of that name: %v", err)
		}
		c := openOn(t, d, path)
		run(t, c, "CREATE TABLE IF NOT EXISTS act (n INTEGER)")
		if err := d.Close(); !errors.Is(err, vault.ErrBusy) {
			t.Errorf("closed under an open file: %v", err)
		}
		mustClose(t, c)
		if err := d.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestAScanFindsWhatWasDeletedUntilItIsPurged(t *testing.T) {
	d := mount(t, vault.Options{})
	path := filepath.Join(t.TempDir(), "a.db")
	c := openOn(t, d, path)
	defer mustClose(t, c)
	found := func(when string, want bool) {
		t.Helper()
		places, err := d.Scan(path, []byte("Wenceslas"))
		if err != nil {
			t.Fatal(err)
		}
		if (len(places) > 0) != want {
			t.Errorf("%s: found at %v", when, places)
		}
	}
	run(t, c, "CREATE TABLE party (name TEXT)")
	found("before", false)
	for range 500 {
		run(t, c, "INSERT INTO party VALUES ('Wenceslas Novak')")
	}
	found("in the log", true)
	run(t, c, "PRAGMA wal_checkpoint(TRUNCATE)")
	found("in the file", true)
	run(t, c, "DELETE FROM party")
	run(t, c, "PRAGMA wal_checkpoint(TRUNCATE)")
	found("on free pages", true)
	run(t, c, "VACUUM")
	run(t, c, "INSERT INTO party VALUES ('Wenceslas')")
	run(t, c, "PRAGMA secure_delete=ON")
	run(t, c, "DELETE FROM party")
	found("in frames of the log that nobody reads any more", true)
	run(t, c, "PRAGMA wal_checkpoint(TRUNCATE)")
	found("purged", false)
}

func TestAScanOfAPlainFileReadsItAsItLies(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.db")
	plainFile(t, path)
	for needle, want := range map[string]bool{"Wenceslas Novak": true, "Someone Else": false} {
		if places, err := vault.ScanPlain(path, []byte(needle)); err != nil || (len(places) > 0) != want {
			t.Errorf("%s: %v, %v", needle, places, err)
		}
	}
}

func plainFile(t *testing.T, path string) {
	t.Helper()
	c, err := sqlite.OpenConn(path, sqlite.OpenReadWrite, sqlite.OpenCreate)
	if err != nil {
		t.Fatal(err)
	}
	run(t, c, "PRAGMA journal_mode=WAL")
	run(t, c, "PRAGMA user_version=7")
	run(t, c, "CREATE TABLE party (name TEXT, phone TEXT)")
	run(t, c, "CREATE VIRTUAL TABLE words USING fts5 (name)")
	for i := range 300 {
		run(t, c, "INSERT INTO party VALUES ('Wenceslas Novak', '+420 777 ' || ?1)", i)
		run(t, c, "INSERT INTO words VALUES ('Wenceslas Novak')")
	}
	mustClose(t, c)
}

func TestAPlainFileIsEncryptedInItsPlace(t *testing.T) {
	d := mount(t, vault.Options{})
	dir := t.TempDir()
	path := filepath.Join(dir, "a.db")
	plainFile(t, path)
	twin := filepath.Join(t.TempDir(), "twin") // the same sectors, under a name of our own
	if err := os.Link(path, twin); err != nil {
		t.Fatal(err)
	}
	if done, err := d.Adopt(path); !done || err != nil {
		t.Fatal(done, err)
	}
	if bytes.Contains(readFile(t, twin), []byte("Wenceslas")) {
		t.Error("the plain file was removed, not overwritten")
	}
	mustHide(t, path, "adopted")
	if entries, _ := os.ReadDir(dir); len(entries) != 1 {
		t.Errorf("left beside it: %v", entries)
	}
	c := openOn(t, d, path)
	mustBeSound(t, c)
	if got := mustRows(t, c, "SELECT count(*) FROM party, pragma_user_version WHERE user_version=7"); got[0] != "300" {
		t.Errorf("rows: %v", got)
	}
	mustClose(t, c)
	if done, err := d.Adopt(path); done || err != nil {
		t.Errorf("again: %v, %v", done, err)
	}
	if done, err := d.Adopt(filepath.Join(dir, "none.db")); done || err != nil {
		t.Errorf("nothing there: %v, %v", done, err)
	}
}

func TestRenewedKeysChangeEveryPageAndNoRow(t *testing.T) {
	d := mount(t, vault.Options{})
	path := filepath.Join(t.TempDir(), "a.db")
	plainFile(t, path)
	if done, err := d.Adopt(path); !done || err != nil {
		t.Fatal(done, err)
	}
	before := readFile(t, path)
	if err := d.Renew(path); err != nil {
		t.Fatal(err)
	}
	after := readFile(t, path)
	for at := 0; at+16 <= min(len(before), len(after)); at += pageBytes {
		if bytes.Equal(before[at:at+16], after[at:at+16]) {
			t.Errorf("page %d begins as before", at/pageBytes+1)
		}
	}
	c := openOn(t, d, path)
	mustBeSound(t, c)
	if got := mustRows(t, c, "SELECT count(*) FROM party"); got[0] != "300" {
		t.Errorf("rows: %v", got)
	}
	mustClose(t, c)
}

// TestAnInterruptedEncryptionIsFinished: a power cut before the copy took the
// file's place, and one before the plain file was removed.
func TestAnInterruptedEncryptionIsFinished(t *testing.T) {
	d := mount(t, vault.Options{})
	path := filepath.Join(t.TempDir(), "a.db")
	plainFile(t, path)
	plain := readFile(t, path)
	for _, left := range []string{".sealing", ".plain"} {
		if err := os.WriteFile(path+left, plain[:9000], 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if done, err := d.Adopt(path); !done || err != nil {
		t.Fatal(done, err)
	}
	if err := os.WriteFile(path+".plain", plain, 0o600); err != nil {
		t.Fatal(err)
	}
	if done, err := d.Adopt(path); done || err != nil {
		t.Fatal(done, err)
	}
	for _, left := range []string{".sealing", ".plain"} {
		if readFile(t, path+left) != nil {
			t.Errorf("%s is left", left)
		}
	}
	if err := d.Check(path); err != nil {
		t.Error(err)
	}
}

func TestVerifyNamesThePageThatIsDamaged(t *testing.T) {
	d := mount(t, vault.Options{})
	path := filepath.Join(t.TempDir(), "a.db")
	c := openOn(t, d, path)
	run(t, c, "CREATE TABLE party (name TEXT)")
	for range 500 {
		run(t, c, "INSERT INTO party VALUES ('Wenceslas Novak, High Street 12, Prague')")
	}
	run(t, c, "DELETE FROM party WHERE rowid > 100")
	run(t, c, "PRAGMA wal_checkpoint(TRUNCATE)")
	run(t, c, "INSERT INTO party VALUES ('in the log')")
	if bad, err := d.Verify(path); err != nil || len(bad) > 0 {
		t.Fatalf("a sound file: %v, %v", bad, err)
	}
	pages, newer := len(readFile(t, path))/pageBytes, 0
	for page := 2; page <= pages; page++ {
		b := readFile(t, path)
		b[(page-1)*pageBytes+100] ^= 4
		copied := putFiles(t, b, readFile(t, path+"-wal"))
		bad, err := d.Verify(copied)
		switch {
		case err != nil:
			t.Fatal(err)
		case len(bad) == 1 && bad[0].Page() == int64(page):
		case len(bad) == 0:
			newer++ // its newer image is in the log
		default:
			t.Errorf("page %d: %v", page, bad)
		}
	}
	if newer != 1 {
		t.Errorf("%d pages of %d can be damaged unnoticed; the log holds one", newer, pages)
	}
	mustClose(t, c)
}

func TestVerifyDoesNotTakeAPageThatIsBeingWrittenForDamage(t *testing.T) {
	d := mount(t, vault.Options{})
	path := filepath.Join(t.TempDir(), "a.db")
	c := openOn(t, d, path)
	run(t, c, "PRAGMA wal_autocheckpoint=3")
	run(t, c, "CREATE TABLE party (name TEXT)")
	done := make(chan error)
	go func() {
		for range 30 {
			if bad, err := d.Verify(path); err != nil || len(bad) > 0 {
				done <- fmt.Errorf("%v, %w", bad, err)
				return
			}
		}
		done <- nil
	}()
	for n := 0; ; n++ {
		select {
		case err := <-done:
			if err != nil {
				t.Error(err)
			}
			mustClose(t, c)
			return
		default:
			run(t, c, "INSERT INTO party VALUES (zeroblob(9000))")
			if n%20 == 19 {
				run(t, c, "DELETE FROM party WHERE rowid % 3 = 0")
			}
		}
	}
}

func TestASmallFileOpensOnlyUnderItsNameAndKey(t *testing.T) {
	d, other := mount(t, vault.Options{}), mount(t, vault.Options{})
	blob, err := d.SealSecret("node.key", []byte("a private key"))
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(blob, []byte("private")) {
		t.Error("it is readable")
	}
	if got, err := d.OpenSecret("node.key", blob); err != nil || string(got) != "a private key" {
		t.Errorf("%q, %v", got, err)
	}
	if _, err := d.OpenSecret("node.key", []byte("-----BEGIN")); !errors.Is(err, vault.ErrPlain) {
		t.Errorf("plain: %v", err)
	}
	for i := 4; i < len(blob); i++ {
		bent := bytes.Clone(blob)
		bent[i] ^= 1
		if _, err := d.OpenSecret("node.key", bent); !errors.Is(err, vault.ErrSecret) {
			t.Fatalf("byte %d changed: %v", i, err)
		}
	}
	if _, err := d.OpenSecret("branch.key", blob); !errors.Is(err, vault.ErrSecret) {
		t.Errorf("another name: %v", err)
	}
	if _, err := other.OpenSecret("node.key", blob); !errors.Is(err, vault.ErrSecret) {
		t.Errorf("another key: %v", err)
	}
	if _, err := d.OpenSecret("node.key", blob[:10]); !errors.Is(err, vault.ErrSecret) {
		t.Errorf("cut short: %v", err)
	}
}
