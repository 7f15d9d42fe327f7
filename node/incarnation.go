package node

import (
	"cmp"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"sync"
	"time"

	"bough/crdt"
	"bough/node/anchor"
	"bough/node/store"
	"bough/sync/trust"
	"bough/sync/uplink"
)

// forkAgain is how long to wait when going on under a new number failed.
const forkAgain = 5 * time.Second

// incarnationName is the file of a node that goes on as another origin, as long
// as central has not certified it.
const incarnationName = "incarnation.json"

// incarnation is what that file holds: who the node is now, and the proof that
// leads there from its certificate.
type incarnation struct {
	Origin   crdt.Origin  `json:"origin"`
	Key      []byte       `json:"key"`      // PEM
	Former   []byte       `json:"former"`   // PEM of the key that the certificate names
	Renewals []byte       `json:"renewals"` // trust.SignedRenewal, one after another
	Reason   store.Reason `json:"reason"`
	// Before is who the node was until then, where that was not certified either.
	Before *incarnation `json:"before,omitempty"`
}

// loadIncarnation reads who the node is; the database says how far a change of
// origin came before a crash.
func (b *Branch) loadIncarnation() error {
	var i incarnation
	if err := b.dir.readJSON(incarnationName, &i); errors.Is(err, fs.ErrNotExist) {
		return b.fits(b.me.Origin)
	} else if err != nil {
		return err
	}
	at := &i
	for at != nil && at.Origin != b.Store.Origin() {
		at = at.Before
	}
	if at == nil || b.me.Origin == at.Origin {
		if err := os.Remove(b.dir.file(incarnationName)); err != nil {
			return fmt.Errorf("node: %w", err)
		}
		return b.fits(b.me.Origin)
	}
	b.inc = at
	return b.finish()
}

// finish takes over a certificate that came before a crash.
func (b *Branch) finish() error {
	data, err := b.dir.read(certName)
	if err != nil {
		return err
	}
	cert, err := trust.ParseCertificate(data)
	if err != nil {
		return err
	}
	who, _, err := trust.PeerNode(cert)
	if err != nil || crdt.Origin(who.Origin) != b.inc.Origin {
		return err
	}
	if err := b.certified(cert); err != nil {
		return err
	}
	b.me.Cookie, b.me.Origin, b.inc = cmp.Or(b.me.Cookie, b.me.Origin), b.inc.Origin, nil
	return nil
}

func (b *Branch) fits(origin crdt.Origin) error {
	if b.Store.Origin() != origin {
		return fmt.Errorf("node: the database is of origin %d, the directory of %d: they belong to different workstations", b.Store.Origin(), origin)
	}
	return nil
}

// identities are the key that the node writes with, and that which its
// certificate names; the latter is nil when they are the same.
func (b *Branch) identities(node []byte) (writes, speaks *trust.Identity, err error) {
	if b.inc == nil {
		writes, err = trust.ParseIdentity(node)
		return writes, nil, err
	}
	if writes, err = trust.ParseIdentity(b.inc.Key); err != nil {
		return nil, nil, err
	}
	speaks, err = trust.ParseIdentity(b.inc.Former)
	return writes, speaks, err
}

// renewals lead from the certificate to who the node is.
func (b *Branch) renewals() ([]trust.SignedRenewal, error) {
	if b.inc == nil {
		return nil, nil
	}
	return trust.ParseRenewals(b.inc.Renewals)
}

// claim is what the line tells central; nil when there is nothing to tell.
func (b *Branch) claim() (*uplink.Incarnation, error) {
	renewals, err := b.renewals()
	if err != nil || renewals == nil {
		return nil, err
	}
	return &uplink.Incarnation{Former: b.keys.speaks, Renewals: renewals, Reason: string(b.inc.Reason)}, nil
}

// become makes the node go on as another origin: own changes after the fork are
// written again. Nothing of its lines runs meanwhile.
func (b *Branch) become(ctx context.Context, fork uint64, reason store.Reason, lost map[crdt.Origin]uint64) error {
	link, err := b.Store.LinkAt(ctx, fork)
	if err != nil {
		return err
	}
	chain, err := b.renewals()
	if err != nil {
		return err
	}
	s := trust.Renewal{Old: uint32(b.Store.Origin()), Seq: fork, Hash: link}
	return b.step(ctx, stepping{statement: s, by: b.keys.identity, chain: chain, fork: fork, reason: reason, lost: lost})
}

// another takes another number than the one that central would not certify, for
// somebody has it: in the place of the last renewal stands one to a new number,
// signed by the same key. Central took nothing under the number that is left.
// Sessions that were opened under it are of nobody whom central knows: it holds
// what was written in them, and everybody signs in anew.
func (b *Branch) another(ctx context.Context) error {
	chain, err := b.renewals()
	if err != nil {
		return err
	}
	if len(chain) == 0 {
		return nil // certified meanwhile
	}
	last := chain[len(chain)-1]
	by, err := trust.ParseIdentity(b.inc.keyOf(crdt.Origin(last.Old)))
	if err != nil {
		return err
	}
	err = b.step(ctx, stepping{statement: last.Renewal, by: by, chain: chain[:len(chain)-1], reason: b.inc.Reason})
	if err != nil {
		return err
	}
	return b.Store.DropTokens(ctx)
}

// keyOf is the key (PEM) of an origin on the way here.
func (i *incarnation) keyOf(origin crdt.Origin) []byte {
	for at := i; at != nil; at = at.Before {
		if at.Origin == origin {
			return at.Key
		}
	}
	return i.Former
}

// stepping is how a node becomes another origin.
type stepping struct {
	statement trust.Renewal // its new origin and key are filled in
	by        *trust.Identity
	chain     []trust.SignedRenewal // that lead to whom by belongs
	fork      uint64                // own changes after it are written again
	reason    store.Reason
	lost      map[crdt.Origin]uint64 // of former origins what follows these numbers, too
}

func (b *Branch) step(ctx context.Context, s stepping) error {
	origin, err := freshOrigin(b.o.Rand)
	if err != nil {
		return err
	}
	s.statement.New = uint32(origin)
	next, err := b.announce(s)
	if err != nil {
		return err
	}
	renewals, err := b.renewals()
	if err != nil {
		return err
	}
	was := b.keys.identity
	r := store.Renewing{Origin: origin, Fork: s.fork, Lost: s.lost, Reason: s.reason, Credential: trust.Credential(b.keys.cert.Load().Raw, renewals),
		Sign: func(message []byte) []byte { return was.Sign(trust.ContextJournalHead, message) }}
	if s.reason == store.Clock {
		r.UntilMS = b.nowMS()
	}
	done, err := b.Store.Renew(ctx, r)
	if err != nil {
		return err
	}
	b.inc = next
	b.o.Log.Warn("this workstation goes on under a new number", "was", done.Origin, "is", done.Next, "reason", string(s.reason), "written again", done.Again)
	return b.loadKeys()
}

// announce signs who the node is going to be and writes it down, before the
// database is touched.
func (b *Branch) announce(s stepping) (*incarnation, error) {
	identity, err := trust.NewIdentity(b.o.Rand)
	if err != nil {
		return nil, err
	}
	s.statement.Key = identity.Public()
	signed, err := s.by.Renew(s.statement)
	if err != nil {
		return nil, err
	}
	i := &incarnation{Origin: crdt.Origin(s.statement.New), Reason: s.reason, Before: b.inc}
	for _, r := range append(slices.Clone(s.chain), signed) {
		i.Renewals = append(i.Renewals, r.Bytes()...)
	}
	if i.Key, err = identity.EncodePEM(); err != nil {
		return nil, err
	}
	if b.inc != nil {
		i.Former = b.inc.Former
	} else if i.Former, err = b.keys.identity.EncodePEM(); err != nil {
		return nil, err
	}
	return i, b.dir.writeJSON(incarnationName, i)
}

// certified keeps the certificate of a node that went on as another origin: it
// is what its directory says from then on.
func (b *Branch) certified(c *x509.Certificate) error {
	me := b.me
	if me.Cookie == 0 {
		me.Cookie = me.Origin
	}
	me.Origin = b.inc.Origin
	err := errors.Join(b.dir.write(identityName, b.inc.Key), b.dir.write(certName, trust.EncodeCertificate(c)), b.dir.writeJSON(nodeName, me))
	if err != nil {
		return err
	}
	return os.Remove(b.dir.file(incarnationName))
}

// firstOrigin is who the directory says the node is; 0: the database says, for
// the node is going on as another origin.
func (b *Branch) firstOrigin() crdt.Origin {
	if b.dir.has(databaseName) && b.dir.has(incarnationName) {
		return 0
	}
	return b.me.Origin
}

// recognise sees who the node is, and whether its database is the one it had: a
// restored or copied one goes on as another origin at once, without asking
// anybody. What central is known to have stands; the rest is written again.
func (b *Branch) recognise(ctx context.Context) error {
	if err := b.loadIncarnation(); err != nil {
		return err
	}
	if err := b.loadKeys(); err != nil {
		return err
	}
	reason, err := b.ownFile(ctx)
	if err == nil && reason != "" {
		err = b.become(ctx, b.Store.Taken(), reason, nil)
	}
	if after, yes := b.Store.Poisoned(b.nowMS()); err == nil && yes && b.time.Load().State().Trust != anchor.Carried {
		err = b.become(ctx, after, store.Clock, nil) // its clock was ahead, and was set right while it was off
	}
	if err != nil {
		return err
	}
	return b.newToken(ctx)
}

// forked hears from the line that central knows another history, or that the
// clock was wrong.
func (b *Branch) forked(f uplink.Fork) {
	select {
	case b.forks <- f:
	default: // it was told, and is being seen to
	}
}

// doubted hears from a neighbour that it knows another history. While the line
// is up central's word counts, and comes by it.
func (b *Branch) doubted(fork uint64) {
	if !b.up().State().Online {
		b.forked(uplink.Fork{Found: true, Common: fork})
	}
}

// certify takes over the certificate of the new origin. The LAN side begins anew
// with it, from another goroutine: this one belongs to the line.
func (b *Branch) certify(c *x509.Certificate) error {
	if err := b.certified(c); err != nil {
		return err
	}
	b.forked(uplink.Fork{}) // nothing forked: only to begin anew
	select {
	case b.reborn <- struct{}{}:
	default: // it was told and not heard yet
	}
	return nil
}

// call opens the line and the LAN side.
func (b *Branch) call() {
	up := b.up()
	up.Start()
	b.leave = append(b.leave, func() error {
		up.Stop()
		return nil
	})
	b.meet()
}

// hangUp closes what call opened.
func (b *Branch) hangUp() (err error) {
	for i := len(b.leave) - 1; i >= 0; i-- {
		err = errors.Join(err, b.leave[i]())
	}
	b.leave = nil
	return err
}

// goOn sees to forks until it is stopped; it owns the lines.
func (b *Branch) goOn() (stop func() error) {
	ctx, cancel := context.WithCancel(context.Background())
	var work sync.WaitGroup
	work.Go(func() {
		for {
			select {
			case f := <-b.forks:
				err := b.beginAnew(ctx, f)
				if err == nil || ctx.Err() != nil {
					continue
				}
				b.o.Log.Error("going on under a new number failed; it is tried again", "error", err)
				select {
				case <-b.o.After(forkAgain):
				case <-ctx.Done():
				}
			case <-ctx.Done():
				return
			}
		}
	})
	return func() error {
		cancel()
		work.Wait()
		return errors.Join(b.hangUp(), b.newToken(context.Background()))
	}
}

// beginAnew goes on as another origin, if that is why it was called, with new
// lines.
func (b *Branch) beginAnew(ctx context.Context, f uplink.Fork) error {
	err := b.hangUp()
	select {
	case <-b.forks: // of the lines that are closed now
	default:
	}
	switch {
	case b.inc != nil && !b.dir.has(incarnationName): // certified meanwhile
		b.me.Cookie, b.me.Origin, b.inc = cmp.Or(b.me.Cookie, b.me.Origin), b.inc.Origin, nil
		err = errors.Join(err, b.loadKeys())
	case f.Ahead:
		err = errors.Join(err, b.become(ctx, f.Common, store.Clock, nil))
	case f.Taken:
		err = errors.Join(err, b.another(ctx))
	case f.Found:
		err = errors.Join(err, b.become(ctx, f.Common, store.Forked, f.Lost))
	}
	up, err2 := b.newUplink(ctx)
	if err2 != nil {
		return errors.Join(err, err2)
	}
	b.uplink.Store(up)
	b.call()
	b.Desk.Tell(nil)
	return err
}
