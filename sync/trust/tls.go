package trust

import (
	"crypto/tls"
	"fmt"
	"time"
)

// CertificateSource gives the certificate to show now. It is asked at each handshake, so that a renewed certificate is
// used without a restart. It must be safe for concurrent use.
type CertificateSource func() (*tls.Certificate, error)

// Fixed is the source of a certificate that never changes.
func Fixed(cert *tls.Certificate) CertificateSource {
	return func() (*tls.Certificate, error) { return cert, nil }
}

// ServerConfig is central's one port: browsers come without a certificate, nodes with one. A certificate that is shown
// must be a node's of this authority, else the handshake fails. Its dates are not judged there, for a TLS alert could
// not say what is wrong, and an expired node must be able to ask for a new one. Therefore a sync route asks
// Root.ConnectedNode at every request, and only the renewal route Root.RenewableNode; the handshake admits nobody.
func ServerConfig(root *Root, source CertificateSource, now func() time.Time) *tls.Config {
	return &tls.Config{
		MinVersion:     tls.VersionTLS13,
		NextProtos:     []string{"h2", "http/1.1"},
		Time:           now,
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return source() },
		ClientAuth:     tls.RequestClientCert, // judged below: the standard check would turn expired nodes away
		ClientCAs:      root.pool,             // so that browsers do not offer certificates of others
		VerifyConnection: func(state tls.ConnectionState) error {
			if len(state.PeerCertificates) == 0 {
				return nil
			}
			_, err := root.nodeOf(state.PeerCertificates[0])
			return err
		},
	}
}

// ClientConfig is for everybody who knows the authority and talks to central. A node hands in the source of its
// certificate; nil shows none. Central is known by its certificate alone, whatever its address (CheckCentral). An
// http.Transport with this configuration needs ForceAttemptHTTP2; after renewing, close its idle connections.
func ClientConfig(root *Root, source CertificateSource, now func() time.Time) *tls.Config {
	config := clientConfig(now, func(state *tls.ConnectionState) error {
		if len(state.PeerCertificates) == 0 {
			return fmt.Errorf("trust: central: %w", ErrNoCertificate)
		}
		return root.CheckCentral(state.PeerCertificates[0])
	})
	config.ClientSessionCache = tls.NewLRUClientSessionCache(handshakeCache)
	if source != nil {
		config.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return source() }
	}
	return config
}

// JoinConfig is for a node that knows nothing but its code. After the handshake Code.RootOf gives the authority.
func JoinConfig(code Code, now func() time.Time) *tls.Config {
	return clientConfig(now, func(state *tls.ConnectionState) error {
		_, err := code.RootOf(state)
		return err
	})
}

// clientConfig replaces the standard check, which goes by host name and date, by ours. VerifyConnection runs in every
// handshake, resumed ones included.
func clientConfig(now func() time.Time, check func(*tls.ConnectionState) error) *tls.Config {
	return &tls.Config{
		MinVersion:         tls.VersionTLS13,
		NextProtos:         []string{"h2", "http/1.1"},
		Time:               now,
		InsecureSkipVerify: true, // VerifyConnection verifies
		VerifyConnection:   func(state tls.ConnectionState) error { return check(&state) },
	}
}
