package node

import (
	"context"
	"crypto/x509"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"bough/crdt"
	"bough/sync/gossip"
	"bough/sync/lan"
	"bough/sync/rows"
	"bough/sync/trust"
)

// Limits of the LAN side.
const (
	relayPause = 2100 * time.Millisecond // a little longer than an author has to send its changes itself
	dueEvery   = time.Minute             // how often changes that were ahead of time are looked at again
)

// keys is what a workstation proves itself with.
type keys struct {
	identity *trust.Identity // that the node writes with
	speaks   *trust.Identity // that its certificate names; nil: the same
	root     *trust.Root
	cert     atomic.Pointer[x509.Certificate]
}

func (b *Branch) loadKeys() error {
	read := func(name string) []byte {
		data, err := b.dir.read(name)
		if err != nil {
			return nil // parsing nothing says what is wrong
		}
		return data
	}
	var cert *x509.Certificate
	var err1, err2, err3 error
	b.keys.identity, b.keys.speaks, err1 = b.identities(read(identityName))
	cert, err2 = trust.ParseCertificate(read(certName))
	b.keys.root, err3 = trust.ParseRoot(read(rootName))
	b.keys.cert.Store(cert)
	return errors.Join(err1, err2, err3)
}

// renewed keeps a new certificate.
func (b *Branch) renewed(c *x509.Certificate) error {
	if b.inc != nil {
		return b.certify(c)
	}
	b.keys.cert.Store(c)
	return b.dir.write(certName, trust.EncodeCertificate(c))
}

// neighbours is the LAN side of a node.
type neighbours struct {
	lan      *lan.Exchange
	gossip   atomic.Pointer[gossip.Gossip] // nil until the key of the branch is known
	received chan struct{}
	online   chan struct{} // the line came up: central may tell of neighbours
	twin     atomic.Bool   // a neighbour knows more of this workstation than its file
	work     sync.WaitGroup
}

// meet opens the LAN side, where one is wanted. A LAN that cannot be used is
// logged: everything else works without it.
func (b *Branch) meet() {
	address := b.o.LAN
	if address == "" {
		address = b.me.LAN
	}
	if address == "" {
		return
	}
	n := &neighbours{received: make(chan struct{}, 1), online: make(chan struct{}, 1)}
	renewals, err := b.renewals()
	if err != nil {
		b.o.Log.Error("who this workstation is cannot be proved to neighbours", "error", err)
		return
	}
	e, err := lan.New(lan.Options{Store: b.Store, Branch: b.me.Branch, Identity: b.keys.identity, Speaks: b.keys.speaks, Renewals: renewals, Root: b.keys.root, Certificate: b.keys.cert.Load,
		Log: b.o.Log, Now: b.now, After: b.o.After, Rand: b.o.Rand,
		Refuse: b.revoked, Received: n.tell, Twin: func(crdt.Origin) { n.twin.Store(true) }, Doubted: b.doubted, Lend: b.lend, Seed: b.give, Proof: b.proofFor}, address)
	if err != nil {
		b.o.Log.Error("the LAN cannot be used; work goes on without neighbours", "error", err)
		return
	}
	n.lan = e
	e.Start()
	e.Ask(b.o.Peers)
	n.tell() // what was received before the start may be due
	b.neighbours.Store(n)
	ctx, stop := context.WithCancel(context.Background())
	n.work.Go(func() { b.passOn(ctx, n) })
	n.work.Go(func() { b.acquaint(ctx, n) })
	n.work.Go(func() { b.borrow(ctx, n) })
	b.leave = append(b.leave, func() error {
		b.neighbours.Store(nil)
		stop()
		n.work.Wait()
		var err error
		if g := n.gossip.Load(); g != nil {
			err = g.Stop()
		}
		return errors.Join(err, e.Stop())
	})
}

// tell wakes passOn; it never blocks.
func (n *neighbours) tell() { poke(n.received) }

func poke(ch chan struct{}) {
	select {
	case ch <- struct{}{}:
	default: // it was told and has not looked yet
	}
}

// passOn sends up what neighbours wrote, once they had time to do so
// themselves, and merges what was ahead of time when it is due.
func (b *Branch) passOn(ctx context.Context, n *neighbours) {
	for {
		select {
		case <-n.received:
			n.say()
			select {
			case <-b.o.After(relayPause):
				b.up().Kick()
			case <-ctx.Done():
				return
			}
		case <-b.o.After(dueEvery):
			if _, err := b.Store.Due(ctx); err != nil && ctx.Err() == nil {
				b.o.Log.Error("merging what was ahead of time failed", "error", err)
			}
			b.up().Kick()
		case <-ctx.Done():
			return
		}
	}
}

// saved tells neighbours that wait that there is something new.
func (b *Branch) saved() {
	if n := b.neighbours.Load(); n != nil {
		n.lan.Kick()
		n.say()
	}
}

// LANAddr is where neighbours are listened to; empty where they are not.
func (b *Branch) LANAddr() string {
	if n := b.neighbours.Load(); n != nil {
		return n.lan.Addr()
	}
	return ""
}

// revokedHere counts the workstations of the branch that were revoked.
func (b *Branch) revokedHere() (n int64) {
	err := b.Store.File.Read(context.Background(), func(tx *rows.Tx) (err error) {
		n, _, err = tx.Int(`SELECT count(*) FROM node WHERE branch=?1 AND revoked=1`, b.me.Branch)
		return err
	})
	if err != nil {
		b.o.Log.Error("reading which workstations were revoked failed", "error", err)
	}
	return n
}

// revoked reports whether head office says that a workstation may not sync.
func (b *Branch) revoked(origin crdt.Origin) bool {
	var n int64
	err := b.Store.File.Read(context.Background(), func(tx *rows.Tx) (err error) {
		n, _, err = tx.Int(`SELECT max(revoked) FROM node WHERE origin=?1`, int64(origin))
		return err
	})
	if err != nil {
		b.o.Log.Error("reading whether a workstation was revoked failed", "error", err)
	}
	return n == 1
}
