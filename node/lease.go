package node

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"bough/crdt"
	"bough/node/api"
	"bough/node/desk"
	"bough/node/store"
	"bough/sync/trust"
)

// How often a node looks at its lease.
const (
	leaseEvery    = time.Minute   // the time that passed is written down
	leaseKeyEvery = 6 * time.Hour // central is asked again what codes are checked with
	leaseKeyAgain = time.Second   // while the line is down
)

// loadLease begins the lease of a file that never had one: joining was a contact.
func (b *Branch) loadLease(ctx context.Context) error {
	now := b.nowMS()
	l, err := b.changeLease(ctx, func(l *store.Lease) error {
		if l.UntilMS == 0 {
			l.Contact(now, store.LeaseDays)
		}
		l.Pass(now, 0)
		return nil
	})
	b.held.Store(&l)
	return err
}

// renewLease notes that central was heard just now.
func (b *Branch) renewLease(ctx context.Context) error {
	days, err := b.Store.LeaseDays(ctx, b.me.Branch)
	if err != nil {
		return err
	}
	was := b.held.Load().Over(b.nowMS())
	l, err := b.changeLease(ctx, func(l *store.Lease) error {
		l.Contact(b.nowMS(), days)
		return nil
	})
	b.held.Store(&l)
	if was && err == nil {
		b.o.Log.Info("the lease is renewed: central was heard")
		b.Desk.Tell(nil)
	}
	return err
}

// hearBy renews the lease by an answer that central wrote, and that came by a
// stick.
func (b *Branch) hearBy(ctx context.Context, atMS int64) error {
	b.time.Load().AtLeast(atMS)
	days, err := b.Store.LeaseDays(ctx, b.me.Branch)
	if err != nil {
		return err
	}
	l, err := b.changeLease(ctx, func(l *store.Lease) error {
		l.Letter(atMS, days)
		return nil
	})
	if err == nil {
		b.held.Store(&l)
		b.Desk.Tell(nil)
	}
	return err
}

// leaseHere is how the lease stands, for people.
func (b *Branch) leaseHere(ctx context.Context) (desk.Lease, error) {
	l, err := b.lease(ctx)
	known, certified := b.known()
	if certified != nil {
		return desk.Lease{}, certified
	}
	if of := b.held.Load().KeyOf; of != 0 {
		known = of // codes of another number would not open it
	}
	return desk.Lease{Origin: known, Branch: b.me.Branch, Name: b.me.Name, UntilMS: l.UntilMS,
		LeftMS: b.held.Load().LeftMS(b.nowMS()), Amber: l.State != api.LeaseOK, Codes: l.Codes}, err
}

// known is the number by which head office knows the workstation: that of its
// certificate, also while the number that it goes on with is not certified yet.
func (b *Branch) known() (crdt.Origin, error) {
	id, _, err := trust.PeerNode(b.keys.cert.Load())
	if err != nil {
		return 0, fmt.Errorf("node: own certificate: %w", err)
	}
	return crdt.Origin(id.Origin), nil
}

// Extend takes a code that head office read over the phone.
func (b *Branch) Extend(ctx context.Context, word string) error {
	days, err := b.Store.LeaseDays(ctx, b.me.Branch)
	if err != nil {
		return err
	}
	l, err := b.changeLease(ctx, func(l *store.Lease) error {
		return l.Extend(word, days)
	})
	b.held.Store(&l)
	for _, f := range leaseFaults {
		if errors.Is(err, f.is) {
			return &desk.Error{Reason: desk.Invalid, Code: f.code, Field: "code", Message: f.says}
		}
	}
	return err
}

// leaseFaults are the faults of a code, for people.
var leaseFaults = []struct {
	is         error
	code, says string
}{
	{store.ErrLeaseCode, "lease_code", "this code does not extend the lease of this workstation, or was used; ask head office for another one"},
	{store.ErrLeaseTries, "lease_tries", "too many wrong codes; wait an hour, then try again"},
	{store.ErrLeaseKey, "lease_key", "this workstation never heard how to check such a code; only the line to head office helps"},
}

// leaseOver reports whether nobody may sign in.
func (b *Branch) leaseOver() bool { return b.held.Load().Over(b.nowMS()) }

// lease is how long the node may work without hearing from central.
func (b *Branch) lease(ctx context.Context) (api.Lease, error) {
	days, err := b.Store.LeaseDays(ctx, b.me.Branch)
	held := b.held.Load()
	l := api.Lease{UntilMS: held.UntilMS, State: api.LeaseOK, Codes: len(held.Key) > 0}
	switch left := held.LeftMS(b.nowMS()); {
	case left == 0:
		l.State = api.LeaseOver
	case left < days*store.DayMS/2:
		l.State = api.LeaseAmber
	}
	return l, err
}

// leaser lets the time of the lease pass, and learns what codes are checked
// with, until it is stopped.
func (b *Branch) leaser() (stop func() error) {
	ctx, cancel := context.WithCancel(context.Background())
	var work sync.WaitGroup
	work.Go(func() { b.passLease(ctx) })
	work.Go(func() { b.learnLease(ctx) })
	return func() error {
		cancel()
		work.Wait()
		return nil
	}
}

func (b *Branch) passLease(ctx context.Context) {
	for {
		select {
		case <-b.o.After(leaseEvery):
		case <-ctx.Done():
			return
		}
		if err := b.letPass(ctx); err != nil && ctx.Err() == nil {
			b.o.Log.Error("keeping the time of the lease failed", "error", err)
		}
	}
}

// letPass writes down the time that passed.
func (b *Branch) letPass(ctx context.Context) error {
	was := b.leaseOver()
	l, err := b.changeLease(ctx, func(*store.Lease) error { return nil })
	if err = errors.Join(err, b.keepClock(ctx)); err != nil {
		return err
	}
	if b.held.Store(&l); !was && b.leaseOver() {
		b.o.Log.Warn("the lease is over: nobody can sign in until central is heard")
		b.Desk.Tell(nil)
	}
	return nil
}

// changeLease lets the time pass that went by since it was changed last, then
// changes it: no time is counted twice, though the machine slept for days.
func (b *Branch) changeLease(ctx context.Context, fn func(*store.Lease) error) (store.Lease, error) {
	return b.Store.Lease(ctx, func(l *store.Lease) error {
		tick := b.time.Load().State().TickMS
		if was := b.passed.Swap(tick); was != 0 {
			l.Pass(b.nowMS(), tick-was)
		} else {
			l.Pass(b.nowMS(), 0)
		}
		return fn(l)
	})
}

func (b *Branch) askLeaseKey(ctx context.Context) error {
	before, err := b.known()
	if err != nil {
		return err
	}
	key, err := b.up().LeaseKey(ctx)
	if err != nil {
		return err
	}
	if of, err := b.known(); err != nil || of != before {
		return err // certified meanwhile: it is asked again
	}
	l, err := b.Store.Lease(ctx, func(l *store.Lease) error {
		l.Learn(key, before)
		return nil
	})
	b.held.Store(&l)
	return err
}

func (b *Branch) learnLease(ctx context.Context) {
	for {
		pause := leaseKeyAgain
		if b.up().State().Online {
			err := b.askLeaseKey(ctx)
			if err == nil {
				pause = leaseKeyEvery
			}
			if err != nil && ctx.Err() == nil {
				b.o.Log.Debug("central does not tell what lease codes are checked with", "error", err)
			}
		}
		select {
		case <-b.o.After(pause):
		case <-b.reborn:
		case <-ctx.Done():
			return
		}
	}
}

// LeaseIn names a workstation; CodeIn is a code that somebody typed.
type (
	LeaseIn struct{ Origin crdt.Origin }
	CodeIn  struct{ Code string }
	DaysIn  struct{ Days int64 }
)

func (b *Branch) leaseCommands(mux *http.ServeMux) {
	command(mux, "/lease/extend", func(ctx context.Context, in CodeIn) (api.Lease, error) {
		if !b.here() {
			return api.Lease{}, ErrNotNode
		}
		if err := b.Extend(ctx, in.Code); err != nil {
			return api.Lease{}, err
		}
		return b.lease(ctx)
	})
}

func (h *HeadOffice) leaseCommands(mux *http.ServeMux) {
	command(mux, "/lease/code", func(ctx context.Context, in LeaseIn) (TokenOut, error) {
		word, err := h.Office.Central.LeaseCode(ctx, h.authority, in.Origin)
		return TokenOut{word}, err
	})
	command(mux, "/lease/days", func(ctx context.Context, in DaysIn) (None, error) {
		return None{}, h.Office.SetLeaseDays(ctx, in.Days)
	})
}
