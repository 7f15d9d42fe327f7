package uplink

import (
	"testing"

	"bough/node/crm"
)

// A workstation has a twin. Both write in an outage; the one goes on under a new
// number because its clock was wrong, and keeps under the former what the clock did
// not spoil. The other is the first to be heard, with its own work under the same
// number.
func TestWhatATwinHasAtCentralUnderAFormerNumberIsSentUnderANewOne(t *testing.T) {
	b := newBank(t)
	s := b.join(1)
	s.call("")
	b.agree(s)
	s.hangUp()
	joined := *s.joined
	twin := *s
	twin.path, twin.joined = s.path+".twin", &joined
	if err := s.store.File.Backup(t.Context(), twin.path); err != nil {
		t.Fatal(err)
	}
	s.close()
	s.open() // both files go on from the same block of ids
	twin.open()
	t.Cleanup(twin.close)

	mine, theirs := s.prospect("typed at the one"), twin.prospect("typed at the other")
	if mine != theirs {
		t.Fatal("the twins give different numbers out: the test proves nothing")
	}
	seq, _ := s.store.Head()
	s.goOn(987_656, Fork{Common: seq})
	twin.call("")
	b.agree(&twin)
	twin.hangUp()

	s.call("")
	f := <-s.forked
	if at, is := f.Lost[joined.Origin]; !is || at != seq-1 || f.Common != 0 {
		t.Fatalf("%+v is told", f)
	}
	s.goOn(987_657, f)
	s.call("")
	b.agree(s)
	for _, name := range []string{"typed at the one", "typed at the other"} {
		if n := s.count(name); n != 1 {
			t.Errorf("%q is there %d times", name, n)
		}
	}
	if got := s.row(crm.Party, theirs); got == nil || got.Get(crm.PartyName).S != "typed at the other" {
		t.Errorf("the number that both gave out is of %+v", got)
	}
}
