package terms

import (
	"slices"
	"strings"
)

// The bands of a score. Within a band, the more of the name was typed, the
// higher.
const (
	scoreExact  = 1000 // a whole name or number
	scoreBegins = 905  // a name begins with it: up to scoreBegins + 90
	scoreFound  = 500  // every word is there: up to scoreFound + 400
	scoreNear   = 100  // with typing errors: up to scoreNear + 300

	// gradeSound is the grade of a run of Han that is there only by its
	// sound, and of a word with one letter wrong; each further error costs
	// gradeError, and so does an error in a name that is only begun.
	gradeSound = 40
	gradeError = 12
)

// Score ranks a document against what was typed: 1000 for a whole name or
// number, then names that begin with it, then those that have every word in
// any order, then those with typing errors (one in a word of at least 4 runes,
// two from 8 on, counted as Damerau and Levenshtein do) or of the same sound.
// 0 means that something typed is not there.
func (q Query) Score(d Document) int {
	if q.Empty() {
		return 0
	}
	x := d.terms()
	return q.score(&x, compactNames(d.Names))
}

func (q Query) score(x *termSets, names []string) int {
	sum, found := 0, true
	for _, p := range q.parts {
		g := p.want.grade(x)
		if g == 0 {
			found = false
			g = p.nearGrade(x, names)
		}
		if g == 0 {
			return 0
		}
		sum += g
	}
	mean := sum / len(q.parts)
	if !found {
		return scoreNear + 3*mean
	}
	return max(scoreFound+4*mean, q.wholeScore(x, names))
}

// wholeScore compares the typed text as a whole; 0 when it begins no name and
// is no number.
func (q Query) wholeScore(x *termSets, names []string) int {
	if q.numbers && slices.Contains(x[inDigits], forward(q.compact)) {
		return scoreExact
	}
	best := 0
	for _, n := range names {
		switch {
		case n == q.compact:
			return scoreExact
		case strings.HasPrefix(n, q.compact):
			best = max(best, scoreBegins+90*len(q.compact)/len(n))
		}
	}
	return best
}

// compactNames are names without gaps, as Query.compact is.
func compactNames(names []string) []string {
	out := make([]string, 0, len(names))
	for _, n := range limited(names) {
		out = append(out, compact(tokens(fold(cut(n, maxName), plain))))
	}
	return out
}

// nearGrade grades a part that is not there as typed.
func (p part) nearGrade(x *termSets, names []string) int {
	switch {
	case p.letters():
		return p.lettersNode().grade(x) * gradeSound / 100
	case p.kind == word:
		return p.misspeltGrade(x)
	case p.kind == han:
		return max(p.soundGrade(x), p.wrongHanGrade(names))
	}
	return 0
}

func (p part) misspeltGrade(x *termSets) int {
	most := allowedEdits(len(p.text))
	if most == 0 {
		return 0
	}
	best := 0
	typed := []byte(p.text)
	for _, c := range [...]column{inNames, inSounds, inWords} {
		for _, t := range x[c] {
			begin, whole := edits(typed, []byte(t), most)
			best = max(best, errorGrade(begin, whole, most)*worth(c)/100)
		}
	}
	return best
}

func errorGrade(begin, whole, most int) int {
	switch {
	case whole <= most:
		return gradeSound + gradeError - whole*gradeError
	case begin <= most:
		return gradeSound - begin*gradeError
	}
	return 0
}

func (p part) soundGrade(x *termSets) int {
	best := 0
	for _, n := range homophones(p.text) {
		best = max(best, n.grade(x)*gradeSound/100)
	}
	return best
}

func (p part) wrongHanGrade(names []string) int {
	typed := []rune(p.text)
	if len(typed) < nearHan {
		return 0
	}
	typed = typed[:min(len(typed), maxTerm)]
	most, best := allowedEdits(len(typed)), 0
	for _, n := range names {
		begin, whole := edits(typed, []rune(n), most)
		best = max(best, errorGrade(begin, whole, most))
	}
	return best
}
