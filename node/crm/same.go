package crm

import . "bough/crdt" //nolint:revive // the table reads as a table

func link() *Kind {
	return &Kind{Num: Link, Name: "link", Class: Set,
		Scope: ScopeRule{Roots: []uint8{LinkOne, LinkOther}, Joins: true, Both: true},
		Doc:   "Two parties are the same person or organisation. Nothing is rewritten: removing the link makes two of them again.",
		Fields: []Field{
			ref(LinkOne, "one", Branch, Party, "one of them"),
			ref(LinkOther, "other", Branch, Party, "the other"),
			text(LinkReason, "reason", Branch, "why they are one"),
		}}
}

// Field numbers of link.
const (
	LinkOne uint8 = iota + 1
	LinkOther
	LinkReason
)

func distinct() *Kind {
	return &Kind{Num: Distinct, Name: "distinct_pair", Class: Set, Scope: roots(DistinctOne, DistinctOther),
		Doc: "Two parties that look alike and are not the same: nobody is asked again.",
		Fields: []Field{
			ref(DistinctOne, "one", Branch, Party, "one of them"),
			ref(DistinctOther, "other", Branch, Party, "the other"),
			text(DistinctReason, "reason", Branch, "what tells them apart"),
		}}
}

// Field numbers of distinct pair.
const (
	DistinctOne uint8 = iota + 1
	DistinctOther
	DistinctReason
)

// CoreKnows reports whether the core-banking feed knows a party: once it gave
// its key. From then on the guarded fields are the core's. This is the one
// place that says so.
func CoreKnows(party *Row) bool { return !party.Get(PartyKey).IsNull() }
