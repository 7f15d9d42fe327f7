//go:build screens

package proof

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	invent "bough/node/sim/bank"
	"bough/packaging/tidy/require"

	"github.com/chromedp/chromedp"
)

// looks are the sizes of windows that pictures are taken of.
var looks = []struct {
	name          string
	width, height int64
}{{"wide", 1280, 800}, {"narrow", 420, 900}}

// photographer takes pictures of pages into a folder.
type photographer struct {
	*seat
	folder string
}

// TestScreensOfARealBank takes pictures of every page of running processes, in
// both languages; it is built only for that: `make screenshots`.
func TestScreensOfARealBank(t *testing.T) {
	folder := require.Pictures(t)
	if folder == "" {
		t.Fatal("BOUGH_SCREENSHOTS names no folder: run make screenshots")
	}
	browser := openBrowser(t)
	v := openTown(t)
	_, shared := v.shared(0)
	v.twoValues(t, shared)
	head := photographer{sit(t, browser, v.central.door.url), folder}
	head.take("central-signin", "/signin")
	head.does(chromedp.SendKeys("#login", v.root.Login, chromedp.ByQuery), chromedp.SendKeys("#password", v.root.Password, chromedp.ByQuery), press("\r"),
		sees(`document.querySelector("table.fleet")`))
	head.take("central-fleet", "/")
	head.take("central-refused", "/refused")
	head.take("central-find", "/find?q=a")
	for _, w := range []*workstation{v.front, v.away} {
		v.counter(t, browser, w, folder)
	}
	v.unenrolled(t, browser, folder)
}

// twoValues leaves a conflict of a memo and of a phone.
func (v *town) twoValues(t *testing.T, id string) {
	t.Helper()
	v.patch(v.front, id, "phone", "+44 20 7946 0100")
	v.quiet(settleWithin)
	v.lines[1].set(refused)
	for _, field := range []struct{ name, front, away string }{
		{"memo", "Prefers mornings, hard of hearing on the left", "晚上联系，上午不方便"}, {"phone", "+44 20 7946 0101", "+86 138 0013 8000"},
	} {
		v.patch(v.front, id, field.name, field.front)
		v.patch(v.away, id, field.name, field.away)
	}
	v.lines[1].set(open)
	v.quiet(settleWithin)
}

// counter takes the pages of a workstation: its line up, then cut.
func (v *town) counter(t *testing.T, browser context.Context, w *workstation, folder string) {
	p := photographer{sit(t, browser, w.door().url), folder}
	at := func(page string) string { return w.name + "-" + page }
	p.take(at("signin"), "/signin")
	who := v.who(w.branch, "manager")
	p.signIn(who.Login, who.Password)
	_, shared := v.shared(0)
	promise := v.shows(invent.OpenPromise, w)[0]
	type page struct{ name, path string }
	pages := []page{
		{"find-empty", "/"}, {"find", "/?q=" + escaped(strings.Fields(v.front.door().customer(t, shared).Name)[0])}, {"find-none", "/?q=zzzzqqq"},
		{"customer-conflict", "/customers/" + shared}, {"customer-promise", "/customers/" + promise},
		{"wrapup", "/customers/" + promise + "/wrapup"}, {"edit", "/customers/" + promise + "/edit"}, {"reach", "/customers/" + promise + "/reach/new"},
		{"consent", "/customers/" + promise + "/consent?purpose=marketing&channel=phone"},
		{"correction", "/customers/" + promise + "/correction?field=home"},
		{"prospect", "/prospects/new"}, {"conflicts", "/conflicts"}, {"outage-up", "/outage"}, {"keys", "/keys"}, {"missing", "/nothing"},
	}
	for name, situation := range map[string]string{"stop": invent.StopWarning, "complaint": invent.OverdueComplaint, "stale": invent.StaleBalance,
		"company": invent.CommercialGroup, "household": invent.Household, "long": invent.LongTimeline} {
		for _, id := range v.may(situation, w)[:min(1, len(v.may(situation, w)))] {
			pages = append(pages, page{"customer-" + name, "/customers/" + id})
		}
	}
	for _, page := range pages {
		p.take(at(page.name), page.path)
	}
	v.lines[w.branch].set(refused)
	defer v.lines[w.branch].set(open)
	v.patch(w, shared, "occupation", "Piano tuner")
	v.patch(w, promise, "phone", "+44 20 7946 0199")
	p.take(at("outage-cut"), "/outage")
	p.take(at("customer-cut"), "/customers/"+promise)
	p.panel(at("customer-panel"), "/customers/"+promise)
	p.duplicate(at("prospect-duplicate"), v.front.door().customer(t, shared).Name)
}

// unenrolled takes the page of a node that has not joined.
func (v *town) unenrolled(t *testing.T, browser context.Context, folder string) {
	fresh := launch(t, "fresh", "node", "--dir", filepath.Join(v.folder, "fresh"), "--listen", "127.0.0.1:0")
	p := photographer{sit(t, browser, strings.TrimSuffix(fresh.said(`^pages and API: (http://\S+/)$`), "/")), folder}
	p.take("join", "/")
}

// take takes a page in both languages and every look.
func (p photographer) take(name, path string) {
	p.t.Helper()
	for _, code := range []string{"en", "zh"} {
		p.does(chromedp.Navigate(p.base + "/language?to=" + code + "&back=" + escaped(path)))
		p.shoot(name + "-" + code)
	}
	p.does(chromedp.Navigate(p.base + "/language?to=en&back=%2F"))
}

func (p photographer) shoot(name string) {
	p.t.Helper()
	for _, look := range looks {
		var png []byte
		p.does(chromedp.EmulateViewport(look.width, look.height), sees(`document.readyState === "complete"`), chromedp.FullScreenshot(&png, 100))
		must(p.t, os.WriteFile(filepath.Join(p.folder, fmt.Sprintf("real-%s-%s.png", name, look.name)), png, 0o644))
		if wide := p.asks(`document.documentElement.scrollWidth > document.documentElement.clientWidth`); wide == "true" {
			p.t.Errorf("%s, %s: the page is wider than the window", name, look.name)
		}
	}
	p.does(chromedp.EmulateViewport(1280, 800))
}

// panel takes a customer with the wrap-up open in place.
func (p photographer) panel(name, path string) {
	p.t.Helper()
	p.goes(path)
	p.does(sees(`document.readyState === "complete"`), press("w"), sees(`document.querySelector("#panel form")`), press("5"), press("Wants to know what an early repayment would cost"))
	p.shoot(name + "-en")
}

// duplicate takes the form of a prospect who is known.
func (p photographer) duplicate(name, known string) {
	p.t.Helper()
	p.goes("/prospects/new")
	p.does(chromedp.SendKeys("#f-name", known, chromedp.ByQuery), sees(`document.querySelector("#duplicates a")`))
	p.shoot(name + "-en")
}
