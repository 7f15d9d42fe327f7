package uplink

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"bough/crdt"
	"bough/node/crm"
	"bough/node/store"
	"bough/sync/central"
	"bough/sync/journal"
	"bough/sync/rows"
	"bough/sync/trust"
)

// patience is how long a test waits for what must happen.
const patience = time.Minute

func nowMS() int64 { return time.Now().UnixMilli() }

func after(ms int64) <-chan time.Time { return time.After(time.Duration(ms) * time.Millisecond) }

func must[T any](t testing.TB) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// eventually polls until ok, and fails with what it says.
func eventually(t testing.TB, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); !ok(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("in vain: %s", what)
		}
	}
}

// judge takes every change but those that hold the forbidden word.
type judge struct{ forbidden string }

func (j *judge) Judge(b *central.Batch, _ *central.Node, c *journal.Change) (crdt.ID, *central.Refusal, error) {
	by := crdt.ID(0)
	for i := range c.Bodies {
		op := &c.Bodies[i].Op
		for _, f := range op.Set {
			if j.forbidden != "" && f.Value.S == j.forbidden {
				return 0, &central.Refusal{Code: "forbidden", Message: "this word is not to be used"}, nil
			}
		}
		if op.Kind == crm.Session && op.ID == c.Session {
			by = op.Set[0].Value.ID()
		}
	}
	if row, err := b.Get(crm.Session, c.Session); err != nil || row != nil {
		return row.Get(crm.SessionPerson).ID(), nil, err
	}
	return by, nil, nil
}

func (j *judge) Refused(id crdt.ID, n *central.Node, c *journal.Change, r *central.Refusal, now int64) crdt.Op {
	return crdt.Op{Kind: crm.Refusal, ID: id, Set: []crdt.FieldSet{
		{Field: crm.RefusalBranch, Value: crdt.IntValue(n.Branch)},
		{Field: crm.RefusalOrigin, Value: crdt.IntValue(int64(n.Origin))},
		{Field: crm.RefusalSeq, Value: crdt.IntValue(int64(c.Seq))},
		{Field: crm.RefusalCode, Value: crdt.TextValue(r.Code)},
		{Field: crm.RefusalMessage, Value: crdt.TextValue(r.Message)},
		{Field: crm.RefusalAt, Value: crdt.IntValue(now)},
	}}
}

func (*judge) Content(_ *central.Batch, _ *central.Node, _ *journal.Change, as crdt.ID) (crdt.ID, *central.Refusal, error) {
	return as, nil, nil
}

func (*judge) Decided(id crdt.ID, o central.Outcome, _ int64) crdt.Op {
	return crdt.Op{Kind: crm.Refusal, ID: id, Set: []crdt.FieldSet{{Field: crm.RefusalState, Value: crdt.TextValue(o.State)}, {Field: crm.RefusalWhy, Value: crdt.TextValue(o.Why)}}}
}

// bank is a central that listens.
type bank struct {
	t         testing.TB
	central   *central.Central
	authority *trust.Authority
	judge     *judge
	address   string
	now       func() time.Time // central's
	clock     func() int64     // the nodes'
	log       *slog.Logger
	wrap      func(http.Handler) http.Handler // what stands before central; nil: nothing
}

func newBank(t testing.TB) *bank {
	t.Helper()
	return openBank(t, true)
}

// openBank opens a central; noSync: it need not survive a power cut.
func openBank(t testing.TB, noSync bool) *bank {
	t.Helper()
	b := &bank{t: t, judge: &judge{}, now: time.Now, clock: nowMS, log: slog.New(slog.DiscardHandler)}
	b.authority = must[*trust.Authority](t)(trust.NewAuthority("test", time.Now().AddDate(-3, 0, 0), rand.Reader))
	b.central = must[*central.Central](t)(central.Open(t.Context(), central.Options{Path: filepath.Join(t.TempDir(), "central.db"), NodeRow: nodeRow,
		Schema: crm.Table(), Origin: 1, Rand: rand.Reader, NowMS: func() int64 { return b.now().UnixMilli() }, Judge: b.judge, Forms: store.Forms{Schema: crm.Table()}, NoSync: noSync}))
	t.Cleanup(func() {
		if err := b.central.Close(); err != nil {
			t.Error(err)
		}
	})
	b.serve()
	return b
}

func (b *bank) serve() {
	b.t.Helper()
	cert := must[*tls.Certificate](b.t)(b.authority.IssueServer(nil, time.Now(), rand.Reader))
	listener := must[net.Listener](b.t)(net.Listen("tcp", "127.0.0.1:0"))
	handler := b.central.Handler(central.HTTPOptions{Authority: b.authority, Rand: rand.Reader,
		Now: func() time.Time { return b.now() }, Log: b.log})
	if b.wrap != nil {
		handler = b.wrap(handler)
	}
	server := &http.Server{
		Handler:   handler,
		TLSConfig: trust.ServerConfig(b.authority.Root(), trust.Fixed(cert), time.Now),
		ErrorLog:  slog.NewLogLogger(b.log.Handler(), slog.LevelInfo),
	}
	done := make(chan struct{})
	go func() { defer close(done); _ = server.ServeTLS(listener, "", "") }()
	b.t.Cleanup(func() { _ = server.Close(); <-done })
	b.address = listener.Addr().String()
}

func nodeRow(act *rows.Act, n central.Node) error {
	id, err := act.Mint()
	if err != nil {
		return err
	}
	act.Add(crdt.Op{Kind: crm.Node, ID: id, Set: []crdt.FieldSet{
		{Field: crm.NodeOrigin, Value: crdt.IntValue(int64(n.Origin))},
		{Field: crm.NodeBranch, Value: crdt.IntValue(n.Branch)},
		{Field: crm.NodeName, Value: crdt.TextValue(n.Name)},
		{Field: crm.NodeJoined, Value: crdt.IntValue(n.Joined)},
	}})
	return nil
}

func (b *bank) url() string { return "https://" + b.address }

// code makes an enrolment code for a branch.
func (b *bank) code(branch int64) trust.Code {
	b.t.Helper()
	code := must[trust.Code](b.t)(trust.NewCode(b.authority.Root(), rand.Reader))
	hash := code.Hash()
	if err := b.central.PutCode(b.t.Context(), hash[:], branch, b.now().Add(24*time.Hour).UnixMilli()); err != nil {
		b.t.Fatal(err)
	}
	return code
}

// shared makes a party that branches 1 and 2 both hold.
func (b *bank) shared() crdt.ID {
	b.t.Helper()
	var party crdt.ID
	_, err := b.central.Act(b.t.Context(), rows.Actor{}, func(a *rows.Act) error {
		ids := make([]crdt.ID, 3)
		for i := range ids {
			var err error
			if ids[i], err = a.Mint(); err != nil {
				return err
			}
		}
		party = ids[0]
		a.Add(crdt.Op{Kind: crm.Party, ID: party, Set: []crdt.FieldSet{
			{Field: crm.PartyName, Value: crdt.TextValue("Ada Král")}, {Field: crm.PartyHome, Value: crdt.IntValue(1)}}})
		a.Add(crdt.Op{Kind: crm.Holding, ID: ids[1], Set: []crdt.FieldSet{
			{Field: crm.HoldingNumber, Value: crdt.TextValue("17")}, {Field: crm.HoldingBranch, Value: crdt.IntValue(2)}}})
		a.Add(crdt.Op{Kind: crm.Role, ID: ids[2], Set: []crdt.FieldSet{
			{Field: crm.RoleParty, Value: crdt.RefValue(party)}, {Field: crm.RoleHolding, Value: crdt.RefValue(ids[1])}}})
		return nil
	})
	if err != nil {
		b.t.Fatal(err)
	}
	return party
}

// station is a workstation with its file and its line.
type station struct {
	t        testing.TB
	b        *bank
	identity *trust.Identity
	joined   *Joined
	path     string
	store    *store.Store
	up       *Uplink
	actor    rows.Actor
	options  func(*Options)
	forked   chan Fork
	renewals []trust.SignedRenewal
	former   *trust.Identity
}

// join takes a workstation in; its line is not open yet.
func (b *bank) join(branch int64) *station {
	b.t.Helper()
	s := &station{t: b.t, b: b, identity: must[*trust.Identity](b.t)(trust.NewIdentity(rand.Reader)), options: func(*Options) {}, forked: make(chan Fork, 1)}
	s.joined = must[*Joined](b.t)(Join(b.t.Context(), JoinOptions{URL: b.url(), Code: b.code(branch).Word(), Name: fmt.Sprint("desk of ", branch),
		Identity: s.identity, Rand: rand.Reader, Now: b.clock}))
	s.path = filepath.Join(b.t.TempDir(), "node.db")
	s.open()
	b.t.Cleanup(s.close)
	s.signIn()
	return s
}

func (s *station) open() {
	s.t.Helper()
	s.store = must[*store.Store](s.t)(store.Open(context.Background(), store.Options{Path: s.path, Schema: crm.Table(), Origin: s.joined.Origin,
		Branch: s.joined.Branch, Rand: rand.Reader, NowMS: s.stampMS, NoSync: true}))
}

// stampMS is central's time as the line measured it.
func (s *station) stampMS() int64 {
	if s.up != nil {
		return s.b.clock() + s.up.State().OffsetMS
	}
	return s.b.clock() + s.joined.OffsetMS
}

func (s *station) close() {
	s.hangUp()
	if err := s.store.File.Close(); err != nil {
		s.t.Error(err)
	}
}

// call opens the line to an address; empty: central's own.
func (s *station) call(address string) *station {
	s.t.Helper()
	if address == "" {
		address = s.b.address
	}
	o := Options{Central: "https://" + address, Store: s.store, Identity: s.identity, Certificate: s.joined.Certificate, Root: s.joined.Root,
		Log: s.b.log, Now: s.b.clock, After: after, Rand: rand.Reader, Version: "test"}
	if len(s.renewals) > 0 {
		o.Incarnation = &Incarnation{Former: s.former, Renewals: s.renewals, Reason: "forked"}
	}
	o.Forked = func(f Fork) { s.forked <- f }
	s.options(&o)
	s.up = must[*Uplink](s.t)(New(s.t.Context(), o))
	s.up.Start()
	return s
}

func (s *station) hangUp() {
	if s.up != nil {
		s.up.Stop()
	}
	s.up = nil
}

func (s *station) signIn() {
	s.t.Helper()
	var session crdt.ID
	person := crdt.MakeID(1, uint32(s.joined.Origin%1000+1))
	_, err := s.store.Act(s.t.Context(), rows.Actor{Person: person}, func(a *rows.Act) (err error) {
		session, err = a.Mint()
		a.Add(crdt.Op{Kind: crm.Session, ID: session, Set: []crdt.FieldSet{
			{Field: crm.SessionPerson, Value: crdt.RefValue(person)},
			{Field: crm.SessionBranch, Value: crdt.IntValue(s.joined.Branch)}}})
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
	s.actor = rows.Actor{Session: session, Person: person}
}

// write commits an act and tells the line.
func (s *station) write(fn func(*rows.Act) error) rows.Receipt {
	s.t.Helper()
	r := must[rows.Receipt](s.t)(s.store.Act(s.t.Context(), s.actor, fn))
	if s.up != nil {
		s.up.Kick()
	}
	return r
}

// prospect writes a new party.
func (s *station) prospect(name string) crdt.ID {
	s.t.Helper()
	var id crdt.ID
	s.write(func(a *rows.Act) (err error) {
		id, err = a.Mint()
		a.Add(crdt.Op{Kind: crm.Party, ID: id, Set: []crdt.FieldSet{{Field: crm.PartyName, Value: crdt.TextValue(name)},
			{Field: crm.PartyHome, Value: crdt.IntValue(s.store.Branch())}}})
		return err
	})
	return id
}

// memo changes what is to be known of a party, as somebody who sees it now.
func (s *station) memo(party crdt.ID, text string) {
	s.t.Helper()
	s.write(func(a *rows.Act) error {
		row, err := a.Tx.Get(crm.Party, party)
		if err != nil {
			return err
		}
		set := crdt.FieldSet{Field: crm.PartyMemo, Value: crdt.TextValue(text)}
		if at := row.Clocks.Of(crm.PartyMemo).Stamp; !at.IsZero() {
			set.Saw = []crdt.Stamp{at}
		}
		a.Add(crdt.Op{Kind: crm.Party, ID: party, Set: []crdt.FieldSet{set}})
		return nil
	})
}

// row reads a row of the file.
func (s *station) row(kind uint8, id crdt.ID) (row *rows.Stored) {
	s.t.Helper()
	err := s.store.File.Read(s.t.Context(), func(tx *rows.Tx) (err error) {
		row, err = tx.Get(kind, id)
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return row
}

func (s *station) has(kind uint8, id crdt.ID) func() bool {
	return func() bool { return s.row(kind, id) != nil }
}

func (s *station) digest(scope int64) crdt.Digest {
	s.t.Helper()
	return must[rows.Scope](s.t)(s.store.Cursor(s.t.Context(), scope)).Digest
}

// agree waits until all that was written is at central and every file has the
// digests of central.
func (b *bank) agree(stations ...*station) {
	b.t.Helper()
	eventually(b.t, "the digests of all scopes agree and nothing is unsent", func() bool {
		return !slices.ContainsFunc(stations, func(s *station) bool {
			p := must[journal.Progress](b.t)(s.store.Progress(b.t.Context()))
			return p.Taken != p.Written || slices.ContainsFunc(s.store.Scopes(), func(scope int64) bool {
				return s.digest(scope) != b.digest(scope)
			})
		})
	})
}

func (b *bank) digest(scope int64) (d crdt.Digest) {
	b.t.Helper()
	err := b.central.File.Read(b.t.Context(), func(tx *rows.Tx) error {
		sc, err := tx.Scope(scope)
		d = sc.Digest
		return err
	})
	if err != nil {
		b.t.Fatal(err)
	}
	return d
}

func online(s *station) func() bool { return func() bool { return s.up.State().Online } }

func offline(s *station) func() bool { return func() bool { return !s.up.State().Online } }

// named finds a party by its name; 0: there is none.
func (s *station) named(name string) (id crdt.ID) {
	s.t.Helper()
	err := s.store.File.Read(s.t.Context(), func(tx *rows.Tx) error {
		n, _, err := tx.Int(`SELECT id FROM party WHERE name=?1`, name)
		id = crdt.ID(n)
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return id
}

// count is how many parties have a name.
func (s *station) count(name string) (n int64) {
	s.t.Helper()
	err := s.store.File.Read(s.t.Context(), func(tx *rows.Tx) (err error) {
		n, _, err = tx.Int(`SELECT count(*) FROM party WHERE name=?1`, name)
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return n
}
