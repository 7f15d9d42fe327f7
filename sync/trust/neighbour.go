package trust

import (
	"crypto/tls"
	"errors"
	"fmt"
	"time"
)

// ErrOtherBranch: a workstation of another branch stands where one of this branch is wanted.
var ErrOtherBranch = errors.New("this workstation belongs to another branch")

// NeighbourConfig is for both ends of a connection between workstations of one branch: each shows its certificate, and
// each refuses in the handshake whoever is not a node of this branch. As on central's port dates are not judged there;
// Root.Neighbour does that at each request. An http.Transport with this configuration needs ForceAttemptHTTP2.
func NeighbourConfig(root *Root, branch int64, source CertificateSource, now func() time.Time) *tls.Config {
	return &tls.Config{
		MinVersion:           tls.VersionTLS13,
		NextProtos:           []string{"h2", "http/1.1"},
		Time:                 now,
		GetCertificate:       func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return source() },
		GetClientCertificate: func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return source() },
		ClientAuth:           tls.RequireAnyClientCert, // judged below: a node's certificate says "client" on both ends
		InsecureSkipVerify:   true,                     // VerifyConnection verifies
		VerifyConnection: func(state tls.ConnectionState) error {
			_, err := root.ofBranch(&state, branch)
			return err
		},
	}
}

// Neighbour tells which workstation of the branch is at the other end. It is asked at every request. An expired
// certificate does not count; one that is not valid yet does, for a workstation whose clock stands in the past must
// still be able to back its work up with its neighbours.
func (r *Root) Neighbour(state *tls.ConnectionState, branch int64, now time.Time) (Node, error) {
	node, err := r.ofBranch(state, branch)
	if err != nil {
		return Node{}, err
	}
	if end := state.PeerCertificates[0].NotAfter; now.After(end) {
		return Node{}, fmt.Errorf("trust: neighbour %d: on %s: %w", node.Origin, end.UTC().Format(time.RFC3339), ErrExpired)
	}
	return node, nil
}

func (r *Root) ofBranch(state *tls.ConnectionState, branch int64) (Node, error) {
	if state == nil || len(state.PeerCertificates) == 0 {
		return Node{}, fmt.Errorf("trust: neighbour: %w", ErrNoCertificate)
	}
	node, err := r.nodeOf(state.PeerCertificates[0])
	if err != nil {
		return Node{}, fmt.Errorf("trust: neighbour: %w", err)
	}
	if node.Branch != branch {
		return Node{}, fmt.Errorf("trust: neighbour %d of branch %d, not %d: %w", node.Origin, node.Branch, branch, ErrOtherBranch)
	}
	return node, nil
}
