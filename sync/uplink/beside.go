package uplink

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"bough/sync/replica"
	"bough/sync/wire"
)

// Errors of a page that a neighbour handed on.
var (
	// ErrSeal: central did not sign it so.
	ErrSeal = errors.New("uplink: a neighbour handed on a page that central did not sign")
	// ErrForeign: of a scope that this workstation does not read.
	ErrForeign = errors.New("uplink: a neighbour handed on a page of another branch")
	// ErrOtherLife: central has changes of this origin that this file did not write.
	ErrOtherLife = errors.New("uplink: central knows another history of this workstation")
)

// lent is a page that a neighbour handed on, on its way into the file.
type lent struct {
	event replica.Beside
	done  chan struct{} // closed when it is in, or was not taken
}

// Lend asks central for a sealed page, to be handed on to a neighbour.
func (u *Uplink) Lend(ctx context.Context, q wire.Pull) ([]byte, error) {
	ask, err := u.codec.EncodePull(&q)
	if err != nil {
		return nil, err
	}
	return u.line.ask(ctx, sealedRequest(ask))
}

// Beside checks a sealed page that a neighbour handed on, and has it taken into
// the file; it returns when that is done. While the line is up it is passed over.
func (u *Uplink) Beside(ctx context.Context, sealed []byte) error {
	s, page, err := open(u.o.Root, u.codec, sealed)
	if err != nil {
		return err
	}
	if !slices.Contains(u.o.Store.Scopes(), page.Scope) {
		return fmt.Errorf("%w: scope %d", ErrForeign, page.Scope)
	}
	own := s.Heads[u.o.Store.Origin()]
	ours, err := u.o.Store.Wrote(ctx, own.Seq, own.Hash)
	switch {
	case err != nil:
		return err
	case !ours:
		return fmt.Errorf("%w: at number %d", ErrOtherLife, own.Seq)
	}
	p, err := u.o.Store.Progress(ctx)
	if err != nil {
		return err
	}
	l := &lent{event: replica.Beside{Page: page, Confirmed: own.Seq, Written: p.Written}, done: make(chan struct{})}
	select {
	case u.lent <- l:
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case <-l.done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// settle tells whoever waits for a lent page that it is in.
func (u *Uplink) settle() {
	u.waiting = slices.DeleteFunc(u.waiting, func(l *lent) bool {
		if u.machine.Taking(l.event.Page.Scope, l.event.Page.Until) {
			return false
		}
		close(l.done)
		return true
	})
}
