package uplink

import (
	"context"

	"bough/sync/replica"
	"bough/sync/rows"
	"bough/sync/wire"
)

// Limits of asking again for rows that were set aside.
const (
	againEveryMS = 60 * 60 * 1000 // besides once after each start, which may be of a newer release
	againAtOnce  = 20             // rows: each is an exchange
)

// asking is how the asking again stands.
type asking struct {
	busy    bool
	againMS int64 // not before, on the steady clock
}

// askedAgain is the outcome: scopes that are to be read again, from where a row
// stands that can be read now.
type askedAgain struct {
	scopes []int64
	err    error
}

// askDue reports whether rows that were set aside are to be asked for, and notes
// that they are.
func (u *Uplink) askDue() bool {
	if u.asking.busy || u.tick.ms < u.asking.againMS || u.uncertified() || !u.machine.State().Online {
		return false
	}
	u.asking.busy = true
	return true
}

// askAgain asks central by their numbers for rows that were set aside.
func (u *Uplink) askAgain(ctx context.Context) (out askedAgain) {
	list, err := u.o.Store.Asides(ctx)
	if err != nil {
		return askedAgain{err: err}
	}
	for _, a := range list[:min(len(list), againAtOnce)] {
		readable, err := u.readable(ctx, a)
		if err != nil {
			return askedAgain{out.scopes, err}
		}
		if readable {
			out.scopes = append(out.scopes, a.Scope)
		}
	}
	return out
}

// readable asks for one row. Central does not take it for a sign of how far this
// node has read: that is what sealed pages are for.
func (u *Uplink) readable(ctx context.Context, a rows.Aside) (bool, error) {
	sealed, err := u.Lend(ctx, wire.Pull{Scope: a.Scope, Since: a.Since, Limit: 1})
	if err != nil {
		return false, err
	}
	_, page, err := open(u.o.Root, u.codec, sealed)
	if err != nil {
		return false, err
	}
	return u.o.Store.Again(ctx, a, page)
}

// asked takes the outcome in.
func (u *Uplink) asked(e askedAgain) {
	u.asking = asking{againMS: u.tick.ms + againEveryMS}
	if e.err != nil {
		u.o.Log.Warn("rows that were set aside could not be asked for", "error", e.err)
	}
	for _, scope := range e.scopes {
		u.machine.Step(replica.News{Scope: scope})
	}
}
