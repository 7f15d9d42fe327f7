package crm

import "bough/crdt"

// Kind numbers. They stand in files and on the wire: append only.
const (
	Party         uint8 = 1
	Reach         uint8 = 2
	Relation      uint8 = 3
	Warning       uint8 = 4
	Tag           uint8 = 5
	Group         uint8 = 6
	Membership    uint8 = 7
	Interaction   uint8 = 8
	Consent       uint8 = 9
	Task          uint8 = 10
	Case          uint8 = 11
	Holding       uint8 = 12
	Role          uint8 = 13
	Loan          uint8 = 14
	Card          uint8 = 15
	Order         uint8 = 16
	Figure        uint8 = 17
	External      uint8 = 18
	BranchKind    uint8 = 19
	Person        uint8 = 20
	Credential    uint8 = 21
	Session       uint8 = 22
	Node          uint8 = 23
	Right         uint8 = 24
	Refusal       uint8 = 25
	Directory     uint8 = 26
	Move          uint8 = 27
	Late          uint8 = 28
	Lookup        uint8 = 29
	Link          uint8 = 30
	Distinct      uint8 = 31
	Erasure       uint8 = 32
	Reissue       uint8 = 38
	CaseStep      uint8 = 40
	Keying        uint8 = 41
	Removal       uint8 = 42
	Feedback      uint8 = 43
	Holiday       uint8 = 44
	ListEntry     uint8 = 45
	Template      uint8 = 46
	CaseRule      uint8 = 47
	FieldRight    uint8 = 48
	Parameter     uint8 = 49
	MoveOrder     uint8 = 120
	MoveRequest   uint8 = 121
	LateSettled   uint8 = 122
	Rests         uint8 = 123
	Viewings      uint8 = 126
	RefusedSignIn uint8 = 129
)

// Table is the schema as data.
func Table() *crdt.Schema {
	s, err := crdt.NewSchema(
		party(), reach(), relation(), warning(), tag(), group(), membership(),
		interaction(), consent(), task(), caseKind(),
		holding(), role(), loan(), card(), order(), figure(), external(),
		branch(), person(), credential(), session(), node(), right(), refusal(),
		directory(), move(), late(), lookup(), link(), distinct(), erasure(),
		reissue(),
		caseStep(), keying(), removal(), feedback(),
		holiday(), listEntry(), template(), caseRule(), fieldRight(), parameter(),
		moveOrder(), moveRequest(), lateSettled(),
		rests(),
		viewings(), refusedSignIn(),
	)
	if err != nil {
		panic(err) // the table is constant: a test makes it once
	}
	return s
}

type field = crdt.Field

func text(num uint8, name string, owner crdt.Owner, doc string) field {
	return field{Num: num, Name: name, Type: crdt.Text, Owner: owner, Doc: doc}
}

func number(num uint8, name string, owner crdt.Owner, doc string) field {
	return field{Num: num, Name: name, Type: crdt.Int, Owner: owner, Doc: doc}
}

func ref(num uint8, name string, owner crdt.Owner, to uint8, doc string) field {
	return field{Num: num, Name: name, Type: crdt.Int, Owner: owner, Ref: to, Index: true, Doc: doc}
}

func indexed(f field) field {
	f.Index = true
	return f
}

func roots(nums ...uint8) crdt.ScopeRule { return crdt.ScopeRule{Roots: nums} }
