package central_test

import (
	"crypto/ed25519"
	"errors"
	"path/filepath"
	"testing"

	"bough/crdt"
	"bough/node/crm"
	"bough/sync/central"
	"bough/sync/journal"
	"bough/sync/rows"
	"bough/sync/wire"
)

// worked makes a bank and a till with five changes that central has not taken.
func worked(t *testing.T) (*bank, *till, crdt.ID) {
	b := newBank(t)
	l := b.join(11, 1)
	id := l.act(party(1, "Ada")).Ops[0].ID
	for _, words := range []string{"came", "asked", "left", "called"} {
		l.act(talk(id, words))
	}
	return b, l, id
}

func (b *bank) taken(t *testing.T, l *till, seq uint64, talks int64) {
	t.Helper()
	n, err := b.Node(ctx(), l.origin)
	must(t, err)
	if got := b.count(`SELECT count(*) FROM interaction`); n.Seq != seq || got != talks {
		t.Errorf("central has %d changes and %d talks, want %d and %d", n.Seq, got, seq, talks)
	}
	b.sound()
}

func TestWhatIsPushedAgainIsTakenOnce(t *testing.T) {
	b, l, _ := worked(t)
	for range 2 {
		p, err := l.send(l.ranges(0, 3))
		must(t, err)
		if p.Vector[l.origin] != 3 || p.Refused != 0 {
			t.Errorf("%+v", p)
		}
		b.taken(t, l, 3, 2)
	}
	for range 2 { // numbers 2 and 3 again, 4 and 5 for the first time
		_, err := l.send(l.ranges(1, 9))
		must(t, err)
		b.taken(t, l, 5, 4)
	}
	_, err := l.send(l.ranges(0, 2), l.ranges(2, 2), l.ranges(4, 2))
	must(t, err)
	b.taken(t, l, 5, 4)
	l.pull(2)
	l.agree()
}

func TestAGapIsPassedOver(t *testing.T) {
	b, l, _ := worked(t)
	p, err := l.send(l.ranges(3, 2))
	must(t, err)
	if p.Vector[l.origin] != 0 {
		t.Errorf("%+v", p)
	}
	b.taken(t, l, 0, 0)
	_, err = l.send(l.ranges(0, 2), l.ranges(3, 2), l.ranges(2, 1))
	must(t, err)
	b.taken(t, l, 3, 2)
}

func TestARangeThatWasTamperedWithIsNotTaken(t *testing.T) {
	b, l, _ := worked(t)
	for name, c := range map[string]struct {
		harm func(r *journal.Range)
		want error
	}{
		"a word":        {func(r *journal.Range) { r.Changes[1].Bodies[0].Op.Set[1].Value = crdt.TextValue("forged") }, journal.ErrChain},
		"the time":      {func(r *journal.Range) { r.Changes[1].Stamp.Time++ }, journal.ErrChain},
		"the session":   {func(r *journal.Range) { r.Changes[1].Session++ }, journal.ErrChain},
		"the order":     {func(r *journal.Range) { r.Changes[1], r.Changes[2] = r.Changes[2], r.Changes[1] }, journal.ErrBadChange},
		"one is cut":    {func(r *journal.Range) { r.Changes = r.Changes[:4] }, journal.ErrChain},
		"the head":      {func(r *journal.Range) { r.Head.Hash[3]++ }, journal.ErrChain},
		"the signature": {func(r *journal.Range) { r.Head.Signature[3]++ }, journal.ErrSignature},
		"nothing":       {func(r *journal.Range) { r.Changes = nil }, journal.ErrBadChange},
		"another's":     {func(r *journal.Range) { r.Head.Origin++ }, journal.ErrBadChange},
	} {
		r := l.ranges(0, 9)
		c.harm(&r)
		if _, err := l.send(l.ranges(0, 1), r); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
		b.taken(t, l, 0, 0)
	}
}

func TestATwinIsToldApart(t *testing.T) {
	b, l, id := worked(t)
	l.push(9)
	// Somebody restored the disk of last week, and both PCs go on.
	twin := &till{bank: b, key: l.key, origin: l.origin, path: filepath.Join(t.TempDir(), "twin.db")}
	must(t, l.File.Backup(ctx(), twin.path))
	twin.open(1)
	defer func() { must(t, twin.File.Close()) }()
	l.act(talk(id, "mine"))
	l.act(talk(id, "mine too"))
	twin.act(talk(id, "another's"))
	twin.act(talk(id, "another's too"))
	twin.act(talk(id, "and more"))
	l.push(1)
	for name, r := range map[string]journal.Range{"beyond": twin.ranges(5, 9), "the same number": twin.ranges(5, 2), "below": twin.ranges(5, 1), "from the start": twin.ranges(0, 9)} {
		if _, err := twin.send(r); !errors.Is(err, central.ErrFork) {
			t.Errorf("%s: %v", name, err)
		}
		b.taken(t, l, 7, 6)
	}
	if _, err := twin.send(twin.ranges(0, 5)); err != nil {
		t.Errorf("what both have in common: %v", err)
	}
}

func TestOnlyWorkstationsThatAreKnownMayPush(t *testing.T) {
	b, l, _ := worked(t)
	r := l.ranges(0, 9)
	r.Head.Origin = 12
	if _, err := b.Push(ctx(), 12, &wire.Push{Ranges: []journal.Range{r}}, l.check); err == nil {
		t.Error("a range under another's name was taken")
	}
	must(t, b.File.Write(ctx(), func(tx *rows.Tx) error { return tx.Exec(`UPDATE origin SET revoked=1`) }))
	if _, err := l.send(l.ranges(0, 9)); !errors.Is(err, central.ErrUnknownNode) {
		t.Errorf("a revoked one: %v", err)
	}
	if _, err := b.Node(ctx(), 99); !errors.Is(err, central.ErrUnknownNode) {
		t.Errorf("one that never joined: %v", err)
	}
}

func TestARefusedChangeIsToldAndTheStreamGoesOn(t *testing.T) {
	b := newBank(t)
	l := b.join(11, 1)
	good := l.act(party(1, "Ada")).Ops[0].ID
	bad := l.act(party(1, "never")).Ops[0].ID
	l.act(talk(bad, "about somebody who is not"))
	l.act(set(crm.Party, bad, crm.PartyMemo, "half a row"))
	l.act(set(crm.Party, good, crm.PartyMemo, "never mind"))
	l.act(set(crm.Party, good, crm.PartyGreeting, "Dear Ada"))
	l.push(2)
	b.sound()
	if n := b.count(`SELECT count(*) FROM refusal`); n != 4 {
		t.Errorf("%d refusals", n)
	}
	page := l.ask(1, 0, 100)
	told := map[crdt.ID]int64{}
	for _, r := range page.Rows {
		if r.Row.Kind == crm.Refusal && r.Row.Get(crm.RefusalSeq).I == 4 {
			told[0] = r.N
		}
		if r.Row.ID == bad {
			told[bad] = r.N
			if !r.Void {
				t.Error("a row that never came to be is given out")
			}
		}
	}
	if told[0] == 0 || told[0] > told[bad] {
		t.Errorf("the refusal has number %d, the row it is about %d", told[0], told[bad])
	}
	l.pull(1)
	l.agree()
	if r := l.row(crm.Party, good); r.Get(crm.PartyMemo).S != "" || r.Get(crm.PartyGreeting).S != "Dear Ada" {
		t.Errorf("%+v", r)
	}
	if l.row(crm.Party, bad) != nil {
		t.Error("the refused row is still at its author")
	}
	if p, err := l.Progress(ctx()); err != nil || p.Written != 6 || p.Taken != 6 || p.Refused != 4 || p.Unsent != 0 {
		t.Errorf("%+v %v", p, err)
	}
}

func TestARefusedWriteToARowOfAnotherBranchLeavesNoTraceAtItsAuthor(t *testing.T) {
	b := newBank(t)
	l, other := b.join(11, 1), b.join(22, 2)
	id := other.act(party(2, "Ada")).Ops[0].ID
	other.push(9)
	l.act(set(crm.Party, id, crm.PartyMemo, "never seen her"))
	l.push(9)
	b.sound()
	l.pull(9)
	l.agree()
	if r := l.row(crm.Party, id); r != nil {
		t.Errorf("%+v", r)
	}
	for _, r := range l.ask(1, 0, 99).Rows {
		if r.Row.ID == id && (!r.Void || len(r.Row.Fields) > 0) {
			t.Errorf("branch 1 reads a customer of branch 2: %+v", r)
		}
	}
	// Later she becomes a customer here as well.
	b.act(set(crm.Holding, 0, crm.HoldingBranch, 1))
	holding := crdt.ID(b.count(`SELECT id FROM holding`))
	b.act(set(crm.Role, 0, crm.RoleParty, id, crm.RoleHolding, holding))
	b.sound()
	l.pull(9)
	other.pull(9)
	l.agree()
	other.agree()
	if l.row(crm.Party, id) == nil {
		t.Error("she did not come")
	}
}

func TestWhatCentralCannotJudgeItRefusesItself(t *testing.T) {
	b := newBank(t)
	l := b.join(11, 1)
	id := l.act(party(1, "Ada")).Ops[0].ID
	l.push(9)
	b.now += central.MaxAheadMS + 60_000
	l.act(talk(id, "from the future"))
	b.now -= central.MaxAheadMS + 120_000
	l.push(9)
	if n := b.count(`SELECT count(*) FROM refusal WHERE code='clock_ahead'`); n != 1 {
		t.Errorf("%d refusals for the clock", n)
	}
	// A stamp of an epoch that nobody began, and a body whose text is missing.
	l = b.join(13, 1)
	forge := func(harm func(c *journal.Change)) {
		r := l.ranges(l.sent, 1)
		c := r.Changes[0]
		harm(&c)
		hash, _ := c.Seal(r.Prev, nil)
		r.Changes[0], r.Head.Hash = c, hash
		r.Head.Signature = ed25519.Sign(l.key, r.Head.Message())
		p, err := l.send(r)
		must(t, err)
		if p.Refused != 1 {
			t.Errorf("%+v", p)
		}
	}
	l.act(talk(id, "one"))
	forge(func(c *journal.Change) { c.Stamp.Epoch = 5 })
	if n := b.count(`SELECT count(*) FROM refusal WHERE code='epoch'`); n != 1 {
		t.Errorf("%d refusals for the epoch", n)
	}
	b.sound()
	m := b.join(12, 1)
	m.act(talk(id, "two"))
	l = m
	forge(func(c *journal.Change) { c.Bodies[0].Erased, c.Bodies[0].Hash[0] = true, 1 })
	if n := b.count(`SELECT count(*) FROM refusal WHERE code='withheld'`); n != 1 {
		t.Errorf("%d refusals for what came without its text", n)
	}
	b.sound()
}

func TestTheHistoryOfANodeIsKeptAsItCame(t *testing.T) {
	b, l, _ := worked(t)
	l.push(2)
	if n := b.count(`SELECT count(*) FROM taken WHERE origin=11`); n != 3 {
		t.Errorf("%d ranges are kept", n)
	}
}
