package terms

const (
	// nearBegin is how many letters of a word must be right when all errors
	// come after them.
	nearBegin = 3
	// nearCheck is how many letters are asked for when an error is among the
	// first nearBegin: one error there, none up to here.
	nearCheck = 4
	// nearHan is the fewest characters of a run of Han of which one may be
	// wrong; with fewer, half the town would be near.
	nearHan = 4
	// maxNearHan is how many characters of a run of Han are looked at for a
	// wrong one.
	maxNearHan = 12
)

// near is what a part asks for when typing errors are allowed for. Numbers
// are never near each other: the next customer's account is one digit away.
func (p part) near() *node {
	nodes := []*node{p.want}
	switch {
	case p.letters():
		nodes = append(nodes, p.lettersNode())
	case p.kind == word:
		for _, b := range misspelt(p.text) {
			nodes = append(nodes, beginning(b, inNames, inSounds, inWords))
		}
	case p.kind == han:
		nodes = append(nodes, homophones(p.text)...)
		nodes = append(nodes, onePairAside([]rune(p.text))...)
	}
	return or(nodes...)
}

// misspelt are the beginnings of all words within one typing error of the
// letters that a word begins with.
func misspelt(w string) []string {
	out := []string{w[:nearBegin]}
	for i := range nearBegin {
		before, after := w[:i], w[i+1:]
		out = append(out, head(before+after))
		if i+1 < len(w) {
			out = append(out, head(before+w[i+1:i+2]+w[i:i+1]+w[i+2:]))
		}
		for c := 'a'; c <= 'z'; c++ {
			out = append(out, head(before+string(c)+after), head(before+string(c)+w[i:]))
		}
	}
	return out
}

func head(s string) string { return s[:min(len(s), nearCheck)] }

// homophones ask for names that sound like a run of Han: choosing another
// character of the same sound is the usual error of Chinese input.
func homophones(run string) []*node {
	rs := []rune(run)
	syllables := spoken(rs)
	if len(rs) < 2 || len(syllables) < len(rs) && len(rs) <= maxSpoken {
		return nil
	}
	var out []*node
	for _, way := range combinations(syllables) {
		out = append(out, beginning(joined(way), inSounds))
	}
	return out
}

// onePairAside asks for a run of Han with one character wrong, missing or too
// many: for each character, all pairs that do not touch it.
func onePairAside(rs []rune) []*node {
	rs = rs[:min(len(rs), maxNearHan)]
	if len(rs) < nearHan {
		return nil
	}
	var out []*node
	for wrong := range rs {
		var kept []*node
		for i := range len(rs) - 1 {
			if i != wrong && i+1 != wrong {
				kept = append(kept, whole(string(rs[i:i+2]), inNames, inWords))
			}
		}
		out = append(out, and(kept...))
	}
	return out
}
