package vault_test

import (
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"bough/node/store/vault"
)

// names keeps the vaults of one test binary apart: SQLite knows them for good.
var names atomic.Int64

func newKey() []byte {
	key := make([]byte, 32)
	_, _ = rand.Read(key)
	return key
}

// register makes a vault with one key for every file.
func register(t testing.TB, key []byte, o vault.Options) string {
	t.Helper()
	name := fmt.Sprintf("vault-%d", names.Add(1))
	o.Rand = rand.Reader
	if err := vault.Register(name, func(string) ([]byte, error) { return key, nil }, o); err != nil {
		t.Fatal(err)
	}
	return name
}

// openVault opens a file in the settings of the store.
func openVault(t testing.TB, path, name string) *sqlite.Conn {
	t.Helper()
	c, err := vault.Open(path, name, sqlite.OpenReadWrite, sqlite.OpenCreate)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	for _, p := range []string{"synchronous=FULL", "journal_mode=WAL"} {
		run(t, c, "PRAGMA "+p)
	}
	return c
}

func run(t testing.TB, c *sqlite.Conn, sql string, args ...any) {
	t.Helper()
	if err := sqlitex.ExecuteTransient(c, sql, &sqlitex.ExecOptions{Args: args}); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
}

// rowsOf is the answer to a query, a line a row.
func rowsOf(c *sqlite.Conn, sql string) (lines []string, err error) {
	err = sqlitex.ExecuteTransient(c, sql, &sqlitex.ExecOptions{ResultFunc: func(s *sqlite.Stmt) error {
		var cells []string
		for i := range s.ColumnCount() {
			cells = append(cells, s.ColumnText(i))
		}
		lines = append(lines, strings.Join(cells, "|"))
		return nil
	}})
	return lines, err
}

// mustRows is rowsOf where it has to work.
func mustRows(t testing.TB, c *sqlite.Conn, sql string) []string {
	t.Helper()
	lines, err := rowsOf(c, sql)
	if err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return lines
}

func mustBeSound(t testing.TB, c *sqlite.Conn) {
	t.Helper()
	if got := mustRows(t, c, "PRAGMA integrity_check"); !slices.Equal(got, []string{"ok"}) {
		t.Fatalf("integrity_check: %v", got)
	}
}

func mustClose(t testing.TB, c *sqlite.Conn) {
	t.Helper()
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
}

func readFile(t testing.TB, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	return b
}

// putFiles lays a database and its log into a folder of their own.
func putFiles(t testing.TB, db, log []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "copy.db")
	for name, b := range map[string][]byte{path: db, path + "-wal": log} {
		if b == nil {
			continue
		}
		if err := os.WriteFile(name, b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return path
}

// noSync spares the disk where nobody pulls its plug.
func noSync(a vault.Access) vault.Action {
	if a.Op == vault.OpSync {
		return vault.Drop()
	}
	return vault.Action{}
}
