package terms

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// fashion is a way to fold where usage differs from place to place.
type fashion uint8

const (
	// plain strips dots and rings from letters, and drops apostrophes.
	plain fashion = 0
	// spelled writes ä, ö, ü, å, ø as ae, oe, ue, aa, oe.
	spelled fashion = 1
	// parted takes an apostrophe as the end of a word.
	parted fashion = 2
)

const (
	diaeresis = '\u0308'
	ring      = '\u030a'
)

// Fold lower-cases a text, strips accents and compatibility forms (full width
// to half width among them), writes letters that are not made of a base and an
// accent in their usual Latin form (ß as ss, ø as o, ł as l, đ as d, æ as ae)
// and drops apostrophes. Whatever is not a letter is left as it is. Folding
// twice changes nothing more.
func Fold(s string) string { return fold(s, plain) }

func fold(s string, how fashion) string {
	if folded(s) {
		return s
	}
	if !ascii(s) {
		s = norm.NFKD.String(strings.ReplaceAll(s, "´", "'"))
	}
	var b strings.Builder
	b.Grow(len(s))
	var last rune
	for _, r := range s {
		r = unicode.ToLower(r)
		switch {
		case 'a' <= r && r <= 'z':
			b.WriteByte(byte(r))
		case apostrophe(r):
			if how == parted {
				b.WriteByte(' ')
			}
		case unicode.Is(unicode.M, r):
			if how == spelled {
				b.WriteString(spelledOut(last, r))
			}
		case r >= 0x80:
			b.WriteString(latin(r, how))
		default:
			b.WriteRune(r)
		}
		last = r
	}
	return b.String()
}

// folded reports whether folding would change nothing, for the common case of
// plain lower-case letters and digits.
func folded(s string) bool {
	for i := range len(s) {
		if c := s[i]; c >= 0x80 || c == '\'' || c == '`' || 'A' <= c && c <= 'Z' {
			return false
		}
	}
	return true
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

// apostrophe covers the marks people type for one, and the soft signs of
// transliteration. (An acute accent standing alone would come out of NFKD as a
// space and a mark; it is made an apostrophe before.)
func apostrophe(r rune) bool {
	switch r {
	case '\'', '`', '‘', '’', '‛', '′', 'ʹ', 'ʻ', 'ʼ', 'ʽ', 'ʾ', 'ʿ', 'ˈ', 'ˊ', 'ˋ':
		return true
	}
	return false
}

// spelledOut is the letter that a mark stands for where it is not an accent.
func spelledOut(base, mark rune) string {
	switch {
	case mark == diaeresis && (base == 'a' || base == 'o' || base == 'u'):
		return "e"
	case mark == ring && base == 'a':
		return "a"
	}
	return ""
}

// latin is the usual form in a-z of a lower-case letter that has no base and
// accent; any other rune comes back as it is.
func latin(r rune, how fashion) string {
	switch r {
	case 'ß':
		return "ss"
	case 'ø':
		if how == spelled {
			return "oe"
		}
		return "o"
	case 'ł':
		return "l"
	case 'đ', 'ð':
		return "d"
	case 'æ':
		return "ae"
	case 'œ':
		return "oe"
	case 'þ':
		return "th"
	case 'ħ':
		return "h"
	case 'ı':
		return "i"
	case 'ŋ':
		return "n"
	case 'ŧ':
		return "t"
	case 'ə':
		return "a"
	}
	return string(r)
}
