package uplink

import (
	"testing"

	"bough/crdt"
	"bough/sync/trust"
)

// lends hands a neighbour all that it lacks, with what proves whose it is.
func (s *station) lends(to *station) {
	s.t.Helper()
	proofs, ranges, err := s.store.Sideways(s.t.Context(), to.store.Frontier(), 1000, func(m []byte) []byte {
		return s.identity.Sign(trust.ContextJournalHead, m)
	})
	if err != nil {
		s.t.Fatal(err)
	}
	if proofs == nil {
		proofs = map[crdt.Origin][]byte{}
	}
	proofs[s.store.Origin()] = trust.Credential(s.joined.Certificate.Raw, s.renewals)
	if _, err := to.store.Receive(s.t.Context(), proofs, ranges); err != nil {
		s.t.Fatal(err)
	}
}

func TestWhatANeighbourHoldsOfANumberThatCentralNeverCertifiedComesWithItsProof(t *testing.T) {
	b := newBank(t)
	author, relay := b.join(1), b.join(1)
	author.call("")
	b.agree(author)
	author.hangUp()
	was := author.store.Origin()
	author.goOn(987_656, Fork{Common: 1})
	author.prospect("typed under a new number")
	author.lends(relay)
	author.close() // and its disk is lost
	relay.prospect("typed by the neighbour")
	relay.call("")
	b.agree(relay)
	for _, name := range []string{"typed under a new number", "typed by the neighbour"} {
		if n := relay.count(name); n != 1 {
			t.Errorf("%q is there %d times", name, n)
		}
	}
	n, err := b.central.Node(t.Context(), 987_656)
	if err != nil || n.Renews != was || n.Seq == 0 {
		t.Errorf("central knows %+v, %v", n, err)
	}
}
