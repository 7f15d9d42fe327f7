package terms

import (
	"sort"
	"strings"
)

// node is an expression over terms: a leaf, or all or any of its kids. A node
// is never changed once built.
type node struct {
	kids []*node
	any  bool // of the kids, rather than all

	// Of a leaf: the term, whether a longer term will do, and where to look.
	term   string
	prefix bool
	in     [columnCount]bool
}

func or(kids ...*node) *node  { return join(kids, true) }
func and(kids ...*node) *node { return join(kids, false) }

func join(kids []*node, anyOf bool) *node {
	if len(kids) == 1 {
		return kids[0]
	}
	return &node{kids: kids, any: anyOf}
}

// whole asks for exactly one term.
func whole(term string, in ...column) *node {
	n := &node{term: term}
	for _, c := range in {
		n.in[c] = true
	}
	return n
}

// beginning asks for every term that begins so; it clips the term as the
// index does.
func beginning(term string, in ...column) *node {
	n := whole(clip(term), in...)
	n.prefix = true
	return n
}

// columnNames are what the index calls its columns.
func columnNames() [columnCount]string {
	return [columnCount]string{"names", "sounds", "digits", "words"}
}

// render writes the node in FTS5 syntax. Terms consist of a-z, digits and Han
// only, so that quoting needs no escapes. A short beginning of a word is a term
// itself, so it needs no prefix query; see maxBegin.
func (n *node) render(b *strings.Builder) {
	if n.kids != nil {
		b.WriteByte('(')
		for i, k := range n.kids {
			if i > 0 && n.any {
				b.WriteString(" OR ")
			} else if i > 0 {
				b.WriteString(" AND ")
			}
			k.render(b)
		}
		b.WriteByte(')')
		return
	}
	b.WriteByte('{')
	sep := ""
	for c, name := range columnNames() {
		if n.in[c] {
			b.WriteString(sep)
			b.WriteString(name)
			sep = " "
		}
	}
	b.WriteString(`} : "`)
	b.WriteString(n.term)
	b.WriteByte('"')
	if n.prefix && (len(n.term) > maxBegin || n.in[inDigits] && isReversed(n.term)) {
		b.WriteByte('*')
	}
}

// grade says how well a document answers, 0 (not at all) to 100: of all kids
// the mean, of any the best.
func (n *node) grade(x *termSets) int {
	if n.kids == nil {
		return n.leafGrade(x)
	}
	best, sum := 0, 0
	for _, k := range n.kids {
		g := k.grade(x)
		if g == 0 && !n.any {
			return 0
		}
		best = max(best, g)
		sum += g
	}
	if n.any {
		return best
	}
	return sum / len(n.kids)
}

// worth is what a whole term of a column counts: what a name says weighs more
// than what a name sounds like, and that more than a town.
func worth(c column) int {
	return [columnCount]int{inNames: 100, inSounds: 85, inDigits: 100, inWords: 60}[c]
}

func (n *node) leafGrade(x *termSets) int {
	best := 0
	for c := range columnCount {
		if n.in[c] && worth(c) > best {
			best = max(best, worth(c)*n.answered(x[c])/100)
		}
	}
	return best
}

// answered says how much of the best matching term was asked for: 100 for the
// whole term, 50 to 89 for its beginning, 0 when there is none.
func (n *node) answered(sorted []string) int {
	i := sort.SearchStrings(sorted, n.term)
	if i == len(sorted) || !strings.HasPrefix(sorted[i], n.term) {
		return 0
	}
	if len(sorted[i]) == len(n.term) {
		return 100
	}
	if !n.prefix {
		return 0
	}
	shortest := len(sorted[i])
	for _, t := range sorted[i+1:] {
		if !strings.HasPrefix(t, n.term) {
			break
		}
		shortest = min(shortest, len(t))
	}
	return 50 + 39*len(n.term)/shortest
}
