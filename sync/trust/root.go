package trust

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"sync"
	"time"
)

// Root is what everybody but central knows of the authority: its certificate. It says what is genuine.
type Root struct {
	cert   *x509.Certificate
	pool   *x509.CertPool
	proven proven
}

// ParseRoot reads the PEM that Root.EncodePEM wrote.
func ParseRoot(data []byte) (*Root, error) {
	der, err := onlyPEM(data, pemCertificate)
	if err != nil {
		return nil, fmt.Errorf("trust: parse root: %w", err)
	}
	root, err := parseRootDER(der)
	if err != nil {
		return nil, fmt.Errorf("trust: parse root: %w", err)
	}
	return root, nil
}

func parseRootDER(der []byte) (*Root, error) {
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, fmt.Errorf("certificate: %w", ErrMalformed)
	}
	return newRoot(cert)
}

func newRoot(cert *x509.Certificate) (*Root, error) {
	key, ok := cert.PublicKey.(*ecdsa.PublicKey)
	if !ok || key.Curve != elliptic.P256() {
		return nil, fmt.Errorf("authority key is not ECDSA P-256: %w", ErrMalformed)
	}
	if !cert.IsCA || cert.CheckSignatureFrom(cert) != nil {
		return nil, fmt.Errorf("certificate is not a self-signed authority: %w", ErrWrongRole)
	}
	pool := x509.NewCertPool()
	pool.AddCert(cert)
	return &Root{cert: cert, pool: pool, proven: proven{of: map[[sha256.Size]byte]bool{}}}, nil
}

// EncodePEM gives the certificate; it is public.
func (r *Root) EncodePEM() []byte { return EncodeCertificate(r.cert) }

// Fingerprint is the SHA-256 of the authority's certificate.
func (r *Root) Fingerprint() [sha256.Size]byte { return sha256.Sum256(r.cert.Raw) }

// Check tells whether the authority signed the message in this context; the error wraps ErrBadSignature.
func (r *Root) Check(context Context, message, signature []byte) error {
	digest := sha256.Sum256(statement(context, message))
	if !ecdsa.VerifyASN1(r.cert.PublicKey.(*ecdsa.PublicKey), digest[:], signature) {
		return fmt.Errorf("trust: check %s: %w", context, ErrBadSignature)
	}
	return nil
}

// CheckCentral tells whether a certificate is central's. Host name and dates are not judged: see the package comment.
func (r *Root) CheckCentral(cert *x509.Certificate) error {
	if err := r.verify(cert, x509.ExtKeyUsageServerAuth, cert.NotBefore); err != nil {
		return fmt.Errorf("trust: check central: %w", err)
	}
	if len(cert.URIs) != 1 || cert.URIs[0].String() != centralURI().String() {
		return fmt.Errorf("trust: check central: %w", ErrWrongRole)
	}
	return nil
}

// CheckNode tells whose certificate this is, if it is a node's and valid now.
func (r *Root) CheckNode(cert *x509.Certificate, now time.Time) (Node, error) {
	node, err := r.nodeOf(cert)
	switch {
	case err != nil:
		return Node{}, fmt.Errorf("trust: check node: %w", err)
	case now.Before(cert.NotBefore):
		return Node{}, fmt.Errorf("trust: check node %d: from %s: %w", node.Origin, cert.NotBefore.UTC().Format(time.RFC3339), ErrNotYetValid)
	case now.After(cert.NotAfter):
		return Node{}, fmt.Errorf("trust: check node %d: on %s: %w", node.Origin, cert.NotAfter.UTC().Format(time.RFC3339), ErrExpired)
	}
	return node, nil
}

// CheckRenewable is CheckNode for the one request that a node makes with an expired certificate: to renew it. It takes
// certificates up to RenewableFor past their end, and those of a time that has not come: central gave them while its
// clock was ahead.
func (r *Root) CheckRenewable(cert *x509.Certificate, now time.Time) (Node, error) {
	node, err := r.CheckNode(cert, now)
	if errors.Is(err, ErrNotYetValid) {
		return r.nodeOf(cert)
	}
	if !errors.Is(err, ErrExpired) {
		return node, err
	}
	if now.Sub(cert.NotAfter) > RenewableFor {
		return Node{}, fmt.Errorf("trust: renew node: on %s: %w", cert.NotAfter.UTC().Format(time.RFC3339), ErrTooLate)
	}
	return r.nodeOf(cert)
}

// ConnectedNode tells which node is at the other end of a connection. It is asked at every request of a sync route:
// the certificate may have expired since the handshake. A nil state (no TLS) is ErrNoCertificate.
func (r *Root) ConnectedNode(state *tls.ConnectionState, now time.Time) (Node, error) {
	if state == nil || len(state.PeerCertificates) == 0 {
		return Node{}, fmt.Errorf("trust: connected node: %w", ErrNoCertificate)
	}
	return r.CheckNode(state.PeerCertificates[0], now)
}

// RenewableNode is ConnectedNode for the renewal route alone.
func (r *Root) RenewableNode(state *tls.ConnectionState, now time.Time) (Node, error) {
	if state == nil || len(state.PeerCertificates) == 0 {
		return Node{}, fmt.Errorf("trust: renewable node: %w", ErrNoCertificate)
	}
	return r.CheckRenewable(state.PeerCertificates[0], now)
}

// nodeOf judges everything but the dates: none of that changes, so it is
// computed once for a certificate that comes with every request.
func (r *Root) nodeOf(cert *x509.Certificate) (Node, error) {
	name := sha256.Sum256(cert.Raw)
	if !r.proven.has(name) {
		if err := r.verify(cert, x509.ExtKeyUsageClientAuth, cert.NotBefore); err != nil {
			return Node{}, err
		}
		r.proven.add(name)
	}
	node, _, err := PeerNode(cert)
	return node, err
}

// verify uses an instant at which the leaf is valid for sure, so that what it finds is never a matter of dates.
func (r *Root) verify(cert *x509.Certificate, usage x509.ExtKeyUsage, at time.Time) error {
	_, err := cert.Verify(x509.VerifyOptions{
		Roots:         r.pool,
		Intermediates: x509.NewCertPool(),
		CurrentTime:   at,
		KeyUsages:     []x509.ExtKeyUsage{usage},
	})
	if err == nil {
		return nil
	}
	var unknown x509.UnknownAuthorityError
	if errors.As(err, &unknown) {
		return ErrOtherCentral
	}
	var invalid x509.CertificateInvalidError
	if errors.As(err, &invalid) && invalid.Reason == x509.IncompatibleUsage {
		return ErrWrongRole
	}
	return fmt.Errorf("%w: %w", ErrBadCertificate, err)
}

// EncodeCertificate gives the PEM form of a certificate; it is public.
func EncodeCertificate(cert *x509.Certificate) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: pemCertificate, Bytes: cert.Raw})
}

// ParseCertificate reads what EncodeCertificate wrote. It judges nothing.
func ParseCertificate(data []byte) (*x509.Certificate, error) {
	der, err := onlyPEM(data, pemCertificate)
	if err != nil {
		return nil, fmt.Errorf("trust: parse certificate: %w", err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, fmt.Errorf("trust: parse certificate: %w", ErrMalformed)
	}
	return cert, nil
}

// DueForRenewal is true from two thirds of a certificate's life on: a node of 90 days then has 30 to find the line up.
func DueForRenewal(cert *x509.Certificate, now time.Time) bool {
	life := cert.NotAfter.Sub(cert.NotBefore)
	return now.After(cert.NotAfter.Add(-life / 3))
}

// publicKey is the authority's.
func (r *Root) publicKey() *ecdsa.PublicKey { return r.cert.PublicKey.(*ecdsa.PublicKey) }

// proven remembers which certificates the authority signed.
type proven struct {
	mu sync.Mutex // guards of
	of map[[sha256.Size]byte]bool
}

func (p *proven) has(name [sha256.Size]byte) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.of[name]
}

func (p *proven) add(name [sha256.Size]byte) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.of) >= maxProven {
		clear(p.of)
	}
	p.of[name] = true
}
