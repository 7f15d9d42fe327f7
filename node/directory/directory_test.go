package directory_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"bough/node/directory"
)

var secret = []byte("sixteen bytes ok")

func TestAMaskShowsTheFirstCharactersAndNotHowMuchIsHidden(t *testing.T) {
	for name, want := range map[string]string{
		"Anna Nováková":            "A••• N•••",
		"Jean-Luc O'Neill":         "J••• L••• O•••",
		"张晓明":                      "张••",
		"欧阳 修":                     "欧••",
		"de la Cruz y Gómez María": "D••• L••• C••• Y•••",
		"Ä":                        "Ä•••",
		"  ":                       "",
		"4 Seasons Ltd":            "S••• L•••",
	} {
		if got := directory.Mask(name); got != want {
			t.Errorf("%q is shown as %q, want %q", name, got, want)
		}
	}
}

func TestAVisitorIsFoundByANameAndOneThingMoreAndByNothingLess(t *testing.T) {
	anna := directory.Keys(secret, directory.Known{Names: []string{"Anna Nováková"}, Births: []string{"1980-03-04"},
		Phones: []string{"+420 601 234 567", "12"}, Documents: []string{"AB 123456X"}})
	zhang := directory.Keys(secret, directory.Known{Names: []string{"张晓明"}, Births: []string{"1991-12-01"}, Documents: []string{"11010519911201002X"}})
	for typed, want := range map[string]string{
		"an 1980-03-04":                  "anna",
		"NOVAK 4.3.1980":                 "anna",
		"Novákova Anna 19800304":         "anna",
		"nov 601234567":                  "anna",
		"nov 00420 601 234 567":          "anna",
		"456x an":                        "anna",
		"an ab123456x":                   "anna",
		"anna 1980-03-04 456x":           "anna",
		"张晓 1991年12月1日":                  "zhang",
		"张晓明 002x":                       "zhang",
		"张晓明 1991/12/01":                 "zhang",
		"张 002x":                         "", // one character
		"n 1980-03-04":                   "",
		"anna nováková":                  "", // nothing more
		"1980-03-04 601234567":           "", // no name
		"an 1980-03-05":                  "",
		"anna smith 1980-03-04":          "", // every word counts
		"an 567":                         "", // too little of a number
		"an 1980-03-04 1":                "",
		"":                               "",
		strings.Repeat("x", 500) + " 12": "",
	} {
		got := ""
		for who, keys := range map[string]string{"anna": anna, "zhang": zhang} {
			a := directory.Read(typed)
			if a.Meets(secret, keys) {
				got += who
				if first := a.First(secret); len(first) == 0 || !has(keys, first) {
					t.Errorf("%q meets %s and %v does not say so", typed, who, first)
				}
			}
		}
		if got != want {
			t.Errorf("%q finds %q, want %q", typed, got, want)
		}
	}
	if a := directory.Read("an 1980-03-04"); a.Meets([]byte("another secret"), anna) {
		t.Error("the secret of the bank does not matter")
	}
	if len(directory.Read("anna").First(secret)) > 0 {
		t.Error("a name alone asks")
	}
}

func has(keys string, any []string) bool {
	for _, k := range any {
		if strings.Contains(keys, k) {
			return true
		}
	}
	return false
}

func TestWhoeverIsAskedForRightlyIsFoundAndNothingCanBeRead(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.StringMatching(`[A-Z][a-z]{1,9} [A-ZÁÉÖŠ][a-zäéíöšž]{2,12}`).Draw(t, "name")
		phone := rapid.StringMatching(`\+[1-9][0-9]{8,12}`).Draw(t, "phone")
		document := rapid.StringMatching(`[A-Z]{2}[0-9]{6,9}`).Draw(t, "document")
		keys := directory.Keys(secret, directory.Known{Names: []string{name}, Births: []string{"1970-01-31"}, Phones: []string{phone}, Documents: []string{document}})
		for _, more := range []string{"31.1.1970", phone, document[len(document)-4:]} {
			for _, word := range strings.Fields(name) {
				if a := directory.Read(word + " " + more); !a.Meets(secret, keys) {
					t.Fatalf("%s %s does not find %s", word, more, name)
				}
			}
		}
		if strings.Contains(keys, document[2:]) || strings.Contains(keys, phone[1:]) {
			t.Fatalf("%s can be read in %s", phone, keys)
		}
		mask := directory.Mask(name)
		for _, word := range strings.Fields(name) {
			if strings.Contains(mask, string([]rune(word)[:2])) {
				t.Fatalf("%s shows more than an initial of %s", mask, name)
			}
		}
	})
}

func FuzzReadTakesWhateverIsTyped(f *testing.F) {
	for _, typed := range []string{"an 1980-03-04", "张晓 1991年12月1日", "\xff 1234", "٣٤٥٦ ab"} {
		f.Add(typed)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		a := directory.Read(typed)
		if a.Enough() != (len(a.First(secret)) > 0) || a.Meets(secret, "") {
			t.Errorf("%q", typed)
		}
		directory.Mask(typed)
	})
}
