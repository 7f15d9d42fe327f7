package webui

import (
	"cmp"
	"sync/atomic"

	"bough/node/desk"
	"bough/webui/words"
)

// listsMS is how old the lists of head office may be on a page.
const listsMS = 2000

// bankLists keeps the words that head office gave its lists, and the time zone that
// it gave the branch, at hand for the templates.
type bankLists struct {
	readMS atomic.Int64 // when they were read last
}

// fresh reads the lists where they are old. A page is shown with old words
// rather than not at all.
func (b *bankLists) fresh(v *Visit) {
	now, last := v.Site.Now(), b.readMS.Load()
	if v.Site.Desk == nil || last != 0 && now-last < listsMS && now >= last || !b.readMS.CompareAndSwap(last, now) {
		return
	}
	v.Site.readLists(v)
}

// ReadLists takes what somebody changed just now.
func (v *Visit) ReadLists() { v.Site.readLists(v) }

func (s *Site) readLists(v *Visit) {
	lists, err := s.Desk.Lists(v.Ctx())
	if err != nil {
		s.Log.Warn("the lists of head office cannot be read", "err", err)
		return
	}
	zone, err := s.Desk.Zone(v.Ctx())
	if err != nil {
		s.Log.Warn("the time zone of the branch cannot be read", "err", err)
	}
	for _, code := range words.Codes {
		own := ownWords(lists, code)
		own.Zone = zone
		s.words.Language(code).SetOwn(own)
	}
}

func ownWords(lists map[string][]desk.Choice, language string) *words.Own {
	own := &words.Own{Words: map[string]string{}, Codes: map[string][]string{}}
	for name, entries := range lists {
		own.Codes[name] = []string{}
		for _, e := range entries {
			word := cmp.Or(e.English, e.Chinese)
			if language == "zh" {
				word = cmp.Or(e.Chinese, e.English)
			}
			own.Words[name+"."+e.Code] = word
			if !e.Ended {
				own.Codes[name] = append(own.Codes[name], e.Code)
			}
		}
	}
	return own
}
