package words

import "strings"

// Han is the written part of a name given as characters and reading.
func Han(name string) string {
	for i := range len(name) {
		if name[i] < 0x80 {
			return name[:i]
		}
	}
	return name
}

// Family is the form of a family name for a woman or a man; of a Chinese one
// the characters.
func Family(name string, woman bool) string {
	if man, fem, two := strings.Cut(name, "/"); two {
		if woman {
			return fem
		}
		return man
	}
	if name[0] >= firstHan {
		return Han(name)
	}
	return name
}

// firstHan is the least first byte of a Han character in UTF-8; accented Latin
// letters begin below it.
const firstHan = 0xe4

// Reading is how a Chinese name is read, one syllable after another; empty for
// a character that is in none of the lists.
type Reading map[string]string

// Readings collects the readings of all characters of the name lists.
func Readings() Reading {
	m := Reading{}
	for _, list := range [][]string{GivenFemale, GivenMale, Surnames, DoubleSurnames} {
		for _, n := range list {
			han := Han(n)
			m[han] = Plain(n[len(han):])
		}
	}
	return m
}

// Of reads a whole name.
func (m Reading) Of(name string) string {
	var b strings.Builder
	runes := []rune(name)
	if len(runes) > 2 {
		if s, ok := m[string(runes[:2])]; ok {
			b.WriteString(s)
			runes = runes[2:]
		}
	}
	for _, c := range runes {
		b.WriteString(m[string(c)])
	}
	return b.String()
}
