package uplink

import (
	"context"
	"crypto/tls"
	"time"

	"bough/sync/replica"
	"bough/sync/wire"
)

// Probe asks central one small thing: it tells central's clock less the PC's, ms,
// or why there was no answer.
func (u *Uplink) Probe(ctx context.Context) (offsetMS int64, class replica.Class, detail string) {
	scope := u.o.Store.Scopes()[0]
	at, err := u.o.Store.Cursor(ctx, scope)
	if err != nil {
		return 0, replica.Local, err.Error()
	}
	ask, err := u.codec.EncodePull(&wire.Pull{Scope: scope, Since: at.Feed, Limit: 1})
	if err != nil {
		return 0, replica.Local, err.Error()
	}
	sent := u.o.Now()
	b, err := u.line.ask(ctx, request{path: wire.PathPull, body: ask, content: wire.ContentFrame, limit: wire.MaxFrame, within: smallFor})
	if err == nil {
		page, err := u.codec.DecodePage(b)
		if err == nil {
			return page.NowMS - (sent+u.o.Now())/2, 0, ""
		}
	}
	class, detail = classify(err)
	return 0, class, detail
}

// TLS is how this node speaks TLS to central, with the certificate it shows.
func (u *Uplink) TLS() (*tls.Config, error) {
	u.line.mu.Lock()
	pair, err := u.line.identity.Certificate(u.line.cert)
	u.line.mu.Unlock()
	if err != nil {
		return nil, err
	}
	return u.line.config(pair), nil
}

// CertificateUntil is when the certificate of this node ends.
func (u *Uplink) CertificateUntil() time.Time { return u.line.until() }
