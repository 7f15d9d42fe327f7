package uplink

import (
	"context"
	"crypto/x509"
	"fmt"
	"time"

	"bough/sync/replica"
	"bough/sync/trust"
	"bough/sync/wire"
)

// renewing is how the renewal of the certificate stands.
type renewing struct {
	busy    bool
	againMS int64 // not before, on the steady clock
}

// renewal is the outcome of one.
type renewal struct {
	cert *x509.Certificate
	err  error
}

// renewDue reports whether the certificate is to be renewed now, and notes that
// it is.
func (u *Uplink) renewDue() bool {
	if u.renewal.busy || u.tick.ms < u.renewal.againMS {
		return false
	}
	s := u.machine.State()
	u.renewal.busy = u.uncertified() || s.Trouble == replica.Expired || trust.DueForRenewal(u.line.certificate(), u.now())
	return u.renewal.busy
}

// now is central's time where that is known, and the workstation's otherwise.
func (u *Uplink) now() time.Time {
	offset, _, _ := u.clock.offset()
	return time.UnixMilli(u.o.Now() + offset)
}

// renew asks for a new certificate, and has it kept.
func (u *Uplink) renew(ctx context.Context) renewal {
	if u.uncertified() {
		return u.incarnate(ctx)
	}
	ask, err := u.o.Identity.Request()
	if err != nil {
		return renewal{err: err}
	}
	answer, err := askJSON[wire.Renewed](ctx, u.line, wire.PathRenew, wire.Renew{Request: ask})
	if err != nil {
		return renewal{err: err}
	}
	cert, err := trust.ParseCertificate(answer.Certificate)
	if err == nil {
		err = u.fits(cert)
	}
	if err == nil && u.o.Renewed != nil {
		if err := u.o.Renewed(cert); err != nil {
			u.o.Log.Error("renewed certificate could not be kept", "error", err)
		}
	}
	return renewal{cert: cert, err: err}
}

// fits checks that a new certificate is for this node, as the old one was.
func (u *Uplink) fits(cert *x509.Certificate) error {
	was, _, err := trust.PeerNode(u.line.certificate())
	if err != nil {
		return fmt.Errorf("%w: %w", errUnreadable, err)
	}
	is, err := u.o.Root.CheckNode(cert, cert.NotBefore)
	if err != nil {
		return fmt.Errorf("%w: %w", errUnreadable, err)
	}
	if is != was {
		return fmt.Errorf("%w: a certificate for origin %d of branch %d", errUnreadable, is.Origin, is.Branch)
	}
	return nil
}

// renewed takes the outcome of a renewal.
func (u *Uplink) renewed(r renewal) {
	u.renewal.busy = false
	if r.err == nil {
		r.err = u.line.show(u.o.Identity, r.cert)
	}
	if takenBy(r.err) && u.o.Forked != nil && !u.forking {
		u.forking = true
		u.o.Forked(Fork{Taken: true})
	}
	if r.err != nil {
		wait := int64(renewAgainMS)
		if s := u.machine.State(); s.Trouble == replica.Expired || !s.Online {
			wait = u.backoffCap()
		}
		u.renewal.againMS = u.tick.ms + 1 + int64(u.chance()*float64(wait))
		class, _ := classify(r.err)
		u.o.Log.Warn("certificate was not renewed", "class", class.String())
		return
	}
	// An answer to the old certificate may still come; and central's clock, by
	// which the new one was made, may be set right.
	u.renewal.againMS = u.tick.ms + u.backoffCap()
	u.machine.Step(replica.Contact{})
	u.o.Log.Info("certificate renewed", "until", r.cert.NotAfter)
}

func (u *Uplink) backoffCap() int64 {
	if u.o.BackoffCapMS > 0 {
		return u.o.BackoffCapMS
	}
	return replica.DefaultBackoffCapMS
}
