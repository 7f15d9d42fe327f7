package terms

import (
	"strings"
	"testing"
)

// FuzzIndexAndQueryAgree puts any bytes as a document into the index and any
// bytes as a query to it: no expression may be invalid, and the index, Finds
// and Score must say the same.
func FuzzIndexAndQueryAgree(f *testing.F) {
	for _, c := range findings {
		for _, typed := range append(append(c.found, c.missed...), c.near...) {
			f.Add(typed, strings.Join(c.doc.Names, "\n"), strings.Join(c.doc.Digits, "\n"), strings.Join(c.doc.Words, "\n"))
		}
	}
	x := newIndex(f)
	f.Fuzz(func(t *testing.T, typed, names, digits, words string) {
		d := Document{Names: strings.Split(names, "\n"), Digits: strings.Split(digits, "\n"), Words: strings.Split(words, "\n")}
		x.exec(t, "SAVEPOINT one")
		defer x.exec(t, "RELEASE one")
		defer x.exec(t, "ROLLBACK TO one")
		id := x.put(t, d)
		for term := range x.vocabulary(t) {
			if len(term) > maxTerm {
				t.Errorf("%q is too long a term", term)
			}
		}
		q := Parse(typed)
		found, near := x.finds(t, q.Match(), id), x.finds(t, q.Near(), id)
		if q.Finds(d) != found {
			t.Errorf("the index says %v, Finds %v: %s\n%q", found, q.Finds(d), q.Match(), d.Columns())
		}
		score := q.Score(d)
		if found != (score >= scoreFound) || score > scoreExact || score < 0 {
			t.Errorf("found %v, but the score is %d: %s\n%q", found, score, q.Match(), d.Columns())
		}
		if found && !near {
			t.Errorf("found, but not near: %s\n%q", q.Near(), d.Columns())
		}
	})
}
