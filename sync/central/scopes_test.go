package central_test

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"bough/crdt"
	"bough/node/crm"
	"bough/sync/rows"
)

// held are the branches whose feed gives a row.
func (b *bank) held(kind uint8, id crdt.ID) (out []int64) {
	b.t.Helper()
	for scope := int64(0); scope < 5; scope++ {
		if b.count(`SELECT count(*) FROM feed WHERE scope=?1 AND kind=?2 AND row_id=?3 AND void=0`, scope, int64(kind), int64(id)) == 1 {
			out = append(out, scope)
		}
	}
	return out
}

func (b *bank) wantHeld(what string, kind uint8, id crdt.ID, want ...int64) {
	b.t.Helper()
	if got := b.held(kind, id); !slices.Equal(got, want) {
		b.t.Errorf("%s is held at %v, want %v", what, got, want)
	}
}

func TestACustomerWhoGainsABranchBringsEverythingThatHangsOnThem(t *testing.T) {
	b := newBank(t)
	one, two := b.join(11, 1), b.join(22, 2)
	lady := one.act(party(1, "Ada")).Ops[0].ID
	word := one.act(talk(lady, "came in")).Ops[0].ID
	phone := one.act(set(crm.Reach, 0, crm.ReachParty, lady, crm.ReachChannel, "phone", crm.ReachValue, "+42")).Ops[0].ID
	brother := one.act(party(1, "Bob")).Ops[0].ID
	sibling := one.act(set(crm.Relation, 0, crm.RelationFrom, brother, crm.RelationTo, lady, crm.RelationType, "sibling")).Ops[0].ID
	own := b.act(set(crm.Holding, 0, crm.HoldingBranch, 1)).Ops[0].ID
	role := b.act(set(crm.Role, 0, crm.RoleParty, lady, crm.RoleHolding, own)).Ops[0].ID
	card := b.act(set(crm.Card, 0, crm.CardHolding, own)).Ops[0].ID
	loan := b.act(set(crm.Loan, 0, crm.LoanHolding, own)).Ops[0].ID
	one.push(9)
	two.pull(9)
	for _, l := range []*till{one, two} {
		l.pull(2)
		l.agree()
	}
	b.wantHeld("the customer", crm.Party, lady, 1)
	if two.row(crm.Party, lady) != nil {
		t.Error("branch 2 has a customer of branch 1")
	}

	// The core says that she signs for an account at branch 2.
	theirs := b.act(set(crm.Holding, 0, crm.HoldingBranch, 2)).Ops[0].ID
	signs := b.act(set(crm.Role, 0, crm.RoleParty, lady, crm.RoleHolding, theirs)).Ops[0].ID
	for what, k := range map[string]struct {
		kind uint8
		id   crdt.ID
	}{"the customer": {crm.Party, lady}, "the note": {crm.Interaction, word}, "the phone": {crm.Reach, phone}, "the relation": {crm.Relation, sibling},
		"her account": {crm.Holding, own}, "her role": {crm.Role, role}, "the card": {crm.Card, card}, "the loan": {crm.Loan, loan},
		"the other account": {crm.Holding, theirs}, "the other role": {crm.Role, signs}} {
		b.wantHeld(what, k.kind, k.id, 1, 2)
	}
	b.wantHeld("her brother", crm.Party, brother, 1)
	b.sound()
	for _, l := range []*till{one, two} {
		l.pull(3)
		l.agree()
	}
	if r := two.row(crm.Interaction, word); r == nil || r.Get(crm.InteractionText).S != "came in" {
		t.Errorf("%+v", r)
	}
	// What is written from now on goes to both.
	two.act(talk(lady, "at branch 2"))
	two.push(9)
	one.pull(9)
	two.pull(9)
	one.agree()
	two.agree()
}

func TestTheOrderOfAnImportDoesNotMatter(t *testing.T) {
	for _, order := range [][]int{{0, 1, 2, 3}, {3, 2, 1, 0}, {2, 0, 3, 1}, {1, 3, 0, 2}} {
		b := newBank(t)
		ids, err := b.MintMany(ctx(), 4)
		must(t, err)
		ops := []crdt.Op{set(crm.Party, ids[0], crm.PartyHome, 1, crm.PartyName, "Ada"), set(crm.Holding, ids[1], crm.HoldingBranch, 2),
			set(crm.Role, ids[2], crm.RoleParty, ids[0], crm.RoleHolding, ids[1]), set(crm.Card, ids[3], crm.CardHolding, ids[1])}
		var in []crdt.Op
		for _, i := range order {
			in = append(in, ops[i])
		}
		b.act(in...)
		for _, op := range ops {
			b.wantHeld(fmt.Sprintf("kind %d in order %v", op.Kind, order), op.Kind, op.ID, 1, 2)
		}
		b.sound()
	}
}

func TestAHouseholdIsHeldWhereItsMembersAre(t *testing.T) {
	b := newBank(t)
	one, two := b.join(11, 1), b.join(22, 2)
	lady, lord := one.act(party(1, "Ada")).Ops[0].ID, two.act(party(2, "Bob")).Ops[0].ID
	home := one.act(set(crm.Group, 0, crm.GroupType, "household", crm.GroupHome, 1)).Ops[0].ID
	one.act(set(crm.Membership, 0, crm.MembershipParty, lady, crm.MembershipGroup, home))
	one.push(9)
	two.push(9)
	joins := b.act(set(crm.Membership, 0, crm.MembershipParty, lord, crm.MembershipGroup, home)).Ops[0].ID
	b.wantHeld("the household", crm.Group, home, 1, 2)
	b.wantHeld("the lord", crm.Party, lord, 1, 2)
	b.wantHeld("his membership", crm.Membership, joins, 1, 2)
	b.wantHeld("the lady", crm.Party, lady, 1, 2)
	// Where the household is kept draws nobody: where its members are at home does.
	b.act(set(crm.Group, home, crm.GroupHome, 3))
	b.wantHeld("the household", crm.Group, home, 1, 2, 3)
	b.wantHeld("the lord", crm.Party, lord, 1, 2)
	b.act(set(crm.Group, home, crm.GroupHome, 1))
	b.wantHeld("the household", crm.Group, home, 1, 2)
	// Who leaves the household is held at home only.
	out := set(crm.Membership, joins)
	out.Clear = []crdt.Stamp{b.row(crm.Membership, joins).Clocks.Latest()}
	b.act(out)
	b.wantHeld("the lord", crm.Party, lord, 2)
	b.wantHeld("the lady", crm.Party, lady, 1)
	b.wantHeld("the household", crm.Group, home, 1)
	b.sound()
	for _, l := range []*till{one, two} {
		l.pull(9)
		l.agree()
	}
}

func TestARowThatLeavesABranchIsVoidThere(t *testing.T) {
	b := newBank(t)
	one, two := b.join(11, 1), b.join(22, 2)
	key := b.act(set(crm.Credential, 0, crm.CredentialBranch, 1, crm.CredentialSealed, "secret")).Ops[0].ID
	one.pull(9)
	for range 2 {
		b.act(set(crm.Credential, key, crm.CredentialBranch, 2))
		b.sound()
		one.pull(9)
		two.pull(9)
		one.agree()
		two.agree()
		if one.row(crm.Credential, key) != nil || two.row(crm.Credential, key) == nil {
			t.Error("the sealed key did not move")
		}
		b.act(set(crm.Credential, key, crm.CredentialBranch, 1))
		b.sound()
		one.pull(9)
		two.pull(9)
		one.agree()
		two.agree()
		if one.row(crm.Credential, key) == nil || two.row(crm.Credential, key) != nil {
			t.Error("the sealed key did not move back")
		}
	}
	if r := b.row(crm.Credential, key); r.Get(crm.CredentialSealed).S != "secret" {
		t.Errorf("%+v", r)
	}
}

// clerk acts at random.
type clerk struct {
	t        *rapid.T
	b        *bank
	tills    []*till
	branches []int
}

// pick gives the id of a random row of a kind that a till, or central, has.
func (c *clerk) pick(l *till, kind uint8) crdt.ID {
	f := c.b.File
	if l != nil {
		f = l.File
	}
	var ids []crdt.ID
	must(c.b.t, f.Read(ctx(), func(tx *rows.Tx) (err error) {
		ids, err = tx.IDs(`SELECT id FROM "` + crm.Table().Kind(kind).Name + `" ORDER BY id`)
		return err
	}))
	if len(ids) == 0 {
		return 0
	}
	return rapid.SampledFrom(ids).Draw(c.t, "row")
}

func (c *clerk) step() {
	l := rapid.SampledFrom(c.tills).Draw(c.t, "till")
	home := int(l.Branch())
	words := rapid.SampledFrom([]string{"a", "b", "never", "d"}).Draw(c.t, "words")
	lady := c.pick(l, crm.Party)
	switch n := rapid.IntRange(0, 13).Draw(c.t, "act"); {
	case n <= 1 || lady == 0 && n <= 6:
		l.act(party(home, words))
	case n <= 3:
		l.act(talk(lady, words))
	case n == 4:
		r := l.row(crm.Party, lady)
		op := set(crm.Party, lady, crm.PartyMemo, words)
		if s := r.Clocks.Of(crm.PartyMemo).Stamp; !s.IsZero() && rapid.Bool().Draw(c.t, "saw") {
			op.Set[0].Saw = []crdt.Stamp{s}
		}
		l.act(op)
	case n == 5:
		l.act(set(crm.Reach, 0, crm.ReachParty, lady, crm.ReachValue, words))
	case n == 6:
		l.act(set(crm.Relation, 0, crm.RelationFrom, lady, crm.RelationTo, c.pick(l, crm.Party), crm.RelationNote, words))
	case n == 7:
		l.push(rapid.IntRange(1, 5).Draw(c.t, "changes"))
	case n == 8:
		l.pull(rapid.IntRange(1, 5).Draw(c.t, "rows"))
	default:
		c.core(n)
	}
}

// core is what the core-banking feed does.
func (c *clerk) core(n int) {
	branch := rapid.SampledFrom(c.branches).Draw(c.t, "branch")
	lady, holding, group := c.pick(nil, crm.Party), c.pick(nil, crm.Holding), c.pick(nil, crm.Group)
	switch {
	case n == 9 || holding == 0:
		c.b.act(set(crm.Holding, 0, crm.HoldingBranch, branch))
	case n == 10 && lady != 0:
		c.b.act(set(crm.Role, 0, crm.RoleParty, lady, crm.RoleHolding, holding))
	case n == 11:
		c.b.act(set(crm.Card, 0, crm.CardHolding, holding), set(crm.Holding, holding, crm.HoldingBranch, branch))
	case n == 12 && lady != 0:
		c.b.act(set(crm.Party, lady, crm.PartyHome, branch), set(crm.Group, 0, crm.GroupHome, branch))
	case group != 0 && lady != 0:
		c.b.act(set(crm.Membership, 0, crm.MembershipParty, lady, crm.MembershipGroup, group))
	}
}

func TestWhateverHappensAllAgreeAfterQuiet(t *testing.T) {
	blank := newBank(t)
	joined := []*till{blank.join(11, 1), blank.join(12, 1), blank.join(22, 2)}
	must(t, blank.File.Checkpoint(ctx()))
	for _, l := range joined {
		must(t, l.File.Checkpoint(ctx()))
	}
	rapid.Check(t, func(rt *rapid.T) {
		b, tills := again(t, blank, joined...)
		defer func() {
			must(t, b.Close())
			for _, l := range tills {
				must(t, l.File.Close())
			}
		}()
		c := &clerk{t: rt, b: b, tills: tills, branches: []int{1, 2}}
		for range rapid.IntRange(5, 60).Draw(rt, "steps") {
			c.step()
		}
		b.sound()
		for _, l := range c.tills {
			l.push(100)
		}
		written, refused := uint64(0), uint64(0)
		for _, l := range c.tills {
			l.pull(rapid.IntRange(1, 50).Draw(rt, "rows"))
			l.agree()
			p, err := l.Progress(ctx())
			must(t, err)
			if p.Taken != p.Written || p.Unsent != 0 {
				rt.Errorf("till %d: %+v", l.origin, p)
			}
			written, refused = written+p.Written, refused+p.Refused
		}
		if n := b.count(`SELECT count(*) FROM refusal`); uint64(n) != refused {
			rt.Errorf("central refused %d of %d, the tills know of %d", n, written, refused)
		}
		b.sound()
		if t.Failed() {
			rt.FailNow()
		}
	})
}
