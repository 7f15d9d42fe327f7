package trust

import (
	"bytes"
	"crypto/ed25519"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io"
	"net/url"
	"strconv"
)

const (
	pemCertificate = "CERTIFICATE"
	pemKey         = "PRIVATE KEY"
)

// Node is what a node's certificate says.
type Node struct {
	Origin uint32 // 1 to 2^31-1
	Branch int64  // 1 and up
}

func (n Node) check() error {
	if n.Origin == 0 || n.Origin > maxOrigin {
		return fmt.Errorf("origin %d: %w", n.Origin, ErrInvalid)
	}
	if n.Branch <= 0 {
		return fmt.Errorf("branch %d: %w", n.Branch, ErrInvalid)
	}
	return nil
}

func (n Node) commonName() string { return strconv.FormatUint(uint64(n.Origin), 10) }

func (n Node) uri() *url.URL {
	return &url.URL{Scheme: "bough", Host: "node", Path: "/" + n.commonName(), RawQuery: "branch=" + strconv.FormatInt(n.Branch, 10)}
}

func centralURI() *url.URL { return &url.URL{Scheme: "bough", Host: "central"} }

// PeerNode reads a node's certificate without judging it; Root.CheckNode does both. The error wraps ErrWrongRole when
// it is not a node's.
func PeerNode(cert *x509.Certificate) (Node, ed25519.PublicKey, error) {
	key, ok := cert.PublicKey.(ed25519.PublicKey)
	if !ok || len(cert.URIs) != 1 {
		return Node{}, nil, fmt.Errorf("trust: read node certificate: %w", ErrWrongRole)
	}
	origin, err := strconv.ParseUint(cert.Subject.CommonName, 10, 32)
	if err != nil {
		return Node{}, nil, fmt.Errorf("trust: read node certificate: %w", ErrWrongRole)
	}
	branch, err := strconv.ParseInt(cert.URIs[0].Query().Get("branch"), 10, 64)
	if err != nil {
		return Node{}, nil, fmt.Errorf("trust: read node certificate: %w", ErrWrongRole)
	}
	node := Node{Origin: uint32(origin), Branch: branch}
	canonical := node.commonName() == cert.Subject.CommonName && node.uri().String() == cert.URIs[0].String()
	if node.check() != nil || !canonical {
		return Node{}, nil, fmt.Errorf("trust: read node certificate: %w", ErrWrongRole)
	}
	return node, key, nil
}

// Identity is the key of a node. It proves the node in TLS and signs the heads of its journal.
type Identity struct {
	key ed25519.PrivateKey
}

// NewIdentity makes a key from 32 bytes of the reader.
func NewIdentity(rand io.Reader) (*Identity, error) {
	key, err := newEd25519(rand)
	if err != nil {
		return nil, fmt.Errorf("trust: new identity: %w", err)
	}
	return &Identity{key: key}, nil
}

func newEd25519(rand io.Reader) (ed25519.PrivateKey, error) {
	seed := make([]byte, ed25519.SeedSize)
	if _, err := io.ReadFull(rand, seed); err != nil {
		return nil, fmt.Errorf("read randomness: %w", err)
	}
	return ed25519.NewKeyFromSeed(seed), nil
}

// ParseIdentity reads what EncodePEM wrote.
func ParseIdentity(data []byte) (*Identity, error) {
	der, err := onlyPEM(data, pemKey)
	if err != nil {
		return nil, fmt.Errorf("trust: parse identity: %w", err)
	}
	parsed, err := x509.ParsePKCS8PrivateKey(der)
	if err != nil {
		return nil, fmt.Errorf("trust: parse identity: private key: %w", ErrMalformed)
	}
	key, ok := parsed.(ed25519.PrivateKey)
	if !ok {
		return nil, fmt.Errorf("trust: parse identity: private key is not Ed25519: %w", ErrMalformed)
	}
	return &Identity{key: key}, nil
}

// EncodePEM gives the PKCS#8 key, in the clear: the file is for its owner alone (0600).
func (i *Identity) EncodePEM() ([]byte, error) {
	der, err := x509.MarshalPKCS8PrivateKey(i.key)
	if err != nil {
		return nil, fmt.Errorf("trust: encode identity: %w", err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: pemKey, Bytes: der}), nil
}

// Public is the key that checks what Sign signs.
func (i *Identity) Public() ed25519.PublicKey { return i.key.Public().(ed25519.PublicKey) }

// String shows no secret.
func (i *Identity) String() string { return "identity of a node (key not shown)" }

// GoString shows no secret.
func (i *Identity) GoString() string { return i.String() }

// Sign states something in the node's name; CheckSigned is its counterpart.
func (i *Identity) Sign(context Context, message []byte) []byte {
	return ed25519.Sign(i.key, statement(context, message))
}

// Request is the certificate request (PKCS#10, DER) for IssueNode. It names nobody, for central decides who this is; it
// proves that the asker has the key.
func (i *Identity) Request() ([]byte, error) {
	der, err := x509.CreateCertificateRequest(nil, &x509.CertificateRequest{}, i.key)
	if err != nil {
		return nil, fmt.Errorf("trust: request certificate: %w", err)
	}
	return der, nil
}

func parseRequest(der []byte) (ed25519.PublicKey, error) {
	if len(der) > maxRequest {
		return nil, fmt.Errorf("certificate request of %d bytes: %w", len(der), ErrMalformed)
	}
	request, err := x509.ParseCertificateRequest(der)
	if err != nil {
		return nil, fmt.Errorf("certificate request: %w", ErrMalformed)
	}
	key, ok := request.PublicKey.(ed25519.PublicKey)
	if !ok {
		return nil, fmt.Errorf("certificate request: key is not Ed25519: %w", ErrMalformed)
	}
	if request.CheckSignature() != nil {
		return nil, fmt.Errorf("certificate request: %w", ErrBadSignature)
	}
	return key, nil
}

// Certificate joins the key with the certificate that central issued for it; the error wraps ErrOtherKey.
func (i *Identity) Certificate(cert *x509.Certificate) (*tls.Certificate, error) {
	if !i.Public().Equal(cert.PublicKey) {
		return nil, fmt.Errorf("trust: join key and certificate: %w", ErrOtherKey)
	}
	return &tls.Certificate{Certificate: [][]byte{cert.Raw}, PrivateKey: i.key, Leaf: cert}, nil
}

// onlyPEM wants one block of this kind and nothing after it.
func onlyPEM(data []byte, kind string) ([]byte, error) {
	der, rest, err := nextPEM(data, kind)
	if err != nil {
		return nil, err
	}
	if len(bytes.TrimSpace(rest)) > 0 {
		return nil, fmt.Errorf("something follows the PEM block %q: %w", kind, ErrMalformed)
	}
	return der, nil
}

func nextPEM(data []byte, kind string) (der, rest []byte, err error) {
	if len(data) > maxPEM {
		return nil, nil, fmt.Errorf("PEM of %d bytes: %w", len(data), ErrMalformed)
	}
	block, rest := pem.Decode(data)
	if block == nil {
		return nil, nil, fmt.Errorf("no PEM block %q: %w", kind, ErrMalformed)
	}
	if block.Type != kind || len(block.Headers) > 0 {
		return nil, nil, fmt.Errorf("PEM block %q wanted: %w", kind, ErrMalformed)
	}
	return block.Bytes, rest, nil
}
