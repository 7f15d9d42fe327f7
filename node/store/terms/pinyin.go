package terms

import (
	"slices"
	"strings"

	"github.com/mozillazg/go-pinyin"
)

// readings are the toneless pinyin syllables of a character, the usual one
// first, at most maxReadings of them; ü is written v, and the same syllable
// with u follows. It reads the dictionary's own table, which needs no set-up;
// a character without a reading has none.
func readings(r rune) []string {
	var out []string
	for entry := range strings.SplitSeq(pinyin.PinyinDict[int(r)], ",") {
		s := toneless(entry)
		if s == "" {
			continue
		}
		out = addReading(out, s)
		if strings.Contains(s, "v") {
			out = addReading(out, strings.ReplaceAll(s, "v", "u"))
		}
		if len(out) >= maxReadings {
			return out[:maxReadings]
		}
	}
	return out
}

func addReading(to []string, s string) []string {
	if slices.Contains(to, s) {
		return to
	}
	return append(to, s)
}

// toneless strips the marks of a syllable.
func toneless(s string) string {
	out := make([]byte, 0, 8)
	for _, r := range s {
		switch {
		case 'a' <= r && r <= 'z':
			out = append(out, byte(r))
		default:
			if c := baseVowel(r); c != 0 {
				out = append(out, c)
			}
		}
	}
	return string(out)
}

// baseVowel is the letter under a tone mark, 0 for a mark alone.
func baseVowel(r rune) byte {
	switch r {
	case 'ā', 'á', 'ǎ', 'à':
		return 'a'
	case 'ē', 'é', 'ě', 'è', 'ê', 'ế', 'ề':
		return 'e'
	case 'ī', 'í', 'ǐ', 'ì':
		return 'i'
	case 'ō', 'ó', 'ǒ', 'ò':
		return 'o'
	case 'ū', 'ú', 'ǔ', 'ù':
		return 'u'
	case 'ǖ', 'ǘ', 'ǚ', 'ǜ', 'ü':
		return 'v'
	case 'ń', 'ň', 'ǹ':
		return 'n'
	case 'ḿ':
		return 'm'
	}
	return 0
}

// spoken are the readings of each character of a Han name, the reading as a
// surname put first. Characters without a reading are left out.
func spoken(name []rune) [][]string {
	name = name[:min(len(name), maxSpoken)]
	out := make([][]string, 0, len(name))
	for i, r := range name {
		rs := readings(r)
		if i == 0 {
			rs = preferred(surnameReading(r, second(name)), rs)
		}
		if len(rs) > 0 {
			out = append(out, rs)
		}
	}
	return out
}

// second is the character after the first, 0 when there is none.
func second(name []rune) rune {
	if len(name) < 2 {
		return 0
	}
	return name[1]
}

func preferred(first string, rs []string) []string {
	if first == "" || len(rs) > 0 && rs[0] == first {
		return rs
	}
	out := append(make([]string, 0, len(rs)+1), first)
	for _, s := range rs {
		out = addReading(out, s)
	}
	return out[:min(len(out), maxReadings)]
}

// combinations are the ways to read a name: the usual reading first, then
// those with one unusual syllable from left to right, then with two, and so
// on, at most maxCombinations of them.
func combinations(syllables [][]string) [][]string {
	type way struct {
		choice [maxSpoken]uint8
		next   int // only positions from here on may still be varied
	}
	ways := make([]way, 1, maxCombinations)
	for i := 0; i < len(ways) && len(ways) < maxCombinations; i++ {
		from := ways[i]
		for p := from.next; p < len(syllables); p++ {
			for c := 1; c < len(syllables[p]) && len(ways) < maxCombinations; c++ {
				w := way{choice: from.choice, next: p + 1}
				w.choice[p] = uint8(c)
				ways = append(ways, w)
			}
		}
	}
	out := make([][]string, len(ways))
	for i, w := range ways {
		out[i] = make([]string, len(syllables))
		for p := range syllables {
			out[i][p] = syllables[p][w.choice[p]]
		}
	}
	return out
}

// sounds are the terms by which a run of Han is found when its pinyin is
// typed, at most maxSounds.
func sounds(run string) []string {
	name := []rune(run)
	syllables := spoken(name)
	var out []string
	for _, way := range combinations(syllables) {
		for i := range way {
			out = addSound(out, joined(way[i:]))
			if i+1 < len(way) { // a single initial is the beginning of its syllable
				out = addSound(out, initials(way[i:]))
			}
		}
		if len(way) == len(name) && len(name) <= maxPersonal {
			s := surnameLength(name)
			out = addSound(out, clip(joined(way[:s])+initials(way[s:])))
			out = addSound(out, clip(initials(way[:s])+joined(way[s:])))
		}
	}
	return out
}

func addSound(to []string, s string) []string {
	if len(to) >= maxSounds || slices.Contains(to, s) {
		return to
	}
	return append(to, s)
}

// joined runs syllables together, up to maxTerm bytes.
func joined(syllables []string) string {
	var b [maxTerm]byte
	n := 0
	for _, s := range syllables {
		n += copy(b[n:], s)
	}
	return string(b[:n])
}

// initials are the first letters of syllables, up to maxTerm.
func initials(syllables []string) string {
	var b [maxTerm]byte
	n := 0
	for _, s := range syllables[:min(len(syllables), maxTerm)] {
		b[n] = s[0]
		n++
	}
	return string(b[:n])
}
