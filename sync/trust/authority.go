package trust

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/url"
	"strings"
	"time"
)

// Authority is central's certificate authority: the one secret that everything else hangs on.
type Authority struct {
	root *Root
	key  *ecdsa.PrivateKey
}

// NewAuthority makes the authority of the head office with this id: 1 to 40 of [A-Za-z0-9._-].
func NewAuthority(office string, now time.Time, rand io.Reader) (*Authority, error) {
	if !validOffice(office) {
		return nil, fmt.Errorf("trust: new authority: office id wants 1 to %d of [A-Za-z0-9._-]: %w", maxOffice, ErrInvalid)
	}
	key, err := newP256(rand)
	if err != nil {
		return nil, fmt.Errorf("trust: new authority: %w", err)
	}
	template := &x509.Certificate{
		Subject:               pkix.Name{CommonName: "bough central " + office},
		NotBefore:             now.Add(-backdate),
		NotAfter:              now.Add(authorityLife),
		KeyUsage:              x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
		BasicConstraintsValid: true,
		IsCA:                  true,
		MaxPathLenZero:        true,
	}
	cert, err := issue(template, template, key.Public(), key, rand)
	if err != nil {
		return nil, fmt.Errorf("trust: new authority: %w", err)
	}
	root, err := newRoot(cert)
	if err != nil {
		return nil, fmt.Errorf("trust: new authority: %w", err)
	}
	return &Authority{root: root, key: key}, nil
}

// ParseAuthority reads what EncodePEM wrote: the certificate, then the key.
func ParseAuthority(data []byte) (*Authority, error) {
	certDER, rest, err := nextPEM(data, pemCertificate)
	if err != nil {
		return nil, fmt.Errorf("trust: parse authority: %w", err)
	}
	keyDER, err := onlyPEM(rest, pemKey)
	if err != nil {
		return nil, fmt.Errorf("trust: parse authority: %w", err)
	}
	root, err := parseRootDER(certDER)
	if err != nil {
		return nil, fmt.Errorf("trust: parse authority: %w", err)
	}
	parsed, err := x509.ParsePKCS8PrivateKey(keyDER)
	if err != nil {
		return nil, fmt.Errorf("trust: parse authority: private key: %w", ErrMalformed)
	}
	key, ok := parsed.(*ecdsa.PrivateKey)
	if !ok {
		return nil, fmt.Errorf("trust: parse authority: private key is not ECDSA: %w", ErrMalformed)
	}
	if !key.PublicKey.Equal(root.cert.PublicKey) {
		return nil, fmt.Errorf("trust: parse authority: %w", ErrOtherKey)
	}
	return &Authority{root: root, key: key}, nil
}

// EncodePEM gives the certificate and the PKCS#8 key. The key is in the clear: the file is for its owner alone (0600).
func (a *Authority) EncodePEM() ([]byte, error) {
	der, err := x509.MarshalPKCS8PrivateKey(a.key)
	if err != nil {
		return nil, fmt.Errorf("trust: encode authority: %w", err)
	}
	return append(a.root.EncodePEM(), pem.EncodeToMemory(&pem.Block{Type: pemKey, Bytes: der})...), nil
}

// Root is the public half, which every node keeps.
func (a *Authority) Root() *Root { return a.root }

// String shows no secret.
func (a *Authority) String() string { return a.root.cert.Subject.CommonName + " (key not shown)" }

// GoString shows no secret.
func (a *Authority) GoString() string { return a.String() }

// Sign states something in central's name; Root.Check is its counterpart.
func (a *Authority) Sign(context Context, message []byte) ([]byte, error) {
	digest := sha256.Sum256(statement(context, message))
	signature, err := a.key.Sign(nil, digest[:], crypto.SHA256) // no randomness: RFC 6979
	if err != nil {
		return nil, fmt.Errorf("trust: sign %s: %w", context, err)
	}
	return signature, nil
}

// IssueServer makes a fresh key and certificate for central's TLS port. Hosts are the names and addresses that
// browsers use; loopback is always among them, unspecified addresses (0.0.0.0, ::) are passed over.
func (a *Authority) IssueServer(hosts []string, now time.Time, rand io.Reader) (*tls.Certificate, error) {
	names, addresses, err := serverNames(hosts)
	if err != nil {
		return nil, fmt.Errorf("trust: issue server certificate: %w", err)
	}
	key, err := newP256(rand)
	if err != nil {
		return nil, fmt.Errorf("trust: issue server certificate: %w", err)
	}
	template := a.leaf("bough central", x509.ExtKeyUsageServerAuth, now, serverLife)
	template.DNSNames, template.IPAddresses, template.URIs = names, addresses, []*url.URL{centralURI()}
	cert, err := issue(template, a.root.cert, key.Public(), a.key, rand)
	if err != nil {
		return nil, fmt.Errorf("trust: issue server certificate: %w", err)
	}
	// The authority's certificate goes along: a joining node knows only its fingerprint.
	chain := [][]byte{cert.Raw, a.root.cert.Raw}
	return &tls.Certificate{Certificate: chain, PrivateKey: key, Leaf: cert}, nil
}

// IssueNode certifies the key of a request (Identity.Request) as this node's, for 90 days, and says which origins its
// file had before, newest first (Formers). Whether it may is for the caller to decide.
func (a *Authority) IssueNode(node Node, request []byte, now time.Time, rand io.Reader, formers ...uint32) (*x509.Certificate, error) {
	if err := node.check(); err != nil {
		return nil, fmt.Errorf("trust: issue node certificate: %w", err)
	}
	key, err := parseRequest(request)
	if err != nil {
		return nil, fmt.Errorf("trust: issue node certificate: %w", err)
	}
	template := a.leaf(node.commonName(), x509.ExtKeyUsageClientAuth, now, nodeLife)
	template.URIs = []*url.URL{node.uri()}
	template.Subject.OrganizationalUnit = formerUnits(formers)
	cert, err := issue(template, a.root.cert, key, a.key, rand)
	if err != nil {
		return nil, fmt.Errorf("trust: issue node certificate: %w", err)
	}
	return cert, nil
}

// leaf keeps the dates within the authority's own, so that a leaf is good on each of its days.
func (a *Authority) leaf(name string, usage x509.ExtKeyUsage, now time.Time, life time.Duration) *x509.Certificate {
	from, until := now.Add(-backdate), now.Add(life)
	if from.Before(a.root.cert.NotBefore) {
		from = a.root.cert.NotBefore
	}
	if until.After(a.root.cert.NotAfter) {
		until = a.root.cert.NotAfter
	}
	return &x509.Certificate{
		Subject:               pkix.Name{CommonName: name},
		NotBefore:             from,
		NotAfter:              until,
		KeyUsage:              x509.KeyUsageDigitalSignature,
		ExtKeyUsage:           []x509.ExtKeyUsage{usage},
		BasicConstraintsValid: true,
	}
}

func issue(template, parent *x509.Certificate, key crypto.PublicKey, signer *ecdsa.PrivateKey, rand io.Reader) (*x509.Certificate, error) {
	if !template.NotBefore.Before(template.NotAfter) {
		return nil, fmt.Errorf("a clock is wrong: at %s the authority is not valid: %w", template.NotAfter.UTC().Format(time.RFC3339), ErrInvalid)
	}
	serial := make([]byte, 16)
	if _, err := io.ReadFull(rand, serial); err != nil {
		return nil, fmt.Errorf("read randomness: %w", err)
	}
	serial[0] = serial[0]&0x3f | 0x40 // positive, never zero, always 16 bytes
	template.SerialNumber = new(big.Int).SetBytes(serial)
	der, err := x509.CreateCertificate(nil, template, parent, key, signer) // no randomness: RFC 6979
	if err != nil {
		return nil, err
	}
	return x509.ParseCertificate(der)
}

// newP256 takes the scalar straight from the reader, because the standard library's generator ignores it.
func newP256(rand io.Reader) (*ecdsa.PrivateKey, error) {
	scalar := make([]byte, 32)
	for range maxKeyTries {
		if _, err := io.ReadFull(rand, scalar); err != nil {
			return nil, fmt.Errorf("read randomness: %w", err)
		}
		if key, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), scalar); err == nil {
			return key, nil
		}
	}
	return nil, fmt.Errorf("randomness gives no key: %w", ErrInvalid)
}

func serverNames(hosts []string) (names []string, addresses []net.IP, err error) {
	if len(hosts) > maxHosts {
		return nil, nil, fmt.Errorf("%d host names: %w", len(hosts), ErrInvalid)
	}
	names, addresses = []string{"localhost"}, []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback}
	for _, host := range hosts {
		ip := net.ParseIP(host)
		switch {
		case ip != nil && (ip.IsUnspecified() || ip.IsLoopback()) || host == "localhost":
		case ip != nil:
			addresses = append(addresses, ip)
		case validHost(host):
			names = append(names, host)
		default:
			return nil, nil, fmt.Errorf("host name %q: %w", host, ErrInvalid)
		}
	}
	return names, addresses, nil
}

func validHost(host string) bool {
	return host != "" && len(host) <= maxHostName && onlyOf(host, ".-_") && !strings.HasPrefix(host, ".")
}

func validOffice(office string) bool {
	return office != "" && len(office) <= maxOffice && onlyOf(office, ".-_")
}

// onlyOf accepts ASCII letters, digits and the further characters.
func onlyOf(s, further string) bool {
	for _, c := range s {
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
		if !letter && !strings.ContainsRune(further, c) {
			return false
		}
	}
	return true
}
