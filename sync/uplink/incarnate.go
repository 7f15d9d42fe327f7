package uplink

import (
	"context"
	"errors"
	"fmt"

	"bough/crdt"
	"bough/sync/replica"
	"bough/sync/trust"
	"bough/sync/wire"
)

// Incarnation is a node that goes on as another origin, which central has not
// certified yet: until it has, the line speaks with the key and certificate of
// the former.
type Incarnation struct {
	Former   *trust.Identity
	Renewals []trust.SignedRenewal
	Reason   string
}

// Fork is what the line learned of another history of this node.
type Fork struct {
	// Common is the last own number that central has in the same form.
	Common uint64
	// Found: central has another history.
	Found bool
	// Ahead: it is the clock that was wrong, what follows Common is stamped far
	// ahead.
	Ahead bool
	// Lost are former origins of which central has another history, each with the
	// last number that both have.
	Lost map[crdt.Origin]uint64
	// Taken: another workstation has the number under which this one would go on.
	Taken bool
}

// errAhead keeps a push back whose changes central would refuse for their time.
var errAhead = errors.New("uplink: the clock of this workstation was far ahead; what was written is stamped anew")

// uncertified reports whether central has still to certify the origin.
func (u *Uplink) uncertified() bool { return u.line.speaker() != u.o.Identity }

// incarnate tells central of the renewals, and shows the new certificate from
// then on.
func (u *Uplink) incarnate(ctx context.Context) renewal {
	ask, err := u.o.Identity.Request()
	if err != nil {
		return renewal{err: err}
	}
	q := wire.Incarnate{Request: ask, Reason: u.o.Incarnation.Reason}
	for _, r := range u.o.Incarnation.Renewals {
		q.Renewals = append(q.Renewals, r.Bytes()...)
	}
	sent := u.o.Now()
	answer, err := askJSON[wire.Incarnated](ctx, u.line, wire.PathIncarnation, q)
	if err != nil {
		return renewal{err: err}
	}
	u.clock.measured(sent, u.o.Now(), answer.NowMS)
	cert, err := trust.ParseCertificate(answer.Certificate)
	if err != nil {
		return renewal{err: fmt.Errorf("%w: %w", errUnreadable, err)}
	}
	who, err := u.o.Root.CheckNode(cert, cert.NotBefore)
	if err != nil {
		return renewal{err: fmt.Errorf("%w: %w", errUnreadable, err)}
	}
	if crdt.Origin(who.Origin) != u.o.Store.Origin() {
		return renewal{err: fmt.Errorf("%w: a certificate for origin %d", errUnreadable, who.Origin)}
	}
	if u.o.Renewed != nil {
		err = u.o.Renewed(cert)
	}
	return renewal{cert: cert, err: err}
}

// takenBy reports whether central would not certify the new origin because
// another workstation has it: asked again, it would say so again.
func takenBy(err error) bool {
	var answered *faultError
	return errors.As(err, &answered) && answered.word == wire.FaultTaken
}

// forkDue reports whether somebody has to be told of another history, and notes
// that it is being done.
func (u *Uplink) forkDue() bool {
	trouble := u.machine.State().Trouble
	if u.o.Forked == nil || u.forking || u.tick.ms < u.forkAgainMS || trouble != replica.Fork && trouble != replica.Ahead {
		return false
	}
	u.forking = true
	return true
}

// forked is the outcome of looking for the fork.
type forked struct {
	fork Fork
	err  error
}

// findFork asks central for its links of the own chain, and finds the last one that
// is ours. What was once taken is no proof: central may be restored since.
func (u *Uplink) findFork(ctx context.Context) forked {
	offset, _, known := u.clock.offset()
	if after, yes := u.o.Store.Poisoned(u.o.Now() + offset); yes && known {
		return forked{fork: Fork{Common: after, Ahead: true}}
	}
	at, err := u.o.Store.Fork(ctx, u.links(ctx))
	return forked{Fork{Common: at, Found: true}, err}
}

// foundFork hands on what was found; the owner of the line ends it then.
func (u *Uplink) foundFork(f forked) {
	if f.err != nil {
		u.forking, u.forkAgainMS = false, u.tick.ms+1+int64(u.chance()*float64(u.backoffCap()))
		return
	}
	u.o.Forked(f.fork)
}
