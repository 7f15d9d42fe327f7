package rows

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"bough/crdt"
)

// gift is a kind that a newer release adds.
const gift uint8 = 9

func later(t testing.TB) *crdt.Schema {
	t.Helper()
	s := kinds(t, nick)
	s, err := crdt.NewSchema(append(s.Kinds, &crdt.Kind{Num: gift, Name: "gift", Class: crdt.Set, Doc: "What somebody was given.", Scope: crdt.ScopeRule{Roots: []uint8{1}},
		Fields: []crdt.Field{{Num: 1, Name: "person", Type: crdt.Int, Ref: person, Index: true, Doc: "whom"},
			{Num: 2, Name: "worth", Type: crdt.Int, Owner: crdt.Core, Doc: "minor units"}, text(3, "what")}})...)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// given is a row of the kind that the older release does not know, with a
// conflict and a clear.
func given(id crdt.ID, what string) *Stored {
	at := func(n uint64) crdt.Stamp { return crdt.Stamp{Time: n << 16, Origin: 4} }
	return &Stored{Row: crdt.Row{Kind: gift, ID: id, Fields: []crdt.Value{{}, crdt.RefValue(7), crdt.IntValue(-5), crdt.TextValue(what)},
		Clocks: crdt.Clocks{{Stamp: at(9), By: 3, Mask: 6}, {Stamp: at(11), By: 3, Mask: 8}}, Cleared: []crdt.Stamp{at(8)}}, N: 12,
		Conflicts: []crdt.Conflict{{Kind: gift, Row: id, Field: 3, Value: crdt.TextValue("socks"), Stamp: at(10), By: 5}}}
}

func TestTheReleaseBeforeOpensTheFileAndWorksWithIt(t *testing.T) {
	older := Options{Path: filepath.Join(t.TempDir(), "bough.db"), Migrations: []string{"CREATE TABLE a (x INTEGER) STRICT"}}
	newer := Options{Path: older.Path, Schema: later(t), Migrations: append(older.Migrations,
		"ALTER TABLE a ADD COLUMN y INTEGER NOT NULL DEFAULT 5", "CREATE TABLE b (x INTEGER) STRICT")}
	f := bank(t, newer)
	put(t, f, nicknamed(7, "Addie"), 1)
	put(t, f, given(70, "a book"), 1)
	put(t, f, given(71, "a lamp"), 1)
	write(t, f, func(tx *Tx) error { return tx.Exec(`INSERT INTO b VALUES (1)`) })
	closed(t, f)

	f = bank(t, older)
	if f.Schema().Kind(gift) != nil || f.Held().Kind(gift).Field(2).Owner != crdt.Core || f.Held().Kind(person).Field(nick.Num) == nil {
		t.Error("what the newer release added is not told from what this one knows")
	}
	if d := cmp.Diff(given(70, "a book"), get(t, f, gift, 70)); d != "" {
		t.Error("a row of a kind this release does not know:", d)
	}
	next := given(70, "a bicycle")
	next.Conflicts = nil
	put(t, f, next, 1)
	write(t, f, func(tx *Tx) error {
		old, err := tx.Get(gift, 71)
		if err != nil {
			return err
		}
		return tx.Swap(old, nil, 1)
	})
	write(t, f, func(tx *Tx) error { return tx.Exec(`INSERT INTO a (x) VALUES (1)`) })
	put(t, f, named(8, "Bee"), 1)
	closed(t, f)

	f = bank(t, newer)
	if d := cmp.Diff(next, get(t, f, gift, 70)); d != "" {
		t.Error(d)
	}
	if get(t, f, gift, 71) != nil || get(t, f, person, 7).Get(nick.Num).S != "Addie" {
		t.Error("what the older release did is undone")
	}
	read(t, f, func(tx *Tx) error {
		n, _, err := tx.Int(`SELECT y+(SELECT count(*) FROM b)+(SELECT count(*) FROM gift WHERE worth=-5) FROM a`)
		if n != 7 {
			t.Errorf("tables and columns that the older release does not know: %d", n)
		}
		return err
	})
	checkDigests(t, f, 1)
}

func TestAFileNamesItsOldestReader(t *testing.T) {
	step := "CREATE TABLE IF NOT EXISTS a (x INTEGER) STRICT"
	o := Options{Path: filepath.Join(t.TempDir(), "bough.db"), Migrations: []string{step, step, step, step}, Oldest: 3}
	closed(t, bank(t, o))
	o.Oldest = 0 // a file does not forget
	for n := 4; n >= 0; n-- {
		o.Migrations, o.Schema = o.Migrations[:n], kinds(t)
		f, err := Open(o)
		switch {
		case err == nil && n >= 3:
			closed(t, f)
		case err == nil || n >= 3 || !strings.Contains(err.Error(), "start the newer version"):
			t.Errorf("a program that knows %d steps: %v", n, err)
		}
	}
}

func TestRowsOfAnUnknownKindAreKeptWholeAndComeToLife(t *testing.T) {
	path := filepath.Join(t.TempDir(), "bough.db")
	f := bank(t, Options{Path: path})
	want := given(70, "a book")
	put(t, f, given(70, "a pen"), 1)
	put(t, f, want, 1)
	put(t, f, given(71, "a lamp"), 1)
	write(t, f, func(tx *Tx) error {
		old, err := tx.Get(gift, 71)
		if err != nil {
			return err
		}
		return tx.Swap(old, nil, 1)
	})
	if d := cmp.Diff(want, get(t, f, gift, 70)); d != "" {
		t.Error(d)
	}
	checkDigests(t, f, 1)
	closed(t, f)
	f = bank(t, Options{Path: path, Schema: later(t)})
	if d := cmp.Diff(want, get(t, f, gift, 70)); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]uint8{gift}, f.Gained()); d != "" {
		t.Error(d)
	}
	read(t, f, func(tx *Tx) error {
		n, _, err := tx.Int(`SELECT (SELECT count(*) FROM gift WHERE what='a book') + (SELECT count(*) FROM unknown)`)
		if n != 1 {
			t.Error("the row did not come to life in its table")
		}
		return err
	})
	checkDigests(t, f, 1)
}

func TestAnUnknownRowThatIsDamagedIsAnError(t *testing.T) {
	f := bank(t, Options{})
	put(t, f, given(70, "a book"), 1)
	for _, damage := range []string{"x''", "x'72'", "substr(canonical, 2)", "canonical || x'00'", "substr(canonical, 1, 30)"} {
		err := f.Write(ctx(), func(tx *Tx) error {
			if err := tx.Exec(`UPDATE unknown SET canonical=` + damage); err != nil {
				return err
			}
			_, err := tx.Get(gift, 70)
			return err
		})
		if err == nil {
			t.Errorf("%s was read as a row", damage)
		}
	}
}
