package central_test

import (
	"bytes"
	cryptorand "crypto/rand"
	"path/filepath"
	"testing"
	"time"

	"bough/crdt"
	"bough/node/crm"
	"bough/node/stick"
	"bough/node/store"
	"bough/sync/central"
	"bough/sync/rows"
	"bough/sync/trust"
	"bough/sync/wire"
)

// courier is a workstation that has nothing but sticks.
type courier struct {
	*stick.Workstation
	bank *bank
	keys *trust.Authority
}

func courierOf(b *bank) *courier {
	b.t.Helper()
	keys, err := trust.NewAuthority("test", time.Now(), cryptorand.Reader)
	must(b.t, err)
	me, err := trust.NewIdentity(cryptorand.Reader)
	must(b.t, err)
	nowMS := func() int64 { b.now++; return b.now }
	must(b.t, b.Join(ctx(), central.Node{Origin: 11, Branch: 1, Name: "desk", Key: me.Public(), Joined: b.now}, func(*rows.Act) error { return nil }))
	s, err := store.Open(ctx(), store.Options{Path: filepath.Join(b.t.TempDir(), "node.db"), Schema: crm.Table(), Origin: 11, Branch: 1,
		Rand: cryptorand.Reader, NowMS: nowMS, NoSync: true, Enclose: keys.Root().Enclose})
	must(b.t, err)
	b.t.Cleanup(func() { must(b.t, s.File.Close()) })
	return &courier{&stick.Workstation{Store: s, Identity: me, Root: keys.Root(), Branch: 1, Version: "test", Rand: cryptorand.Reader, NowMS: nowMS}, b, keys}
}

// round is a stick to head office and back.
func (c *courier) round() *central.Carried {
	c.bank.t.Helper()
	var work, answer bytes.Buffer
	_, err := c.Write(ctx(), &work)
	must(c.bank.t, err)
	got, err := c.bank.ReadWork(ctx(), &work, c.keys)
	must(c.bank.t, err)
	must(c.bank.t, c.bank.WriteNews(ctx(), &answer, c.keys, got))
	_, err = c.Read(ctx(), &answer)
	must(c.bank.t, err)
	return got
}

// hears is a line that stands just long enough to read the feeds from 0.
func (c *courier) hears() {
	c.bank.t.Helper()
	n, err := c.bank.Node(ctx(), 11)
	must(c.bank.t, err)
	for _, scope := range c.Store.Scopes() {
		p, err := c.bank.Page(ctx(), n, wire.Pull{Scope: scope, Limit: wire.MaxPageRows})
		must(c.bank.t, err)
		must(c.bank.t, c.Store.Rewind(ctx(), scope, p.Epoch, false))
		must(c.bank.t, c.Store.Apply(ctx(), p))
	}
}

// back puts a backup of central in its place.
func (b *bank) back(path string) {
	b.t.Helper()
	must(b.t, b.Close())
	_, err := central.Restore(ctx(), central.Restoring{Path: path, Schema: crm.Table(), Origin: 901, NowMS: b.now})
	must(b.t, err)
	b.path, b.origin = path, 0
	b.open()
}

func TestWhatWasClosedForCentralComesOnAStickToOneThatWasRestored(t *testing.T) {
	b := newBank(t)
	c := courierOf(b)
	ada := b.act(party(1, "Ada")).Ops[0].ID
	c.round()
	note, err := c.Store.Act(ctx(), rows.Actor{Session: 1, Person: 1}, mint([]crdt.Op{talk(ada, "likes trains")}))
	must(t, err)
	backup := filepath.Join(t.TempDir(), "backup.db")
	must(t, b.Backup(ctx(), backup))
	c.round()
	b.act(crdt.Op{Kind: crm.Party, ID: ada, Set: []crdt.FieldSet{{Field: crm.PartyHome, Value: crdt.IntValue(2)}}})
	c.round()
	if n, err := c.Store.Purge(ctx()); n == 0 || err != nil {
		t.Fatalf("purged %d, %v", n, err)
	}
	b.back(backup)
	c.hears()
	if got := c.round(); got.Taken != 1 || got.Refused != 0 {
		t.Errorf("what was closed: %+v", got)
	}
	if r := b.row(crm.Interaction, note.Ops[0].ID); r == nil || r.Get(crm.InteractionText).S != "likes trains" {
		t.Errorf("head office has %+v of the note", r)
	}
}
