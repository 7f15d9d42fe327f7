package terms

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// Document is what can be found of one party. Empty entries are harmless;
// entries beyond 64 of a kind are not indexed, nor is what stands beyond the
// 200th rune of one.
type Document struct {
	// Names are the legal, former, short and other-script names.
	Names []string
	// Digits are phones, account numbers, numbers of documents and companies,
	// as written; separators do not matter.
	Digits []string
	// Words are other texts: e-mails, towns, tags.
	Words []string
}

// Columns are the texts of the columns of the index, in the order of the
// fields: terms separated by single spaces, each once, sorted. With each term
// go its beginnings of up to maxBegin letters.
type Columns struct {
	Names, Sounds, Digits, Words string
}

// Columns returns what the index holds of the document.
func (d Document) Columns() Columns {
	x := d.terms()
	return Columns{
		Names:  strings.Join(withBeginnings(x, inNames), " "),
		Sounds: strings.Join(withBeginnings(x, inSounds), " "),
		Digits: strings.Join(withBeginnings(x, inDigits), " "),
		Words:  strings.Join(withBeginnings(x, inWords), " "),
	}
}

// withBeginnings are the terms of a column and their beginnings, save those
// of Han, which are never asked for by their beginning, and of reversed
// numbers, of which never so little is asked for.
func withBeginnings(x termSets, c column) []string {
	out := make([]string, 0, 4*len(x[c]))
	before := ""
	for _, t := range x[c] {
		if t[0] < utf8.RuneSelf && !(c == inDigits && isReversed(t)) {
			for n := commonBeginning(before, t) + 1; n <= maxBegin && n < len(t); n++ {
				out = append(out, t[:n])
			}
		}
		out = append(out, t)
		before = t
	}
	return out
}

// commonBeginning is how many bytes two strings begin with alike.
func commonBeginning(a, b string) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}

// column numbers the columns of the index.
type column uint8

const (
	inNames column = iota
	inSounds
	inDigits
	inWords
	columnCount
)

// termSets are the terms of a document by column, sorted, each once.
type termSets [columnCount][]string

func (d Document) terms() termSets {
	var x termSets
	for _, name := range limited(d.Names) {
		x.addName(cut(name, maxName))
	}
	x.order(inNames, inSounds)
	x.addOthers(d)
	return x
}

// addOthers adds what is known besides names, where nothing of it is yet.
func (x *termSets) addOthers(d Document) {
	for _, n := range limited(d.Digits) {
		x[inDigits] = appendNumber(x[inDigits], cut(n, maxName))
	}
	for _, text := range limited(d.Words) {
		text = cut(text, maxName)
		for _, f := range forms(text) {
			for _, t := range tokens(f) {
				x[inWords] = appendTerms(x[inWords], t)
			}
		}
	}
	x.order(inDigits, inWords)
}

// order sorts the terms of columns, and keeps each once.
func (x *termSets) order(columns ...column) {
	for _, c := range columns {
		slices.Sort(x[c])
		x[c] = slices.Compact(x[c])
	}
}

func limited(texts []string) []string { return texts[:min(len(texts), maxTexts)] }

// forms are the ways in which a text may be typed: folded, and where it
// makes a difference with its umlauts spelled out and with apostrophes as gaps.
func forms(text string) []string {
	out := []string{fold(text, plain)}
	for _, how := range [...]fashion{spelled, parted} {
		if f := fold(text, how); f != out[0] {
			out = append(out, f)
		}
	}
	return out
}

func (x *termSets) addName(name string) {
	for i, f := range forms(name) {
		ts := tokens(f)
		for _, t := range ts {
			x[inNames] = appendTerms(x[inNames], t)
		}
		x[inNames] = appendJoined(x[inNames], ts)
		if i == 0 {
			for _, run := range hanRuns(f, ts) {
				x[inNames] = appendHan(x[inNames], run)
				x[inSounds] = append(x[inSounds], sounds(run)...)
			}
		}
	}
}

// appendTerms adds the terms of one word.
func appendTerms(to []string, t token) []string {
	if t.kind == han {
		return appendHan(to, t.text)
	}
	return append(to, clip(t.text))
}

// appendHan adds each character of a run of Han and each pair of neighbours.
func appendHan(to []string, run string) []string {
	before := 0 // where the character before begins
	for i, r := range run {
		end := i + utf8.RuneLen(r)
		to = append(to, run[i:end])
		if i > 0 {
			to = append(to, run[before:end])
		}
		before = i
	}
	return to
}

// appendJoined adds the words of a short name run together from each word on.
func appendJoined(to []string, ts []token) []string {
	if len(ts) < 2 || len(ts) > maxJoined {
		return to
	}
	for i := range len(ts) - 1 {
		var b strings.Builder
		for _, t := range ts[i:] {
			if t.kind == han {
				break
			}
			b.WriteString(t.text)
		}
		if b.Len() > len(ts[i].text) {
			to = append(to, clip(b.String()))
		}
	}
	return to
}

// hanRuns are the runs of Han of a name. Runs with nothing but spaces between
// them are one: forms set a name of two characters as wide as one of three.
func hanRuns(folded string, ts []token) []string {
	var out []string
	last := 0 // where the run before ends
	for _, t := range ts {
		if t.kind != han {
			continue
		}
		if n := len(out); n > 0 && strings.TrimSpace(folded[last:t.start]) == "" {
			out[n-1] += t.text
		} else {
			out = append(out, t.text)
		}
		last = t.end
	}
	return out
}

const (
	// forwardMark and reversedMark stand before a number in the index, so
	// that the end of one number is not taken for the beginning of another.
	forwardMark  = "f"
	reversedMark = "r"
)

// appendNumber adds a number forward and reversed. Of a number with a slash
// (an account and the code of its bank) the part before it is added too.
func appendNumber(to []string, text string) []string {
	f := fold(text, plain)
	to = appendBothWays(to, compactNumber(f))
	if before, _, found := strings.Cut(f, "/"); found {
		to = appendBothWays(to, compactNumber(before))
	}
	return to
}

func appendBothWays(to []string, n string) []string {
	if n == "" {
		return to
	}
	return append(to, forward(n), reversed(n))
}

func forward(n string) string { return clip(forwardMark + n) }

func isReversed(term string) bool { return strings.HasPrefix(term, reversedMark) }

func reversed(n string) string {
	b := make([]byte, 0, maxTerm)
	b = append(b, reversedMark...)
	for i := len(n) - 1; i >= 0 && len(b) < maxTerm; i-- {
		b = append(b, n[i])
	}
	return string(b)
}

// compactNumber keeps the letters a-z and digits of a folded text.
func compactNumber(folded string) string {
	b := make([]byte, 0, len(folded))
	for i := range len(folded) {
		if c := folded[i]; 'a' <= c && c <= 'z' || '0' <= c && c <= '9' {
			b = append(b, c)
		}
	}
	return string(b)
}
