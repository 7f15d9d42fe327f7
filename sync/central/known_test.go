package central

import (
	"crypto/rand"
	"errors"
	"testing"
	"time"

	"bough/crdt"
	"bough/sync/rows"
	"bough/sync/trust"
)

// renewed makes a stick's workstation go on as another origin, which central has
// not certified.
func (s *stick) renewed(branch int64, to crdt.Origin) {
	s.t.Helper()
	old := trust.Node{Origin: uint32(s.by.origin), Branch: branch}
	cert, err := s.a.IssueNode(old, must[[]byte](s.t)(s.me.Request()), time.Now(), rand.Reader)
	next := must[*trust.Identity](s.t)(trust.NewIdentity(rand.Reader))
	step, err2 := s.me.Renew(trust.Renewal{Old: old.Origin, New: uint32(to), Key: next.Public()})
	if err := errors.Join(err, err2); err != nil {
		s.t.Fatal(err)
	}
	s.credential, s.reason, s.me = trust.Credential(cert.Raw, []trust.SignedRenewal{step}), "forked", next
	s.by = &author{origin: to, clock: crdt.Clock{Origin: to}, hashes: s.by.hashes[:1]}
}

func TestABundleOfWhomCentralHasNotCertifiedYetIsTakenAndCertifiesThem(t *testing.T) {
	c, a := newCentral(t), authority(t)
	c.o.NodeRow = func(*rows.Act, Node) error { return nil }
	s, thief := newStick(t, c, a, 101, 7), newStick(t, c, a, 103, 7)
	s.renewed(7, 102)
	s.by.write(1, "Ada")
	for what, forged := range map[string][]byte{
		"another number": s.write(104, 7, s.part(1, 1)),
		"another branch": s.write(102, 8, s.part(1, 1)),
	} {
		if _, err := s.read(forged); !errors.Is(err, ErrLetter) {
			t.Errorf("%s: %v", what, err)
		}
	}
	thief.credential, thief.reason = s.credential, s.reason
	if _, err := s.read(thief.write(102, 7)); !errors.Is(err, ErrLetter) {
		t.Errorf("a credential of somebody else: %v", err)
	}
	if _, err := c.Node(t.Context(), 102); !errors.Is(err, ErrUnknownNode) {
		t.Errorf("a forged letter makes a workstation known: %v", err)
	}

	for range 2 {
		got, err := s.read(s.write(102, 7, s.part(1, 1)))
		if err != nil || got.Taken+got.Known != 1 {
			t.Fatalf("%+v, %v", got, err)
		}
	}
	if n, err := c.Node(t.Context(), 102); err != nil || n.Renews != 101 || n.Reason != "forked" || n.Seq != 1 {
		t.Errorf("%+v, %v", n, err)
	}
}
