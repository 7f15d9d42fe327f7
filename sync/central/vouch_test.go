package central

import (
	"crypto/rand"
	"crypto/x509"
	"errors"
	"testing"
	"time"

	"bough/sync/rows"
	"bough/sync/trust"
)

func TestANeighbourVouchesForNobodyOfAnotherBranchAndForNobodyWhoWasRevoked(t *testing.T) {
	c, a := newCentral(t), authority(t)
	c.o.NodeRow = func(*rows.Act, Node) error { return nil }
	s := newStick(t, c, a, 101, 7)
	relay, far := &Node{Origin: 103, Branch: 7}, &Node{Origin: 104, Branch: 8}
	s.renewed(7, 102)
	cut := s.credential[:len(s.credential)-1]
	if far, cut := c.Vouch(t.Context(), a.Root(), far, s.credential), c.Vouch(t.Context(), a.Root(), relay, cut); far == nil || cut == nil {
		t.Errorf("taken for good: of another branch %v, cut off %v", far, cut)
	}
	if _, err := c.Node(t.Context(), 102); !errors.Is(err, ErrUnknownNode) {
		t.Errorf("central knows them: %v", err)
	}
	for range 2 {
		if err := c.Vouch(t.Context(), a.Root(), relay, s.credential); err != nil {
			t.Error(err)
		}
	}
	if n, err := c.Node(t.Context(), 102); err != nil || n.Renews != 101 || n.Branch != 7 {
		t.Errorf("%+v, %v", n, err)
	}
	if err := c.Revoke(t.Context(), 102, func(*rows.Act) error { return nil }); err != nil {
		t.Fatal(err)
	}
	if err := c.Vouch(t.Context(), a.Root(), relay, s.credential); !errors.Is(err, ErrUnknownNode) {
		t.Errorf("whoever was revoked comes back: %v", err)
	}
}

func TestARestoredCentralKnowsWhomANeighbourShowsUnlessTheyWereRevokedBefore(t *testing.T) {
	c, a := newCentral(t), authority(t)
	c.joinTest(t, 5, 1)
	if err := c.Revoke(t.Context(), 5, func(*rows.Act) error { return nil }); err != nil {
		t.Fatal(err)
	}
	path := backedUp(t, c)
	must[Restored](t)(Restore(t.Context(), restoring(path, 2)))
	again := reopened(t, path)
	again.o.NodeRow = func(*rows.Act, Node) error { return nil }
	for origin, known := range map[uint32]bool{5: false, 30: true} {
		me := must[*trust.Identity](t)(trust.NewIdentity(rand.Reader))
		cert := must[*x509.Certificate](t)(a.IssueNode(trust.Node{Origin: origin, Branch: 1}, must[[]byte](t)(me.Request()), time.Now(), rand.Reader))
		err := again.Vouch(t.Context(), a.Root(), &Node{Origin: 6, Branch: 1}, cert.Raw)
		if known && err != nil || !known && !errors.Is(err, ErrUnknownNode) {
			t.Errorf("%d: %v", origin, err)
		}
	}
}
