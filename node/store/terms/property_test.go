package terms

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestEveryRuneComesThroughTheTokenizerUnchanged(t *testing.T) {
	x := newIndex(t)
	x.exec(t, "BEGIN")
	want := map[string]bool{}
	var names []string
	flush := func() {
		d := Document{Names: names}
		x.put(t, d)
		c := d.Columns()
		for _, column := range []string{c.Names, c.Sounds} {
			for term := range strings.SplitSeq(column, " ") {
				want[term] = true
			}
		}
		names = names[:0]
	}
	for r := rune(1); r <= unicode.MaxRune; r++ {
		if !unicode.IsLetter(r) && !unicode.IsNumber(r) && !unicode.Is(unicode.Han, r) {
			continue
		}
		if names = append(names, string(r)); len(names) == maxTexts {
			flush()
		}
	}
	flush()
	x.exec(t, "COMMIT")
	delete(want, "")
	if diff := cmp.Diff(want, x.vocabulary(t)); diff != "" {
		t.Errorf("terms of the package and of the index differ:\n%s", diff)
	}
}

// han draws characters from the block that names come from.
func hanName(least, most int) *rapid.Generator[string] {
	return rapid.StringOfN(rapid.RuneFrom(nil, &unicode.RangeTable{
		R16: []unicode.Range16{{Lo: 0x4e00, Hi: 0x9fa5, Stride: 1}},
	}), least, most, -1)
}

func TestEveryHanNameIsFoundByItsCharactersItsPairsAndItsPinyin(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		name := hanName(1, 6).Draw(t, "name")
		d := named(name)
		rs := []rune(name)
		from := rapid.IntRange(0, len(rs)-1).Draw(t, "from")
		to := rapid.IntRange(from+1, len(rs)).Draw(t, "to")
		mustFind(t, string(rs[from:to]), d)

		var full, first string
		for i, r := range rs {
			all := readings(r)
			if i == 0 {
				all = preferred(surnameReading(r, second(rs)), all)
			}
			if len(all) > 0 {
				full, first = full+all[0], first+all[0][:1]
			}
		}
		if full == "" {
			return
		}
		mustFind(t, full, d)
		mustFind(t, first, d)
		mustFind(t, full[:rapid.IntRange(1, len(full)).Draw(t, "typed")], d)
	})
}

func TestEveryReadingOfAPersonalNameFindsIt(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		name := hanName(2, 3).Draw(t, "name")
		way, odd := "", 0
		for _, r := range name {
			all := readings(r)
			if len(all) == 0 {
				return
			}
			i := rapid.IntRange(0, len(all)-1).Draw(t, "reading")
			if i > 0 {
				odd++
			}
			way += all[i]
		}
		if odd > 1 && len([]rune(name)) > 2 {
			return // beyond maxCombinations for the most ambiguous names
		}
		mustFind(t, way, named(name))
	})
}

func TestEveryLatinNameIsFoundByBeginningsOfItsWordsInAnyOrder(t *testing.T) {
	letters := rapid.StringOfN(rapid.RuneFrom([]rune("abcdefghijklmnopqrstuvwxyzáčďéěíňóřšťúůýžäöüßøłđæABCŽ")), 1, 40, -1)
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.SliceOfN(letters, 1, 6).Draw(t, "words")
		d := named(strings.Join(words, rapid.SampledFrom([]string{" ", "-", ", ", " . "}).Draw(t, "gap")))
		var typed []string
		for _, w := range rapid.Permutation(words).Draw(t, "order") {
			n := rapid.IntRange(1, utf8.RuneCountInString(w)).Draw(t, "runes")
			typed = append(typed, cut(w, n))
		}
		mustFind(t, cut(strings.Join(typed, " "), maxTyped), d)
	})
}

func TestEveryNumberIsFoundByItsBeginningAndItsEnd(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.StringMatching(`[A-Z]{0,2}[0-9]{4,26}X?`).Draw(t, "number")
		at := rapid.IntRange(1, len(n)-1).Draw(t, "at")
		gap := rapid.SampledFrom([]string{"", " ", "-", "."}).Draw(t, "gap")
		d := numbered(n[:at] + gap + n[at:])
		begin := n[:rapid.IntRange(1, len(n)).Draw(t, "begin")]
		end := n[rapid.IntRange(0, len(n)-minTail).Draw(t, "end"):]
		mustFind(t, begin, d)
		mustFind(t, strings.ToLower(end), d)
	})
}

func TestOneTypingErrorInAWordIsNear(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.StringMatching(`[a-z]{5,12}`).Draw(t, "name")
		i := rapid.IntRange(0, len(name)-2).Draw(t, "at")
		c := rapid.StringMatching(`[a-z]`).Draw(t, "letter")
		typed := rapid.SampledFrom([]string{
			name[:i] + name[i+1:], name[:i] + c + name[i+1:], name[:i] + c + name[i:],
			name[:i] + name[i+1:i+2] + name[i:i+1] + name[i+2:],
		}).Draw(t, "typed")
		d := named("Jan " + name)
		q := Parse(typed)
		if x := d.terms(); q.parts[0].near().grade(&x) == 0 || q.Score(d) == 0 {
			t.Errorf("%q is not near %q: score %d", typed, name, q.Score(d))
		}
	})
}

// mustFind asks the document itself; that the index answers alike is the
// matter of the fuzz test.
func mustFind(t *rapid.T, typed string, d Document) {
	t.Helper()
	if q := Parse(typed); !q.Finds(d) || q.Score(d) < scoreFound {
		t.Errorf("%q does not find %q (score %d): %s\n%q", typed, d, q.Score(d), q.Match(), d.Columns())
	}
}

func TestFoldingTwiceChangesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.String().Draw(t, "text")
		if once := Fold(s); Fold(once) != once {
			t.Errorf("%q folds to %q, then to %q", s, once, Fold(once))
		}
	})
}

func TestAMemoryScoresAsTheDocumentDoes(t *testing.T) {
	var m Memory
	rapid.Check(t, func(t *rapid.T) {
		q, d := asked(t), anybody(t)
		if got, want := m.Score(q, d.Names[0], d), q.Score(d); got != want {
			t.Fatalf("%q: %d, want %d", d, got, want)
		}
		if len(m.young) > remembered || len(m.old) > remembered {
			t.Fatalf("it remembers %d and %d names", len(m.young), len(m.old))
		}
	})
}

func TestNumbersChangeNothingWhereNoneWasTyped(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		q, d := asked(t), anybody(t)
		bare := d
		bare.Digits = nil
		if q.Numbers() {
			return
		}
		if q.Finds(d) != q.Finds(bare) || q.Finds(d) && q.Score(d) != q.Score(bare) {
			t.Fatalf("%q: %v, %d; without numbers %v, %d", d, q.Finds(d), q.Score(d), q.Finds(bare), q.Score(bare))
		}
	})
}

// asked is what a clerk may type.
func asked(t *rapid.T) Query {
	return Parse(rapid.SampledFrom([]string{"nov", "wang", "wxm", "novka", "王", "holz nord", "c", "anna c", "anna cz 12", "anna 1234", "c anna", "wang c", "ABC", "cz"}).Draw(t, "typed"))
}

// anybody is who may be in the index.
func anybody(t *rapid.T) Document {
	some := func(label string, of ...string) []string {
		return rapid.SliceOfNDistinct(rapid.SampledFrom(of), 0, 3, rapid.ID).Draw(t, label)
	}
	name := rapid.SampledFrom([]string{"Anna Nováková", "王小明", "Nord Holz s.r.o.", "", "欧阳 Nana"}).Draw(t, "name") + rapid.StringN(0, 6, -1).Draw(t, "rest")
	return Document{Names: []string{name}, Digits: some("numbers", "C001234", "CZ 1234", "abc", "+420 601 001 234", "c"),
		Words: some("words", "anna@example.com", "C. Budějovice", "Wangen", "上海")}
}
