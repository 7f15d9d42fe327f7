package central_test

import (
	"bytes"
	"errors"
	"testing"

	"bough/crdt"
	"bough/node/crm"
	"bough/sync/central"
	"bough/sync/journal"
	"bough/sync/rows"
	"bough/sync/trust"
	"bough/sync/wire"
)

// scribe writes the journal of a workstation and signs it as one does.
type scribe struct {
	bank     *bank
	identity *trust.Identity
	origin   crdt.Origin
	clock    crdt.Clock
	hash     journal.Hash
	changes  []journal.Change
	hashes   []journal.Hash // after each change
}

func (b *bank) scribe(origin crdt.Origin, branch int64) *scribe {
	b.t.Helper()
	c := &scribe{bank: b, origin: origin, clock: crdt.Clock{Origin: origin}}
	var err error
	c.identity, err = trust.NewIdentity(bytes.NewReader(bytes.Repeat([]byte{byte(origin)}, 64)))
	must(b.t, err)
	must(b.t, b.Join(ctx(), central.Node{Origin: origin, Branch: branch, Name: "till", Key: c.identity.Public()}, func(*rows.Act) error { return nil }))
	return c
}

// write adds a change that writes the name of a party; id 0: a new one.
func (c *scribe) write(id crdt.ID, name string) crdt.ID {
	if id == 0 {
		id = crdt.MakeID(c.origin, uint32(len(c.changes)+1))
	}
	c.add(crdt.Op{Kind: crm.Party, ID: id, Set: []crdt.FieldSet{{Field: crm.PartyName, Value: crdt.TextValue(name)}, {Field: crm.PartyHome, Value: crdt.IntValue(1)}}})
	return id
}

// add adds a change of ops.
func (c *scribe) add(ops ...crdt.Op) {
	c.bank.now++
	ch := journal.Change{Origin: c.origin, Seq: uint64(len(c.changes) + 1), Stamp: c.clock.Now(c.bank.now), Session: crdt.MakeID(c.origin, 999)}
	for _, op := range ops {
		ch.Bodies = append(ch.Bodies, journal.Body{Op: op})
	}
	c.hash, _ = ch.Seal(c.hash, nil)
	c.changes, c.hashes = append(c.changes, ch), append(c.hashes, c.hash)
}

// signed is the range from change first to change last, numbers from 1.
func (c *scribe) signed(first, last int) journal.Range {
	r := journal.Range{Changes: append([]journal.Change{}, c.changes[first-1:last]...), Head: journal.Head{Origin: c.origin, Seq: uint64(last), Hash: c.hashes[last-1]}}
	if first > 1 {
		r.Prev = c.hashes[first-2]
	}
	r.Head.Signature = c.identity.Sign(trust.ContextJournalHead, r.Head.Message())
	return r
}

// push sends ranges, whoever wrote them.
func (c *scribe) push(ranges ...journal.Range) (*wire.Pushed, error) {
	return c.bank.Push(ctx(), c.origin, &wire.Push{Ranges: ranges}, func(m, s []byte) bool {
		return trust.CheckSigned(c.identity.Public(), trust.ContextJournalHead, m, s) == nil
	})
}

func (b *bank) name(id crdt.ID) (name string) {
	b.t.Helper()
	must(b.t, b.File.Read(ctx(), func(tx *rows.Tx) error {
		row, err := tx.Get(crm.Party, id)
		if row != nil {
			name = row.Get(crm.PartyName).S
		}
		return err
	}))
	return name
}

func TestANeighbourPassesOnWhatAnotherWroteInTheOrderOfTime(t *testing.T) {
	b := newBank(t)
	author, other := b.scribe(11, 1), b.scribe(12, 1)
	id := author.write(0, "made by the author")
	other.write(id, "changed by the neighbour")
	author.write(id, "changed again by the author")
	// The frame holds them in the wrong order.
	out, err := other.push(other.signed(1, 1), author.signed(1, 2))
	must(t, err)
	if out.Refused != 0 || out.Vector[11] != 2 || out.Vector[12] != 1 {
		t.Errorf("%+v", out)
	}
	if got := b.name(id); got != "changed again by the author" {
		t.Errorf("the party is called %q", got)
	}
	// The author comes back and sends the same.
	again, err := author.push(author.signed(1, 2))
	must(t, err)
	if again.Vector[11] != 2 {
		t.Errorf("%+v", again)
	}
}

func TestWhatRestsOnARefusedChangeOfANeighbourIsRefusedToo(t *testing.T) {
	b := newBank(t)
	author, other := b.scribe(11, 1), b.scribe(12, 1)
	id := author.write(0, "never to be made")
	other.write(id, "changed by the neighbour")
	// Sent in the wrong order: judged in the order of time all the same.
	out, err := other.push(other.signed(1, 1), author.signed(1, 1))
	must(t, err)
	if out.Refused != 2 || b.name(id) != "" {
		t.Errorf("%+v, and the party is called %q", out, b.name(id))
	}
}

func TestAnEmptyPushTellsWhatIsHad(t *testing.T) {
	b := newBank(t)
	c := b.scribe(11, 1)
	c.write(0, "Ada")
	_, err := c.push(c.signed(1, 1))
	must(t, err)
	out, err := c.push()
	must(t, err)
	if out.Vector[11] != 1 {
		t.Errorf("%+v", out)
	}
}

func TestARelayCanNeitherForgeNorSpeakForAnotherBranch(t *testing.T) {
	b := newBank(t)
	author, relay, far := b.scribe(11, 1), b.scribe(12, 1), b.scribe(13, 2)
	id := author.write(0, "as it was written")
	far.write(0, "of another branch")
	relay.write(0, "own work")
	forged := author.signed(1, 1)
	forged.Changes[0].Bodies = []journal.Body{{Op: crdt.Op{Kind: crm.Party, ID: id, Set: []crdt.FieldSet{{Field: crm.PartyName, Value: crdt.TextValue("forged")}}}}}
	mine := author.signed(1, 1)
	mine.Head.Signature = relay.identity.Sign(trust.ContextJournalHead, mine.Head.Message())
	for name, c := range map[string]struct {
		r    journal.Range
		want error
	}{
		"another op":           {forged, journal.ErrChain},
		"the relay's own seal": {mine, journal.ErrSignature},
		"of another branch":    {far.signed(1, 1), central.ErrNotYours},
	} {
		if _, err := relay.push(relay.signed(1, 1), c.r); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	if got := b.name(id); got != "" {
		t.Errorf("the party is there: %q", got)
	}
}

func TestWhatCannotBeTakenOfOthersDoesNotHoldTheRelayUp(t *testing.T) {
	b := newBank(t)
	revoked, unknown, relay := b.scribe(11, 1), &scribe{bank: b, origin: 66, clock: crdt.Clock{Origin: 66}}, b.scribe(12, 1)
	unknown.identity = relay.identity
	lost := revoked.write(0, "by the revoked")
	unknown.write(0, "by nobody")
	own := relay.write(0, "own work")
	must(t, b.File.Write(ctx(), func(tx *rows.Tx) error { return tx.Exec(`UPDATE origin SET revoked=1 WHERE origin=11`) }))
	out, err := relay.push(revoked.signed(1, 1), unknown.signed(1, 1), relay.signed(1, 1))
	must(t, err)
	if out.Vector[11] != 1 || out.Refused != 1 || out.Vector[12] != 1 || b.name(own) != "own work" || b.name(lost) != "" {
		t.Errorf("%+v", out)
	}
	// Of the revoked one itself nothing is taken, and what a neighbour held of it is
	// for head office to decide: nobody's work is lost with a stolen machine.
	if _, err := revoked.push(); !errors.Is(err, central.ErrUnknownNode) {
		t.Errorf("the revoked one: %v", err)
	}
	b.wants("revoked held")
	must(t, b.Decide(ctx(), b.heldOne(11, 1), central.Decision{Apply: true, Why: "its teller wrote it"}))
	if b.name(lost) != "by the revoked" {
		t.Errorf("applied: %q", b.name(lost))
	}
	// A twin of a neighbour is the neighbour's trouble.
	twin := b.scribe(14, 1)
	twin.write(0, "one history")
	_, err = twin.push(twin.signed(1, 1))
	must(t, err)
	fork := &scribe{bank: b, identity: twin.identity, origin: 14, clock: crdt.Clock{Origin: 14}}
	fork.write(0, "another history")
	next := relay.write(0, "more own work")
	out, err = relay.push(fork.signed(1, 1), relay.signed(2, 2))
	must(t, err)
	if out.Vector[14] != 1 || b.name(next) != "more own work" {
		t.Errorf("%+v", out)
	}
}

func TestWhatARevokedWorkstationWroteOnWhatIsHeldOfAnotherIsDecidedByItself(t *testing.T) {
	b := newBank(t)
	revoked, relay := b.scribe(11, 1), b.scribe(12, 1)
	eve := relay.write(0, "perhaps Eve")
	revoked.write(eve, "Eve, as a thief would have her")
	own := revoked.write(0, "by the revoked")
	revoked.write(own, "by the revoked, and mended")
	must(t, b.Revoke(ctx(), 11, func(*rows.Act) error { return nil }))
	_, err := relay.push(relay.signed(1, 1), revoked.signed(1, 3))
	must(t, err)
	b.wants("perhaps held", "revoked held", "revoked held", "waits held")
	must(t, b.Decide(ctx(), b.heldOne(12, 1), central.Decision{Apply: true, Why: "rang her"}))
	b.wants("perhaps applied", "revoked held", "revoked held", "waits held")
	if got := b.name(eve); got != "perhaps Eve" {
		t.Errorf("taken along: %q", got)
	}
	must(t, b.Decide(ctx(), b.heldOne(11, 2), central.Decision{Apply: true, Why: "its teller wrote it"}))
	b.wants("perhaps applied", "revoked held", "revoked applied", "waits applied")
}
