package trust

import (
	"crypto/ed25519"
	"encoding/binary"
	"fmt"
	"io"
	"time"
)

// PersonKey is the key with which a person signs their sessions.
type PersonKey struct {
	key ed25519.PrivateKey
}

// NewPersonKey makes a key from 32 bytes of the reader.
func NewPersonKey(rand io.Reader) (*PersonKey, error) {
	key, err := newEd25519(rand)
	if err != nil {
		return nil, fmt.Errorf("trust: new person key: %w", err)
	}
	return &PersonKey{key: key}, nil
}

// Public is the key that checks what the person signs.
func (k *PersonKey) Public() ed25519.PublicKey { return k.key.Public().(ed25519.PublicKey) }

// String shows no secret.
func (k *PersonKey) String() string { return "key of a person (not shown)" }

// GoString shows no secret.
func (k *PersonKey) GoString() string { return k.String() }

// PersonCertificate is central's word that a key is a person's. Its encoding is a version byte (1), person (8),
// key (32), issued (8), all big-endian, and the signature to the end; everything before the signature is signed.
type PersonCertificate struct {
	Person    int64 // 1 and up
	Key       ed25519.PublicKey
	IssuedMS  int64  // milliseconds UTC; of two certificates the later one counts
	Signature []byte // of the authority, in ContextPerson
}

const (
	personVersion = 1
	personBody    = 1 + 8 + ed25519.PublicKeySize + 8
)

// CertifyPerson signs that this key is this person's. Whether it may is for the caller to decide.
func (a *Authority) CertifyPerson(person int64, key ed25519.PublicKey, now time.Time) (PersonCertificate, error) {
	cert := PersonCertificate{Person: person, Key: key, IssuedMS: now.UnixMilli()}
	if err := cert.check(); err != nil {
		return PersonCertificate{}, fmt.Errorf("trust: certify person: %w", err)
	}
	signature, err := a.Sign(ContextPerson, cert.body())
	if err != nil {
		return PersonCertificate{}, fmt.Errorf("trust: certify person: %w", err)
	}
	cert.Signature = signature
	return cert, nil
}

// CheckPerson tells whether the certificate is this authority's.
func (r *Root) CheckPerson(cert PersonCertificate) error {
	if err := cert.check(); err != nil {
		return fmt.Errorf("trust: check person: %w", err)
	}
	return r.Check(ContextPerson, cert.body(), cert.Signature)
}

// Bytes is the encoding that ParsePersonCertificate reads.
func (c PersonCertificate) Bytes() []byte { return append(c.body(), c.Signature...) }

// ParsePersonCertificate reads a certificate without judging its signature.
func ParsePersonCertificate(data []byte) (PersonCertificate, error) {
	if len(data) <= personBody || len(data) > personBody+maxSignature {
		return PersonCertificate{}, fmt.Errorf("trust: parse person certificate: %d bytes: %w", len(data), ErrMalformed)
	}
	if data[0] != personVersion {
		return PersonCertificate{}, fmt.Errorf("trust: parse person certificate: version %d: %w", data[0], ErrMalformed)
	}
	cert := PersonCertificate{
		Person:    int64(binary.BigEndian.Uint64(data[1:])),
		Key:       append(ed25519.PublicKey(nil), data[9:9+ed25519.PublicKeySize]...),
		IssuedMS:  int64(binary.BigEndian.Uint64(data[9+ed25519.PublicKeySize:])),
		Signature: append([]byte(nil), data[personBody:]...),
	}
	if cert.check() != nil {
		return PersonCertificate{}, fmt.Errorf("trust: parse person certificate: %w", ErrMalformed)
	}
	return cert, nil
}

func (c PersonCertificate) body() []byte {
	out := make([]byte, 0, personBody+maxSignature)
	out = append(out, personVersion)
	out = binary.BigEndian.AppendUint64(out, uint64(c.Person))
	out = append(out, c.Key...)
	return binary.BigEndian.AppendUint64(out, uint64(c.IssuedMS))
}

func (c PersonCertificate) check() error {
	switch {
	case c.Person <= 0:
		return fmt.Errorf("person %d: %w", c.Person, ErrInvalid)
	case len(c.Key) != ed25519.PublicKeySize:
		return fmt.Errorf("public key of %d bytes: %w", len(c.Key), ErrInvalid)
	case c.IssuedMS <= 0:
		return fmt.Errorf("issued at %d ms: %w", c.IssuedMS, ErrInvalid)
	}
	return nil
}
