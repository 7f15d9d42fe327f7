package directory

import (
	"slices"
	"strings"
	"time"
	"unicode"

	"bough/node/store/terms"
)

// maxTypedBytes is how much of a question is read.
const maxTypedBytes = 200

// Asked is a question, understood. The zero value asks nothing.
type Asked struct {
	names []string   // the first two characters of words
	facts [][]string // each must be met, by one of its readings
}

// Read understands what a clerk typed: words of the name and a date of birth, a
// phone number or the end of a document's, in any order.
func Read(typed string) (a Asked) {
	typed = terms.Fold(strings.ToValidUTF8(typed[:min(len(typed), maxTypedBytes)], ""))
	var names, number []string
	for _, token := range strings.Fields(typed) {
		switch iso := date(token); {
		case iso != "" && strings.IndexFunc(token, notDigit) < 0: // it may be a number, too
			a.facts = append(a.facts, append(numberFacts(token), birthFact(iso)))
		case iso != "":
			a.facts = append(a.facts, []string{birthFact(iso)})
		case strings.IndexFunc(token, unicode.IsDigit) >= 0:
			number = append(number, token)
		default:
			names = append(names, token)
		}
	}
	if facts := numberFacts(strings.Join(number, "")); len(facts) > 0 {
		a.facts = append(a.facts, facts)
	} else if len(number) > 0 {
		return Asked{} // too little of a number to look for
	}
	a.names = beginnings(strings.Join(names, " "))
	return a
}

func notDigit(r rune) bool { return r < '0' || r > '9' }

func numberFacts(number string) (out []string) {
	for _, f := range []string{phoneFact(number), documentFact(number)} {
		if f != "" {
			out = append(out, f)
		}
	}
	return out
}

// date reads a date of birth as people type it; empty: it is none.
func date(token string) string {
	token = strings.NewReplacer("年", "-", "月", "-", "日", "", "/", "-").Replace(token)
	for _, layout := range []string{"2006-1-2", "20060102", "2.1.2006", "2-1-2006"} {
		if t, err := time.Parse(layout, token); err == nil && t.Year() >= 1800 {
			return t.Format(time.DateOnly)
		}
	}
	return ""
}

// Enough reports whether a question may be asked outside the branch: two
// characters of a name, and one of the three things besides.
func (a Asked) Enough() bool { return len(a.names) > 0 && len(a.facts) > 0 }

// First are the keys of which whoever answers to a question has one. None where
// it does not ask enough.
func (a Asked) First(secret []byte) (keys []string) {
	if !a.Enough() {
		return nil
	}
	for _, fact := range a.facts[0] {
		keys = append(keys, keyOf(secret, a.names[0], fact))
	}
	return keys
}

// Meets reports whether an entry with these keys answers to all of a question.
func (a Asked) Meets(secret []byte, keys string) bool {
	has := strings.Fields(keys)
	for _, name := range a.names {
		for _, readings := range a.facts {
			if !slices.ContainsFunc(readings, func(fact string) bool { return slices.Contains(has, keyOf(secret, name, fact)) }) {
				return false
			}
		}
	}
	return a.Enough()
}
