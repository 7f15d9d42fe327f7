package central_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"bough/crdt"
	"bough/node/crm"
	"bough/node/store"
	"bough/sync/rows"
)

func TestLinkedPartiesAreHeldWhereverOneOfThemIs(t *testing.T) {
	b := newBank(t)
	one, two := b.join(11, 1), b.join(22, 2)
	here, there := one.act(party(1, "Zhang Wei")).Ops[0].ID, two.act(party(2, "张伟")).Ops[0].ID
	word := two.act(talk(there, "came in")).Ops[0].ID
	one.push(9)
	two.push(9)
	link := b.act(set(crm.Link, 0, crm.LinkOne, here, crm.LinkOther, there)).Ops[0].ID
	for what, k := range map[string][2]int64{"the one": {int64(crm.Party), int64(here)}, "the other": {int64(crm.Party), int64(there)},
		"what was said": {int64(crm.Interaction), int64(word)}, "the link": {int64(crm.Link), int64(link)}} {
		b.wantHeld(what, uint8(k[0]), crdt.ID(k[1]), 1, 2)
	}
	// A branch that comes to hold one of them later holds both.
	holding := b.act(set(crm.Holding, 0, crm.HoldingBranch, 3)).Ops[0].ID
	b.act(set(crm.Role, 0, crm.RoleParty, there, crm.RoleHolding, holding))
	b.wantHeld("the one", crm.Party, here, 1, 2, 3)
	b.wantHeld("the link", crm.Link, link, 1, 2, 3)
	b.sound()
	for _, l := range []*till{one, two} {
		l.pull(3)
		l.agree()
	}
	// A link that was removed ties nobody any more: each is held where it belongs.
	b.act(crdt.Op{Kind: crm.Link, ID: link, Clear: []crdt.Stamp{one.row(crm.Link, link).Clocks.Latest()}})
	more := b.act(set(crm.Holding, 0, crm.HoldingBranch, 4)).Ops[0].ID
	b.act(set(crm.Role, 0, crm.RoleParty, there, crm.RoleHolding, more))
	b.wantHeld("the other", crm.Party, there, 2, 3, 4)
	b.wantHeld("the one", crm.Party, here, 1)
	b.wantHeld("the link that was removed", crm.Link, link, 1, 2, 3, 4)
	b.sound()
	for _, l := range []*till{one, two} {
		l.pull(3)
		l.agree()
	}
}

// TestTheCanonicalPartyIsTheSameWhateverTheOrderOfLinks links and unlinks in
// every order that a drawing gives: the group and who stands for it are a
// function of the links that stand and of the core's keys.
func TestTheCanonicalPartyIsTheSameWhateverTheOrderOfLinks(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		n := rapid.IntRange(2, 6).Draw(r, "parties")
		known := rapid.SliceOfN(rapid.Bool(), n, n).Draw(r, "known to the core")
		pairs := rapid.SliceOfN(rapid.Custom(func(r *rapid.T) [2]int {
			return [2]int{rapid.IntRange(0, n-1).Draw(r, "one"), rapid.IntRange(0, n-1).Draw(r, "other")}
		}), 1, 7).Draw(r, "links")
		gone := rapid.SliceOfN(rapid.Bool(), len(pairs), len(pairs)).Draw(r, "removed again")
		order := rapid.Permutation(indexes(len(pairs))).Draw(r, "order")
		same := map[int][]crdt.ID{}
		for round, order := range [][]int{indexes(len(pairs)), order} {
			b := newBank(t)
			ids, err := b.MintMany(ctx(), n)
			must(t, err)
			for i, id := range ids {
				op := set(crm.Party, id, crm.PartyHome, 1)
				if known[i] {
					op = set(crm.Party, id, crm.PartyHome, 1, crm.PartyKey, "K")
				}
				b.act(op)
			}
			for _, i := range order {
				link := b.act(set(crm.Link, 0, crm.LinkOne, ids[pairs[i][0]], crm.LinkOther, ids[pairs[i][1]]))
				if gone[i] {
					b.act(crdt.Op{Kind: crm.Link, ID: link.Ops[0].ID, Clear: []crdt.Stamp{link.Stamp}})
				}
			}
			must(t, b.File.Read(ctx(), func(tx *rows.Tx) error {
				for i, id := range ids {
					group, err := store.Linked(tx, id)
					if err != nil {
						return err
					}
					if round == 1 && !slices.Equal(group, same[i]) {
						r.Fatalf("party %d: %v one way, %v the other", i, same[i], group)
					}
					same[i] = group
					if !slices.Contains(group, id) || slices.ContainsFunc(group, func(g crdt.ID) bool { return !slices.Equal(must2(store.Linked(tx, g)), group) }) {
						r.Fatalf("party %d: %v is not everybody's group", i, group)
					}
				}
				return nil
			}))
		}
	})
}

func indexes(n int) (out []int) {
	for i := range n {
		out = append(out, i)
	}
	return out
}

func must2(group []crdt.ID, err error) []crdt.ID {
	if err != nil {
		return nil
	}
	return group
}
