package crm

import (
	"fmt"

	. "bough/crdt" //nolint:revive // the table reads as a table
)

// No branch holds them, as with viewings.
func refusedSignIn() *Kind {
	return &Kind{Num: RefusedSignIn, Name: "refused_sign_in", Class: Event,
		Doc: "How often somebody tried in vain to sign in, in a quarter of an hour at one workstation. Told by whoever signs in there next; head office alone holds these.",
		Fields: []Field{
			number(RefusedSignInBranch, "branch", Branch, "branch number of the node"),
			number(RefusedSignInPerson, "person", Branch, "under whose name; nobody: under one that nobody has"),
			number(RefusedSignInQuarter, "quarter", Branch, "when the quarter of an hour began, ms UTC"),
			number(RefusedSignInTimes, "times", Branch, "how often"),
		}}
}

// Field numbers of refused_sign_in.
const (
	RefusedSignInBranch uint8 = iota + 1
	RefusedSignInPerson
	RefusedSignInQuarter
	RefusedSignInTimes
)

// TurnedAway are the values of a row of refused_sign_in.
type TurnedAway struct {
	Branch, Person, Quarter, Times int64
}

// ReadTurnedAway reads the values of a row, or of an op.
func ReadTurnedAway(get func(field uint8) Value) (TurnedAway, error) {
	t := TurnedAway{get(RefusedSignInBranch).I, get(RefusedSignInPerson).I, get(RefusedSignInQuarter).I, get(RefusedSignInTimes).I}
	if t.Quarter <= 0 || t.Quarter%QuarterMS != 0 || t.Times <= 0 {
		return t, fmt.Errorf("crm: these are no refused sign-ins: %d at %d", t.Times, t.Quarter)
	}
	return t, nil
}

// Op is the op that writes them.
func (t TurnedAway) Op(id ID) Op {
	op := Op{Kind: RefusedSignIn, ID: id}
	for field, n := range []int64{t.Branch, t.Person, t.Quarter, t.Times} {
		if n != 0 {
			op.Set = append(op.Set, FieldSet{Field: uint8(field) + 1, Value: IntValue(n)})
		}
	}
	return op
}
