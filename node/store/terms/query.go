package terms

import "strings"

// Query is what a clerk typed, understood. It is immutable; the zero value
// finds nothing.
type Query struct {
	parts   []part
	compact string // the folded text without gaps, to compare with whole names
	numbers bool   // a part may be a number
}

// part is one word, number or run of Han; all parts must be found.
type part struct {
	kind kind
	text string
	want *node
}

// Parse understands a typed text. It never fails: what cannot be searched is
// passed over.
func Parse(typed string) Query {
	typed = cut(typed, maxTyped)
	f := fold(typed, plain)
	ts := tokens(f)
	q := Query{compact: compact(ts)}
	long := spelledTokens(typed, ts)
	for i := 0; i < len(ts) && len(q.parts) < maxParts; {
		n := numberRun(ts[i:])
		if n > 1 {
			q.parts, q.numbers = append(q.parts, groupedNumber(ts[i:i+n])), true
			i += n
			continue
		}
		p := onePart(ts[i], long[i])
		if ts[i].kind == number {
			q.numbers = true
		} else if p.letters() && (len(ts) == 1 || i+1 < len(ts) && ts[i+1].kind == number) {
			p.want, q.numbers = or(p.want, p.lettersNode()), true
		}
		q.parts = append(q.parts, p)
		i++
	}
	return q
}

// Match returns the FTS5 expression for what was typed, "" when there is
// nothing to search.
func Match(typed string) string { return Parse(typed).Match() }

// Near returns an expression that finds more than Match: names within one or
// two typing errors, names in Han that sound like those typed. What comes
// back wants ranking with Score, which tells chance finds apart by 0.
func Near(typed string) string { return Parse(typed).Near() }

// Score ranks a document against a typed text, see [Query.Score].
func Score(typed string, d Document) int { return Parse(typed).Score(d) }

// Empty reports whether nothing can be searched.
func (q Query) Empty() bool { return len(q.parts) == 0 }

// Numbers reports whether something typed may be a number: if not, the numbers
// of a document change nothing for Match, nor for the score of what it finds.
func (q Query) Numbers() bool { return q.numbers }

// Match returns the FTS5 expression, "" when there is nothing to search.
func (q Query) Match() string { return q.expression(part.exact) }

// Near returns the looser expression, see the function [Near].
func (q Query) Near() string { return q.expression(part.near) }

// Whole returns the expression for names that are what was typed, run together,
// and not only begin so (short ones may): where Match finds more than can be
// ranked, whoever was typed in full is still found. "" when Match says as much.
func (q Query) Whole() string {
	if len(q.parts) < 2 || q.parts[0].kind == han {
		return ""
	}
	var b strings.Builder
	whole(clip(q.compact), inNames).render(&b)
	return b.String()
}

func (q Query) expression(of func(part) *node) string {
	var b strings.Builder
	for i, p := range q.parts {
		if i > 0 {
			b.WriteString(" AND ")
		}
		of(p).render(&b)
	}
	return b.String()
}

func (p part) exact() *node { return p.want }

// Finds reports whether the index would find the document by Match: for rows
// that are not in the index yet.
func (q Query) Finds(d Document) bool {
	x := d.terms()
	for _, p := range q.parts {
		if p.want.grade(&x) == 0 {
			return false
		}
	}
	return !q.Empty()
}

func compact(ts []token) string {
	var b strings.Builder
	for _, t := range ts {
		b.WriteString(t.text)
	}
	return b.String()
}

// spelledTokens are, for each token, its text with umlauts spelled out, or ""
// where that makes no difference.
func spelledTokens(typed string, ts []token) []string {
	out := make([]string, len(ts))
	if ascii(typed) {
		return out
	}
	long := tokens(fold(typed, spelled))
	if len(long) != len(ts) {
		return out
	}
	for i, t := range long {
		if t.text != ts[i].text {
			out[i] = t.text
		}
	}
	return out
}

// onePart is what a single word asks for; long is its spelled-out form or "".
func onePart(t token, long string) part {
	p := part{kind: t.kind, text: t.text}
	switch t.kind {
	case han:
		p.want = hanNode(t.text)
	case number:
		p.want = or(append(wordNodes(t.text), numberNodes(t.text, t.plus)...)...)
	case other:
		p.want = beginning(t.text, inNames, inWords)
	default:
		nodes := wordNodes(t.text)
		if long != "" {
			nodes = append(nodes, wordNodes(long)...)
		}
		p.want = or(nodes...)
	}
	return p
}

// letters reports whether a word may be the letters that a number begins with.
// That is asked where they are all that was typed, or a number follows; beside
// other words ("Jan C"), only when nothing else fits: or the whole bank would be
// found whose numbers begin with a C.
func (p part) letters() bool { return p.kind == word && len(p.text) <= maxPrefixLetters }

func (p part) lettersNode() *node { return beginning(forward(p.text), inDigits) }

// wordNodes ask for a word of a-z and digits. The passport's spelling LYU is
// asked for as lv too.
func wordNodes(text string) []*node {
	out := []*node{beginning(text, inNames, inSounds, inWords)}
	if strings.Contains(text, "lyu") || strings.Contains(text, "nyu") {
		v := strings.ReplaceAll(strings.ReplaceAll(text, "lyu", "lv"), "nyu", "nv")
		out = append(out, beginning(v, inSounds))
	}
	return out
}

// hanNode asks for a run of Han: a character by itself in names only, else
// every pair of neighbours.
func hanNode(run string) *node {
	rs := []rune(run)
	if len(rs) == 1 {
		return whole(run, inNames)
	}
	return pairs(rs)
}

func pairs(rs []rune) *node {
	var nodes []*node
	for i := range len(rs) - 1 {
		nodes = append(nodes, whole(string(rs[i:i+2]), inNames, inWords))
	}
	return and(nodes...)
}

// numberRun is how many tokens from the first on may be groups of one number.
func numberRun(ts []token) int {
	n := 0
	for n < len(ts) && ts[n].kind == number && (n == 0 || !ts[n].plus) {
		n++
	}
	return n
}

// groupedNumber asks for groups of digits as one number, or each by itself.
func groupedNumber(ts []token) part {
	text := compact(ts)
	nodes := numberNodes(text, ts[0].plus)
	if len(ts) <= maxParts {
		var each []*node
		for _, t := range ts {
			each = append(each, onePart(t, "").want)
		}
		nodes = append(nodes, and(each...))
	}
	return part{kind: number, text: text, want: or(nodes...)}
}

const (
	// countryDigits is the longest country code, without which an
	// international number is asked for too.
	countryDigits = 3
	// minNational is the shortest national number that is asked for so.
	minNational = 6
	// minTrunk is the shortest number whose leading 0 is taken for a trunk
	// prefix; shorter ones are the ends of account numbers.
	minTrunk = 8
)

// numberNodes ask for a number by its beginning and by its end, and for a
// phone number also as it may have been written elsewhere: an international
// one without its country code, a national one without its trunk prefix.
func numberNodes(n string, plus bool) []*node {
	out := []*node{beginning(forward(n), inDigits)}
	if len(n) >= minTail {
		out = append(out, beginning(reversed(n), inDigits))
	}
	exit := strings.HasPrefix(n, "00")
	if exit {
		n = n[2:]
	}
	switch {
	case !onlyDigits(n):
	case (plus || exit) && len(n) >= countryDigits+minNational:
		out = append(out, beginning(reversed(n[countryDigits:]), inDigits))
	case !plus && !exit && len(n) >= minTrunk && n[0] == '0':
		out = append(out, beginning(reversed(n[1:]), inDigits))
	}
	return out
}

func onlyDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}
