package words

import (
	"embed"
	"fmt"
	"strings"
	"sync/atomic"
	"time"

	"github.com/BurntSushi/toml"
	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"

	"bough/node/office/corefeed/mapping"
)

//go:embed en.toml zh.toml
var files embed.FS

// Codes are the languages of the pages, the default first.
var Codes = []string{"en", "zh"}

// Catalogue holds every language.
type Catalogue struct {
	languages map[string]*Language
	matcher   language.Matcher
}

// Language writes for one reader.
type Language struct {
	Code  string         // en | zh: cookie and address
	Tag   string         // the lang attribute: en | zh-Hans
	zone  *time.Location // unless the bank has its own
	now   func() int64
	plain map[string]string // messages that take no data
	loc   *i18n.Localizer
	own   atomic.Pointer[Own]
}

// Own are the words of lists that a bank keeps itself, and where its clocks hang.
type Own struct {
	Zone  *time.Location      // of the branch; nil: that of the machine holds
	Words map[string]string   // by list, a dot, and code: before those of the catalogue
	Codes map[string][]string // of a list, those that are offered, in their order
}

// SetOwn takes a bank's own words; they may change at any time.
func (l *Language) SetOwn(o *Own) { l.own.Store(o) }

// Offered are the codes of a list that a bank keeps itself; known is false where
// it keeps none.
func (l *Language) Offered(list string) (codes []string, known bool) {
	if o := l.own.Load(); o != nil {
		codes, known = o.Codes[list]
	}
	return codes, known
}

// Load reads the catalogues. zone is where the reader's clock hangs unless the bank
// tells another (SetOwn), now the time in ms UTC.
func Load(zone *time.Location, now func() int64) (*Catalogue, error) {
	bundle := i18n.NewBundle(language.English)
	bundle.RegisterUnmarshalFunc("toml", toml.Unmarshal)
	c := &Catalogue{languages: map[string]*Language{}}
	tags := make([]language.Tag, 0, len(Codes))
	for _, code := range Codes {
		messages, err := bundle.LoadMessageFileFS(files, code+".toml")
		if err != nil {
			return nil, fmt.Errorf("words: read catalogue %s: %w", code, err)
		}
		c.languages[code] = &Language{
			Code: code, Tag: htmlTag(code), zone: zone, now: now,
			plain: plainOf(messages.Messages), loc: i18n.NewLocalizer(bundle, code),
		}
		tags = append(tags, messages.Tag)
	}
	c.matcher = language.NewMatcher(tags)
	return c, nil
}

func htmlTag(code string) string {
	if code == "zh" {
		return "zh-Hans"
	}
	return code
}

// plainOf picks the messages that are the same whatever they are told: they
// are most of a page, and a map is much faster than the localizer.
func plainOf(messages []*i18n.Message) map[string]string {
	plain := make(map[string]string, len(messages))
	for _, m := range messages {
		if m.One == "" && !strings.Contains(m.Other, "{{") {
			plain[m.ID] = m.Other
		}
	}
	return plain
}

// Language is the one with that code, or the default.
func (c *Catalogue) Language(code string) *Language {
	if l, known := c.languages[code]; known {
		return l
	}
	return c.languages[Codes[0]]
}

// Match picks the language for an Accept-Language header.
func (c *Catalogue) Match(header string) *Language {
	asked, _, err := language.ParseAcceptLanguage(header)
	if err != nil || len(asked) == 0 {
		return c.Language("")
	}
	_, i, _ := c.matcher.Match(asked...)
	return c.Language(Codes[i])
}

// Other is the code of the language that the reader may switch to.
func (l *Language) Other() string {
	if l.Code == Codes[0] {
		return Codes[1]
	}
	return Codes[0]
}

// Has reports whether the catalogue knows key.
func (l *Language) Has(key string) bool {
	if _, is := l.plain[key]; is {
		return true
	}
	_, tag, err := l.loc.LocalizeWithTag(&i18n.LocalizeConfig{MessageID: key, PluralCount: 2})
	return err == nil && tag == language.Make(l.Code)
}

// T is the message of key; pairs are names and values that it speaks of. A key
// that nobody wrote shows itself in brackets: a test finds it first.
func (l *Language) T(key string, pairs ...any) string {
	if s, is := l.plain[key]; is {
		return s
	}
	return l.say(&i18n.LocalizeConfig{MessageID: key, TemplateData: named(pairs)})
}

// N is the message of key for a count, which it may call .Count.
func (l *Language) N(key string, count int64, pairs ...any) string {
	data := named(pairs)
	data["Count"] = l.Number(count)
	return l.say(&i18n.LocalizeConfig{MessageID: key, TemplateData: data, PluralCount: count})
}

func (l *Language) say(config *i18n.LocalizeConfig) string {
	s, err := l.loc.Localize(config)
	if err != nil {
		return "[" + config.MessageID + "]"
	}
	return s
}

func named(pairs []any) map[string]any {
	data := make(map[string]any, len(pairs)/2+1)
	for i := 0; i+1 < len(pairs); i += 2 {
		data[fmt.Sprint(pairs[i])] = pairs[i+1]
	}
	return data
}

// Because is why a line of an import was not taken; empty where that is told by
// nothing but a sentence of an older release.
func (l *Language) Because(why *mapping.Reason) string {
	if why == nil {
		return ""
	}
	word := func(list string) func(string) string { return func(code string) string { return l.Word(list, code) } }
	return why.Say(word("importreason"), word("importkind"))
}

// Fault is what an error says as desk.Told tells it: the sentence of its code, or the
// text that it is.
func (l *Language) Fault(told string) string {
	if key := "error." + told; l.Has(key) {
		return l.T(key)
	}
	return told
}

// Word is what a code of a list is called; a code that the list does not know,
// as feeds may bring, is shown as it is.
func (l *Language) Word(list, code string) string {
	if code == "" {
		return ""
	}
	if o := l.own.Load(); o != nil && o.Words[list+"."+code] != "" {
		return o.Words[list+"."+code]
	}
	if s, is := l.plain[list+"."+code]; is {
		return s
	}
	return code
}
