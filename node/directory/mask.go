package directory

import (
	"strings"
	"unicode"
)

const (
	hidden   = "•••" // stands for the rest of a word, however long
	maxWords = 4     // of a name that show in a mask, or can be asked for
)

// Mask is a name as every branch may see it: Anna Nováková is A••• N•••, 张晓明
// is 张••.
func Mask(name string) string {
	var out []string
	for _, word := range words(name) {
		first := []rune(word)[:1]
		rest := hidden
		if unicode.Is(unicode.Han, first[0]) {
			rest = "••"
		}
		out = append(out, strings.ToUpper(string(first))+rest)
	}
	return strings.Join(out, " ")
}

// words are the words of a name: runs of letters and digits. Han stands in one
// word however it is written.
func words(name string) (out []string) {
	out = strings.FieldsFunc(name, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.Is(unicode.M, r) && r != '\'' && r != '’'
	})
	var kept []string
	for _, w := range out {
		last := len(kept) - 1
		switch {
		case last >= 0 && han(w) && han(kept[last]):
			kept[last] += w
		case strings.IndexFunc(w, unicode.IsLetter) == 0:
			kept = append(kept, w)
		}
	}
	return kept[:min(len(kept), maxWords)]
}

func han(word string) bool {
	for _, r := range word {
		return unicode.Is(unicode.Han, r)
	}
	return false
}
