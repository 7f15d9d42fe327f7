package terms

import (
	"strings"
	"testing"
)

// finding is a document, what must find it and what must not. Texts under
// near must be found by Near and scored, and not be found by Match.
type finding struct {
	doc                 Document
	found, missed, near []string
}

func named(names ...string) Document { return Document{Names: names} }

func numbered(numbers ...string) Document { return Document{Digits: numbers} }

var findings = map[string]finding{
	"a Latin name": {
		doc:    named("Jan Novák"),
		found:  []string{"nov", "novak", "NOVÁK", "novak jan", "jan nov", "j n", "jannovak", "jannov", "  novak,jan ", "ｎｏｖ"},
		missed: []string{"ovak", "novak petr", "novaka", "novak 1", "王", "jan 王"},
		near:   []string{"nowak", "novka", "nvoak", "novvak", "onvak", "movak", "noak", "ovak", "novaka", "jan nowak"},
	},
	"a name with an apostrophe, a hyphen and particles": {
		doc:    named("Seán O’Brien-de la Cruz"),
		found:  []string{"obrien", "o'brien", "O’BRIEN", "o brien", "brien", "de la cruz", "sean cruz"},
		missed: []string{"cruza"},
	},
	"the particles run together": {
		doc:   named("Anna van den Berg"),
		found: []string{"vandenberg", "van den berg", "berg anna", "denberg", "annavan"},
	},
	"an umlaut": {
		doc:    named("Jürgen Müller"),
		found:  []string{"muller", "mueller", "müller", "Mu\u0308ller", "juergen muller", "jurgenmuller"},
		missed: []string{"mller"},
	},
	"an umlaut spelled out, typed as one": {
		doc:   named("Juergen Mueller"),
		found: []string{"mueller", "müller", "jürgen", "muell"},
	},
	"letters without a base": {
		doc:   named("Søren Łódź Straße Đoković Æbelø"),
		found: []string{"soren", "soeren", "lodz", "strasse", "STRASSE", "dokovic", "aebelo", "æbelø"},
	},
	"a Chinese name": {
		doc: named("王小明"),
		found: []string{"王", "小", "明", "王小", "小明", "王小明", "王 小明", "小明 王",
			"wangxiaoming", "wang xiaoming", "xiaoming", "xiaoming wang", "wang xiao ming", "wangxiaom",
			"wang", "ming", "wxm", "xm", "wangxm", "wxiaoming", "WANGXM", "Wáng Xiǎomíng", "wang xm", "wang小"},
		missed: []string{"王明", "明小", "李", "王小明王", "wangming", "liu", "aoming"},
		near:   []string{"王晓明", "汪小明", "王小铭", "wagnxiaoming", "wangxaoming", "xioaming"},
	},
	"a name of two characters, spread wide": {
		doc:    named("王　伟"),
		found:  []string{"王伟", "王　伟", "王 伟", "王", "伟", "wangwei", "ww", "wangw"},
		missed: []string{"伟王"},
		near:   []string{"王玮"},
	},
	"a surname with a reading of its own": {
		doc:   named("曾国藩"),
		found: []string{"zengguofan", "zgf", "cengguofan", "cgf", "zenggf", "guofan"},
	},
	"单":                         {doc: named("单雄信"), found: []string{"shanxiongxin", "danxiongxin", "sxx", "dxx", "shanxx"}},
	"仇":                         {doc: named("仇英"), found: []string{"qiuying", "chouying", "qy"}},
	"解":                         {doc: named("解缙"), found: []string{"xiejin", "jiejin", "xj"}},
	"乐":                         {doc: named("乐嘉"), found: []string{"yuejia", "lejia", "yj", "lj"}},
	"重庆":                        {doc: named("重庆银行"), found: []string{"chongqing", "zhongqing", "chongqingyinhang", "cqyh", "yinhang", "重庆"}},
	"万俟":                        {doc: named("万俟洛"), found: []string{"moqiluo", "moqil", "mql", "wansi"}},
	"ü":                         {doc: named("吕绿"), found: []string{"lvlv", "lulu", "lü", "lyu", "lülü", "lyulyu", "ll"}},
	"Nüwa":                      {doc: named("女娲"), found: []string{"nvwa", "nuwa", "nyuwa"}},
	"欧阳":                        {doc: named("欧阳娜娜"), found: []string{"ouyangnana", "oynn", "ouyangnn", "oynana", "nana", "欧阳"}, missed: []string{"欧娜"}},
	"司马":                        {doc: named("司马光"), found: []string{"simag", "smg", "smguang", "simaguang", "guang"}},
	"诸葛":                        {doc: named("诸葛亮"), found: []string{"zhugel", "zgl", "zgliang"}},
	"上官":                        {doc: named("上官婉儿"), found: []string{"shangguanwe", "sgwe", "sgwaner"}},
	"a rare character":          {doc: named("刘䶮𠅤"), found: []string{"䶮", "刘䶮", "䶮𠅤", "liu"}},
	"a compatibility ideograph": {doc: named("金\uf90a子"), found: []string{"金金"}},
	"a transliterated name": {
		doc:   named("买买提·吐尔逊"),
		found: []string{"买买提", "吐尔逊", "提吐", "买买提·吐尔逊", "maimaiti", "maimaititu"},
	},
	"a company": {
		doc: named("上海浦东发展银行股份有限公司"),
		found: []string{"浦东", "发展银行", "shanghai", "pudongfazhan", "shpdfz", "浦东 银行",
			"shanghaipudongfazhanyinhanggufenyouxiangongsi"},
		missed: []string{"海上", "浦发"},
		near:   []string{"上海浦冬发展银行"},
	},
	"another script": {
		doc:    named("Иван Петров", "山田カナ", "김민준", "สมชาย"),
		found:  []string{"иван", "ИВ", "петров иван", "山田", "カナ", "ｶﾅ", "김민", "สม"},
		missed: []string{"ван", "петровна", "田山"},
	},
	"names with numbers": {
		doc:    named("Client 576"),
		found:  []string{"client 576", "client576", "576", "57", "client 57"},
		missed: []string{"client 76", "577"},
	},
	"phones": {
		doc: numbered("+86 138-0013 8765", "020 7946 0958", "+420603123456"),
		found: []string{"8765", "0013 8765", "13800138765", "+8613800138765", "0086 138 0013 8765", "86138",
			"+44 20 7946 0958", "0958", "603 123 456", "603-123-456", "+420 603", "3456 8765", "００１３８７６５"},
		missed: []string{"765", "0138 9999", "5678", "+86 138 0013 8766", "138001"},
	},
	"a national number typed with its trunk prefix": {
		doc:    numbered("+442079460958"),
		found:  []string{"020 7946 0958", "2079460958"},
		missed: []string{"030 7946 0958"},
	},
	"documents": {
		doc: numbered("11010119800101123X", "AB 123456", "CZ65 0800 0000 1920 0014 5399"),
		found: []string{"123x", "123X", "1101011980", "11010119800101123x", "ab123456", "AB 123456", "ab12", "3456", "b123456",
			"CZ65 0800 0000 1920 0014 5399", "cz65", "5399", "1920 0014 5399"},
		missed: []string{"23x", "ba123456", "654321", "ac 123456"},
	},
	"an account with the code of its bank": {
		doc:   numbered("19-2000145399/0800"),
		found: []string{"2000145399", "2000145399/0800", "19-2000145399", "192000145399/0800", "5399"},
	},
	"a reversed number is not a number": {
		doc:    numbered("43210000"),
		found:  []string{"4321", "0000"},
		missed: []string{"1234", "0000432"},
	},
	"letters of a number beside a name": {
		doc:    Document{Names: []string{"Jan Novák"}, Digits: []string{"CD 123456"}},
		found:  []string{"cd", "novak cd123", "novak cd 123456", "cd 123456 novak"},
		missed: []string{"novak ce", "novak cdx"},
		near:   []string{"novak c", "novak cd", "cd novak"},
	},
	"kinds mixed": {
		doc:    Document{Names: []string{"王芳", "Novak"}, Digits: []string{"00125678", "991234"}, Words: []string{"jan.novak@example.com", "北京 Praha"}},
		found:  []string{"王 5678", "novak 1234", "5678王", "wf 5678", "王芳,1234", "example", "jan.novak@example.com", "北京", "praha 王"},
		missed: []string{"王 9999", "李 5678", "novak 8765", "novak 123", "京", "beijing"},
	},
	"words longer than a term": {
		doc:    named(strings.Repeat("abcdefghij", 5)),
		found:  []string{strings.Repeat("abcdefghij", 5), strings.Repeat("abcdefghij", 3), strings.Repeat("abcdefghij", 4) + "x"},
		missed: []string{strings.Repeat("abcdefghij", 3) + "x"},
	},
	"eight words count": {
		doc:    named("a b c d e f g h"),
		found:  []string{"a b c d e f g h zz", "h g f e d c b a"},
		missed: []string{"a b c d e f g z"},
	},
	"nothing": {
		doc:    Document{},
		missed: []string{"", " ", "a", "王", "1234", "\x00", "\"", "*"},
	},
	"hostile bytes": {
		doc: Document{Names: []string{"\x00Robert\"); DROP TABLE t;--\xff\xfe", "NOT NEAR"}, Digits: []string{"\"*", "12\x0034"}, Words: []string{"\xc3("}},
		found: []string{"robert\"", "\"robert", "robert*", "drop NOT", "NOT", "near", "NEAR(robert drop)", "^robert", "{not} : robert",
			"\x00robert\xff", "(robert", "robert - not", "1234", "{drop}"},
		missed: []string{"robert AND xyz", "names : robert", "OR x", "drop OR", "NEAR(robert drop, 2)"},
	},
}

func TestDocumentsAreFoundByWhatAClerkTypes(t *testing.T) {
	x := newIndex(t)
	for name, f := range findings {
		t.Run(name, func(t *testing.T) {
			id := x.put(t, f.doc)
			for _, typed := range f.found {
				if q := Parse(typed); !x.finds(t, q.Match(), id) || !q.Finds(f.doc) || q.Score(f.doc) < scoreFound {
					t.Errorf("%q: not found (score %d) by %s\nin %q", typed, q.Score(f.doc), q.Match(), f.doc.Columns())
				}
				if !x.finds(t, Near(typed), id) {
					t.Errorf("%q: not near", typed)
				}
			}
			for _, typed := range append(f.missed, f.near...) {
				if q := Parse(typed); x.finds(t, q.Match(), id) || q.Finds(f.doc) || q.Score(f.doc) >= scoreFound {
					t.Errorf("%q: found (score %d) by %s\nin %q", typed, q.Score(f.doc), q.Match(), f.doc.Columns())
				}
			}
			for _, typed := range f.near {
				if s := Score(typed, f.doc); !x.finds(t, Near(typed), id) || s == 0 {
					t.Errorf("%q: not near, score %d", typed, s)
				}
			}
		})
	}
}

func TestScoreOrdersWhatCameBack(t *testing.T) {
	for typed, inOrder := range map[string][]Document{
		"novak":          {named("Novák"), named("Novak Jan"), named("Novakova Jana Marie"), named("Jan Novak"), named("Jana Novakova"), named("Jan Nowak"), named("Svoboda")},
		"王小明":            {named("王小明"), named("王小明明"), named("大王小明"), named("王晓明"), named("李小明")},
		"wxm":            {named("王小明"), named("王小明国"), named("Novak")},
		"5678":           {numbered("5678"), numbered("12345678"), numbered("1234")},
		"johnathan smth": {named("Johnathan Smth"), named("Smth Johnathan"), named("Jonathan Smith"), named("Jane Smith")},
	} {
		for i := range len(inOrder) - 1 {
			a, b := Score(typed, inOrder[i]), Score(typed, inOrder[i+1])
			if a <= b {
				t.Errorf("%q: %v scores %d, %v scores %d", typed, inOrder[i], a, inOrder[i+1], b)
			}
		}
		if last := inOrder[len(inOrder)-1]; Score(typed, last) != 0 {
			t.Errorf("%q: %v scores %d, want 0", typed, last, Score(typed, last))
		}
		if first := Score(typed, inOrder[0]); typed != "wxm" && first != 1000 {
			t.Errorf("%q: exact scores %d", typed, first)
		}
	}
}

func TestFoldIsTheSameForAllWaysToWriteALetter(t *testing.T) {
	for typed, want := range map[string]string{
		"NOVÁK": "novak", "Straße": "strasse", "ẞ": "ss", "Øresund": "oresund", "Łódź": "lodz", "Đ": "d",
		"Æ": "ae", "ＡＢＣ１２３": "abc123", "O’Brien": "obrien", "d´Artagnan": "dartagnan", "İstanbul": "istanbul",
		"ﬁ": "fi", "王小明": "王小明", "": "", "a b": "a b", "Xi'an": "xian", "①": "1",
	} {
		if got := Fold(typed); got != want {
			t.Errorf("Fold(%q) = %q, want %q", typed, got, want)
		}
	}
}

func TestEditsCountTypingErrors(t *testing.T) {
	for _, c := range []struct {
		typed, term        string
		most, begin, whole int
	}{
		{"novak", "novak", 1, 0, 0},
		{"novka", "novak", 1, 1, 1},
		{"nova", "novakova", 1, 0, 2},
		{"nowa", "novakova", 1, 1, 2},
		{"novakk", "novak", 1, 1, 1},
		{"xyz", "novak", 2, 3, 3},
		{"", "novak", 1, 0, 2},
		{"johnathon", "johnathan", 2, 1, 1},
		{"ab", "", 2, 2, 2},
	} {
		begin, whole := edits([]byte(c.typed), []byte(c.term), c.most)
		if begin != c.begin || whole != c.whole {
			t.Errorf("edits(%q, %q) = %d, %d, want %d, %d", c.typed, c.term, begin, whole, c.begin, c.whole)
		}
	}
}
