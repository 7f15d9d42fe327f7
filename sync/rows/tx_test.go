package rows

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"bough/crdt"
	"bough/crdt/crdttest"
)

// storedRows draws rows of a kind, with fields that the table does not know,
// conflicts, and for sets cleared stamps.
func storedRows(s *crdt.Schema) *rapid.Generator[*Stored] {
	return rapid.Custom(func(t *rapid.T) *Stored {
		k := rapid.SampledFrom(s.Kinds).Draw(t, "kind")
		r := &Stored{Row: crdt.Row{Kind: k.Num, ID: crdttest.IDs().Draw(t, "id"), Clocks: crdttest.Clocks().Draw(t, "clocks")}, N: rapid.Int64Min(0).Draw(t, "n")}
		r.Fields = make([]crdt.Value, rapid.IntRange(1, crdt.MaxField+1).Draw(t, "fields"))
		for n := 1; n < len(r.Fields); n++ {
			r.Fields[n] = valueFor(t, k, uint8(n))
		}
		if k.Class == crdt.Set {
			r.Cleared = stamps(t)
		}
		for _, at := range stamps(t) {
			c := crdt.Conflict{Kind: k.Num, Row: r.ID, Field: rapid.Uint8Range(1, crdt.MaxField).Draw(t, "field"), Stamp: at,
				Value: crdttest.Values().Draw(t, "value"), By: crdttest.IDs().Draw(t, "by")}
			if rapid.Bool().Draw(t, "closed") {
				c.Closed = crdttest.Stamps().Draw(t, "closed at")
			}
			r.Conflicts = append(r.Conflicts, c)
		}
		slices.SortFunc(r.Conflicts, func(a, b crdt.Conflict) int { return a.Compare(&b) })
		return r
	})
}

// valueFor draws a value that the field may hold; half of them nothing.
func valueFor(t *rapid.T, k *crdt.Kind, num uint8) crdt.Value {
	v := crdttest.Values().Draw(t, "value")
	if f := k.Field(num); f != nil && v.T != f.Type || rapid.Bool().Draw(t, "null") {
		return crdt.Value{}
	}
	return v
}

// stamps draws a few stamps, ascending.
func stamps(t *rapid.T) []crdt.Stamp {
	out := rapid.SliceOfNDistinct(crdttest.Stamps(), 0, 3, rapid.ID[crdt.Stamp]).Draw(t, "stamps")
	slices.SortFunc(out, crdt.Stamp.Compare)
	return out
}

// same compares rows as they are; nulls at the end of Fields mean nothing.
func same(a, b *Stored) string {
	trim := cmp.Transformer("fields", func(r crdt.Row) crdt.Row {
		for len(r.Fields) > 0 && r.Fields[len(r.Fields)-1].IsNull() {
			r.Fields = r.Fields[:len(r.Fields)-1]
		}
		return r
	})
	return cmp.Diff(a, b, cmpopts.EquateEmpty(), cmp.FilterPath(func(p cmp.Path) bool { return p.Last().String() == ".Row" && len(p) < 5 }, trim))
}

func TestEveryRowComesBackAsItWasPut(t *testing.T) {
	f := bank(t, Options{})
	rapid.Check(t, func(t *rapid.T) {
		want := storedRows(f.schema).Draw(t, "row")
		err := f.Write(ctx(), func(tx *Tx) error {
			old, err := tx.Get(want.Kind, want.ID)
			if err != nil {
				return err
			}
			return tx.Swap(old, want, 1)
		})
		if err != nil {
			t.Fatal(err)
		}
		err = f.Read(ctx(), func(tx *Tx) error {
			got, err := tx.Get(want.Kind, want.ID)
			if d := same(want, got); d != "" {
				t.Fatal(d)
			}
			if want.Digest() != got.Digest() {
				t.Fatal("the digest changed on the way")
			}
			n := 0
			err2 := tx.Rows(want.Kind, "id=?1", func(r *Stored) error {
				n++
				if d := same(want, r); d != "" {
					t.Fatal(d)
				}
				return nil
			}, int64(want.ID))
			if n != 1 || err2 != nil {
				t.Fatal(n, err2)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

func TestSwappingRowsAtRandomKeepsTheDigests(t *testing.T) {
	f := bank(t, Options{})
	rapid.Check(t, func(t *rapid.T) {
		err := f.Write(ctx(), func(tx *Tx) error {
			for range rapid.IntRange(1, 5).Draw(t, "swaps") {
				next := storedRows(f.schema).Draw(t, "row")
				next.ID = crdt.ID(rapid.Int64Range(1, 6).Draw(t, "small id"))
				for i := range next.Conflicts {
					next.Conflicts[i].Row = next.ID
				}
				old, err := tx.Get(next.Kind, next.ID)
				if err != nil {
					return err
				}
				if rapid.IntRange(0, 3).Draw(t, "drop") == 0 {
					next = nil
				}
				if err := tx.Swap(old, next, 1, 2); err != nil {
					return err
				}
			}
			if rapid.Bool().Draw(t, "roll back") {
				return errAgain
			}
			return nil
		})
		if err != nil && err != errAgain {
			t.Fatal(err)
		}
	})
	checkDigests(t, f, 1)
	checkDigests(t, f, 2)
	read(t, f, func(tx *Tx) error {
		orphans, _, err := tx.Int(`SELECT count(*) FROM conflict WHERE NOT EXISTS (SELECT 1 FROM person WHERE id=row_id AND kind=1)
			AND NOT EXISTS (SELECT 1 FROM phone WHERE id=row_id AND kind=2) AND NOT EXISTS (SELECT 1 FROM talk WHERE id=row_id AND kind=3)`)
		if orphans != 0 {
			t.Errorf("%d conflicts outlived their rows", orphans)
		}
		return err
	})
}

var errAgain = fmt.Errorf("rolled back")

func TestAValueOfAnotherTypeThanItsColumnIsKeptAsItIs(t *testing.T) {
	f := bank(t, Options{})
	r := named(7, "Ada")
	r.Fields[1] = crdt.IntValue(5)
	put(t, f, r, 1)
	if got := get(t, f, person, 7); got.Get(1) != crdt.IntValue(5) || got.Digest() != r.Digest() {
		t.Errorf("name is %v now", got.Get(1))
	}
	put(t, f, named(7, "Ada"), 1)
	if got := get(t, f, person, 7).Get(1).S; got != "Ada" {
		t.Errorf("name is %q", got)
	}
	checkDigests(t, f, 1)
}

func TestADamagedRowIsAnErrorThatNamesIt(t *testing.T) {
	for _, c := range []struct{ what, sql string }{
		{"clock", `UPDATE person SET clock=x'01'`}, {"extra", `UPDATE person SET extra=x'09ff'`},
		{"conflict", `UPDATE conflict SET stamp=x'01'`}, {"cleared", `UPDATE phone SET cleared=x'01'`},
	} {
		f := bank(t, Options{})
		r := named(7, "Ada")
		r.Conflicts = []crdt.Conflict{{Kind: person, Row: 7, Field: 1, Stamp: crdt.Stamp{Time: 1, Origin: 1}, By: 1}}
		put(t, f, r)
		put(t, f, &Stored{Row: crdt.Row{Kind: phone, ID: 7, Fields: []crdt.Value{{}}, Clocks: named(1, "").Clocks, Cleared: []crdt.Stamp{{Time: 1, Origin: 1}}}})
		write(t, f, func(tx *Tx) error { return tx.Exec(c.sql) })
		for range 2 * defaultReaders {
			err := f.Read(ctx(), func(tx *Tx) error {
				_, err := tx.Get(person, 7)
				_, err2 := tx.Get(phone, 7)
				if err == nil {
					err = err2
				}
				return err
			})
			if err == nil {
				t.Errorf("%s: damage passed for a row", c.what)
			}
		}
	}
}

func TestAFieldsValueMayHoldWhateverPeopleType(t *testing.T) {
	f := bank(t, Options{})
	for i, s := range []string{"'; DROP TABLE person; --", "zero\x00byte", "王小明", "\U0001F333", strings.Repeat("x", crdt.MaxText), "1e3", "0x10"} {
		put(t, f, named(crdt.ID(i+1), s))
		if got := get(t, f, person, crdt.ID(i+1)).Get(1).S; got != s {
			t.Errorf("%q became %q", s, got)
		}
	}
}

func TestFactsComeBackAsTheyWereSet(t *testing.T) {
	f := bank(t, Options{})
	write(t, f, func(tx *Tx) error {
		if err := tx.SetFact("blob", []byte{0, 1}); err != nil {
			return err
		}
		return tx.SetFact("blob", []byte{0, 1, 2})
	})
	read(t, f, func(tx *Tx) error {
		b, err := tx.FactBytes("blob")
		none, err2 := tx.FactBytes("none")
		n, err3 := tx.FactInt("none")
		if string(b) != "\x00\x01\x02" || none != nil || n != 0 {
			t.Errorf("%x %v %d", b, none, n)
		}
		if err := tx.Exec(`SELECT ?1`, 3.14); err == nil {
			t.Error("a parameter of a type that no column has was bound")
		}
		return cmpError(err, err2, err3)
	})
}

func cmpError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
