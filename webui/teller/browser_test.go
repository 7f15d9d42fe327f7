package teller

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"bough/crdt"
	"bough/webui"
	"bough/webui/pagetest"

	"github.com/chromedp/cdproto/fetch"
	keyboard "github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/labstack/echo/v4"
)

// patience is how long a browser may take for one step, pollEvery how often we
// look.
const (
	patience  = time.Minute
	pollEvery = 30 * time.Millisecond
)

// tab is one tab of a real browser in front of a counter.
type tab struct {
	t        *testing.T
	ctx      context.Context
	mu       sync.Mutex // guards troubles
	troubles []string   // what the browser complained about
}

func newTab(t *testing.T, parent context.Context) *tab {
	t.Helper()
	ctx, cancel := chromedp.NewContext(parent)
	t.Cleanup(cancel)
	b := &tab{t: t, ctx: ctx}
	// A tab lives as long as the context of its first run: not that of a step.
	if err := chromedp.Run(ctx); err != nil {
		t.Fatal(err)
	}
	chromedp.ListenTarget(ctx, func(event any) {
		switch e := event.(type) {
		case *runtime.EventExceptionThrown:
			b.note(e.ExceptionDetails.Error())
		case *log.EventEntryAdded:
			if e.Entry.Source == log.SourceSecurity || strings.Contains(e.Entry.Text, "Content Security Policy") {
				b.note(e.Entry.Text)
			}
		}
	})
	t.Cleanup(func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		for _, trouble := range b.troubles {
			t.Errorf("the browser complains: %s", trouble)
		}
	})
	return b
}

func (b *tab) note(trouble string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.troubles = append(b.troubles, trouble)
}

// does runs steps, each with patience.
func (b *tab) does(steps ...chromedp.Action) {
	b.t.Helper()
	for i, step := range steps {
		ctx, cancel := context.WithTimeout(b.ctx, patience)
		err := chromedp.Run(ctx, step)
		cancel()
		if err != nil {
			var page string
			_ = chromedp.Run(b.ctx, chromedp.Evaluate(`location.href + "\n" + document.querySelector("main").innerText`, &page))
			b.t.Fatalf("step %d: %v\n%s", i+1, err, page)
		}
	}
}

// firstTab is the tab that a browser opens with.
func firstTab(t *testing.T) *tab {
	t.Helper()
	return newTab(t, pagetest.Browser(t))
}

func signIn(c *pagetest.Counter) chromedp.Action {
	return chromedp.Tasks{
		chromedp.Navigate(c.URL + "/signin"),
		chromedp.Click(`input[value="jana"]`, chromedp.ByQuery),
		chromedp.SendKeys("#password", pagetest.Password+"\r", chromedp.ByQuery),
		chromedp.WaitVisible("[data-find-live]", chromedp.ByQuery),
	}
}

// sees waits until the script is true. chromedp's own polling makes functions
// of strings, which the pages' policy forbids.
func sees(script string) chromedp.Action {
	return chromedp.ActionFunc(func(ctx context.Context) error {
		for {
			var seen bool
			err := chromedp.Evaluate("!!("+script+")", &seen).Do(ctx)
			if err == nil && seen { // an error is a page that is just being left
				return nil
			}
			select {
			case <-ctx.Done():
				return fmt.Errorf("never saw %s: %w", script, ctx.Err())
			case <-time.After(pollEvery):
			}
		}
	})
}

func says(text string) chromedp.Action {
	return sees(`document.readyState === "complete" && document.querySelector("main").innerText.includes(` + quoted(text) + `)`)
}

func quoted(s string) string { return `"` + strings.ReplaceAll(s, `"`, `\"`) + `"` }

func ctrlEnter() chromedp.Action {
	return chromedp.KeyEvent(kb.Enter, chromedp.KeyModifiers(keyboard.ModifierCtrl))
}

func TestAWholeVisitByKeyboard(t *testing.T) {
	b := firstTab(t)
	c := pagetest.Open(t, Register)
	party(c, "Anna Nováková")
	b.does(
		signIn(c),
		chromedp.KeyEvent("nova"), // the field has the focus already
		sees(`document.querySelector("#found").dataset.typed === "nova"`),
		chromedp.KeyEvent(kb.Enter),
		chromedp.WaitVisible("#part-timeline", chromedp.ByQuery),
		sees(`document.readyState === "complete"`),
		chromedp.KeyEvent("w"),
		chromedp.WaitVisible("#panel form", chromedp.ByQuery),
		chromedp.KeyEvent("2"),
		sees(`document.activeElement.id === "wrapup-text"`),
		chromedp.KeyEvent("Ordered a new card"),
		sees(`document.querySelector('input[name="reason"]:checked').value === "card"`),
		ctrlEnter(),
		says("The wrap-up is saved."),
		says("Ordered a new card"),
		chromedp.KeyEvent("e"),
		chromedp.WaitVisible("#f-memo", chromedp.ByQuery),
		chromedp.KeyEvent("?"),
		says("switch between English and Chinese"),
		chromedp.KeyEvent("l"),
		says("切换中文与英文"),
		chromedp.KeyEvent("o"),
		says("只在本机的内容"),
		chromedp.KeyEvent("/"),
		sees(`document.activeElement.id === "find"`),
	)
}

// The first letters are typed on a slow machine before the page's scripts have come.
func TestWhatIsTypedBeforeTheScriptsAreThereIsFound(t *testing.T) {
	b := firstTab(t)
	c := pagetest.Open(t, Register)
	party(c, "Anna Nováková")
	held := make(chan fetch.RequestID, 1)
	chromedp.ListenTarget(b.ctx, func(e any) {
		if paused, is := e.(*fetch.EventRequestPaused); is {
			held <- paused.RequestID
		}
	})
	b.does(
		fetch.Enable().WithPatterns([]*fetch.RequestPattern{{URLPattern: "*/htmx-2*"}}),
		chromedp.Navigate(c.URL+"/signin"),
		chromedp.Click(`input[value="jana"]`, chromedp.ByQuery),
		chromedp.SendKeys("#password", pagetest.Password+"\r", chromedp.ByQuery),
		chromedp.ActionFunc(func(ctx context.Context) error {
			select {
			case <-ctx.Done():
				return ctx.Err()
			case id := <-held:
				err := chromedp.SendKeys("[data-find-live]", "nova", chromedp.ByQuery).Do(ctx)
				return errors.Join(err, fetch.ContinueRequest(id).Do(ctx))
			}
		}),
		sees(`document.querySelector("#found").dataset.typed === "nova"`),
		fetch.Disable(),
	)
}

func TestArrowsMoveInTheList(t *testing.T) {
	b := firstTab(t)
	c := pagetest.Open(t, Register)
	party(c, "Anna Nováková")
	second := party(c, "Eva Nováková")
	b.does(
		signIn(c),
		chromedp.KeyEvent("nova"),
		sees(`document.querySelectorAll("[data-hit]").length === 2 && document.querySelector("#found").dataset.typed === "nova"`),
		chromedp.KeyEvent(kb.ArrowDown), chromedp.KeyEvent(kb.ArrowDown), chromedp.KeyEvent(kb.ArrowDown),
		sees(`document.activeElement === document.querySelectorAll("[data-hit]")[1]`),
		chromedp.KeyEvent(kb.ArrowUp), chromedp.KeyEvent(kb.ArrowUp),
		sees(`document.activeElement.id === "find"`),
		chromedp.Navigate(c.URL+page(second)),
		says("Eva Nováková"),
	)
}

func TestWhatAnotherSavedAppearsWithoutDisturbingWhoTypes(t *testing.T) {
	b := firstTab(t)
	c := pagetest.Open(t, Register)
	id := party(c, "Anna Nováková")
	c.SignIn("petr")
	b.does(
		signIn(c),
		chromedp.Navigate(c.URL+page(id)),
		chromedp.WaitVisible("#part-timeline", chromedp.ByQuery),
		chromedp.Evaluate(`document.body.marked = true`, nil),
		sees(`document.readyState === "complete"`),
		chromedp.KeyEvent("w"),
		chromedp.WaitVisible("#panel form", chromedp.ByQuery),
		chromedp.KeyEvent("1"),
		chromedp.KeyEvent("Half a sen"),
	)
	c.Post(page(id)+"/wrapup", "channel", "call_in", "reason", "loan", "outcome", "done", "text", "Asked from the other desk")
	b.does(
		says("Asked from the other desk"),
		sees(`document.body.marked && document.querySelector("#wrapup-text").value === "Half a sen" && document.activeElement.id === "wrapup-text"`),
		chromedp.KeyEvent("tence"),
		ctrlEnter(),
		says("Half a sentence"),
	)
}

func TestAHalfTypedNoteSurvivesTheTab(t *testing.T) {
	b := firstTab(t)
	c := pagetest.Open(t, Register)
	id := party(c, "Anna Nováková")
	b.does(
		signIn(c),
		chromedp.Navigate(c.URL+page(id)+"/wrapup"),
		chromedp.WaitVisible("#wrapup-text", chromedp.ByQuery),
		chromedp.SendKeys("#wrapup-text", "Half a sentence", chromedp.ByQuery),
		chromedp.Navigate(c.URL+"/keys"), // leaving sends what was not sent yet
		says("find a customer"),
		chromedp.Navigate(c.URL+page(id)+"/wrapup"),
		says("Your draft of"),
		sees(`document.querySelector("#wrapup-text").value === "Half a sentence"`),
		chromedp.Click(`button[formaction="/drafts/discard"]`, chromedp.ByQuery),
		sees(`document.querySelector("#wrapup-text") && document.querySelector("#wrapup-text").value === ""`),
	)
}

func TestManyTabsShareOneStream(t *testing.T) {
	var streams, most atomic.Int64
	c := pagetest.Open(t, func(e *echo.Echo, o webui.Options) error {
		e.Use(func(next echo.HandlerFunc) echo.HandlerFunc {
			return func(c echo.Context) error {
				if c.Request().URL.Path != "/live" {
					return next(c)
				}
				now := streams.Add(1)
				defer streams.Add(-1)
				most.Store(max(most.Load(), now))
				return next(c)
			}
		})
		return Register(e, o)
	})
	id := party(c, "Anna Nováková")
	c.SignIn("petr")
	first := firstTab(t)
	first.does(signIn(c), chromedp.Navigate(c.URL+page(id)), says("Nothing was noted yet."))
	var others []*tab
	for range 3 {
		other := newTab(t, first.ctx)
		other.does(chromedp.Navigate(c.URL+page(id)), says("Nothing was noted yet."))
		others = append(others, other)
	}
	note(t, c, id, "Heard by every tab")
	for _, tab := range append(others, first) {
		tab.does(says("Heard by every tab"))
	}
	if most.Load() > 2 { // one being left while the next is opened
		t.Errorf("%d streams at once for four tabs", most.Load())
	}
	// The tab that keeps the stream goes: another takes over.
	first.does(chromedp.Navigate("about:blank"))
	note(t, c, id, "And after the first has gone")
	for _, tab := range others {
		tab.does(says("And after the first has gone"))
	}
}

func note(t *testing.T, c *pagetest.Counter, id crdt.ID, text string) {
	t.Helper()
	c.Post(page(id)+"/wrapup", "channel", "call_in", "reason", "loan", "outcome", "done", "text", text).Leads(t, page(id)+"?saved=wrapup")
}
