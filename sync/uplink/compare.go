package uplink

import (
	"context"
	"errors"
	"fmt"

	"bough/crdt"
	"bough/sync/journal"
	"bough/sync/replica"
	"bough/sync/wire"
)

// lost ends the taking of a page: what this file wrote under a former number, and
// central has a twin's changes in its place, is to be written again first.
type lost struct {
	ticket uint64
	fork   Fork
}

// errEarlier ends a comparison with a central that tells only of the own chain.
var errEarlier = errors.New("uplink: central is of a release that tells of no former number")

// compare looks, before a page is applied, whether what it says central has of
// former numbers is what this file wrote; the fork where it is not.
func (u *Uplink) compare(ctx context.Context, page *wire.Page) (*Fork, error) {
	at, lost, err := u.o.Store.Compare(ctx, page.Vector, u.links(ctx))
	if err != nil || lost == nil {
		if errors.Is(err, errEarlier) {
			err = nil
		}
		return nil, err
	}
	return &Fork{Common: at, Found: true, Lost: lost}, nil
}

// foundLost hands on what was found; the owner of the line ends it then.
func (u *Uplink) foundLost(l lost) {
	if u.o.Forked == nil {
		u.machine.Step(replica.Failed{Ticket: l.ticket, Class: replica.Fork})
		return
	}
	u.machine.Step(replica.Failed{Ticket: l.ticket, Class: replica.Busy})
	if !u.forking {
		u.forking = true
		u.o.Forked(l.fork)
	}
}

// links asks central for the links of a chain of the branch.
func (u *Uplink) links(ctx context.Context) journal.Asking {
	return func(origin crdt.Origin, after uint64) ([]journal.Hash, error) {
		if origin == u.o.Store.Origin() {
			origin = 0
		}
		answer, err := askJSON[wire.Links](ctx, u.line, wire.PathLinks, wire.Chain{Origin: origin, After: after})
		if err == nil && answer.Origin != origin {
			err = errEarlier
		}
		links := make([]journal.Hash, len(answer.Links))
		for i, b := range answer.Links {
			if copy(links[i][:], b) != len(links[i]) || len(b) != len(links[i]) {
				return nil, fmt.Errorf("uplink: %w: link %d after %d is %d bytes long", wire.ErrMalformed, i, after, len(b))
			}
		}
		return links, err
	}
}
