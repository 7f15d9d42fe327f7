package uplink

import (
	"fmt"
	"testing"

	"bough/crdt"
	"bough/node/crm"
	"bough/sync/rows"
)

func TestThreeNodesOfTwoBranchesMeet(t *testing.T) {
	b := newBank(t)
	party := b.shared()
	a1, a2, b1 := b.join(1).call(""), b.join(1).call(""), b.join(2).call("")
	for _, s := range []*station{a1, a2, b1} {
		eventually(t, "the shared customer is at every node", s.has(crm.Party, party))
	}

	own := a1.prospect("Bruno Novák")
	eventually(t, "the other node of the branch has the prospect", a2.has(crm.Party, own))
	b1.memo(party, "speaks Polish")
	eventually(t, "the other branch sees the memo", func() bool { return a2.row(crm.Party, party).Get(crm.PartyMemo).S == "speaks Polish" })
	for i := range 50 {
		a1.prospect(fmt.Sprint("Prospect ", i))
		b1.prospect(fmt.Sprint("Prospect of 2, ", i))
	}
	b.agree(a1, a2, b1)
	if b1.row(crm.Party, own) != nil {
		t.Error("a prospect of branch 1 is on the disk of branch 2")
	}
	s := a1.up.State()
	if !s.Online || s.Unsent() != 0 || s.Trouble != 0 || !s.OffsetKnown {
		t.Errorf("after quiet: %+v", s)
	}
}

func TestWhatTwoBranchesChangeDuringAnOutageIsAConflictAtBoth(t *testing.T) {
	b := newBank(t)
	party := b.shared()
	a, c := b.join(1).call(""), b.join(2).call("")
	for _, s := range []*station{a, c} {
		eventually(t, "the shared customer is at both", s.has(crm.Party, party))
		s.hangUp()
	}
	a.memo(party, "prefers mornings")
	c.memo(party, "prefers evenings")
	a.call("")
	c.call("")
	b.agree(a, c)
	for _, s := range []*station{a, c} {
		row := s.row(crm.Party, party)
		if len(row.Conflicts) != 1 || row.Conflicts[0].Field != crm.PartyMemo {
			t.Errorf("branch %d has %d conflicts", s.joined.Branch, len(row.Conflicts))
		}
	}
}

func TestARefusedChangeComesBackAsARefusalAndItsRowIsGone(t *testing.T) {
	b := newBank(t)
	b.judge.forbidden = "Mallory"
	s := b.join(1).call("")
	kept, refused := s.prospect("Alice"), s.prospect("Mallory")
	last := s.prospect("Zoe")
	b.agree(s)
	if s.row(crm.Party, kept) == nil || s.row(crm.Party, last) == nil {
		t.Error("a change beside the refused one was lost")
	}
	if s.row(crm.Party, refused) != nil {
		t.Error("the refused row stands")
	}
	seen := 0
	err := s.store.File.Read(t.Context(), func(tx *rows.Tx) error {
		return tx.Rows(crm.Refusal, "1=1", func(r *rows.Stored) error {
			seen++
			if r.Get(crm.RefusalOrigin).I != int64(s.joined.Origin) || r.Get(crm.RefusalCode).S != "forbidden" {
				t.Errorf("refusal %+v", r.Row)
			}
			return nil
		})
	})
	if err != nil || seen != 1 {
		t.Errorf("%d refusals, %v", seen, err)
	}
}

func TestAFileThatIsOpenedAgainGoesOnWhereItWas(t *testing.T) {
	b := newBank(t)
	s := b.join(1)
	var ids []crdt.ID
	for i := range 30 {
		ids = append(ids, s.prospect(fmt.Sprint("P", i)))
	}
	s.call("")
	eventually(t, "something was taken", func() bool { return s.up.State().Sent > 0 })
	s.close()
	s.open()
	ids = append(ids, s.prospect("after"))
	s.call("")
	b.agree(s)
	for _, id := range ids {
		if s.row(crm.Party, id) == nil {
			t.Fatalf("party %d is gone", id)
		}
	}
}

func TestStopReturnsAtOnceAndTwice(t *testing.T) {
	b := newBank(t)
	s := b.join(1).call("")
	eventually(t, "it is online", online(s))
	up := s.up
	up.Stop()
	up.Stop()
	up.Kick()
	idle := must[*Uplink](t)(New(t.Context(), Options{Central: b.url(), Store: s.store, Identity: s.identity, Certificate: s.joined.Certificate, Root: s.joined.Root}))
	idle.Stop()
}
