package rows

import (
	"bytes"
	"context"
	"math/rand/v2"
	"path/filepath"
	"testing"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"bough/crdt"
)

// Kinds of the bank under test: one of each class, with both types.
const (
	person uint8 = 1
	phone  uint8 = 2
	talk   uint8 = 3
)

func number1(num uint8, name string, owner crdt.Owner) crdt.Field {
	return crdt.Field{Num: num, Name: name, Type: crdt.Int, Owner: owner, Doc: "a number"}
}

func text(num uint8, name string) crdt.Field {
	return crdt.Field{Num: num, Name: name, Type: crdt.Text, Doc: "a text"}
}

// kinds is the schema of these tests; more fields of a person make it newer.
func kinds(t testing.TB, more ...crdt.Field) *crdt.Schema {
	t.Helper()
	name := text(1, "name")
	name.Owner, name.Index = crdt.Guarded, true
	s, err := crdt.NewSchema(
		&crdt.Kind{Num: person, Name: "person", Class: crdt.Record, Doc: "Somebody.", Scope: crdt.ScopeRule{Home: 2},
			Fields: append([]crdt.Field{name, number1(2, "home", crdt.Core), text(3, "memo")}, more...)},
		&crdt.Kind{Num: phone, Name: "phone", Class: crdt.Set, Doc: "A way to reach somebody.", Scope: crdt.ScopeRule{Roots: []uint8{1}},
			Fields: []crdt.Field{{Num: 1, Name: "person", Type: crdt.Int, Ref: person, Index: true, Doc: "whose"}, text(2, "value")}},
		&crdt.Kind{Num: talk, Name: "talk", Class: crdt.Event, Doc: "What was said.", Scope: crdt.ScopeRule{Roots: []uint8{1}},
			Fields: []crdt.Field{{Num: 1, Name: "person", Type: crdt.Int, Ref: person, Index: true, Doc: "with whom"}, text(4, "order")}},
	)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func ctx() context.Context { return context.Background() }

// bank opens a fresh file, closed with the test.
func bank(t testing.TB, o Options) *File {
	t.Helper()
	if o.Path == "" {
		o.Path = filepath.Join(t.TempDir(), "bough.db")
	}
	if o.Schema == nil {
		o.Schema = kinds(t)
	}
	o.NoSync = true
	f, err := Open(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closed(t, f) })
	return f
}

func closed(t testing.TB, f *File) {
	t.Helper()
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}

func write(t testing.TB, f *File, fn func(*Tx) error) {
	t.Helper()
	if err := f.Write(ctx(), fn); err != nil {
		t.Fatal(err)
	}
}

func read(t testing.TB, f *File, fn func(*Tx) error) {
	t.Helper()
	if err := f.Read(ctx(), fn); err != nil {
		t.Fatal(err)
	}
}

// raw runs SQL on a file behind the back of this package.
func raw(t testing.TB, path, sql string, args ...any) (out []string) {
	t.Helper()
	c, err := sqlite.OpenConn(path, sqlite.OpenReadWrite|sqlite.OpenCreate)
	if err != nil {
		t.Fatal(err)
	}
	err = sqlitex.ExecuteTransient(c, sql, &sqlitex.ExecOptions{Args: args, ResultFunc: func(s *sqlite.Stmt) error {
		out = append(out, s.ColumnText(0))
		return nil
	}})
	if err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	return out
}

// named is a row of a person.
func named(id crdt.ID, name string) *Stored {
	return &Stored{Row: crdt.Row{Kind: person, ID: id, Fields: []crdt.Value{{}, crdt.TextValue(name)},
		Clocks: crdt.Clocks{{Stamp: crdt.Stamp{Time: 9 << 16, Origin: 4}, By: 3, Mask: 2}}}}
}

func put(t testing.TB, f *File, r *Stored, scopes ...int64) {
	t.Helper()
	write(t, f, func(tx *Tx) error {
		old, err := tx.Get(r.Kind, r.ID)
		if err != nil {
			return err
		}
		return tx.Swap(old, r, scopes...)
	})
}

func get(t testing.TB, f *File, kind uint8, id crdt.ID) (r *Stored) {
	t.Helper()
	read(t, f, func(tx *Tx) (err error) {
		r, err = tx.Get(kind, id)
		return err
	})
	return r
}

// salts is randomness that repeats from run to run.
func salts() *rand.ChaCha8 { return rand.NewChaCha8([32]byte(bytes.Repeat([]byte{7}, 32))) }
