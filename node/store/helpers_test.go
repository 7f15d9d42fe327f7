package store

import (
	"context"
	"math/rand/v2"
	"path/filepath"
	"testing"

	"bough/crdt"
	"bough/node/crm"
	"bough/sync/rows"
	"bough/sync/wire"
)

// Who and where, in these tests.
const (
	here    crdt.Origin = 101
	there   crdt.Origin = 202
	office  crdt.Origin = 303
	branch  int64       = 7
	startMS int64       = 1_790_000_000_000
)

func ctx() context.Context { return context.Background() }

// till is a node under test: a real file, a clock one can set.
type till struct {
	*Store
	t      testing.TB
	path   string
	now    *int64
	who    rows.Actor
	schema *crdt.Schema
}

func open(t testing.TB) *till {
	now := startMS
	l := &till{t: t, path: filepath.Join(t.TempDir(), "node.db"), now: &now, schema: crm.Table()}
	l.reopen()
	t.Cleanup(func() { l.close() })
	return l
}

func (l *till) close() {
	l.t.Helper()
	if err := l.File.Close(); err != nil {
		l.t.Fatal(err)
	}
}

// reopen opens the file, again if it was open.
func (l *till) reopen() {
	l.t.Helper()
	origin := here
	if l.Store != nil {
		origin = l.Origin()
		l.close()
	}
	var err error
	l.Store, err = Open(ctx(), Options{Path: l.path, Schema: l.schema, Origin: origin, Branch: branch, Rand: rand.NewChaCha8([32]byte{1}),
		NowMS: func() int64 { *l.now++; return *l.now }, NoSync: true})
	if err != nil {
		l.t.Fatal(err)
	}
}

// act writes ops as one act; an op without an id gets a fresh one.
func (l *till) act(ops ...crdt.Op) rows.Receipt {
	l.t.Helper()
	r, err := l.Act(ctx(), l.who, func(a *rows.Act) error {
		for _, op := range ops {
			if op.ID == 0 {
				var err error
				if op.ID, err = a.Mint(); err != nil {
					return err
				}
			}
			a.Add(op)
		}
		return nil
	})
	if err != nil {
		l.t.Fatal(err)
	}
	return r
}

func (l *till) apply(pages ...*wire.Page) {
	l.t.Helper()
	for _, p := range pages {
		if err := l.Apply(ctx(), p); err != nil {
			l.t.Fatal(err)
		}
	}
}

func (l *till) row(kind uint8, id crdt.ID) (r *rows.Stored) {
	l.t.Helper()
	l.read(func(tx *rows.Tx) (err error) {
		r, err = tx.Get(kind, id)
		return err
	})
	return r
}

func (l *till) read(fn func(*rows.Tx) error) {
	l.t.Helper()
	if err := l.File.Read(ctx(), fn); err != nil {
		l.t.Fatal(err)
	}
}

func (l *till) progress() Progress {
	l.t.Helper()
	p, err := l.Progress(ctx())
	if err != nil {
		l.t.Fatal(err)
	}
	return p
}

// checkDigests holds the kept digests against the rows.
func (l *till) checkDigests() {
	l.t.Helper()
	l.read(func(tx *rows.Tx) error {
		sums := map[int64]crdt.Digest{OfficeScope: {}, branch: {}}
		err := tx.Each(func(r *rows.Stored) error {
			d := sums[l.ScopeOf(r.Kind)]
			d.Add(r.Digest())
			sums[l.ScopeOf(r.Kind)] = d
			return nil
		})
		for scope, sum := range sums {
			sc, err := tx.Scope(scope)
			if err != nil {
				return err
			}
			if sc.Digest != sum {
				l.t.Errorf("scope %d: %s is kept, the rows sum up to %s", scope, sc.Digest, sum)
			}
		}
		return err
	})
}

// party is an op that names a party; id 0: a new one.
func party(id crdt.ID, name string, saw ...crdt.Stamp) crdt.Op {
	return crdt.Op{Kind: crm.Party, ID: id, Set: []crdt.FieldSet{{Field: crm.PartyName, Value: crdt.TextValue(name), Saw: saw}}}
}

// prospect is an op that makes a party of the branch.
func prospect(id crdt.ID, name string) crdt.Op {
	op := party(id, name)
	op.Set = append(op.Set, crdt.FieldSet{Field: crm.PartyHome, Value: crdt.IntValue(branch)})
	return op
}

// field is an op that writes one field.
func field(kind uint8, id crdt.ID, num uint8, v crdt.Value) crdt.Op {
	return crdt.Op{Kind: kind, ID: id, Set: []crdt.FieldSet{{Field: num, Value: v}}}
}

// at is a stamp so many ms after the start.
func at(o crdt.Origin, ms int64) crdt.Stamp {
	return crdt.Stamp{Time: uint64(startMS+ms) << 16, Origin: o}
}

// feed is central's side of a scope, made by hand: rows with their numbers.
type feed struct {
	schema *crdt.Schema
	rows   map[key]*rows.Stored
	n      int64
}

func newFeed() *feed { return &feed{schema: crm.Table(), rows: map[key]*rows.Stored{}} }

// take merges an op at central and gives the row as the feed carries it now.
func (f *feed) take(op crdt.Op, w crdt.Written) wire.PageRow {
	k := key{op.Kind, op.ID}
	f.rows[k] = rows.Merge(f.schema, f.rows[k], &op, w)
	f.n++
	r := *f.rows[k]
	return wire.PageRow{Row: r.Row.Clone(), Conflicts: append([]crdt.Conflict(nil), r.Conflicts...), N: f.n}
}

func (f *feed) void(kind uint8, id crdt.ID) wire.PageRow {
	f.n++
	return wire.PageRow{Row: crdt.Row{Kind: kind, ID: id}, N: f.n, Void: true}
}

// page holds rows of the branch's feed that follow number since.
func page(since int64, taken uint64, rs ...wire.PageRow) *wire.Page {
	p := &wire.Page{Scope: branch, Epoch: 1, Since: since, Until: since, Rows: rs, Vector: map[crdt.Origin]uint64{here: taken}}
	if len(rs) > 0 {
		p.Until = rs[len(rs)-1].N
	}
	return p
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
