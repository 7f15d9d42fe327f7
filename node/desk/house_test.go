package desk_test

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"bough/crdt"
	"bough/node/crm"
	"bough/node/desk"
	"bough/node/office"
	"bough/node/store"
	"bough/sync/central"
	"bough/sync/journal"
	"bough/sync/rows"
	"bough/sync/trust"
	"bough/sync/wire"
)

const (
	startMS  int64 = 1_790_000_000_000 // a Monday
	dayMS    int64 = 24 * 3600_000
	password       = "correct horse"
)

func ctx() context.Context { return context.Background() }

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// bank is head office with branches 1 and 2, on a real file.
type bank struct {
	*office.Office
	t      testing.TB
	mu     sync.Mutex // guards now against desks at work
	now    int64
	random *rand.ChaCha8
	desk   *desk.Desk

	authority *trust.Authority
	ledger    string // of erasures
}

var cheap = trust.Cost{Time: 1, MemoryKiB: 8, Threads: 1}

func newBank(t testing.TB) *bank {
	b := &bank{t: t, now: startMS, random: rand.NewChaCha8([32]byte{1})}
	authority, err := trust.NewAuthority("test", time.UnixMilli(b.now), b.random)
	must(t, err)
	b.authority, b.ledger = authority, filepath.Join(t.TempDir(), "erasures.ledger")
	b.Office, err = office.Open(ctx(), office.Options{Path: filepath.Join(t.TempDir(), "central.db"), Erasures: b.ledger, Authority: authority, Origin: 900,
		Rand: b.random, NowMS: b.time, Cost: cheap, NoSync: true})
	must(t, err)
	t.Cleanup(func() { must(t, b.Close()) })
	b.desk = desk.New(desk.Options{Local: b.Local, Ledger: b.Central, NowMS: b.time, Rand: b.random, ChangePassword: b.ChangePassword})
	for n := int64(1); n <= 2; n++ {
		must(t, b.AddBranch(ctx(), rows.Actor{}, n, fmt.Sprint("Branch ", n)))
		for _, role := range append(slices.Clone(crm.Roles), "manager2") {
			p := office.NewPerson{Login: fmt.Sprint(role, n), Name: fmt.Sprint("A ", role), Role: role, Branch: n, Password: password}
			if role == "manager2" {
				p.Role = "manager"
			}
			_, err := b.AddPerson(ctx(), rows.Actor{}, p)
			must(t, err)
		}
	}
	return b
}

func (b *bank) time() int64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.now++
	return b.now
}

// act writes ops at head office; an op without an id gets a fresh one.
func (b *bank) act(ops ...crdt.Op) crdt.ID {
	b.t.Helper()
	r, err := b.Central.Act(ctx(), rows.Actor{}, func(a *rows.Act) error {
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
	must(b.t, err)
	return r.Ops[0].ID
}

// till is a workstation that joined the bank.
type till struct {
	*store.Store
	bank   *bank
	desk   *desk.Desk
	path   string
	origin crdt.Origin
	branch int64
	key    ed25519.PrivateKey
	sent   uint64
	online bool
}

func (b *bank) join(origin crdt.Origin, branch int64) *till {
	b.t.Helper()
	l := &till{bank: b, origin: origin, branch: branch, path: filepath.Join(b.t.TempDir(), "node.db"), online: true,
		key: ed25519.NewKeyFromSeed(append(make([]byte, ed25519.SeedSize-1), byte(origin)))}
	n := central.Node{Origin: origin, Branch: branch, Name: fmt.Sprint("till ", origin), Key: l.key.Public().(ed25519.PublicKey), Joined: b.now}
	must(b.t, b.Central.Join(ctx(), n, func(a *rows.Act) error { return office.NodeRow(a, n) }))
	l.open()
	b.t.Cleanup(func() { must(b.t, l.File.Close()) })
	l.sync()
	return l
}

// open opens the file and puts a desk on it: also after a restart.
func (l *till) open() {
	l.bank.t.Helper()
	if l.Store != nil {
		must(l.bank.t, l.File.Close())
	}
	var err error
	l.Store, err = store.Open(ctx(), store.Options{Path: l.path, Schema: crm.Table(), Origin: l.origin, Branch: l.branch,
		Rand: l.bank.random, NowMS: l.bank.time, NoSync: true, Enclose: l.bank.authority.Root().Enclose})
	must(l.bank.t, err)
	l.desk = desk.New(desk.Options{Local: l.Local, Ledger: l.Store, Branch: l.branch, NowMS: l.bank.time, Rand: l.bank.random, Pending: l.Pending, Line: l.line})
	l.OnChange(l.desk.Tell)
}

func (l *till) line(ctx context.Context) (desk.Line, error) {
	p, err := l.Progress(ctx)
	if err != nil {
		return desk.Line{}, err
	}
	met, err := l.Met(ctx)
	return desk.Line{Online: l.online, SinceMS: 5, LastContactMS: 6, Progress: p, Met: met, Untaken: l.Untaken(200)}, err
}

// sync pushes and pulls until both sides have everything.
func (l *till) sync() {
	l.push()
	l.pull()
}

func (l *till) push() {
	l.bank.t.Helper()
	r, err := l.Range(ctx(), l.sent, 1000, func(m []byte) []byte { return ed25519.Sign(l.key, m) })
	must(l.bank.t, err)
	if len(r.Changes) == 0 {
		return
	}
	_, err = l.bank.Central.Push(ctx(), l.origin, &wire.Push{Ranges: []journal.Range{r}}, func(m, s []byte) bool {
		return ed25519.Verify(l.key.Public().(ed25519.PublicKey), m, s)
	})
	must(l.bank.t, err)
	l.sent = r.Head.Seq
}

func (l *till) pull() {
	l.bank.t.Helper()
	n, err := l.bank.Central.Node(ctx(), l.origin)
	must(l.bank.t, err)
	for _, scope := range l.Scopes() {
		sc, err := l.Cursor(ctx(), scope)
		must(l.bank.t, err)
		p, err := l.bank.Central.Page(ctx(), n, wire.Pull{Scope: scope, Since: sc.Feed})
		must(l.bank.t, err)
		must(l.bank.t, l.Apply(ctx(), p))
	}
}

// place is a desk with people at it: at a workstation, or at head office.
type place struct {
	*desk.Desk
	*bank
	till *till // nil at head office
	t    testing.TB
}

// everywhere runs a test at a workstation and at head office, where in these
// tests every role may see the customers of all branches.
func everywhere(t *testing.T, fn func(t *testing.T, p *place)) {
	t.Run("workstation", func(t *testing.T) { fn(t, workstation(t)) })
	t.Run("head office", func(t *testing.T) {
		b := newBank(t)
		for _, role := range []string{"teller", "banker", "manager"} {
			b.act(set(crm.Right, 0, crm.RightRole, role, crm.RightAct, string(crm.ActAnywhere), crm.RightAllowed, 1))
		}
		fn(t, &place{Desk: b.desk, bank: b, t: t})
	})
}

func workstation(t *testing.T) *place {
	b := newBank(t)
	l := b.join(11, 1)
	return &place{Desk: l.desk, bank: b, till: l, t: t}
}

// signIn brings somebody to the desk.
func (p *place) signIn(login string) *desk.Who {
	p.t.Helper()
	_, who, err := p.SignIn(ctx(), login, password, false)
	must(p.t, err)
	return who
}

// saved gives what an act saved, or fails.
func (p *place) saved(s desk.Saved, err error) crdt.ID {
	p.t.Helper()
	must(p.t, err)
	want := desk.SavedHere
	if p.till == nil {
		want = desk.AtHeadOffice
	}
	if s.State != want || s.Seq == 0 || s.Stamp.IsZero() {
		p.t.Errorf("saved as %+v", s)
	}
	return s.ID
}

func (p *place) prospect(who *desk.Who, name string) crdt.ID {
	p.t.Helper()
	return p.saved(p.NewProspect(ctx(), who, desk.Prospect{Fields: map[string]string{"name": name}}))
}

func (p *place) customer(who *desk.Who, id crdt.ID) *desk.Customer {
	p.t.Helper()
	c, err := p.Customer(ctx(), who, id)
	must(p.t, err)
	return c
}

func (p *place) row(kind uint8, id crdt.ID) (r *rows.Stored) {
	p.t.Helper()
	f := p.Local.File
	if p.till != nil {
		f = p.till.File
	}
	must(p.t, f.Read(ctx(), func(tx *rows.Tx) (err error) {
		r, err = tx.Get(kind, id)
		return err
	}))
	return r
}

// core writes what the core-banking feed would, and brings it here.
func (p *place) core(ops ...crdt.Op) crdt.ID {
	p.t.Helper()
	if p.till != nil {
		p.till.push()
	}
	id := p.act(ops...)
	if p.till != nil {
		p.till.pull()
	}
	return id
}

// trouble writes an error as the tables of these tests do: reason, code, field.
func trouble(err error) string {
	var e *desk.Error
	switch {
	case err == nil:
		return ""
	case !errors.As(err, &e):
		return "internal: " + err.Error()
	case e.Message == "":
		return "no message: " + e.Code
	}
	words := map[desk.Reason]string{desk.Invalid: "invalid", desk.NotFound: "not found", desk.Denied: "denied", desk.SignedOut: "signed out", desk.Locked: "locked"}
	out := words[e.Reason] + " " + e.Code
	if e.Field != "" {
		out += " " + e.Field
	}
	return out
}

// set is an op from pairs of field and value.
func set(kind uint8, id crdt.ID, fields ...any) crdt.Op {
	op := crdt.Op{Kind: kind, ID: id}
	for i := 0; i < len(fields); i += 2 {
		f := crdt.FieldSet{Field: fields[i].(uint8)}
		switch v := fields[i+1].(type) {
		case string:
			f.Value = crdt.TextValue(v)
		case int:
			f.Value = crdt.IntValue(int64(v))
		case int64:
			f.Value = crdt.IntValue(v)
		case crdt.ID:
			f.Value = crdt.RefValue(v)
		}
		op.Set = append(op.Set, f)
	}
	slices.SortFunc(op.Set, func(a, b crdt.FieldSet) int { return int(a.Field) - int(b.Field) })
	return op
}

// rights are the rows of the role × act table.
func (p *place) rights() (out []*rows.Stored) {
	p.t.Helper()
	must(p.t, p.Local.File.Read(ctx(), func(tx *rows.Tx) error {
		return tx.Rows(crm.Right, "1=1", func(r *rows.Stored) error {
			out = append(out, r)
			return nil
		})
	}))
	return out
}
