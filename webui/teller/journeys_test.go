package teller

import (
	"testing"
	"unicode/utf8"

	"bough/crdt"
	"bough/node/crm"
	"bough/webui/pagetest"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// walker goes a journey by keyboard alone and counts its keys, and apart from
// them those of the words that somebody has to type in any system.
type walker struct {
	*tab
	keys, words int
}

// press presses one key, or types words; a chord counts as its keys.
func (w *walker) press(keys string) *walker {
	w.t.Helper()
	n := utf8.RuneCountInString(keys)
	for _, k := range keys {
		w.does(chromedp.KeyEvent(string(k)))
	}
	if n == 1 {
		w.keys++
	} else {
		w.words += n
	}
	return w
}

func (w *walker) save() *walker {
	w.t.Helper()
	w.does(ctrlEnter())
	w.keys += 2
	return w
}

// until waits for what the page shows.
func (w *walker) until(scripts ...string) *walker {
	w.t.Helper()
	for _, s := range scripts {
		w.does(sees(s))
	}
	return w
}

func (w *walker) reads(texts ...string) *walker {
	w.t.Helper()
	for _, text := range texts {
		w.does(says(text))
	}
	return w
}

func focused(id string) string { return `document.activeElement.id === "` + id + `"` }

const (
	panel    = `document.querySelector("#panel form")`
	findIdle = `document.activeElement && document.activeElement.id === "find" && document.readyState === "complete"`
	opened1  = `document.querySelector("#part-timeline") && document.readyState === "complete" && window.htmx`
)

// opens finds somebody and opens the page.
func (w *walker) opens(typed string) *walker {
	w.t.Helper()
	return w.press(typed).until(`document.querySelector("#found") && document.querySelector("#found").dataset.typed === "` + typed + `"`).press(kb.Enter).until(opened1)
}

// journey is what somebody does dozens of times a day. budget is how many keys
// it may take beside its words.
type journey struct {
	name   string
	budget int
	walk   func(w *walker, say func(en, zh string) string)
}

func journeys() []journey {
	return []journey{
		{"find by name and open", 1, func(w *walker, _ func(en, zh string) string) { w.opens("nova").reads("Anna Nováková") }},
		{"find by the end of the phone", 1, func(w *walker, _ func(en, zh string) string) { w.opens("4567").reads("Anna Nováková") }},
		{"wrap up at the counter", 5, func(w *walker, say func(en, zh string) string) {
			w.opens("nova").press("w").until(panel).press("2").until(focused("wrapup-text")).press("New card").save().reads(say("The wrap-up is saved.", "已保存"), "New card")
		}},
		{"wrap up with a promise", 7, func(w *walker, say func(en, zh string) string) {
			w.opens("nova").press("w").until(panel).press("6").until(focused("wrapup-text")).press("Rate").press(kb.Tab).until(focused("wrapup-promise")).press("Call back").press(kb.Tab).until(focused("wrapup-due")).press(say("friday", "周五")).save().reads("Call back")
		}},
		{"a new prospect", 4, func(w *walker, say func(en, zh string) string) {
			w.does(chromedp.KeyEvent(kb.Escape))
			w.keys++
			w.press("n").until(`document.querySelector("#f-name")`)
			w.until(focused("f-name")).press("Zdeněk Polívka").save().reads("Zdeněk Polívka", say("prospect", "潜在客户"))
		}},
		{"a new phone number", 4, func(w *walker, _ func(en, zh string) string) {
			w.opens("nova").press("p").until(panel, `document.activeElement.name === "value"`).press("777010203").save().reads("777010203")
		}},
		{"a refusal of marketing", 5, func(w *walker, say func(en, zh string) string) {
			w.opens("nova").press("m").until(panel, `document.activeElement.id === "consent-evidence"`).press("by phone").press(kb.Tab).press(kb.Tab).
				until(`document.activeElement.value === "withdraw"`).press(kb.Enter).until(`document.querySelector(".consent .answer-withdrawn")`)
		}},
		{"a complaint", 5, func(w *walker, say func(en, zh string) string) {
			w.opens("nova").press("s").until(panel).press("3").until(`document.activeElement.name === "text"`).press("Waited 40").save().reads("Waited 40")
		}},
		{"a task for tomorrow", 6, func(w *walker, say func(en, zh string) string) {
			w.opens("nova").press("t").until(panel).press("1").until(focused("task-text")).press("Statement").press(kb.Tab).until(focused("task-due")).press(say("tomorrow", "明天")).save().reads("Statement")
		}},
		{"my day, and back to find", 3, func(w *walker, say func(en, zh string) string) {
			w.does(chromedp.KeyEvent(kb.Escape))
			w.keys++
			w.press("d").reads(say("My day", "我的一天")).press("/").until(focused("find"))
		}},
	}
}

// TestTheTenJourneysByKeyboard walks the ten most frequent journeys at a real
// workstation, in both languages, with the line and without; nothing that was
// written without it is refused afterwards.
func TestTheTenJourneysByKeyboard(t *testing.T) {
	b := firstTab(t)
	for _, code := range []string{"en", "zh"} {
		for _, cut := range []bool{false, true} {
			name := map[bool]string{false: "online", true: "cut"}[cut] + " in " + code
			t.Run(name, func(t *testing.T) {
				c, l := openTill(t, func(c *pagetest.Counter) {
					anna := party(c, "Anna Nováková")
					c.Put(crm.Reach, pagetest.Ref(crm.ReachParty, anna), pagetest.Text(crm.ReachChannel, "phone"), pagetest.Text(crm.ReachValue, "+420601234567"),
						pagetest.Text(crm.ReachLabel, "mobile"), crdt.FieldSet{Field: crm.ReachPreferred, Value: crdt.IntValue(1)})
				})
				l.cut(cut)
				w := &walker{tab: &tab{t: t, ctx: b.ctx}}
				w.does(network.SetExtraHTTPHeaders(network.Headers{"Accept-Language": code}), signIn(c))
				say := func(en, zh string) string { return map[string]string{"en": en, "zh": zh}[code] }
				for _, j := range journeys() {
					w.does(chromedp.Navigate(c.URL + "/"))
					w.until(findIdle)
					w.keys, w.words = 0, 0
					j.walk(w, say)
					t.Logf("%-30s %2d keys, budget %2d; words %2d", j.name, w.keys, j.budget, w.words)
					if w.keys > j.budget {
						t.Errorf("%s takes %d keys, the budget is %d", j.name, w.keys, j.budget)
					}
				}
				if sent := l.sync(); sent < 8 {
					t.Errorf("head office was sent %d changes", sent)
				}
			})
		}
	}
}
