package crm

import (
	"slices"

	. "bough/crdt" //nolint:revive // the table reads as a table
)

func directory() *Kind {
	return &Kind{Num: Directory, Name: "directory", Class: Record, CentralOnly: true, Scope: ScopeRule{Everywhere: true},
		Doc: "A party of the bank as every branch may know it, derived at central; its id is the party's. Parties that are linked have one, the canonical one's.",
		Fields: []Field{
			text(DirectoryName, "name", Office, "the name, masked"),
			text(DirectoryType, "type", Office, "person | organisation"),
			number(DirectoryHome, "home", Office, "home branch: its number"),
			text(DirectoryLanguage, "language", Office, "BCP 47 tag of the language to speak"),
			text(DirectoryWarning, "warning", Office, "the severest warning: note | warn | stop"),
			text(DirectoryRefused, "refused", Office, "what was withdrawn: purpose/channel, separated by spaces"),
			text(DirectoryKeys, "keys", Office, "short keyed hashes of what a visitor can say, see package directory; separated by spaces"),
		}}
}

// Field numbers of directory.
const (
	DirectoryName uint8 = iota + 1
	DirectoryType
	DirectoryHome
	DirectoryLanguage
	DirectoryWarning
	DirectoryRefused
	DirectoryKeys
)

func move() *Kind {
	return &Kind{Num: Move, Name: "move", Class: Event, Scope: roots(MoveParty),
		Doc: "A customer moved from one home branch to another.",
		Fields: []Field{
			ref(MoveParty, "party", Branch, Party, "who"),
			number(MoveFrom, "from_branch", Branch, "branch number until then"),
			number(MoveTo, "to_branch", Branch, "branch number from then on"),
			text(MoveReason, "reason", Branch, "why, in a few words"),
			number(MoveJob, "job", Branch, "number of the move of many that it belongs to"),
		}}
}

// Field numbers of move.
const (
	MoveParty uint8 = iota + 1
	MoveFrom
	MoveTo
	MoveReason
	MoveJob
)

func late() *Kind {
	return &Kind{Num: Late, Name: "late_edit", Class: Event, CentralOnly: true, Scope: ScopeRule{Home: LateBranch, Roots: []uint8{LateParty}},
		Doc: "A change to a customer who had moved away when it came; it was taken all the same.",
		Fields: []Field{
			number(LateBranch, "branch", Office, "branch of the author"),
			ref(LateParty, "party", Office, Party, "about whom"),
			number(LateOrigin, "origin", Office, "origin of the change"),
			number(LateSeq, "seq", Office, "number of the change"),
			number(LatePerson, "person", Office, "who wrote it"),
			text(LateKind, "kind", Office, "what it wrote, by the names of the kinds"),
			number(LateWritten, "written", Office, "when, by the workstation's clock, ms UTC"),
			number(LateHome, "home", Office, "home branch when it came"),
		}}
}

// Field numbers of late edit.
const (
	LateBranch uint8 = iota + 1
	LateParty
	LateOrigin
	LateSeq
	LatePerson
	LateKind
	LateWritten
	LateHome
)

func lookup() *Kind {
	return &Kind{Num: Lookup, Name: "lookup", Class: Event, Scope: ScopeRule{Home: LookupBranch},
		Doc: "Somebody looked up a customer of another branch.",
		Fields: []Field{
			number(LookupBranch, "branch", Branch, "branch of who looked"),
			number(LookupPerson, "person", Branch, "who looked"),
			number(LookupParty, "party", Branch, "whom they opened; none for a search"),
			text(LookupWhat, "what", Branch, "find | open"),
			number(LookupFound, "found", Branch, "how many strangers were shown whom this person had not been shown for an hour"),
			indexed(number(LookupAt, "at", Branch, "when, ms UTC")),
		}}
}

// Field numbers of lookup.
const (
	LookupBranch uint8 = iota + 1
	LookupPerson
	LookupParty
	LookupWhat
	LookupFound
	LookupAt
)

// ServesStrangers reports whether a branch may write a new row of a kind for a
// customer of another branch: who came in is served.
func ServesStrangers(kind uint8) bool {
	return slices.Contains([]uint8{Interaction, Consent, Task, Case, Move}, kind)
}
