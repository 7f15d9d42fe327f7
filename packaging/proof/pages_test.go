package proof

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	invent "bough/node/sim/bank"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// words are what the pages say in one language.
type words struct {
	code                     string
	saved, here, atHead      string
	line, lineDown, onlyHere string
	note                     string // what is typed, numbered
}

var (
	english = words{code: "en", saved: "The wrap-up is saved.", here: "saved on this PC", atHead: "at head office",
		line: "Online", lineDown: "The line is down since", onlyHere: "What exists only here", note: "Ordered a new card, no. %d"}
	chinese = words{code: "zh", saved: "办理记录已保存。", here: "已存本机", atHead: "总行已收",
		line: "在线", lineDown: "断线", onlyHere: "只在本机的内容", note: "客户要求补办银行卡，第 %d 次"}
)

// shift is one person in front of one window, in one language.
type shift struct {
	*seat
	*town
	words
}

func (v *town) begin(t *testing.T, browser context.Context, w *workstation, role string, in words) *shift {
	t.Helper()
	s := &shift{sit(t, browser, w.door().url), v, in}
	p := v.who(w.branch, role)
	s.signIn(p.Login, p.Password)
	if in.code != "en" {
		s.does(press(kb.Escape), press("l"), says("查找"))
	}
	return s
}

// visit finds a customer, opens them and wraps up, all by keyboard, and returns
// the addresses it passed.
func (s *shift) visit(name, note string) (path []string) {
	s.seat.t.Helper()
	at := func() { path = append(path, s.asks(`location.pathname`)) }
	s.does(press(kb.Escape), press("/"), sees(`document.activeElement.id === "find"`), press(name))
	if s.asks(`document.activeElement.hasAttribute("data-find-live")`) != "true" {
		s.does(press(kb.Enter)) // the short field in the head leads to find
	}
	s.does(sees(`document.querySelector("#found") && document.querySelector("#found").dataset.typed === ` + quoted(name)))
	at()
	s.does(sees(`document.querySelector("a[data-hit]")`), chromedp.Focus("#find", chromedp.ByQuery), press(kb.ArrowDown),
		sees(`document.activeElement === document.querySelector("a[data-hit]")`), press(kb.Enter),
		sees(`document.querySelector("#part-timeline") && document.querySelector("#part-card h1").innerText === `+quoted(name)))
	at()
	s.does(sees(`document.readyState === "complete"`), press("w"), sees(`document.querySelector("#panel form")`), press("2"), sees(`document.activeElement.id === "wrapup-text"`), press(note),
		sees(`document.querySelector('input[name="reason"]:checked').value === "card"`))
	at()
	s.does(ctrlEnter(), sees(`document.querySelector(".flash")`), says(note))
	at()
	return path
}

func quoted(s string) string { return fmt.Sprintf("%q", s) }

func TestThePagesOfABankInARealBrowser(t *testing.T) {
	t.Parallel() // with the idle lock, which mostly waits
	browser := openBrowser(t)
	v := openTown(t)
	v.t = t
	for _, c := range []struct {
		name string
		try  func(t *testing.T, browser context.Context, v *town)
	}{
		{"a visit by keyboard is the same with the line up and cut", visitUpAndCut},
		{"the same visit in Chinese", visitInChinese},
		{"what another workstation saved appears without a reload", appearsElsewhere},
		{"a half-typed note is back after the node was killed", halfTypedSurvivesKill},
		{"a stop must be acknowledged before the customer opens", stopFirst},
		{"without JavaScript a visit works as well", withoutJavaScript},
		{"two values of one field are settled in place", settledInPlace},
		{"a new prospect who is known already is noticed", duplicateNoticed},
		{"the language key switches every page and back", languageKey},
		{"a page that does not exist leads home", leadsHome},
		{"head office sees its fleet", fleetSeen},
	} {
		t.Run(c.name, func(t *testing.T) { c.try(t, browser, v) })
	}
	v.quiet(fillWithin)
	v.sound()
}

// shared is the name and id of a customer of both branches.
func (v *town) shared(n int) (name, id string) {
	ids := v.shows(invent.Shared, v.front)
	id = ids[n%len(ids)]
	return v.front.door().customer(v.t, id).Name, id
}

func visitUpAndCut(t *testing.T, browser context.Context, v *town) {
	s := v.begin(t, browser, v.front, "teller", english)
	upAndCut(t, s)
}

func visitInChinese(t *testing.T, browser context.Context, v *town) {
	s := v.begin(t, browser, v.away, "teller", chinese)
	upAndCut(t, s)
}

// upAndCut makes a visit with the line up, one with the line cut, and sees what
// each was told.
func upAndCut(t *testing.T, s *shift) {
	name, _ := s.shared(0)
	cut := s.lines[s.branchHere()]
	first, second := fmt.Sprintf(s.note, 1), fmt.Sprintf(s.note, 2)
	up := s.visit(name, first)
	s.does(says(s.saved), stays(), marked(first, s.atHead), stayed(), says(s.line))

	cut.set(refused)
	t.Cleanup(func() { cut.set(open) })
	s.does(says(s.lineDown), stayed())
	down := s.visit(name, second)
	if !slices.Equal(up, down) {
		t.Errorf("other pages without the line: %q, with it: %q", down, up)
	}
	s.does(says(s.saved), marked(second, s.here), marked(first, s.atHead))
	s.does(press("o"), says(s.onlyHere), says(second), says(name), sees(`document.querySelectorAll("#part-unsent tbody tr").length === 1`))
	s.does(chromedp.NavigateBack(), says(second), stays())

	cut.set(open)
	s.does(marked(second, s.atHead), stayed(), saysNot(s.lineDown))
	s.does(press("o"), sees(`document.querySelectorAll("#part-unsent tbody tr").length === 0`),
		sees(`[...document.querySelectorAll(".proof dd")].at(-1).innerText === "0"`))
}

func (s *shift) branchHere() int64 {
	i := slices.IndexFunc(s.nodes, func(w *workstation) bool { return w.door().url == s.base })
	return s.nodes[i].branch
}

func appearsElsewhere(t *testing.T, browser context.Context, v *town) {
	name, id := v.shared(1)
	here := v.begin(t, browser, v.front, "teller", english)
	there := v.begin(t, browser, v.back, "banker", english)
	away := v.begin(t, browser, v.away, "banker", chinese)
	for _, s := range []*shift{there, away} {
		s.goes("/customers/" + id)
		s.does(sees(`document.querySelector("#part-timeline")`), stays())
	}
	// Somebody types at the other workstation: they must not be disturbed.
	there.does(sees(`document.readyState === "complete"`), press("w"), sees(`document.querySelector("#panel form")`), press("1"), press("Half a sen"))
	here.visit(name, "Asked about a mortgage at the counter")
	for _, s := range []*shift{there, away} {
		s.does(says("Asked about a mortgage at the counter"), stayed())
	}
	there.does(sees(`document.querySelector("#wrapup-text").value === "Half a sen" && document.activeElement.id === "wrapup-text"`),
		press("tence"), ctrlEnter(), says("Half a sentence"))
}

func halfTypedSurvivesKill(t *testing.T, browser context.Context, v *town) {
	_, id := v.shared(2)
	s := v.begin(t, browser, v.back, "teller", english)
	s.goes("/customers/" + id + "/wrapup")
	s.does(sees(`document.querySelector("#wrapup-text")`), chromedp.Focus("#wrapup-text", chromedp.ByQuery))
	s.does(press("The customer was just saying that"))
	until(t, patience, "the draft is kept", func() (bool, string) {
		kept, err := s.draftKept(id, "just saying that")
		return kept, fmt.Sprint(err)
	})
	s.expectLoss()
	v.back.kill()
	v.back.again()
	s.goes("/customers/" + id + "/wrapup")
	s.does(says("was restored"), sees(`document.querySelector("#wrapup-text").value === "The customer was just saying that"`))
	s.does(chromedp.Focus("#wrapup-text", chromedp.ByQuery), press(kb.End), press(" she moves."), ctrlEnter(), says("The customer was just saying that she moves."))
	s.goes("/customers/" + id + "/wrapup")
	s.does(sees(`document.querySelector("#wrapup-text").value === ""`))
}

// draftKept asks the page in another request whether the draft is in the file.
func (s *shift) draftKept(id, note string) (bool, error) {
	var page string
	err := s.try(chromedp.Evaluate(`(() => { const r = new XMLHttpRequest(); r.open("GET", "/customers/`+id+`/wrapup", false); r.send(); return r.responseText })()`, &page))
	return strings.Contains(page, note), err
}

func stopFirst(t *testing.T, browser context.Context, v *town) {
	id := v.shows(invent.StopWarning, v.front)[0]
	s := v.begin(t, browser, v.front, "teller", english)
	s.goes("/customers/" + id)
	s.does(says("Stop: read the warning first"), sees(`!document.querySelector("#part-timeline") && !document.querySelector("#part-holdings")`))
	s.goes("/customers/" + id + "/wrapup") // no way around
	s.does(says("Stop: read the warning first"), sees(`location.pathname === "/customers/`+id+`"`))
	s.does(chromedp.SendKeys("#stop-reason", "He is here with his guardian", chromedp.ByQuery), ctrlEnter(),
		sees(`document.querySelector("#part-timeline")`), says("He is here with his guardian"))
	s.goes("/customers/" + id)
	s.does(sees(`document.querySelector("#part-timeline")`)) // once a session
}

func withoutJavaScript(t *testing.T, browser context.Context, v *town) {
	name, id := v.shared(3)
	s := &shift{sit(t, browser, v.front.door().url), v, english}
	s.does(withoutScripts())
	p := v.who(1, "teller")
	s.signIn(p.Login, p.Password)
	s.does(chromedp.SendKeys("#find", name, chromedp.ByQuery), chromedp.Click(".finder button.main", chromedp.ByQuery), says("found"),
		chromedp.Click(`a[data-hit][href="/customers/`+id+`"]`, chromedp.ByQuery), sees(`document.querySelector("#part-timeline")`),
		chromedp.Click(`a[data-key="w"]`, chromedp.ByQuery), sees(`location.pathname.endsWith("/wrapup")`),
		chromedp.Click(`input[name="reason"][value="loan"] + span`, chromedp.ByQuery),
		chromedp.SendKeys("#wrapup-text", "Said without a script", chromedp.ByQuery),
		chromedp.Click(`form.wrapup button.main`, chromedp.ByQuery), says("The wrap-up is saved."), says("Said without a script"))
}

func settledInPlace(t *testing.T, browser context.Context, v *town) {
	_, id := v.shared(4)
	v.lines[1].set(refused)
	t.Cleanup(func() { v.lines[1].set(open) })
	v.patch(v.front, id, "memo", "Prefers mornings")
	v.patch(v.away, id, "memo", "Prefers evenings")
	away := v.begin(t, browser, v.away, "banker", chinese)
	away.goes("/customers/" + id)
	away.does(sees(`document.querySelector("#part-timeline")`), says("Prefers evenings"), stays())
	v.lines[1].set(open)
	v.quiet(settleWithin)
	s := v.begin(t, browser, v.front, "teller", english)
	s.goes("/customers/" + id)
	s.does(says("Two people wrote at the same time"), says("Prefers mornings"), says("Prefers evenings"), stays())
	away.does(sees(`document.querySelector("#part-conflicts .conflict")`), says("Prefers mornings"), stayed())
	lost := s.asks(`document.querySelector(".side:not(.side-current) .side-value").innerText`)
	s.does(chromedp.Click(`.conflict button[value="losing"]`, chromedp.ByQuery), says("Decided and saved."),
		sees(`!document.querySelector("#part-conflicts .conflict")`))
	away.does(sees(`!document.querySelector("#part-conflicts .conflict")`), stayed(), says(lost))
	if got := v.front.door().customer(t, id).field("memo"); got != lost {
		t.Errorf("taken was %q, but %q stands", lost, got)
	}
}

func (v *town) patch(w *workstation, id, field, value string) {
	v.t.Helper()
	w.door().do(v.t, http.MethodPatch, "/customers/"+id, map[string]any{field: value}, &struct{}{})
}

func duplicateNoticed(t *testing.T, browser context.Context, v *town) {
	known := v.front.door().customer(t, v.shows(invent.OpenPromise, v.front)[0])
	s := v.begin(t, browser, v.front, "teller", english)
	s.does(press(kb.Escape), press("n"), sees(`document.querySelector("#prospect")`),
		chromedp.SendKeys("#f-name", known.Name, chromedp.ByQuery), chromedp.SendKeys("#f-birth", known.field("birth"), chromedp.ByQuery),
		sees(`document.querySelector('output[for="f-birth"]').innerText.includes("years old")`),
		chromedp.SendKeys("#f-phone", "+44 20 7946 0123", chromedp.ByQuery),
		says("very alike"), sees(`document.querySelector("#duplicates a[href='/customers/`+known.ID+`']")`))
	s.does(ctrlEnter(), sees(`document.querySelector('button[name="sure"]')`), says("very alike"),
		chromedp.Click(`button[name="sure"]`, chromedp.ByQuery), says("The prospect is saved."), says(known.Name), says("+44"))
	if s.asks(`location.pathname`) == "/customers/"+known.ID {
		t.Error("the prospect was not made")
	}
}

func languageKey(t *testing.T, browser context.Context, v *town) {
	_, id := v.shared(0)
	s := v.begin(t, browser, v.front, "manager", english)
	for _, page := range []struct{ path, en, zh string }{
		{"/", "Find a customer", "查找客户"}, {"/customers/" + id, "Ways to reach", "联系方式"}, {"/customers/" + id + "/wrapup", "What about", "事由"},
		{"/customers/" + id + "/edit", "Change details", "修改资料"}, {"/prospects/new", "New prospect", "新潜在客户"},
		{"/conflicts", "Conflicts", "冲突"}, {"/outage", "What exists only here", "只在本机的内容"}, {"/keys", "Keys", "按键"},
	} {
		s.goes(page.path)
		s.does(says(page.en), press(kb.Escape), press("l"), sees(`document.documentElement.lang.startsWith("zh")`), says(page.zh),
			sees(`location.pathname === `+quoted(page.path)),
			press(kb.Escape), press("l"), sees(`document.documentElement.lang === "en"`), says(page.en))
	}
}

func leadsHome(t *testing.T, browser context.Context, v *town) {
	s := v.begin(t, browser, v.front, "teller", english)
	for _, path := range []string{"/nothing", "/customers/17", "/customers/x"} {
		s.goes(path)
		s.does(says("That did not work"), chromedp.Click("a.button.main", chromedp.ByQuery), sees(`location.pathname === "/" && document.querySelector("[data-find-live]")`))
	}
}

func fleetSeen(t *testing.T, browser context.Context, v *town) {
	s := sit(t, browser, v.central.door.url)
	s.goes("/signin")
	s.does(chromedp.SendKeys("#login", v.root.Login, chromedp.ByQuery), chromedp.SendKeys("#password", v.root.Password, chromedp.ByQuery), press(kb.Enter),
		sees(`document.querySelectorAll("table.fleet tbody tr").length === 3`))
	for _, w := range v.nodes {
		s.does(says(w.name))
	}
	s.goes("/refused")
	s.does(says("No change was refused."))
}
