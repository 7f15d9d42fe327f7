package rows

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"bough/crdt"
)

// nick is a field that a newer release adds.
var nick = crdt.Field{Num: 9, Name: "nick", Type: crdt.Text, Index: true, Doc: "a pet name"}

func nicknamed(id crdt.ID, nickname string) *Stored {
	r := named(id, "Ada")
	r.Fields = append(r.Fields, make([]crdt.Value, 8)...)
	r.Fields[9] = crdt.TextValue(nickname)
	r.Clocks[0].Mask |= 1 << 9
	return r
}

func TestAFieldThatTheTableGainsBecomesAColumnAndKeepsWhatCameEarly(t *testing.T) {
	path := filepath.Join(t.TempDir(), "bough.db")
	old := bank(t, Options{Path: path})
	put(t, old, nicknamed(7, "Addie"), 1)
	before := get(t, old, person, 7)
	closed(t, old)
	f := bank(t, Options{Path: path, Schema: kinds(t, nick)})
	if d := cmp.Diff(before.Digest(), get(t, f, person, 7).Digest()); d != "" {
		t.Error("the row changed on the way:", d)
	}
	var found int64
	read(t, f, func(tx *Tx) (err error) {
		found, _, err = tx.Int(`SELECT id FROM person WHERE nick=?1 AND extra IS NULL`, "Addie")
		return err
	})
	if found != 7 {
		t.Error("queries do not find the value that came before its column")
	}
}

func TestTheReleaseBeforeKeepsWhatANewerOneAdded(t *testing.T) {
	path := filepath.Join(t.TempDir(), "bough.db")
	newer := bank(t, Options{Path: path, Schema: kinds(t, nick)})
	put(t, newer, nicknamed(7, "Addie"), 1)
	closed(t, newer)

	old := bank(t, Options{Path: path})
	op := crdt.Op{Kind: person, ID: 7, Set: []crdt.FieldSet{{Field: 3, Value: crdt.TextValue("likes trains")}}}
	write(t, old, func(tx *Tx) error {
		was, err := tx.Get(person, 7)
		if err != nil {
			return err
		}
		return tx.Swap(was, Merge(old.schema, was, &op, crdt.Written{Stamp: crdt.Stamp{Time: 10 << 16, Origin: 4}, By: 3}), 1)
	})
	put(t, old, nicknamed(8, "Bee"), 1)
	closed(t, old)

	newer = bank(t, Options{Path: path, Schema: kinds(t, nick)})
	for id, want := range map[crdt.ID]string{7: "Addie", 8: "Bee"} {
		if got := get(t, newer, person, id).Get(9).S; got != want {
			t.Errorf("row %d: nick is %q, want %q", id, got, want)
		}
	}
	if got := get(t, newer, person, 7).Get(3).S; got != "likes trains" {
		t.Errorf("memo is %q", got)
	}
	checkDigests(t, newer, 1)
}

// checkDigests holds the kept digest of a scope against the sum over all rows.
func checkDigests(t testing.TB, f *File, scope int64) {
	t.Helper()
	read(t, f, func(tx *Tx) error {
		sc, err := tx.Scope(scope)
		if err != nil {
			return err
		}
		var sum crdt.Digest
		err = tx.Each(func(r *Stored) error {
			sum.Add(r.Digest())
			return nil
		})
		if sum != sc.Digest {
			t.Errorf("scope %d: %s is kept, the rows sum up to %s", scope, sc.Digest, sum)
		}
		return err
	})
}

func TestAFileWithJustOurTablesIsOpenedWithoutWriting(t *testing.T) {
	path := filepath.Join(t.TempDir(), "bough.db")
	f := bank(t, Options{Path: path})
	put(t, f, named(7, "Ada"), 1)
	closed(t, f)
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	f = bank(t, Options{Path: path})
	if got := get(t, f, person, 7); got == nil || got.Get(1).S != "Ada" {
		t.Errorf("the row is %+v", got)
	}
	closed(t, f)
	if after, err := os.ReadFile(path); err != nil || !bytes.Equal(before, after) {
		t.Errorf("opening wrote: %v", err)
	}
}

func TestWhatAnotherReleaseDefinedInBetweenIsDefinedAgain(t *testing.T) {
	path := filepath.Join(t.TempDir(), "bough.db")
	other := kinds(t)
	other.Kinds[0].Doc += ", as another release says"
	for _, s := range []*crdt.Schema{kinds(t), other, kinds(t)} {
		f := bank(t, Options{Path: path, Schema: s})
		want, err := json.Marshal(s.Kinds[0])
		if err != nil {
			t.Fatal(err)
		}
		read(t, f, func(tx *Tx) error {
			return tx.Query(`SELECT definition FROM kind WHERE num=?1`, func(row *Stmt) error {
				if got := row.ColumnText(0); got != string(want) {
					t.Errorf("the file says %s, this release %s", got, want)
				}
				return nil
			}, int64(s.Kinds[0].Num))
		})
		closed(t, f)
	}
}
