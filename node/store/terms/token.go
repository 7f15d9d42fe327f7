package terms

import (
	"unicode"
	"unicode/utf8"
)

// kind is what a token is made of.
type kind uint8

const (
	gap    kind = iota // whatever parts words
	word               // a-z and digits
	number             // a word with at least one digit
	han                // a run of Han characters
	other              // letters of any other script, already coded
)

// token is one word of a folded text.
type token struct {
	kind kind
	text string
	// start and end are where it stands in the folded text.
	start, end int
	// plus says that a plus sign stands right before it: an international
	// phone number.
	plus bool
}

// tokens splits a folded text. A change of script ends a word; dots within a
// Han name (as in transliterated names) do not.
func tokens(folded string) []token {
	var out []token
	var plus bool
	for i := 0; i < len(folded); {
		r, size := utf8.DecodeRuneInString(folded[i:])
		k := classify(r)
		if k == gap {
			plus = r == '+'
			i += size
			continue
		}
		t := run(folded, i, k)
		t.plus = plus
		out = append(out, t)
		i, plus = t.end, false
	}
	return out
}

// run takes the word that begins at i.
func run(folded string, i int, k kind) token {
	end := i
	hasDigit, dotted := false, false
	for end < len(folded) {
		r, size := utf8.DecodeRuneInString(folded[end:])
		if k == han && middleDot(r) && end > i {
			dotted = true
		} else if classify(r) != k {
			break
		}
		hasDigit = hasDigit || '0' <= r && r <= '9'
		end += size
	}
	text := folded[i:end]
	switch {
	case k == word && hasDigit:
		k = number
	case k == other:
		text = coded(text)
	case dotted:
		text = undotted(text)
	}
	return token{kind: k, text: text, start: i, end: end}
}

func classify(r rune) kind {
	switch {
	case 'a' <= r && r <= 'z', '0' <= r && r <= '9':
		return word
	case r < 0x80 || r == utf8.RuneError:
		return gap
	case isHan(r):
		return han
	case unicode.IsLetter(r), unicode.IsNumber(r), unicode.Is(unicode.Han, r):
		return other
	}
	return gap
}

// isHan covers the blocks of unified ideographs that unicode61 takes for
// letters; a test holds it against SQLite. Signs of the script outside of them
// (radicals, strokes) are coded like the letters of other scripts.
func isHan(r rune) bool {
	switch {
	case 0x4e00 <= r && r <= 0x9fff, 0x3400 <= r && r <= 0x4dbf:
		return unicode.Is(unicode.Han, r)
	case 0x20000 <= r && r <= 0x2fa1f:
		return unicode.Is(unicode.Han, r)
	case r == '々', r == '〇':
		return true
	}
	return false
}

func middleDot(r rune) bool {
	switch r {
	case '·', '•', '‧', '・', '･', '∙', '⋅':
		return true
	}
	return false
}

func undotted(s string) string {
	out := make([]byte, 0, len(s))
	for _, r := range s {
		if !middleDot(r) {
			out = utf8.AppendRune(out, r)
		}
	}
	return string(out)
}

// codeWidth is how many base-36 digits a rune takes: 36⁴ exceeds the largest.
const codeWidth = 4

// coded writes each rune as base-36 digits of one width, so that a prefix of
// the letters is a prefix of the code.
func coded(s string) string {
	const digits = "0123456789abcdefghijklmnopqrstuvwxyz"
	out := make([]byte, 0, len(s)*codeWidth/2)
	for _, r := range s {
		n := int(r)
		out = append(out, digits[n/(36*36*36)], digits[n/(36*36)%36], digits[n/36%36], digits[n%36])
	}
	return string(out)
}

// cut shortens a text to the first n runes.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for i := range s {
		if n == 0 {
			return s[:i]
		}
		n--
	}
	return s
}

// clip shortens a term of a-z and digits to maxTerm bytes.
func clip(s string) string { return s[:min(len(s), maxTerm)] }
