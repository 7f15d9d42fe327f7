package teller

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"path/filepath"
	"sync/atomic"
	"testing"

	"bough/crdt"
	"bough/node/crm"
	"bough/node/desk"
	"bough/node/office"
	"bough/node/store"
	"bough/sync/central"
	"bough/sync/journal"
	"bough/sync/rows"
	"bough/sync/wire"
	"bough/webui/pagetest"
)

// tillOrigin is the workstation of openTill.
const tillOrigin crdt.Origin = 11

// till is the file of a workstation in front of the head office of a counter,
// with a line that can be cut.
type till struct {
	t       testing.TB
	counter *pagetest.Counter
	store   *store.Store
	key     ed25519.PrivateKey
	sent    uint64
	up      atomic.Bool
}

// openTill opens a counter at a workstation of branch 1 that has joined and has
// read what head office has; prepare fills head office before.
func openTill(t testing.TB, prepare func(*pagetest.Counter)) (*pagetest.Counter, *till) {
	t.Helper()
	var l *till
	c := pagetest.OpenAt(t, Register, func(c *pagetest.Counter) {
		prepare(c)
		l = atTill(t, c)
	})
	return c, l
}

func atTill(t testing.TB, c *pagetest.Counter) *till {
	t.Helper()
	ctx := context.Background()
	_, key, err := ed25519.GenerateKey(rand.Reader)
	must(t, err)
	l := &till{t: t, counter: c, key: key}
	l.up.Store(true)
	n := central.Node{Origin: tillOrigin, Branch: 1, Name: "counter-2", Key: key.Public().(ed25519.PublicKey), Joined: c.Now()}
	must(t, c.Office.Central.Join(ctx, n, func(a *rows.Act) error { return office.NodeRow(a, n) }))
	l.store, err = store.Open(ctx, store.Options{Path: filepath.Join(t.TempDir(), "node.db"), Schema: crm.Table(), Origin: tillOrigin, Branch: 1,
		Rand: rand.Reader, NowMS: c.Now, NoSync: true})
	must(t, err)
	t.Cleanup(func() { must(t, l.store.File.Close()) })
	c.Desk = desk.New(desk.Options{Local: l.store.Local, Ledger: l.store, Branch: 1, NowMS: c.Now, Rand: rand.Reader, Pending: l.store.Pending, Line: l.line})
	l.store.OnChange(c.Desk.Tell)
	l.sync()
	return l
}

func (l *till) line(ctx context.Context) (desk.Line, error) {
	p, err := l.store.Progress(ctx)
	if err != nil {
		return desk.Line{}, err
	}
	met, err := l.store.Met(ctx)
	return desk.Line{Online: l.up.Load(), SinceMS: l.counter.Now(), LastContactMS: l.counter.Now(), Progress: p, Met: met, Untaken: l.store.Untaken(200)}, err
}

// cut cuts the line, or mends it.
func (l *till) cut(cut bool) { l.up.Store(!cut) }

// sync pushes and pulls until both sides have everything; it returns how many
// changes head office was sent, and fails where it refuses one.
func (l *till) sync() int {
	t, ctx := l.t, context.Background()
	t.Helper()
	r, err := l.store.Range(ctx, l.sent, 1000, func(m []byte) []byte { return ed25519.Sign(l.key, m) })
	must(t, err)
	if len(r.Changes) > 0 {
		_, err := l.counter.Office.Central.Push(ctx, tillOrigin, &wire.Push{Ranges: []journal.Range{r}}, func(m, s []byte) bool {
			return ed25519.Verify(l.key.Public().(ed25519.PublicKey), m, s)
		})
		must(t, err)
		l.sent = r.Head.Seq
	}
	n, err := l.counter.Office.Central.Node(ctx, tillOrigin)
	must(t, err)
	for _, scope := range l.store.Scopes() {
		at, err := l.store.Cursor(ctx, scope)
		must(t, err)
		p, err := l.counter.Office.Central.Page(ctx, n, wire.Pull{Scope: scope, Since: at.Feed})
		must(t, err)
		must(t, l.store.Apply(ctx, p))
	}
	if refused := l.counter.Value(`SELECT count(*) FROM refusal`); refused != "0" {
		t.Errorf("head office refused %s changes", refused)
	}
	return len(r.Changes)
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
