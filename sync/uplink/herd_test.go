package uplink

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"bough/crdt"
	"bough/node/crm"
	"bough/sync/central"
	"bough/sync/journal"
	"bough/sync/rows"
	"bough/sync/trust"
	"bough/sync/wire"
)

// Figures of the herd.
const (
	herdBranches = 100 // that the workstations are spread over
	herdWithin   = 3 * time.Minute
)

// light is a workstation without a file: its line and its state machine are the
// real ones, what it wrote is one prospect that is kept in memory.
type light struct {
	Store  // nil: the herd comes to nothing but what is below
	origin crdt.Origin
	branch int64

	mu      sync.Mutex // guards the rest
	cursors map[int64]rows.Scope
	change  journal.Change
	link    journal.Hash
}

// Keeps: it keeps nothing.
func (l *light) Keeps(context.Context) (wire.Keeps, error) { return wire.KeepsNothing, nil }

func (l *light) Origin() crdt.Origin { return l.origin }
func (l *light) Scopes() []int64     { return []int64{central.OfficeScope, l.branch} }

func (l *light) Progress(context.Context) (journal.Progress, error) {
	return journal.Progress{Written: 1, Unsent: 1}, nil
}

func (l *light) Cursor(_ context.Context, scope int64) (rows.Scope, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.cursors[scope], nil
}

func (l *light) Upward(_ context.Context, since uint64, _ int, sign journal.Signer) ([]journal.Range, error) {
	if since > 0 {
		return nil, nil
	}
	head := journal.Head{Origin: l.origin, Seq: 1, Hash: l.link}
	head.Signature = sign(head.Message())
	return []journal.Range{{Changes: []journal.Change{l.change}, Head: head}}, nil
}

func (l *light) Apply(_ context.Context, p *wire.Page) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.cursors[p.Scope] = rows.Scope{Scope: p.Scope, Feed: p.Until, Epoch: p.Epoch}
	return nil
}

func (l *light) Pushed([]journal.Range, map[crdt.Origin]uint64)            {}
func (l *light) Relayable() uint64                                         { return 0 }
func (l *light) Rewind(context.Context, int64, uint64, bool) error         { return nil }
func (l *light) Receipts(context.Context, int) ([]wire.Receipt, error)     { return nil, nil }
func (l *light) Noted(context.Context, []wire.Receipt) (int, error)        { return 0, nil }
func (l *light) Wrote(context.Context, uint64, journal.Hash) (bool, error) { return true, nil }
func (l *light) Reading(context.Context, int64) (rows.Reading, error)      { return rows.Reading{}, nil }
func (l *light) Poisoned(int64) (uint64, bool)                             { return 0, false }
func (l *light) Compare(context.Context, map[crdt.Origin]uint64, journal.Asking) (uint64, map[crdt.Origin]uint64, error) {
	return 0, nil, nil
}
func (l *light) Fork(context.Context, journal.Asking) (uint64, error) { return 0, nil }

// member is one of the herd: its line, and when its act was acknowledged.
type member struct {
	up    *Uplink
	acked chan time.Time
}

// recruit makes workstation number n, known to central, that wrote one act.
func (b *bank) recruit(n int, address string) *member {
	b.t.Helper()
	identity := must[*trust.Identity](b.t)(trust.NewIdentity(rand.Reader))
	l := &light{origin: crdt.Origin(1000 + n), branch: int64(1 + n%herdBranches), cursors: map[int64]rows.Scope{}}
	request := must[[]byte](b.t)(identity.Request())
	cert := must[*x509.Certificate](b.t)(b.authority.IssueNode(trust.Node{Origin: uint32(l.origin), Branch: l.branch}, request, time.Now(), rand.Reader))
	err := b.central.Join(b.t.Context(), central.Node{Origin: l.origin, Branch: l.branch, Name: fmt.Sprint("desk ", n), Key: identity.Public()}, func(*rows.Act) error { return nil })
	if err != nil {
		b.t.Fatal(err)
	}
	clock := crdt.Clock{Origin: l.origin}
	l.change = journal.Change{Origin: l.origin, Seq: 1, Stamp: clock.Now(nowMS()), Session: crdt.MakeID(l.origin, 1), Bodies: []journal.Body{{Op: crdt.Op{
		Kind: crm.Party, ID: crdt.MakeID(l.origin, 2), Set: []crdt.FieldSet{{Field: crm.PartyName, Value: crdt.TextValue("written in the outage")}}}}}}
	l.link, _ = l.change.Seal(journal.Hash{}, nil)
	m := &member{acked: make(chan time.Time, 1)}
	m.up = must[*Uplink](b.t)(New(b.t.Context(), Options{Central: "https://" + address, Store: l, Identity: identity, Certificate: cert,
		Root: b.authority.Root(), Log: slog.New(slog.DiscardHandler), Now: nowMS, After: after, Rand: rand.Reader, Version: "herd"}))
	m.up.OnState(func(s State) {
		if s.Sent >= 1 {
			select {
			case m.acked <- time.Now():
			default: // it was told
			}
		}
	})
	return m
}

// TestAHerdThatComesBackAtOnceIsAcknowledged: all lines of a bank come back at
// once. `make herd` has the size of the promise.
func TestAHerdThatComesBackAtOnceIsAcknowledged(t *testing.T) {
	b := openBank(t, false)
	reserved := must[net.Listener](t)(net.Listen("tcp", "127.0.0.1:0"))
	address := reserved.Addr().String()
	_ = reserved.Close()
	herd := make([]*member, herdSize)
	for i := range herd {
		herd[i] = b.recruit(i, address)
	}
	for _, m := range herd {
		m.up.Start()
	}
	defer func() {
		var all sync.WaitGroup
		for _, m := range herd {
			all.Go(m.up.Stop)
		}
		all.Wait()
	}()
	eventually(t, "all have tried in vain", func() bool {
		return !slices.ContainsFunc(herd, func(m *member) bool { return m.up.State().Trouble == 0 })
	})
	cert := must[*tls.Certificate](t)(b.authority.IssueServer(nil, time.Now(), rand.Reader))
	server := &http.Server{Handler: b.central.Handler(central.HTTPOptions{Authority: b.authority, Rand: rand.Reader, Now: time.Now, Log: b.log}),
		TLSConfig: trust.ServerConfig(b.authority.Root(), trust.Fixed(cert), time.Now), ErrorLog: slog.NewLogLogger(b.log.Handler(), slog.LevelInfo)}
	listener := must[net.Listener](t)(net.Listen("tcp", address))
	began := time.Now()
	done := make(chan struct{})
	go func() { defer close(done); _ = server.ServeTLS(listener, "", "") }()
	defer func() { _ = server.Close(); <-done }()
	late := time.After(herdWithin)
	took := make([]time.Duration, 0, len(herd))
	for i, m := range herd {
		select {
		case at := <-m.acked:
			took = append(took, at.Sub(began))
		case <-late:
			t.Fatalf("workstation %d has no acknowledgement after %s; %d of %d have: %+v", i, herdWithin, len(took), len(herd), m.up.State())
		}
	}
	slices.Sort(took)
	t.Logf("%d workstations at once: first acknowledgement p50 %s, p99 %s, last %s", len(took), took[len(took)/2].Round(time.Millisecond),
		took[len(took)*99/100].Round(time.Millisecond), took[len(took)-1].Round(time.Millisecond))
}

func (l *light) Differences(context.Context) (map[int64]int64, error) { return nil, nil }
func (l *light) Asides(context.Context) ([]rows.Aside, error)         { return nil, nil }

func (l *light) Enclosed(context.Context, []journal.Range) ([]wire.Envelope, error) {
	return nil, nil
}
