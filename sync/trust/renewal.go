package trust

import (
	"crypto/ed25519"
	"crypto/sha256"
	"crypto/x509"
	"encoding/binary"
	"fmt"
)

// Renewal is the statement of a workstation that it goes on as another origin, with another key: its file is a copy,
// or was one. It is signed with the key of the old origin. Its encoding is a version byte (1), old (4), new (4),
// seq (8), hash (32), key (32), all big-endian.
type Renewal struct {
	Old, New uint32
	Seq      uint64            // the last number of Old that New builds on: the fork point
	Hash     [sha256.Size]byte // the link of Old's chain there; zero where Seq is 0
	Key      ed25519.PublicKey // of New
}

// SignedRenewal is a renewal with the signature of the old key in ContextRenewal; encoded, the 64 bytes follow.
type SignedRenewal struct {
	Renewal
	Signature []byte
}

const (
	renewalVersion = 1
	renewalBody    = 1 + 4 + 4 + 8 + sha256.Size + ed25519.PublicKeySize
	renewalBytes   = renewalBody + ed25519.SignatureSize
)

// Renew signs a renewal with the key of the old origin.
func (i *Identity) Renew(r Renewal) (SignedRenewal, error) {
	if err := r.check(); err != nil {
		return SignedRenewal{}, fmt.Errorf("trust: sign renewal: %w", err)
	}
	return SignedRenewal{Renewal: r, Signature: i.Sign(ContextRenewal, r.body())}, nil
}

// Check tells whether the renewal is sound and signed with the key of the old origin.
func (s SignedRenewal) Check(old ed25519.PublicKey) error {
	if err := s.check(); err != nil {
		return fmt.Errorf("trust: check renewal: %w", err)
	}
	return CheckSigned(old, ContextRenewal, s.body(), s.Signature)
}

// Bytes is the encoding that ParseRenewals reads, one after another.
func (s SignedRenewal) Bytes() []byte { return append(s.body(), s.Signature...) }

// ParseRenewals reads renewals that follow each other, without judging their signatures.
func ParseRenewals(data []byte) (out []SignedRenewal, err error) {
	if len(data)%renewalBytes != 0 || len(data) > maxRenewals*renewalBytes {
		return nil, fmt.Errorf("trust: parse renewals: %d bytes: %w", len(data), ErrMalformed)
	}
	for ; len(data) > 0; data = data[renewalBytes:] {
		if data[0] != renewalVersion {
			return nil, fmt.Errorf("trust: parse renewal: version %d: %w", data[0], ErrMalformed)
		}
		r := Renewal{Old: binary.BigEndian.Uint32(data[1:]), New: binary.BigEndian.Uint32(data[5:]), Seq: binary.BigEndian.Uint64(data[9:])}
		copy(r.Hash[:], data[17:])
		r.Key = append(r.Key, data[17+sha256.Size:renewalBody]...)
		if err := r.check(); err != nil {
			return nil, fmt.Errorf("trust: parse renewal: %w: %w", ErrMalformed, err)
		}
		out = append(out, SignedRenewal{r, append([]byte(nil), data[renewalBody:renewalBytes]...)})
	}
	return out, nil
}

func (r Renewal) body() []byte {
	out := make([]byte, 0, renewalBytes)
	out = append(out, renewalVersion)
	out = binary.BigEndian.AppendUint32(out, r.Old)
	out = binary.BigEndian.AppendUint32(out, r.New)
	out = binary.BigEndian.AppendUint64(out, r.Seq)
	out = append(out, r.Hash[:]...)
	return append(out, r.Key...)
}

func (r Renewal) check() error {
	switch {
	case r.Old == 0 || r.New == 0 || r.Old > maxOrigin || r.New > maxOrigin || r.Old == r.New:
		return fmt.Errorf("from origin %d to %d: %w", r.Old, r.New, ErrInvalid)
	case len(r.Key) != ed25519.PublicKeySize:
		return fmt.Errorf("a key of %d bytes: %w", len(r.Key), ErrInvalid)
	case (r.Seq == 0) != (r.Hash == [sha256.Size]byte{}):
		return fmt.Errorf("number %d and its link do not fit: %w", r.Seq, ErrInvalid)
	}
	return nil
}

// Follow walks from an origin and its key over renewals, each signed by the one before, to who they end at.
func Follow(node Node, key ed25519.PublicKey, renewals []SignedRenewal) (Node, ed25519.PublicKey, error) {
	if len(renewals) > maxRenewals {
		return Node{}, nil, fmt.Errorf("trust: %d renewals: %w", len(renewals), ErrMalformed)
	}
	for _, r := range renewals {
		if r.Old != node.Origin {
			return Node{}, nil, fmt.Errorf("trust: renewal of %d, not of %d: %w", r.Old, node.Origin, ErrBadSignature)
		}
		if err := r.Check(key); err != nil {
			return Node{}, nil, err
		}
		node.Origin, key = r.New, r.Key
	}
	return node, key, nil
}

// credentialRenewed begins a credential that is more than a certificate: those begin with 0x30.
const credentialRenewed = 1

// Credential is what proves an author to others: the certificate (DER) that central issued, and the renewals since,
// which central has not certified yet. Without renewals it is the certificate itself.
func Credential(der []byte, renewals []SignedRenewal) []byte {
	if len(renewals) == 0 {
		return der
	}
	out := binary.AppendUvarint([]byte{credentialRenewed}, uint64(len(der)))
	out = append(out, der...)
	for _, r := range renewals {
		out = append(out, r.Bytes()...)
	}
	return out
}

func splitCredential(data []byte) (der []byte, renewals []SignedRenewal, err error) {
	if len(data) > MaxCredential {
		return nil, nil, fmt.Errorf("a credential of %d bytes: %w", len(data), ErrMalformed)
	}
	if len(data) == 0 || data[0] != credentialRenewed {
		return data, nil, nil
	}
	size, n := binary.Uvarint(data[1:])
	if n <= 0 || size > uint64(len(data)-1-n) {
		return nil, nil, fmt.Errorf("a credential is cut off: %w", ErrMalformed)
	}
	rest := data[1+n:]
	renewals, err = ParseRenewals(rest[size:])
	if err == nil && len(renewals) == 0 {
		err = fmt.Errorf("a renewed credential without renewals: %w", ErrMalformed)
	}
	return rest[:size], renewals, err
}

// SplitCredential reads the certificate of a credential, and the renewals since. It judges neither.
func SplitCredential(data []byte) (*x509.Certificate, []SignedRenewal, error) {
	der, renewals, err := splitCredential(data)
	if err != nil {
		return nil, nil, err
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, nil, ErrMalformed
	}
	return cert, renewals, nil
}

// Author tells whose changes a credential proves, and with which key, if it is of a workstation of this branch. Its
// dates are not judged: what somebody wrote stays theirs when the certificate ends. Who was revoked since is for
// central to know.
func (r *Root) Author(credential []byte, branch int64) (Node, ed25519.PublicKey, error) {
	cert, renewals, err := SplitCredential(credential)
	if err != nil {
		return Node{}, nil, fmt.Errorf("trust: author: %w", err)
	}
	node, err := r.nodeOf(cert)
	if err != nil {
		return Node{}, nil, fmt.Errorf("trust: author: %w", err)
	}
	if node.Branch != branch {
		return Node{}, nil, fmt.Errorf("trust: author %d of branch %d, not %d: %w", node.Origin, node.Branch, branch, ErrOtherBranch)
	}
	_, key, err := PeerNode(cert)
	if err != nil {
		return Node{}, nil, err
	}
	return Follow(node, key, renewals)
}
