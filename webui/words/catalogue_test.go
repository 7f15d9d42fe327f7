package words

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/BurntSushi/toml"
)

func load(t *testing.T) *Catalogue {
	t.Helper()
	c, err := Load(time.FixedZone("CST", 8*60*60), func() int64 { return 1795270800000 }) // 2026-11-21 22:20 there
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// keys reads a catalogue as it stands in its file.
func keys(t *testing.T, code string) map[string]any {
	t.Helper()
	text, err := files.ReadFile(code + ".toml")
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]any{}
	if err := toml.Unmarshal(text, &found); err != nil {
		t.Fatal(err)
	}
	return found
}

func TestBothCataloguesHaveTheSameKeys(t *testing.T) {
	first := keys(t, Codes[0])
	for _, code := range Codes[1:] {
		other := keys(t, code)
		for key := range first {
			if _, has := other[key]; !has {
				t.Errorf("%s.toml lacks %s", code, key)
			}
		}
		for key := range other {
			if _, has := first[key]; !has {
				t.Errorf("%s.toml has %s, which %s.toml lacks", code, key, Codes[0])
			}
		}
	}
}

func TestEveryMessageSpeaksOfTheSameThingsInBothLanguages(t *testing.T) {
	english, chinese := keys(t, "en"), keys(t, "zh")
	for key, message := range english {
		if a, b := holes(message), holes(chinese[key]); !slices.Equal(a, b) {
			t.Errorf("%s speaks of %v in English, of %v in Chinese", key, a, b)
		}
	}
}

// holes are the names that a message speaks of.
func holes(message any) []string {
	text, is := message.(string)
	if plural, many := message.(map[string]any); many {
		text, is = plural["other"].(string)
	}
	if !is {
		return nil
	}
	var found []string
	for _, piece := range strings.Split(text, "{{.")[1:] {
		name, _, _ := strings.Cut(piece, "}}")
		found = append(found, name)
	}
	found = append(found, regexp.MustCompile(`\{\w+\}`).FindAllString(text, -1)...) // of reasons
	slices.Sort(found)
	return found
}

func TestEveryCodeOfEveryListHasItsWord(t *testing.T) {
	for _, code := range Codes {
		known := keys(t, code)
		for _, list := range Lists() {
			for _, word := range list.Codes {
				if _, has := known[list.Name+"."+word]; !has {
					t.Errorf("%s.toml lacks %s.%s", code, list.Name, word)
				}
			}
			for key := range known {
				name, word, _ := strings.Cut(key, ".")
				if name == list.Name && !slices.Contains(list.Codes, word) {
					t.Errorf("%s.toml has %s, which is no code of the list", code, key)
				}
			}
		}
	}
}

func TestTheExactWordsOfBeingSafe(t *testing.T) {
	c := load(t)
	for code, want := range map[string][3]string{
		"en": {"saved on this PC", "safe in the branch", "at head office"},
		"zh": {"已存本机", "网点已备份", "总行已收"},
	} {
		for i, state := range []string{"saved_here", "safe_in_branch", "at_head_office"} {
			if got := c.Language(code).Word("state", state); got != want[i] {
				t.Errorf("%s in %s: %q, want %q", state, code, got, want[i])
			}
		}
	}
}

func TestTheLanguageFollowsTheBrowser(t *testing.T) {
	c := load(t)
	for header, want := range map[string]string{
		"": "en", "zh-CN,zh;q=0.9,en;q=0.8": "zh", "cs-CZ,cs": "en", "zh-Hant-TW": "zh", "fr, zh;q=0.5, en;q=0.4": "zh", "\x00;;": "en",
	} {
		if got := c.Match(header).Code; got != want {
			t.Errorf("%q leads to %s, want %s", header, got, want)
		}
	}
}

func TestAKeyThatNobodyWroteShowsItself(t *testing.T) {
	l := load(t).Language("zh")
	if got := l.T("no.such"); got != "[no.such]" {
		t.Errorf("got %q", got)
	}
	if l.Has("no.such") || !l.Has("span.age") || !l.Has("find.title") {
		t.Error("Has is wrong about its keys")
	}
	if got := l.Word("account", "CHECKING 3"); got != "CHECKING 3" {
		t.Errorf("a code that only the feed knows shows as %q", got)
	}
}

func TestDaysAreThoseOfTheBranchWhereverTheMachinesClockHangs(t *testing.T) {
	c, err := Load(time.UTC, func() int64 { return 1795270800000 }) // 2026-11-21 14:20 UTC
	if err != nil {
		t.Fatal(err)
	}
	l := c.Language("en")
	const lastOfFriday = 1795240799999 // in Chicago
	if got := l.Weekday(lastOfFriday); got != "Sat" {
		t.Fatalf("by the machine it is %s", got)
	}
	chicago := time.FixedZone("CST", -6*60*60)
	l.SetOwn(&Own{Zone: chicago})
	if got := l.Weekday(lastOfFriday); got != "Fri" {
		t.Errorf("by the branch it is %s", got)
	}
	if due, err := l.ReadWhen("today"); err != nil || !time.UnixMilli(due+1).Equal(time.Date(2026, 11, 22, 0, 0, 0, 0, chicago)) {
		t.Errorf("today ends at %s, %v", time.UnixMilli(due+1).In(chicago), err)
	}
	l.SetOwn(&Own{})
	if got := l.Weekday(lastOfFriday); got != "Sat" {
		t.Errorf("where the branch has no zone it is %s", got)
	}
}
