package central_test

import (
	"crypto/ed25519"
	"testing"

	"bough/crdt"
	"bough/node/crm"
	"bough/node/store"
	"bough/sync/central"
	"bough/sync/journal"
	"bough/sync/rows"
	"bough/sync/trust"
	"bough/sync/wire"
)

const hourMS = 60 * 60 * 1000

// goesOn makes central know that a workstation goes on under another number, as which
// a scribe writes.
func (c *scribe) goesOn(as crdt.Origin) *scribe {
	c.bank.t.Helper()
	next := &scribe{bank: c.bank, origin: as, identity: c.identity, clock: crdt.Clock{Origin: as}}
	_, err := c.bank.Renew(ctx(), central.Renewal{Old: c.origin, New: as, Key: c.identity.Public(), Reason: "restored"}, func(*rows.Act, central.Node) error { return nil })
	must(c.bank.t, err)
	return next
}

// restored puts a backup of central in its place; tills hear of it and read anew.
func (b *bank) restored(backup string, tills ...*till) {
	b.t.Helper()
	must(b.t, b.Close())
	b.path = copied(b.t, b.t.TempDir(), backup)
	_, err := central.Restore(ctx(), central.Restoring{Path: b.path, Schema: crm.Table(), Migrations: store.LocalTables(), Origin: b.origin + 1, NowMS: b.now})
	must(b.t, err)
	b.origin++
	b.open()
	for _, l := range tills {
		for _, scope := range l.Scopes() {
			must(b.t, l.Rewind(ctx(), scope, b.Epoch(), false))
		}
		l.pull(10)
	}
}

// passOn pushes what a till holds of others once they had time to send it themselves.
func (l *till) passOn() (sent int) {
	l.bank.t.Helper()
	l.Relayable()
	l.bank.now += 10_000
	up, err := l.Upward(ctx(), l.sent, 100, func(m []byte) []byte { return ed25519.Sign(l.key, m) })
	must(l.bank.t, err)
	if len(up) == 0 {
		return 0
	}
	p, err := l.send(up...)
	must(l.bank.t, err)
	l.Pushed(up, p.Vector)
	return len(up)
}

// keeperOf is a bank of which central has the first change of three, the author's file
// none, and a neighbour the third: central lost the second with its disk.
func keeperOf(t *testing.T) (b *bank, a *scribe, keeper *till, id crdt.ID) {
	b = newBank(t)
	a, keeper = b.scribe(1000, 1), b.join(1002, 1)
	id = a.write(0, "one")
	_, err := a.push(a.signed(1, 1))
	must(t, err)
	backup := t.TempDir() + "/backup.db"
	must(t, b.Backup(ctx(), backup))
	a.write(id, "two")
	_, err = a.push(a.signed(2, 2))
	must(t, err)
	keeper.pull(10)
	a.write(id, "three")
	_, err = keeper.Receive(ctx(), map[crdt.Origin][]byte{1000: []byte("certificate")}, []journal.Range{a.signed(3, 3)})
	must(t, err)
	b.restored(backup, keeper)
	return b, a, keeper, id
}

func (l *till) called(id crdt.ID) string {
	l.bank.t.Helper()
	if r := l.row(crm.Party, id); r != nil {
		return r.Get(crm.PartyName).S
	}
	return ""
}

func TestWhatFollowsAGapThatNobodyFillsIsHeldInSightAndHeadOfficeDecides(t *testing.T) {
	b, a, keeper, id := keeperOf(t)
	a.goesOn(1001)
	keeper.passOn()
	b.wants()
	if got := keeper.called(id); got != "three" {
		t.Fatalf("before anything is held the neighbour shows %q", got)
	}
	if keeper.passOn() != 0 {
		t.Error("what central passed over is sent again at once")
	}
	b.now += hourMS
	keeper.passOn()
	b.wants("stranded held")
	keeper.pull(10)
	if got := keeper.called(id); got != "one" || b.name(id) != "one" {
		t.Errorf("the neighbour shows %q, head office has %q", got, b.name(id))
	}
	keeper.agree()
	b.now += hourMS
	keeper.passOn()
	b.wants("stranded held")
	must(t, b.Decide(ctx(), b.heldOne(1000, 3), central.Decision{Apply: true, As: 5, By: 7, Why: "asked her"}))
	keeper.pull(10)
	if got := keeper.called(id); got != "three" || b.name(id) != "three" {
		t.Errorf("after it was applied the neighbour shows %q, head office has %q", got, b.name(id))
	}
	keeper.agree()
	b.now += hourMS
	keeper.passOn()
	b.wants("stranded applied")
	b.sound()
}

func TestWhatFollowsAGapWaitsForAnAuthorWhoStillWritesUnderThatNumber(t *testing.T) {
	b, a, keeper, id := keeperOf(t)
	for range 3 {
		keeper.passOn()
		b.now += hourMS
	}
	b.wants()
	_, err := a.push(a.signed(2, 3))
	must(t, err)
	keeper.pull(10)
	if got := keeper.called(id); got != "three" || b.name(id) != "three" {
		t.Errorf("the neighbour shows %q, head office has %q", got, b.name(id))
	}
	keeper.agree()
	b.wants()
}

// strandedBank is a bank that holds change 3 of a workstation, of which it has the
// first one alone.
func strandedBank(t *testing.T) (b *bank, a, next, relay *scribe, id crdt.ID) {
	b = newBank(t)
	a, relay = b.scribe(1000, 1), b.scribe(1002, 1)
	id = a.write(0, "one")
	a.write(id, "two")
	a.write(id, "three")
	_, err := a.push(a.signed(1, 1))
	must(t, err)
	next = a.goesOn(1001)
	relay.strands(a.signed(3, 3))
	b.wants("stranded held")
	return b, a, next, relay, id
}

// strands passes a range on, and once more when its author had time.
func (c *scribe) strands(r journal.Range) {
	c.bank.t.Helper()
	for range 2 {
		_, err := c.push(r)
		must(c.bank.t, err)
		c.bank.now += hourMS
	}
}

func TestWhatIsHeldBehindAGapIsTakenWhenSomebodyFillsIt(t *testing.T) {
	b, a, _, relay, id := strandedBank(t)
	_, err := relay.push(a.signed(2, 2))
	must(t, err)
	p, err := relay.push(a.signed(3, 3))
	must(t, err)
	if p.Vector[1000] != 3 || b.name(id) != "three" {
		t.Errorf("central has %d changes, and the name %q", p.Vector[1000], b.name(id))
	}
	b.wants("stranded applied")
	b.sound()
}

func TestWhatIsHeldBehindAGapIsTakenWhenItComesUnderAnotherNumberAndOnlyOnce(t *testing.T) {
	b, a, next, relay, id := strandedBank(t)
	is := next.again(a, 3)
	_, err := next.push(next.signed(1, 1))
	must(t, err)
	b.wants("stranded applied")
	relay.strands(a.signed(3, 3))
	if b.name(is) != "three" || b.name(id) != "one" {
		t.Errorf("the party is called %q, and %q by its old number", b.name(is), b.name(id))
	}
	b.wants("stranded applied")
	b.sound()
}

func TestWhatWasDecidedBehindAGapIsNotTakenAgainInAnyForm(t *testing.T) {
	for _, apply := range []bool{true, false} {
		b, a, next, relay, id := strandedBank(t)
		must(t, b.Decide(ctx(), b.heldOne(1000, 3), central.Decision{Apply: apply, As: 5, By: 7, Why: "asked her"}))
		want, fate := map[bool]string{true: "three", false: "two"}[apply], map[bool]string{true: "stranded applied", false: "stranded dropped"}[apply]
		next.again(a, 3)
		_, err := next.push(next.signed(1, 1))
		must(t, err)
		p, err := relay.push(a.signed(2, 3))
		must(t, err)
		if p.Vector[1000] != 3 || b.name(id) != want || b.count(`SELECT count(*) FROM party`) != 1 {
			t.Errorf("applied %t: central has %d changes, and the name %q", apply, p.Vector[1000], b.name(id))
		}
		b.wants(fate)
	}
}

func TestWhatIsHeldBehindAGapAndRefusedWhenItComesIsRefusedOnce(t *testing.T) {
	b := newBank(t)
	a, relay := b.scribe(1000, 1), b.scribe(1002, 1)
	a.write(0, "one")
	a.write(0, "two")
	a.write(0, "never")
	_, err := a.push(a.signed(1, 1))
	must(t, err)
	a.goesOn(1001)
	relay.strands(a.signed(3, 3))
	relay.strands(a.signed(2, 3))
	b.wants("stranded dropped", "never")
	b.sound()
}

func TestWhatRestsOnWhatIsHeldBehindAGapIsDecidedWithIt(t *testing.T) {
	b := newBank(t)
	a, relay := b.scribe(1000, 1), b.scribe(1002, 1)
	a.write(0, "one")
	a.write(a.write(0, "two"), "two again")
	eve := a.write(0, "Eve")
	_, err := a.push(a.signed(1, 1))
	must(t, err)
	a.goesOn(1001)
	relay.add(crdt.Op{Kind: crm.Party, ID: eve, Set: []crdt.FieldSet{{Field: crm.PartyMemo, Value: crdt.TextValue("of Eve")}}}, relay.rests(a, 4))
	_, err = relay.push(relay.signed(1, 1))
	must(t, err)
	b.wants("rests_on_copy held")
	relay.strands(a.signed(4, 4))
	b.wants("waits held", "stranded held")
	must(t, b.Decide(ctx(), b.heldOne(1000, 4), central.Decision{Apply: true, As: 5, By: 7, Why: "asked her"}))
	b.wants("waits applied", "stranded applied")
	if r := b.row(crm.Party, eve); r == nil || r.Get(crm.PartyMemo).S != "of Eve" {
		t.Errorf("%+v", r)
	}
	b.sound()
}

func TestWhatFollowsAnotherHistoryThanCentralHasIsHeldChangeByChange(t *testing.T) {
	b := newBank(t)
	a, relay := b.scribe(1000, 1), b.scribe(1002, 1)
	id := a.write(0, "one")
	twin := *a
	a.write(id, "two")
	twin.write(id, "two of the twin")
	twin.write(twin.write(0, "Eve"), "Eva")
	_, err := a.push(a.signed(1, 2))
	must(t, err)
	a.goesOn(1001)
	relay.strands(twin.signed(3, 4))
	b.wants("stranded held", "stranded held")
	relay.strands(twin.signed(2, 4))
	b.wants("stranded held", "stranded held", "stranded held")
	if b.name(id) != "two" {
		t.Errorf("the party is called %q", b.name(id))
	}
	must(t, b.Decide(ctx(), b.heldOne(1000, 3), central.Decision{Apply: true, As: 5, By: 7, Why: "asked her"}))
	if got := b.name(twin.changes[2].Bodies[0].Op.ID); got != "Eve" {
		t.Errorf("what was applied is called %q", got)
	}
	b.sound()
}

func TestWhoIsErasedStandsInNothingThatIsHeldBehindAGap(t *testing.T) {
	b, a, _, relay, id := strandedBank(t)
	b.erase(id)
	codec, err := wire.NewCodec()
	must(t, err)
	must(t, b.File.Read(ctx(), func(tx *rows.Tx) error {
		return tx.Query(`SELECT frame FROM stranded_range`, func(s *rows.Stmt) error {
			p, err := codec.DecodePush(rows.Blob(s, 0))
			must(t, err)
			r := &p.Ranges[0]
			if r.Changes[0].Live() != 0 {
				t.Error("the range still has what was written of the erased")
			}
			return r.Verify(func(m, sig []byte) bool {
				return trust.CheckSigned(a.identity.Public(), trust.ContextJournalHead, m, sig) == nil
			})
		})
	}))
	relay.strands(a.signed(3, 3))
	b.wants("stranded held")
}
