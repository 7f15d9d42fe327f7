package vault_test

import (
	"fmt"
	"path/filepath"
	"testing"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"bough/node/store/vault"
)

// TestAFailingDiskLosesNothingAcknowledged fails every operation in turn, once
// and then for a while, and checks that each commit either reports the error
// or is there.
func TestAFailingDiskLosesNothingAcknowledged(t *testing.T) {
	for _, c := range []struct {
		what string
		op   vault.Op
		act  vault.Action
		code sqlite.ResultCode
	}{
		{"EIO on write", vault.OpWrite, vault.EIO(), sqlite.ResultIOErr},
		{"EIO on sync", vault.OpSync, vault.EIO(), sqlite.ResultIOErr},
		{"EIO on read", vault.OpRead, vault.EIO(), sqlite.ResultIOErr},
		{"EIO on truncate", vault.OpTruncate, vault.EIO(), sqlite.ResultIOErr},
		{"full disk", vault.OpWrite, vault.NoSpace(), sqlite.ResultFull},
	} {
		t.Run(c.what, func(t *testing.T) { failInTurn(t, c.op, c.act, c.code) })
	}
}

func failInTurn(t *testing.T, op vault.Op, act vault.Action, code sqlite.ResultCode) {
	failures := 0
	for nth := range 30 {
		for _, long := range []int{1, 12} {
			key := newKey()
			armed, seen := false, 0
			name := register(t, key, vault.Options{Fault: func(a vault.Access) vault.Action {
				if armed && a.Op == op {
					if seen++; seen > nth && seen <= nth+long {
						return act
					}
				}
				return noSync(a)
			}})
			path := filepath.Join(t.TempDir(), "a.db")
			w := openVault(t, path, name)
			run(t, w, "PRAGMA wal_autocheckpoint=4")
			run(t, w, "PRAGMA cache_size=10")
			run(t, w, "CREATE TABLE act (n INTEGER PRIMARY KEY, pad BLOB)")
			armed = true
			want := map[string]bool{}
			for n := range 12 {
				err := sqlitex.ExecuteTransient(w, "INSERT INTO act VALUES (?1, randomblob(6000))", &sqlitex.ExecOptions{Args: []any{n}})
				if err == nil {
					want[fmt.Sprint(n)] = true
				} else if failures++; sqlite.ErrCode(err).ToPrimary() != code {
					t.Errorf("operation %d: %v", nth, err)
				}
			}
			armed = false
			_ = w.Close()
			c := openVault(t, path, name)
			mustBeSound(t, c)
			for _, n := range mustRows(t, c, "SELECT n FROM act") {
				delete(want, n)
			}
			if len(want) > 0 {
				t.Errorf("operation %d: acknowledged and gone: %v", nth, want)
			}
		}
	}
	if failures == 0 && op != vault.OpRead && op != vault.OpTruncate {
		t.Error("no commit failed: the seam is not in the way")
	}
}

// TestTheSeamSeesWhatTheDiskIsAsked: a simulator of disks needs the path, the
// kind, and every sync.
func TestTheSeamSeesWhatTheDiskIsAsked(t *testing.T) {
	seen := map[string]int{}
	path := filepath.Join(t.TempDir(), "a.db")
	name := register(t, newKey(), vault.Options{Fault: func(a vault.Access) vault.Action {
		if a.Path != path {
			t.Errorf("path %q", a.Path)
		}
		seen[fmt.Sprintf("%s %d", a.File, a.Op)]++
		return noSync(a)
	}})
	c := openVault(t, path, name)
	run(t, c, "CREATE TABLE act (n INTEGER)")
	for _, k := range []string{"log 3", "database 3"} {
		seen[k] = 0
	}
	for n := range 10 {
		run(t, c, "INSERT INTO act VALUES (?1)", n)
	}
	if seen["log 3"] != 10 || seen["database 3"] != 0 {
		t.Errorf("10 commits: %v", seen)
	}
	run(t, c, "PRAGMA wal_checkpoint(TRUNCATE)")
	if seen["database 3"] == 0 || seen["log 4"] == 0 {
		t.Errorf("a checkpoint: %v", seen)
	}
}

// TestATornWriteIsNoticed: the start of a page is new, the rest old.
func TestATornWriteIsNoticed(t *testing.T) {
	armed := false
	key := newKey()
	name := register(t, key, vault.Options{Fault: func(a vault.Access) vault.Action {
		if armed && a.Op == vault.OpWrite && a.File == vault.Database && a.Offset > 0 {
			return vault.Torn(1500)
		}
		return noSync(a)
	}})
	path := filepath.Join(t.TempDir(), "a.db")
	c := openVault(t, path, name)
	run(t, c, "CREATE TABLE party (id INTEGER PRIMARY KEY, name TEXT)")
	run(t, c, "INSERT INTO party VALUES (1, 'Novak')")
	run(t, c, "PRAGMA wal_checkpoint(TRUNCATE)")
	run(t, c, "INSERT INTO party VALUES (2, 'Dvorak')")
	armed = true
	run(t, c, "PRAGMA wal_checkpoint(TRUNCATE)")
	armed = false
	mustClose(t, c)
	mustNotice(t, "a torn page", path, name)
}
