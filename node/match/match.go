package match

import (
	"slices"
	"strings"
)

// Points of what two records have in common, or not. A name alone is not
// enough to ask somebody, nor is a birth date; a document or a phone number is.
const (
	pointsDocument = 60
	pointsPhone    = 45
	pointsName     = 30
	pointsBirth    = 20
	Enough         = 45 // from here on people are asked
)

// Record is what is compared.
type Record struct {
	Type     string // of the party
	Name     string
	Birth    string
	Document string
	Reaches  []string // phone numbers, addresses
}

// Likeness is how alike two records are, and why: document, reach, name, birth.
type Likeness struct {
	Score   int
	Reasons []string
}

// Compare compares two records. A person and an organisation are never one;
// another birth date or document speaks against it. sounds tells whether one name
// would be found by another: spelling and pinyin are the business of find.
func Compare(a, b Record, sounds func(name, other string) bool) (l Likeness) {
	if a.Type != b.Type {
		return l
	}
	l.same("document", pointsDocument, squeeze(a.Document), squeeze(b.Document))
	if slices.ContainsFunc(a.Reaches, func(r string) bool { return slices.Contains(b.Reaches, r) }) {
		l.add("reach", pointsPhone)
	}
	if a.Name != "" && b.Name != "" && (sounds(a.Name, b.Name) || sounds(b.Name, a.Name)) {
		l.add("name", pointsName)
	}
	l.same("birth", pointsBirth, a.Birth, b.Birth)
	return l
}

func (l *Likeness) add(reason string, points int) {
	l.Score += points
	l.Reasons = append(l.Reasons, reason)
}

// same counts a value that both have: for, or against.
func (l *Likeness) same(reason string, points int, a, b string) {
	switch {
	case a == "" || b == "":
	case a == b:
		l.add(reason, points)
	default:
		l.Score -= points
	}
}

// squeeze leaves of a number what counts.
func squeeze(s string) string {
	return strings.ToUpper(strings.NewReplacer(" ", "", "-", "", "/", "", ".", "").Replace(s))
}
