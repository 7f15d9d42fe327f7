package central

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/x509"
	"errors"
	"fmt"
	"strings"
	"unicode"

	"bough/crdt"
	"bough/sync/bundle"
	"bough/sync/trust"
	"bough/sync/wire"
)

const maxReason = 20 // bytes of the word that says why

// Holder is the node that a certificate of this bank names; the key must be the
// one it joined with. One that joined after the backup that was restored is taken
// in again.
func (c *Central) Holder(ctx context.Context, cert *x509.Certificate) (*Node, error) {
	who, key, err := trust.PeerNode(cert)
	if err != nil {
		return nil, fault(err)
	}
	n, err := c.Node(ctx, crdt.Origin(who.Origin))
	if errors.Is(err, ErrUnknownNode) && c.o.NodeRow != nil {
		asks := Node{Origin: crdt.Origin(who.Origin), Branch: who.Branch, Name: fmt.Sprintf("workstation %d", who.Origin), Key: key, Was: formersOf(cert)}
		n, err = c.Readmit(ctx, asks, cert.NotBefore.UnixMilli(), c.o.NodeRow)
	}
	if err != nil {
		return nil, err
	}
	if !bytes.Equal(key, n.Key) || n.Branch != who.Branch {
		return nil, fmt.Errorf("%w: the certificate is of another key or branch than origin %d joined with", ErrUnknownNode, who.Origin)
	}
	return n, nil
}

// follow makes known whom the renewals of a node lead to, each signed by the key
// before it.
func (c *Central) follow(ctx context.Context, old *Node, renewals []trust.SignedRenewal, reason string) (n *Node, err error) {
	if len(renewals) == 0 || len(reason) > maxReason || strings.ContainsFunc(reason, unicode.IsControl) {
		return nil, fmt.Errorf("%w: a renewal is wanted here, and a word why", wire.ErrMalformed)
	}
	who := trust.Node{Origin: uint32(old.Origin), Branch: old.Branch}
	if _, _, err := trust.Follow(who, ed25519.PublicKey(old.Key), renewals); err != nil {
		return nil, fault(err)
	}
	for _, step := range renewals {
		n, err = c.Renew(ctx, Renewal{Old: crdt.Origin(step.Old), New: crdt.Origin(step.New), Key: step.Key, Reason: reason}, c.o.NodeRow)
		if err != nil {
			return nil, err
		}
	}
	return n, nil
}

// stranger is whom the letter of a bundle names, and whom central does not know:
// who goes on under a number that it has not certified yet, or joined after the
// backup that was restored. It is made known as over the line, once check says
// that whoever the credential proves has signed the letter.
func (c *Central) stranger(ctx context.Context, root *trust.Root, l *bundle.WorkLetter, check func(key []byte) error) (*Node, error) {
	who, key, err := root.Author(l.Credential, l.Branch)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrLetter, err)
	}
	if crdt.Origin(who.Origin) != l.Origin {
		return nil, fmt.Errorf("%w: it names origin %d and proves %d", ErrLetter, l.Origin, who.Origin)
	}
	if err := check(key); err != nil {
		return nil, err
	}
	return c.introduced(ctx, l.Credential, l.Reason)
}
