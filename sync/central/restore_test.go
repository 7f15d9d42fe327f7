package central

import (
	"crypto/rand"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"bough/crdt"
	"bough/node/crm"
	"bough/sync/rows"
)

// branchAct writes a branch row as head office.
func branchAct(t testing.TB, c *Central, number int64) crdt.ID {
	t.Helper()
	var id crdt.ID
	_, err := c.Act(t.Context(), rows.Actor{}, func(a *rows.Act) (err error) {
		id, err = a.Mint()
		a.Add(crdt.Op{Kind: crm.BranchKind, ID: id, Set: []crdt.FieldSet{{Field: crm.BranchNumber, Value: crdt.IntValue(number)}}})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func restoring(path string, origin crdt.Origin) Restoring {
	return Restoring{Path: path, Schema: crm.Table(), Origin: origin, NowMS: time.Now().UnixMilli()}
}

// backedUp is where a fresh backup of a central lies.
func backedUp(t *testing.T, c *Central) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "backup.db")
	if err := c.Backup(t.Context(), path); err != nil {
		t.Fatal(err)
	}
	return path
}

// reopened is the central of a file that was restored.
func reopened(t *testing.T, path string) *Central {
	t.Helper()
	c := must[*Central](t)(Open(t.Context(), Options{Path: path, Schema: crm.Table(), Rand: rand.Reader,
		NowMS: func() int64 { return time.Now().UnixMilli() }, Judge: lenient{}, NoSync: true}))
	t.Cleanup(func() { _ = c.Close() })
	return c
}

func TestARestoredCentralIsAnotherOriginWithAnotherEpoch(t *testing.T) {
	c := newCentral(t)
	node := c.joinTest(t, 5, 1)
	node.write(1, "Alice")
	node.write(2, "Bob")
	if _, err := node.push(t, c, 1, 1); err != nil {
		t.Fatal(err)
	}
	branchAct(t, c, 1)
	if err := c.PutCode(t.Context(), []byte("hash"), 1, time.Now().Add(time.Hour).UnixMilli()); err != nil {
		t.Fatal(err)
	}
	path := backedUp(t, c)
	lost := branchAct(t, c, 2)

	r := must[Restored](t)(Restore(t.Context(), restoring(path, 2)))
	if r.Origin != 2 || r.Epoch <= c.Epoch() || r.Vector[5] != 1 {
		t.Errorf("restored: %+v", r)
	}
	again := reopened(t, path)
	if again.Origin() != 2 || again.Epoch() != r.Epoch {
		t.Errorf("it opens as origin %d, epoch %d", again.Origin(), again.Epoch())
	}
	if id := branchAct(t, again, 3); id.Origin() != 2 || id == lost {
		t.Errorf("it minted %d, and had minted %d before", id, lost)
	}
	if has, err := node.push(t, again, 2, 2); err != nil || has != 2 {
		t.Errorf("the node's next push: %d, %v", has, err)
	}
	if _, err := again.UseCode(t.Context(), []byte("hash")); err == nil {
		t.Error("a code from before the restore still opens")
	}
	checkJournals(t, again)
}

// checkJournals: the new chain is whole, the old one is kept.
func checkJournals(t *testing.T, c *Central) {
	t.Helper()
	err := c.File.Read(t.Context(), func(tx *rows.Tx) error {
		if n, err := tx.CheckChain(2); err != nil || n == 0 {
			t.Errorf("the new chain: %d changes, %v", n, err)
		}
		n, _, err := tx.Int(`SELECT count(*) FROM former_journal WHERE origin=1`)
		if n == 0 {
			t.Error("the journal of the old origin is gone")
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestTheSameOriginIsNoRestore(t *testing.T) {
	c := newCentral(t)
	path := backedUp(t, c)
	for _, origin := range []crdt.Origin{0, 1, crdt.MaxOrigin + 1} {
		if _, err := Restore(t.Context(), restoring(path, origin)); err == nil {
			t.Errorf("origin %d is taken", origin)
		}
	}
}

func TestAFileThatIsNotCentralsIsNotRestored(t *testing.T) {
	dir := t.TempDir()
	letter := filepath.Join(dir, "letter.db")
	if err := os.WriteFile(letter, []byte(strings.Repeat("Dear bank,\n", 1000)), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Restore(t.Context(), restoring(letter, 2)); !errors.Is(err, rows.ErrForeign) {
		t.Errorf("a letter: %v", err)
	}
	empty := filepath.Join(dir, "empty.db")
	must[*rows.File](t)(rows.Open(rows.Options{Path: empty, Schema: crm.Table()})).Close()
	if _, err := Restore(t.Context(), restoring(empty, 2)); !errors.Is(err, ErrNotCentral) {
		t.Errorf("a file without feeds: %v", err)
	}
}

func TestNumbersJumpAtARestoreSoThatNoneIsGivenTwice(t *testing.T) {
	c := newCentral(t)
	dir := t.TempDir()
	once, twice := filepath.Join(dir, "backup.db"), filepath.Join(dir, "the same.db")
	for _, path := range []string{once, twice} {
		if err := c.Backup(t.Context(), path); err != nil {
			t.Fatal(err)
		}
	}
	for n := range int64(5) {
		branchAct(t, c, 10+n)
	}
	restored := func(path string, origin crdt.Origin, laterMS int64) int64 {
		o := restoring(path, origin)
		o.NowMS += laterMS
		must[Restored](t)(Restore(t.Context(), o))
		again := reopened(t, path)
		branchAct(t, again, 20)
		return must[rows.Scope](t)(again.scope(t.Context(), OfficeScope)).Feed
	}
	before := must[rows.Scope](t)(c.scope(t.Context(), OfficeScope)).Feed
	first := restored(once, 2, 0)
	if first <= before+restoreJump/2 {
		t.Errorf("central had numbered up to %d, and gives %d after its restore", before, first)
	}
	if second := restored(twice, 3, 2000); second <= first+restoreJump/2 {
		t.Errorf("central had numbered up to %d, and gives %d after a restore from the same backup", first, second)
	}
}

func TestWhoJoinedAfterTheBackupIsTakenInByTheirCertificateAndOnlyThen(t *testing.T) {
	c := newCentral(t)
	node := Node{Origin: 77, Branch: 1, Name: "late", Key: []byte("the key of a workstation, 32 byte")}
	row := func(a *rows.Act, n Node) error {
		id, err := a.Mint()
		a.Add(crdt.Op{Kind: crm.BranchKind, ID: id, Set: []crdt.FieldSet{{Field: crm.BranchNumber, Value: crdt.IntValue(9)}}})
		return err
	}
	now := time.Now().UnixMilli()
	if _, err := c.Readmit(t.Context(), node, now, row); !errors.Is(err, ErrUnknownNode) {
		t.Errorf("a central that was never restored took somebody in: %v", err)
	}
	c.joinTest(t, 5, 1)
	path := backedUp(t, c)
	must[Restored](t)(Restore(t.Context(), restoring(path, 2)))
	again := reopened(t, path)
	if n, err := again.Readmit(t.Context(), node, now, row); err != nil || n.Branch != 1 {
		t.Errorf("who joined after the backup: %+v, %v", n, err)
	}
	if n, err := again.Readmit(t.Context(), node, now, row); err != nil || n.Origin != 77 {
		t.Errorf("asked twice: %+v, %v", n, err)
	}
}

func TestAWorkstationThatWasRevokedDoesNotComeBackUnderAnotherNumber(t *testing.T) {
	c := newCentral(t)
	c.joinTest(t, 5, 1)
	nothing := func(*rows.Act, Node) error { return nil }
	next := Renewal{Old: 5, New: 6, Key: []byte("the key of a workstation, 32 byte"), Reason: "copied"}
	for range 2 { // asked again, since the answer was lost
		if n, err := c.Renew(t.Context(), next, nothing); err != nil || n.Renews != 5 {
			t.Fatalf("it goes on as %+v, %v", n, err)
		}
	}
	if err := c.Revoke(t.Context(), 6, func(*rows.Act) error { return nil }); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Renew(t.Context(), next, nothing); !errors.Is(err, ErrUnknownNode) {
		t.Errorf("after it was revoked: %v, which makes it draw another number", err)
	}
	next.Key = []byte("the key of another one, of 32 byte")
	if _, err := c.Renew(t.Context(), next, nothing); !errors.Is(err, ErrOriginTaken) {
		t.Errorf("somebody else's number: %v", err)
	}
}

func TestABackupThatWasRestoredIsWaitedForAndCanBeRestoredOnceMore(t *testing.T) {
	c := newCentral(t)
	node := c.joinTest(t, 5, 1)
	node.write(1, "Alice")
	node.write(2, "Bob")
	must[uint64](t)(node.push(t, c, 1, 1))
	path := backedUp(t, c)
	must[Restored](t)(Restore(t.Context(), restoring(path, 2)))
	again := reopened(t, path)
	must[uint64](t)(node.push(t, again, 2, 2))
	if err := again.MarkBackup(t.Context()); err != nil {
		t.Fatal(err)
	}
	err := again.File.Read(t.Context(), func(tx *rows.Tx) error {
		if n, err := backed(tx, 5); n != 1 || err != nil {
			t.Errorf("nodes may forget what comes before %d, %v; the backup covers 1", n, err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
