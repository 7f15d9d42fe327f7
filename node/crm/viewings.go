package crm

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	. "bough/crdt" //nolint:revive // the table reads as a table
)

// QuarterMS is the time in which looks of one sort, of one person at one party,
// are one entry of the audit.
const QuarterMS int64 = 15 * 60 * 1000

// How somebody saw a party.
const (
	ViewRead   = "read"   // opened its page
	ViewFind   = "find"   // saw its name among others
	ViewPrint  = "print"  // made a paper of it
	ViewExport = "export" // took it out in a file
	ViewAudit  = "audit"  // looked up who saw it
)

// Views are all of them.
var Views = []string{ViewRead, ViewFind, ViewPrint, ViewExport, ViewAudit}

// No branch holds them: a workstation keeps them until head office has them.
func viewings() *Kind {
	return &Kind{Num: Viewings, Name: "viewings", Class: Event,
		Doc: "Whom a person saw in a quarter of an hour at one workstation: ids and nothing else. Head office alone holds these.",
		Fields: []Field{
			number(ViewingsBranch, "branch", Branch, "branch number of the node"),
			number(ViewingsPerson, "person", Branch, "who looked"),
			number(ViewingsQuarter, "quarter", Branch, "when the quarter of an hour began, ms UTC"),
			text(ViewingsHow, "how", Branch, "read | find | print | export | audit"),
			text(ViewingsParties, "parties", Branch, "whom: ids ascending, the first and then differences, base 36, separated by spaces; 0: nobody in particular"),
			number(ViewingsTotal, "total", Branch, "how many entries this file has told of, these included"),
		}}
}

// Field numbers of viewings.
const (
	ViewingsBranch uint8 = iota + 1
	ViewingsPerson
	ViewingsQuarter
	ViewingsHow
	ViewingsParties
	ViewingsTotal
)

// MaxViewed is how many parties one row of viewings names: ids have at most 13
// digits, a text 16 KiB.
const MaxViewed = 1000

// ViewedText is the text of ViewingsParties; ids ascend.
func ViewedText(ids []ID) string {
	words, last := make([]string, len(ids)), ID(0)
	for i, id := range ids {
		words[i], last = strconv.FormatInt(int64(id-last), 36), id
	}
	return strings.Join(words, " ")
}

// ViewedIDs reads what ViewedText wrote: ids that ascend, at least one.
func ViewedIDs(text string) (ids []ID, err error) {
	last := ID(0)
	for word := range strings.SplitSeq(text, " ") {
		n, err := strconv.ParseInt(word, 36, 64)
		if err != nil || n < 0 || last > 0 && n == 0 || last+ID(n) < last || len(ids) == MaxViewed {
			return nil, fmt.Errorf("crm: %q is no list of parties", text[:min(len(text), 40)])
		}
		last += ID(n)
		ids = append(ids, last)
	}
	return ids, nil
}

// Viewed are the values of a row of viewings.
type Viewed struct {
	Branch, Person, Quarter, Total int64
	How                            string
	Parties                        []ID
}

// ReadViewed reads the values of a row, or of an op, of viewings.
func ReadViewed(get func(field uint8) Value) (v Viewed, err error) {
	v = Viewed{get(ViewingsBranch).I, get(ViewingsPerson).I, get(ViewingsQuarter).I, get(ViewingsTotal).I, get(ViewingsHow).S, nil}
	if v.Parties, err = ViewedIDs(get(ViewingsParties).S); err != nil {
		return v, err
	}
	if !slices.Contains(Views, v.How) || v.Quarter <= 0 || v.Quarter%QuarterMS != 0 || v.Total < int64(len(v.Parties)) {
		return v, fmt.Errorf("crm: these are no viewings: %s at %d, %d in all", v.How, v.Quarter, v.Total)
	}
	return v, nil
}

// Op is the op that writes viewings.
func (v Viewed) Op(id ID) Op {
	op := Op{Kind: Viewings, ID: id, Set: []FieldSet{
		{Field: ViewingsPerson, Value: IntValue(v.Person)},
		{Field: ViewingsQuarter, Value: IntValue(v.Quarter)},
		{Field: ViewingsHow, Value: TextValue(v.How)},
		{Field: ViewingsParties, Value: TextValue(ViewedText(v.Parties))},
		{Field: ViewingsTotal, Value: IntValue(v.Total)},
	}}
	if v.Branch != 0 {
		op.Set = slices.Insert(op.Set, 0, FieldSet{Field: ViewingsBranch, Value: IntValue(v.Branch)})
	}
	return op
}
