package uplink

import (
	"crypto/rand"
	"testing"
	"time"

	"bough/crdt"
	"bough/node/crm"
	"bough/node/store"
	"bough/sync/trust"
)

// goOn makes the workstation go on as another origin.
func (s *station) goOn(origin crdt.Origin, f Fork) {
	s.t.Helper()
	s.hangUp()
	if s.former == nil {
		s.former = s.identity
	}
	was := s.identity
	s.identity = must[*trust.Identity](s.t)(trust.NewIdentity(rand.Reader))
	link, err := s.store.LinkAt(s.t.Context(), f.Common)
	if err != nil {
		s.t.Fatal(err)
	}
	statement := trust.Renewal{Old: uint32(s.store.Origin()), New: uint32(origin), Seq: f.Common, Hash: link, Key: s.identity.Public()}
	s.renewals = append(s.renewals, must[trust.SignedRenewal](s.t)(was.Renew(statement)))
	r := store.Renewing{Origin: origin, Fork: f.Common, Lost: f.Lost, Credential: s.joined.Certificate.Raw, Reason: store.Forked,
		Sign: func(message []byte) []byte { return was.Sign(trust.ContextJournalHead, message) }}
	if f.Ahead {
		r.Reason, r.UntilMS = store.Clock, s.stampMS()
	}
	if _, err := s.store.Renew(s.t.Context(), r); err != nil {
		s.t.Fatal(err)
	}
	s.joined.Origin = origin
}

func TestAFileRestoredFromABackupGoesOnAsAnotherOriginAndLosesNothing(t *testing.T) {
	b := newBank(t)
	s := b.join(1)
	backup := s.path + ".backup"
	if err := s.store.File.Backup(t.Context(), backup); err != nil {
		t.Fatal(err)
	}
	s.close()
	s.open() // both files go on from the same block of ids
	s.call("")
	lost := []crdt.ID{s.prospect("before the disk broke"), s.prospect("another")}
	b.agree(s)
	s.close()

	s.path = backup
	s.open()
	typed := []crdt.ID{s.prospect("after the restore"), s.prospect("two"), s.prospect("three")}
	if typed[0] != lost[0] {
		t.Fatalf("the restored file did not give the same number out again: the test proves nothing")
	}
	s.call("")
	f := <-s.forked
	if f.Ahead || f.Common != 1 {
		t.Fatalf("the fork is at %d; only the sign-in is in both", f.Common)
	}
	s.goOn(987_654, f)
	s.call("")
	b.agree(s)
	for i, id := range lost {
		if got := s.row(crm.Party, id); got == nil || got.Get(crm.PartyName).S != []string{"before the disk broke", "another"}[i] {
			t.Errorf("party %d, which was at head office, is %+v", id, got)
		}
	}
	for _, name := range []string{"after the restore", "two", "three"} {
		if n := s.count(name); n != 1 {
			t.Errorf("%q is there %d times", name, n)
		}
	}
	if n, err := b.central.Node(t.Context(), 987_654); err != nil || n.Renews == 0 || n.Reason != "forked" {
		t.Errorf("central knows %+v, %v", n, err)
	}
}

func TestWhatAClockFarAheadStampedIsStampedAnewAndTaken(t *testing.T) {
	b := newBank(t)
	s := b.join(1)
	s.call("")
	b.agree(s)
	s.hangUp()
	true1 := b.clock
	b.clock = func() int64 { return true1() + 30*365*24*3600*1000 }
	s.prospect("typed in another century")
	b.clock = true1
	s.call("")
	f := <-s.forked
	if !f.Ahead {
		t.Fatalf("the fork is %+v", f)
	}
	s.goOn(987_655, f)
	s.prospect("typed after it")
	s.call("")
	b.agree(s)
	for _, name := range []string{"typed in another century", "typed after it"} {
		if n := s.count(name); n != 1 {
			t.Errorf("%q is there %d times", name, n)
		}
	}
	if at := s.row(crm.Party, s.named("typed in another century")).Clocks.Latest().Millis(); at > time.Now().UnixMilli()+60_000 {
		t.Errorf("it is still stamped at %s", time.UnixMilli(at))
	}
}
