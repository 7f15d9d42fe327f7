package crm

import . "bough/crdt" //nolint:revive // the table reads as a table

func party() *Kind {
	return &Kind{Num: Party, Name: "party", Class: Record, Scope: ScopeRule{Home: PartyHome},
		Doc: "A person or an organisation: the root that everything else hangs on.",
		Fields: []Field{
			text(PartyType, "type", Guarded, "person | organisation"),
			text(PartyName, "name", Guarded, "legal name"),
			text(PartyBirth, "birth", Guarded, "date of birth or incorporation, YYYY-MM-DD"),
			text(PartyDocument, "document", Guarded, "identity or registration number"),
			text(PartyDocumentType, "document_type", Guarded, "what document it is"),
			text(PartySex, "sex", Guarded, "f | m | x"),
			number(PartyHome, "home", Core, "home branch: its number"),
			indexed(text(PartyKey, "key", Core, "key in the core-banking feed")),
			text(PartyStatus, "status", Guarded, "prospect | customer | former"),
			text(PartySince, "since", Core, "customer since, YYYY-MM-DD"),
			text(PartyTier, "tier", Core, "value tier: A | B | C | D"),
			text(PartyGreeting, "greeting", Branch, "how to greet"),
			text(PartyLanguage, "language", Branch, "BCP 47 tag of the language to speak"),
			text(PartyOccupation, "occupation", Branch, "occupation of a person"),
			text(PartyEmployer, "employer", Branch, "employer of a person"),
			text(PartyIndustry, "industry", Branch, "industry of an organisation"),
			text(PartyLegalForm, "legal_form", Guarded, "legal form of an organisation"),
			text(PartyAddress, "address", Branch, "postal address as one composite value: lines separated by a line feed"),
			text(PartyMemo, "memo", Branch, "what to know of this customer, in a sentence or two"),
			number(PartyArchived, "archived", Branch, "1: put away by a branch"),
		}}
}

// Field numbers of party.
const (
	PartyType uint8 = iota + 1
	PartyName
	PartyBirth
	PartyDocument
	PartyDocumentType
	PartySex
	PartyHome
	PartyKey
	PartyStatus
	PartySince
	PartyTier
	PartyGreeting
	PartyLanguage
	PartyOccupation
	PartyEmployer
	PartyIndustry
	PartyLegalForm
	PartyAddress
	PartyMemo
	PartyArchived
)

func reach() *Kind {
	return &Kind{Num: Reach, Name: "reach", Class: Set, Scope: roots(ReachParty),
		Doc: "One way to reach a party: an element of a set.",
		Fields: []Field{
			ref(ReachParty, "party", Branch, Party, "whom it reaches"),
			text(ReachChannel, "channel", Branch, "phone | email | wechat"),
			text(ReachValue, "value", Branch, "number in E.164 or as typed, address, id"),
			text(ReachLabel, "label", Branch, "mobile | home | work | other"),
			number(ReachPreferred, "preferred", Branch, "1: the one to use first"),
		}}
}

// Field numbers of reach.
const (
	ReachParty uint8 = iota + 1
	ReachChannel
	ReachValue
	ReachLabel
	ReachPreferred
)

func relation() *Kind {
	return &Kind{Num: Relation, Name: "relation", Class: Set, Scope: roots(RelationFrom, RelationTo),
		Doc: "How two parties belong together: from is the <type> of to.",
		Fields: []Field{
			ref(RelationFrom, "from_party", Branch, Party, "who"),
			ref(RelationTo, "to_party", Branch, Party, "of whom"),
			text(RelationType, "type", Branch, "spouse | parent | child | sibling | owner | director | signatory | guarantor | employee | adviser"),
			number(RelationShareBP, "share_bp", Branch, "share of an owner in basis points, 0..10000"),
			text(RelationNote, "note", Branch, "remark"),
		}}
}

// Field numbers of relation.
const (
	RelationFrom uint8 = iota + 1
	RelationTo
	RelationType
	RelationShareBP
	RelationNote
)

func warning() *Kind {
	return &Kind{Num: Warning, Name: "warning", Class: Set, Scope: roots(WarningParty),
		Doc: "A warning shown to whoever opens the customer; the severest shows first.",
		Fields: []Field{
			ref(WarningParty, "party", Branch, Party, "of whom"),
			text(WarningLevel, "level", Branch, "note | warn | stop"),
			text(WarningText, "text", Branch, "what it says"),
		}}
}

// Field numbers of warning.
const (
	WarningParty uint8 = iota + 1
	WarningLevel
	WarningText
)

func tag() *Kind {
	return &Kind{Num: Tag, Name: "tag", Class: Set, Scope: roots(TagParty),
		Doc: "A word a branch puts on a party.",
		Fields: []Field{
			ref(TagParty, "party", Branch, Party, "on whom"),
			text(TagText, "text", Branch, "the word"),
		}}
}

// Field numbers of tag.
const (
	TagParty uint8 = iota + 1
	TagText
)

func group() *Kind {
	return &Kind{Num: Group, Name: "party_group", Class: Record, Scope: ScopeRule{Home: GroupHome},
		Doc: "A household or a commercial group.",
		Fields: []Field{
			text(GroupType, "type", Branch, "household | group"),
			text(GroupName, "name", Branch, "its name"),
			number(GroupHome, "home", Branch, "branch number"),
		}}
}

// Field numbers of group.
const (
	GroupType uint8 = iota + 1
	GroupName
	GroupHome
)

func membership() *Kind {
	return &Kind{Num: Membership, Name: "membership", Class: Set,
		Scope: ScopeRule{Roots: []uint8{MembershipParty, MembershipGroup}, Joins: true, Kin: Bond{Field: GroupType, Word: "household"}},
		Doc:   "A party belongs to a household or a group.",
		Fields: []Field{
			ref(MembershipParty, "party", Branch, Party, "who"),
			ref(MembershipGroup, "in_group", Branch, Group, "of which"),
			text(MembershipRole, "role", Branch, "head | partner | child | parent_company | subsidiary | member"),
		}}
}

// Field numbers of membership.
const (
	MembershipParty uint8 = iota + 1
	MembershipGroup
	MembershipRole
)
