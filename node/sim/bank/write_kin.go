package bank

import (
	"bough/crdt"
	"bough/node/crm"
	"bough/node/sim/bank/words"
)

// relation writes that from is the typ of to; a share of 0 is left out.
func (w *writer) relation(from, to int32, typ string, shareBP int64) {
	w.pen.create(crm.Relation)
	w.pen.ref(crm.RelationFrom, w.parties[from].id)
	w.pen.ref(crm.RelationTo, w.parties[to].id)
	w.pen.text(crm.RelationType, typ)
	if shareBP > 0 {
		w.pen.number(crm.RelationShareBP, shareBP)
	}
}

// family writes a household and how its people are related.
func (w *writer) family(e *event) {
	h := &w.homes[e.idx]
	hp := &w.parties[h.head]
	w.by(e, w.clerk(e, hp))
	if h.partner != none || len(h.children) > 0 {
		name := hp.family + " household"
		if h.han {
			name = hp.family + "家"
		}
		group := w.pen.create(crm.Group)
		w.pen.text(crm.GroupType, "household")
		w.pen.text(crm.GroupName, name)
		w.pen.number(crm.GroupHome, int64(hp.branch)+1)
		w.member(h.head, group, "head")
		if h.partner != none {
			w.member(h.partner, group, "partner")
			w.relation(h.head, h.partner, "spouse", 0)
		}
		for i, c := range h.children {
			w.member(c, group, "child")
			w.relation(h.head, c, "parent", 0)
			if h.partner != none {
				w.relation(h.partner, c, "parent", 0)
			}
			if i > 0 {
				w.relation(h.children[i-1], c, "sibling", 0)
			}
		}
	}
	if h.elder != none {
		w.relation(h.head, h.elder, "child", 0)
	}
	w.pen.end()
}

func (w *writer) member(party int32, group crdt.ID, role string) {
	w.pen.create(crm.Membership)
	w.pen.ref(crm.MembershipParty, w.parties[party].id)
	w.pen.ref(crm.MembershipGroup, group)
	w.pen.text(crm.MembershipRole, role)
}

// company writes who owns and runs a firm. Owners that are firms are written
// with their group.
func (w *writer) company(e *event) {
	f := &w.firms[e.idx]
	p := &w.parties[f.party]
	w.by(e, p.officer)
	if f.group == none || w.groups[f.group].head == e.idx {
		for _, o := range f.owners {
			w.relation(o.party, f.party, "owner", o.shareBP)
		}
	}
	w.relation(f.director, f.party, "director", 0)
	for _, s := range f.signatories {
		w.relation(s, f.party, "signatory", 0)
	}
	if f.guarantor != none {
		w.relation(f.guarantor, f.party, "guarantor", 0)
	}
	w.pen.end()
}

// affiliate writes a group: its members and who owns the subsidiaries.
func (w *writer) affiliate(e *event) {
	g := &w.groups[e.idx]
	head := &w.firms[g.head]
	hp := &w.parties[head.party]
	w.by(e, hp.officer)
	group := w.pen.create(crm.Group)
	w.pen.text(crm.GroupType, "group")
	w.pen.text(crm.GroupName, g.name)
	w.pen.number(crm.GroupHome, int64(hp.branch)+1)
	w.member(head.party, group, "parent_company")
	for _, s := range g.subs {
		f := &w.firms[s]
		w.member(f.party, group, "subsidiary")
		for _, o := range f.owners {
			w.relation(o.party, f.party, "owner", o.shareBP)
		}
	}
	w.pen.end()
}

// move gives everybody of a household a new address.
func (w *writer) move(e *event) {
	h := &w.homes[e.idx]
	hp := &w.parties[h.head]
	w.by(e, w.clerk(e, hp))
	h.address = address(w.r, &w.branches[hp.branch])
	for _, m := range append([]int32{h.head, h.partner}, h.children...) {
		if m != none {
			w.pen.edit(crm.Party, w.parties[m].id)
			w.pen.text(crm.PartyAddress, h.address)
		}
	}
	if w.r.pct(50) {
		w.pen.create(crm.Interaction)
		w.pen.ref(crm.InteractionParty, hp.id)
		w.pen.text(crm.InteractionChannel, "counter")
		w.pen.text(crm.InteractionReason, "details")
		w.pen.text(crm.InteractionText, [2]string{words.MovedEN, words.MovedZH}[w.tongue(hp, hp.branch)])
		w.pen.number(crm.InteractionHappened, e.at-openTalkMS)
		w.pen.text(crm.InteractionOutcome, "done")
	}
	w.pen.end()
}
