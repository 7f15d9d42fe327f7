package central_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"bough/crdt"
	"bough/node/crm"
	"bough/node/store"
	"bough/sync/central"
	"bough/sync/journal"
	"bough/sync/rows"
	"bough/sync/wire"
)

const startMS int64 = 1_790_000_000_000

func ctx() context.Context { return context.Background() }

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// byWord judges by the words of a change alone: what says "never" is refused,
// what says "perhaps" is held, and what is written to a row that was never made
// is refused, too, or, where it may still be made, held.
type byWord struct{}

func (byWord) Judge(b *central.Batch, n *central.Node, c *journal.Change) (crdt.ID, *central.Refusal, error) {
	for i := range c.Bodies {
		op := &c.Bodies[i].Op
		for _, f := range op.Set {
			if strings.Contains(f.Value.S, "perhaps") {
				return 0, &central.Refusal{Code: "perhaps", Message: "the words say so", Hold: true}, nil
			}
			if strings.Contains(f.Value.S, "never") {
				return 0, &central.Refusal{Code: "never", Message: "the words say so"}, nil
			}
		}
		for _, k := range append(roots(b.Schema(), op), crdt.Op{Kind: op.Kind, ID: op.ID}) {
			void, err := b.Void(k.Kind, k.ID)
			if err != nil || void {
				return 0, &central.Refusal{Code: "missing_row", Message: "it was never made"}, err
			}
			row, err := b.Get(k.Kind, k.ID)
			if err != nil {
				return 0, nil, err
			}
			made, perhaps, err := b.Awaited(k.Kind, k.ID)
			if err != nil || row == nil && (made || perhaps && (k.ID != op.ID || len(op.Set) < 2)) {
				return 0, &central.Refusal{Code: "missing_row", Message: "it is not there", Hold: true, Missing: central.RowID{Kind: k.Kind, ID: k.ID}}, err
			}
		}
	}
	return 1, nil, nil
}

// Content lets everything pass that somebody answers for, but words that say no.
func (j byWord) Content(b *central.Batch, n *central.Node, c *journal.Change, as crdt.ID) (crdt.ID, *central.Refusal, error) {
	_, r, err := j.Judge(b, n, c)
	if r != nil && r.Code == "perhaps" {
		r = nil
	}
	return max(as, 1), r, err
}

func (byWord) Decided(id crdt.ID, o central.Outcome, _ int64) crdt.Op {
	op := crdt.Op{Kind: crm.Refusal, ID: id}
	if o.Refusal != nil {
		op.Set = append(op.Set, crdt.FieldSet{Field: crm.RefusalCode, Value: crdt.TextValue(o.Refusal.Code)})
	}
	op.Set = append(op.Set, crdt.FieldSet{Field: crm.RefusalState, Value: crdt.TextValue(o.State)}, crdt.FieldSet{Field: crm.RefusalDecider, Value: crdt.RefValue(o.By)},
		crdt.FieldSet{Field: crm.RefusalWhy, Value: crdt.TextValue(o.Why)})
	return op
}

// roots are the rows that an op hangs its row on.
func roots(s *crdt.Schema, op *crdt.Op) (out []crdt.Op) {
	kind := s.Kind(op.Kind)
	for _, f := range op.Set {
		if slices.Contains(kind.Scope.Roots, f.Field) {
			out = append(out, crdt.Op{Kind: kind.Field(f.Field).Ref, ID: f.Value.ID()})
		}
	}
	return out
}

func (byWord) Refused(id crdt.ID, n *central.Node, c *journal.Change, r *central.Refusal, nowMS int64) crdt.Op {
	return crdt.Op{Kind: crm.Refusal, ID: id, Set: []crdt.FieldSet{
		{Field: crm.RefusalBranch, Value: crdt.IntValue(n.Branch)},
		{Field: crm.RefusalOrigin, Value: crdt.IntValue(int64(n.Origin))},
		{Field: crm.RefusalSeq, Value: crdt.IntValue(int64(c.Seq))},
		{Field: crm.RefusalCode, Value: crdt.TextValue(r.Code)},
		{Field: crm.RefusalState, Value: crdt.TextValue(map[bool]string{true: central.StateHeld}[r.Hold])},
	}}
}

// bank is central under test, on a real file.
type bank struct {
	*central.Central
	t    testing.TB
	path string
	// origin that central takes where it has none yet
	origin crdt.Origin
	now    int64
	table  *crdt.Schema // nil: that of this release
}

func newBank(t testing.TB) *bank {
	b := &bank{t: t, path: filepath.Join(t.TempDir(), "central.db"), origin: 900, now: startMS}
	b.open()
	t.Cleanup(func() { must(t, b.Close()) })
	return b
}

func (b *bank) open() {
	b.t.Helper()
	table := crm.Table()
	if b.table != nil {
		table = b.table
	}
	c, err := central.Open(ctx(), central.Options{Path: b.path, Schema: table, Migrations: store.LocalTables(), Origin: b.origin,
		Rand: rand.NewChaCha8([32]byte{9}), NowMS: func() int64 { b.now++; return b.now }, Judge: byWord{}, Belongs: crm.Belongs, Forms: store.Forms{Schema: crm.Table()}, NoSync: true})
	must(b.t, err)
	b.Central = c
}

// act writes ops at head office.
func (b *bank) act(ops ...crdt.Op) rows.Receipt {
	b.t.Helper()
	r, err := b.Act(ctx(), rows.Actor{Session: 1, Person: 1}, mint(ops))
	must(b.t, err)
	return r
}

// mint adds ops to an act; one without an id gets a fresh one.
func mint(ops []crdt.Op) func(*rows.Act) error {
	return func(a *rows.Act) error {
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
	}
}

// till is a workstation: a real store, and the key that signs its journal.
type till struct {
	*store.Store
	bank   *bank
	key    ed25519.PrivateKey
	path   string
	origin crdt.Origin
	sent   uint64
	table  *crdt.Schema // nil: that of this release
}

func (b *bank) join(origin crdt.Origin, branch int64) *till {
	b.t.Helper()
	seed := bytes.Repeat([]byte{byte(origin)}, ed25519.SeedSize)
	l := &till{bank: b, key: ed25519.NewKeyFromSeed(seed), origin: origin, path: filepath.Join(b.t.TempDir(), "node.db")}
	public := l.key.Public().(ed25519.PublicKey)
	must(b.t, b.Join(ctx(), central.Node{Origin: origin, Branch: branch, Name: fmt.Sprint("till ", origin), Key: public, Joined: b.now},
		mint([]crdt.Op{{Kind: crm.Node, Set: []crdt.FieldSet{{Field: crm.NodeOrigin, Value: crdt.IntValue(int64(origin))}}}})))
	l.open(branch)
	b.t.Cleanup(func() { must(b.t, l.File.Close()) })
	return l
}

// again makes a bank and its tills of copies of their closed files.
func again(t testing.TB, from *bank, tills ...*till) (*bank, []*till) {
	t.Helper()
	dir := t.TempDir()
	b := &bank{t: t, path: copied(t, dir, from.path), now: from.now}
	b.open()
	var out []*till
	for _, l := range tills {
		c := &till{bank: b, key: l.key, origin: l.origin, path: copied(t, t.TempDir(), l.path)}
		c.open(l.Branch())
		out = append(out, c)
	}
	return b, out
}

func copied(t testing.TB, dir, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	must(t, err)
	to := filepath.Join(dir, filepath.Base(path))
	must(t, os.WriteFile(to, data, 0o600))
	return to
}

func (l *till) open(branch int64) {
	l.bank.t.Helper()
	table := crm.Table()
	if l.table != nil {
		table = l.table
	}
	s, err := store.Open(ctx(), store.Options{Path: l.path, Schema: table, Origin: l.origin, Branch: branch,
		Rand: rand.NewChaCha8([32]byte{byte(l.origin)}), NowMS: func() int64 { l.bank.now++; return l.bank.now }, NoSync: true})
	must(l.bank.t, err)
	l.Store = s
}

func (l *till) act(ops ...crdt.Op) rows.Receipt {
	l.bank.t.Helper()
	r, err := l.Act(ctx(), rows.Actor{Session: 1, Person: 1}, mint(ops))
	must(l.bank.t, err)
	return r
}

func (l *till) ranges(since uint64, limit int) journal.Range {
	l.bank.t.Helper()
	r, err := l.Range(ctx(), since, limit, func(m []byte) []byte { return ed25519.Sign(l.key, m) })
	must(l.bank.t, err)
	return r
}

func (l *till) check(m, signature []byte) bool {
	return ed25519.Verify(l.key.Public().(ed25519.PublicKey), m, signature)
}

func (l *till) send(rs ...journal.Range) (*wire.Pushed, error) {
	return l.bank.Push(ctx(), l.origin, &wire.Push{Ranges: rs}, l.check)
}

// push sends what central has not taken, so many changes a range.
func (l *till) push(limit int) {
	l.bank.t.Helper()
	for {
		r := l.ranges(l.sent, limit)
		if len(r.Changes) == 0 {
			return
		}
		p, err := l.send(r)
		must(l.bank.t, err)
		if p.Vector[l.origin] != r.Head.Seq {
			l.bank.t.Fatalf("central has %d of %d", p.Vector[l.origin], r.Head.Seq)
		}
		l.sent = r.Head.Seq
	}
}

func (l *till) ask(scope, since int64, limit int) *wire.Page {
	l.bank.t.Helper()
	n, err := l.bank.Node(ctx(), l.origin)
	must(l.bank.t, err)
	p, err := l.bank.Page(ctx(), n, wire.Pull{Scope: scope, Since: since, Limit: limit})
	must(l.bank.t, err)
	return p
}

// pull reads the feeds to their end, so many rows a page.
func (l *till) pull(limit int) {
	l.bank.t.Helper()
	for _, scope := range l.Scopes() {
		for more := true; more; {
			sc, err := l.Cursor(ctx(), scope)
			must(l.bank.t, err)
			p := l.ask(scope, sc.Feed, limit)
			must(l.bank.t, l.Apply(ctx(), p))
			more = p.More
		}
	}
}

// agree: after quiet, node and central have the same digests.
func (l *till) agree() {
	l.bank.t.Helper()
	for _, scope := range l.Scopes() {
		sc, err := l.Cursor(ctx(), scope)
		must(l.bank.t, err)
		p := l.ask(scope, sc.Feed, 1)
		if p.Digest != sc.Digest || p.More || len(p.Rows) != 0 {
			l.bank.t.Errorf("scope %d: node %d has %s up to %d, central %s, more %t", scope, l.origin, sc.Digest, sc.Feed, p.Digest, p.More)
		}
	}
}

func (l *till) row(kind uint8, id crdt.ID) (r *rows.Stored) {
	l.bank.t.Helper()
	must(l.bank.t, l.File.Read(ctx(), func(tx *rows.Tx) (err error) {
		r, err = tx.Get(kind, id)
		return err
	}))
	return r
}

func (b *bank) row(kind uint8, id crdt.ID) (r *rows.Stored) {
	b.t.Helper()
	must(b.t, b.File.Read(ctx(), func(tx *rows.Tx) (err error) {
		r, err = tx.Get(kind, id)
		return err
	}))
	return r
}

func (b *bank) count(sql string, args ...any) (n int64) {
	b.t.Helper()
	must(b.t, b.File.Read(ctx(), func(tx *rows.Tx) (err error) {
		n, _, err = tx.Int(sql, args...)
		return err
	}))
	return n
}

// sound: each row stands once in the feed of each scope that holds it, under
// its own number, and nowhere else; the digests are those of the rows.
func (b *bank) sound() {
	b.t.Helper()
	type entry struct{ scope, kind, id int64 }
	must(b.t, b.File.Read(ctx(), func(tx *rows.Tx) error {
		numbers, void := map[entry]int64{}, map[entry]bool{}
		err := tx.Query(`SELECT scope, n, kind, row_id, void FROM feed`, func(s *rows.Stmt) error {
			e := entry{s.ColumnInt64(0), s.ColumnInt64(2), s.ColumnInt64(3)}
			if numbers[e] != 0 {
				b.t.Errorf("%+v stands twice in the feed: %d and %d", e, numbers[e], s.ColumnInt64(1))
			}
			numbers[e], void[e] = s.ColumnInt64(1), s.ColumnInt64(4) == 1
			return nil
		})
		if err != nil {
			return err
		}
		scopesOf, err := b.ScopesIn(tx)
		if err != nil {
			return err
		}
		sums := map[int64]crdt.Digest{}
		err = tx.Each(func(r *rows.Stored) error {
			in, err := scopesOf(r)
			for _, scope := range in {
				d := sums[scope]
				d.Add(r.Digest())
				sums[scope] = d
				e := entry{scope, int64(r.Kind), int64(r.ID)}
				if numbers[e] != r.N || void[e] {
					b.t.Errorf("%+v has number %d in the feed, void %t; the row has %d", e, numbers[e], void[e], r.N)
				}
				delete(numbers, e)
			}
			return err
		})
		if err != nil {
			return err
		}
		for e, n := range numbers {
			if !void[e] {
				b.t.Errorf("%+v stands in the feed under %d, but the scope does not hold it", e, n)
			}
		}
		scopes, err := tx.Scopes()
		for _, sc := range scopes {
			if sc.Digest != sums[sc.Scope] {
				b.t.Errorf("scope %d: %s is kept, the rows sum up to %s", sc.Scope, sc.Digest, sums[sc.Scope])
			}
			delete(sums, sc.Scope)
		}
		if len(sums) != 0 {
			b.t.Errorf("no digest is kept of %v", sums)
		}
		return err
	}))
}

// Ops of the tests; id 0: a new row.

func set(kind uint8, id crdt.ID, fields ...any) crdt.Op {
	op := crdt.Op{Kind: kind, ID: id}
	for i := 0; i < len(fields); i += 2 {
		f := crdt.FieldSet{Field: fields[i].(uint8)}
		switch v := fields[i+1].(type) {
		case string:
			f.Value = crdt.TextValue(v)
		case int:
			f.Value = crdt.IntValue(int64(v))
		case crdt.ID:
			f.Value = crdt.RefValue(v)
		}
		op.Set = append(op.Set, f)
	}
	slices.SortFunc(op.Set, func(a, b crdt.FieldSet) int { return int(a.Field) - int(b.Field) })
	return op
}

func party(home int, name string) crdt.Op {
	return set(crm.Party, 0, crm.PartyName, name, crm.PartyHome, home)
}

func talk(party crdt.ID, text string) crdt.Op {
	return set(crm.Interaction, 0, crm.InteractionParty, party, crm.InteractionText, text)
}
