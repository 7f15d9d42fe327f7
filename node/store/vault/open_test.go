package vault_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"bough/node/store/vault"
)

func TestAFileReopensWithItsKey(t *testing.T) {
	path := filepath.Join(t.TempDir(), "käse 100% #1?.db")
	name := register(t, newKey(), vault.Options{})
	for i := range 3 {
		c := openVault(t, path, name)
		run(t, c, "CREATE TABLE IF NOT EXISTS party (name TEXT) STRICT")
		run(t, c, "INSERT INTO party VALUES (?1)", fmt.Sprint("Novak ", i))
		if got := mustRows(t, c, "SELECT count(*) FROM party"); got[0] != fmt.Sprint(i+1) {
			t.Fatalf("%v parties after opening %d", got, i)
		}
		mustBeSound(t, c)
		mustClose(t, c)
	}
	if s, err := vault.Inspect(path); s != vault.Sealed || err != nil {
		t.Errorf("the file is %v, %v", s, err)
	}
}

func TestAnotherKeyIsNamedAsTheReason(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.db")
	c := openVault(t, path, register(t, newKey(), vault.Options{}))
	run(t, c, "CREATE TABLE party (name TEXT)")
	mustClose(t, c)
	before := readFile(t, path)
	_, err := vault.Open(path, register(t, newKey(), vault.Options{}), sqlite.OpenReadWrite, sqlite.OpenCreate)
	if !errors.Is(err, vault.ErrWrongKey) {
		t.Fatalf("got %v", err)
	}
	if !slices.Equal(before, readFile(t, path)) {
		t.Error("refusing a key changed the file")
	}
}

func TestAMissingKeyIsNamedAsTheReason(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.db")
	c := openVault(t, path, register(t, newKey(), vault.Options{}))
	run(t, c, "CREATE TABLE party (name TEXT)")
	mustClose(t, c)
	locked := errors.New("the machine secret is not there")
	if err := vault.Register("keyless", func(string) ([]byte, error) { return nil, locked }, vault.Options{Rand: zeros{}}); err != nil {
		t.Fatal(err)
	}
	if _, err := vault.Open(path, "keyless", sqlite.OpenReadWrite); !errors.Is(err, locked) {
		t.Fatalf("got %v", err)
	}
}

// zeros is the randomness of a vault that never gets to draw any.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) { return len(p), nil }

func TestAPlainFileIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "plain.db")
	c, err := sqlite.OpenConn(path, sqlite.OpenReadWrite, sqlite.OpenCreate)
	if err != nil {
		t.Fatal(err)
	}
	run(t, c, "CREATE TABLE party (name TEXT)")
	mustClose(t, c)
	if _, err := vault.Open(path, register(t, newKey(), vault.Options{}), sqlite.OpenReadWrite); !errors.Is(err, vault.ErrPlain) {
		t.Fatalf("got %v", err)
	}
	if s, err := vault.Inspect(path); s != vault.Plain || err != nil {
		t.Errorf("the file is %v, %v", s, err)
	}
}

func TestASealedFileIsNoPlainDatabase(t *testing.T) {
	path := filepath.Join(t.TempDir(), "sealed.db")
	c := openVault(t, path, register(t, newKey(), vault.Options{}))
	run(t, c, "CREATE TABLE party (name TEXT)")
	mustClose(t, c)
	plain, err := sqlite.OpenConn(path, sqlite.OpenReadWrite)
	if err == nil {
		_, err = rowsOf(plain, "SELECT * FROM party")
		mustClose(t, plain)
	}
	if sqlite.ErrCode(err) != sqlite.ResultNotADB {
		t.Fatalf("got %v", err)
	}
	if s, err := vault.Inspect(path); s != vault.Sealed || err != nil {
		t.Errorf("the file is %v, %v", s, err)
	}
}

func TestOtherFilesAreTold(t *testing.T) {
	dir := t.TempDir()
	for _, c := range []struct {
		name    string
		content []byte
		want    vault.State
		err     error
	}{
		{"absent", nil, vault.Absent, nil},
		{"empty", []byte{}, vault.Absent, nil},
		{"letter", []byte("Dear customer,"), vault.Foreign, vault.ErrForeign},
		{"noise", slices.Repeat(newKey(), 1000), vault.Foreign, vault.ErrForeign},
	} {
		path := filepath.Join(dir, c.name)
		if c.content != nil {
			if err := os.WriteFile(path, c.content, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if s, err := vault.Inspect(path); s != c.want || err != nil {
			t.Errorf("%s is %v, %v", c.name, s, err)
		}
		if err := vault.Check(path, newKey()); !errors.Is(err, c.err) || err != nil && c.err == nil {
			t.Errorf("%s: %v", c.name, err)
		}
		if c.err == nil {
			continue
		}
		if _, err := vault.Open(path, register(t, newKey(), vault.Options{}), sqlite.OpenReadWrite); !errors.Is(err, c.err) {
			t.Errorf("opening %s: %v", c.name, err)
		}
	}
}

func TestANameIsRegisteredOnce(t *testing.T) {
	name := register(t, newKey(), vault.Options{})
	keys := func(string) ([]byte, error) { return newKey(), nil }
	for _, taken := range []string{name, "unix-none"} {
		if err := vault.Register(taken, keys, vault.Options{Rand: zeros{}}); !errors.Is(err, vault.ErrRegistered) {
			t.Errorf("%s: %v", taken, err)
		}
	}
	if _, err := vault.Open("x.db", "nobody", sqlite.OpenReadWrite); err == nil || !strings.Contains(err.Error(), "nobody") {
		t.Errorf("got %v", err)
	}
}

// TestPlainFilesMoveIn: an existing file is sealed by copying it, and cannot be
// stored without room for the seals.
func TestPlainFilesMoveIn(t *testing.T) {
	dir := t.TempDir()
	name := register(t, newKey(), vault.Options{})
	c, err := sqlite.OpenConn(filepath.Join(dir, "plain.db"), sqlite.OpenReadWrite, sqlite.OpenCreate, sqlite.OpenURI)
	if err != nil {
		t.Fatal(err)
	}
	run(t, c, "CREATE TABLE party (name TEXT)")
	run(t, c, "INSERT INTO party VALUES ('Novak')")
	into := vault.DSN(filepath.Join(dir, "cramped.db"), name)
	if err := sqlitex.ExecuteTransient(c, "VACUUM INTO ?1", &sqlitex.ExecOptions{Args: []any{into}}); err == nil {
		t.Error("a copy without reserved bytes was stored")
	}
	run(t, c, "VACUUM INTO ?1", vault.DSN(filepath.Join(dir, "sealed.db"), name)+"&reserve=32")
	mustClose(t, c)
	sealed := openVault(t, filepath.Join(dir, "sealed.db"), name)
	mustBeSound(t, sealed)
	if got := mustRows(t, sealed, "SELECT name FROM party"); !slices.Equal(got, []string{"Novak"}) {
		t.Errorf("the sealed copy holds %v", got)
	}
}
