package bank

import (
	"strings"

	"bough/node/sim/bank/words"
)

// phrase is a sentence cut at its slots: lits[0], slot, lits[1], ...
type phrase struct {
	lits  []string
	slots []byte
}

// cut finds the slots, each a letter in braces.
func cut(s string) phrase {
	var p phrase
	for {
		open := strings.IndexByte(s, '{')
		if open < 0 || open+2 >= len(s) {
			p.lits = append(p.lits, s)
			return p
		}
		p.lits = append(p.lits, s[:open])
		p.slots = append(p.slots, s[open+1])
		s = s[open+3:]
	}
}

// saying is a talk ready for use.
type saying struct {
	*words.Talk
	text, promise phrase
	holding       bool // it is about a product
}

// phrases are the sentences by language, audience (person, firm) and whether a
// promise follows.
type phrases struct {
	talks   [2][2][2][]saying
	tails   [2][]phrase
	matters [2][]phrase
}

// Languages of texts.
const (
	english = iota
	chinese
)

func newPhrases() *phrases {
	p := &phrases{}
	for lang, list := range [2][]words.Talk{words.TalksEN, words.TalksZH} {
		for i := range list {
			t := &list[i]
			s := saying{Talk: t, text: cut(t.Text), promise: cut(t.Promise), holding: strings.Contains(t.Text, "{p}") || strings.Contains(t.Text, "{c}")}
			for firm := range 2 {
				if t.For == "b" || t.For == [2]string{"r", "f"}[firm] {
					list := &p.talks[lang][firm][btoi(t.Promise != "")]
					*list = append(*list, s)
				}
			}
		}
	}
	for lang, list := range [2][]string{words.Tails, words.TailsZH} {
		for _, t := range list {
			p.tails[lang] = append(p.tails[lang], cut(t))
		}
	}
	for lang, list := range [2][]words.Matter{words.Matters, words.MattersZH} {
		for _, m := range list {
			p.matters[lang] = append(p.matters[lang], cut(m.Text))
		}
	}
	return p
}

// channelOf turns a letter of words.Talk.Via into a channel of crm.Channels.
func channelOf(letter byte) string {
	switch letter {
	case 'i':
		return "call_in"
	case 'o':
		return "call_out"
	case 'm':
		return "meeting"
	case 'e':
		return "email"
	case 'l':
		return "letter"
	case 'v':
		return "visit"
	}
	return "counter"
}

var (
	weekdays  = [2][]string{{"Monday", "Tuesday", "Wednesday", "Thursday", "Friday"}, {"周一", "周二", "周三", "周四", "周五"}}
	months    = [2][]string{{"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"}, {"一月", "二月", "三月", "四月", "五月", "六月", "七月", "八月", "九月", "十月", "十一月", "十二月"}}
	languages = [2]string{"en", "zh"}
)

// fill says a phrase; holding may be nil.
func (w *writer) fill(b []byte, p *phrase, lang int, branch int16, h *holding) []byte {
	for i, slot := range p.slots {
		b = append(b, p.lits[i]...)
		switch slot {
		case 'f', 'a', 'b', 'h':
			b = money(b, w.units(slot, branch), w.currency(int32(branch)), languages[lang])
		case 'p':
			b = append(b, product(h, lang)...)
		case 'c':
			b = digits(b, w.r.n(10_000), 4)
		case 'd':
			b = append(b, pick(w.r, weekdays[lang])...)
		case 'm':
			b = append(b, pick(w.r, months[lang])...)
		case 'k':
			b = append(b, w.people[pick(w.r, w.branches[branch].staff)].Name...)
		case 'n':
			b = append(b, byte('2'+w.r.n(8)))
		case 't':
			b = append(digits(b, w.r.between(9, 16), 2), ":30"...)
		}
	}
	return append(b, p.lits[len(p.lits)-1]...)
}

// units draws an amount as large as the slot says.
func (w *writer) units(slot byte, branch int16) int {
	units := 0
	switch slot {
	case 'f':
		units = w.r.between(3, 95)
	case 'a':
		units = w.r.between(2, 48) * 50
	case 'b':
		units = pick(w.r, []int{2000, 2500, 3000, 4000, 5000, 6500, 8000, 10_000, 12_000, 15_000, 18_000, 20_000, 25_000, 30_000, 40_000})
	case 'h':
		units = w.r.between(18, 90) * 10_000
	}
	if w.branches[branch].han {
		units *= 5
	}
	return units
}

func product(h *holding, lang int) string {
	if h == nil {
		return [2]string{"account", "账户"}[lang]
	}
	p := &words.Products[h.product]
	return [2]string{p.EN, p.ZH}[lang]
}
