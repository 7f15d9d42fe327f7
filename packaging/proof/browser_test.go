package proof

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"bough/packaging/tidy/require"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	keyboard "github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

const (
	patience  = time.Minute // one step of a browser on a busy machine
	lookEvery = 30 * time.Millisecond
)

// openBrowser starts a browser that speaks to nobody but us.
func openBrowser(t *testing.T) context.Context {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(require.Chromium(t)), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.UserDataDir(t.TempDir()),
		chromedp.Flag("disable-quic", true), chromedp.Flag("no-first-run", true), chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true), chromedp.Flag("lang", "en-US"),
	)
	allocated, stop := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(stop)
	browser, shut := chromedp.NewContext(allocated)
	t.Cleanup(func() {
		if err := chromedp.Cancel(browser); err != nil { // waits until it has let go of its folder
			t.Logf("close the browser: %v", err)
		}
		shut()
	})
	must(t, chromedp.Run(browser)) // it lives as long as the context of its first run
	return browser
}

// seat is a browser window of its own, with its own cookies, in front of one
// process.
type seat struct {
	t    *testing.T
	ctx  context.Context
	base string

	mu       sync.Mutex // guards the rest
	troubles []string   // what the browser complained about
	rough    bool       // its process is being killed: lost connections are no fault
}

// sit opens a window in front of a process.
func sit(t *testing.T, browser context.Context, base string) *seat {
	t.Helper()
	ctx, leave := chromedp.NewContext(browser, chromedp.WithTargetID(window(t, browser)))
	s := &seat{t: t, ctx: ctx, base: base}
	chromedp.ListenTarget(ctx, s.listen)
	t.Cleanup(func() {
		leave()
		s.mu.Lock()
		defer s.mu.Unlock()
		for _, trouble := range s.troubles {
			t.Errorf("the browser complains: %s", trouble)
		}
	})
	must(t, chromedp.Run(ctx)) // the window lives as long as the context of its first run
	s.does(chromedp.EmulateViewport(1280, 800))
	return s
}

// window opens a window without the cookies of others. A headless browser wants
// to be told that it is a window, which chromedp's own way does not.
func window(t *testing.T, browser context.Context) target.ID {
	t.Helper()
	ctx := cdp.WithExecutor(browser, chromedp.FromContext(browser).Browser)
	own, err := target.CreateBrowserContext().WithDisposeOnDetach(true).Do(ctx)
	must(t, err)
	id, err := target.CreateTarget("about:blank").WithBrowserContextID(own).WithNewWindow(true).Do(ctx)
	must(t, err)
	return id
}

func (s *seat) listen(event any) {
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		s.complain(e.ExceptionDetails.Error())
	case *runtime.EventConsoleAPICalled:
		if e.Type == runtime.APITypeError || e.Type == runtime.APITypeAssert {
			for _, arg := range e.Args {
				s.complain("console: " + arg.Description + string(arg.Value))
			}
		}
	case *log.EventEntryAdded:
		// The answers to forms that were refused are listed as failed loads.
		answered := e.Entry.Source == log.SourceNetwork && strings.Contains(e.Entry.Text, "server responded with a status of 4")
		if e.Entry.Level == log.LevelError && !answered {
			s.complain(fmt.Sprintf("%s: %s %s", e.Entry.Source, e.Entry.Text, e.Entry.URL))
		}
	}
}

func (s *seat) complain(trouble string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.rough && strings.Contains(trouble, "net::ERR_") {
		return
	}
	// Who saves while a hint is still on its way leaves the hint behind.
	if strings.HasPrefix(trouble, "console: ") && strings.Contains(trouble, "htmx:sendAbort") || strings.Contains(trouble, "htmx:afterRequest, [object HTMLOutputElement]") {
		return
	}
	s.troubles = append(s.troubles, trouble)
}

// expectLoss says that the process of this window is about to be killed.
func (s *seat) expectLoss() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rough = true
}

// does runs steps, each with patience.
func (s *seat) does(steps ...chromedp.Action) {
	s.t.Helper()
	for i, step := range steps {
		if err := s.try(step); err != nil {
			var page string
			_ = s.try(chromedp.Evaluate(`location.href + "\n" + document.body.innerText`, &page)) // as much as there is
			s.t.Fatalf("step %d: %v\n%s", i+1, err, page)
		}
	}
}

func (s *seat) try(step chromedp.Action) error {
	ctx, cancel := context.WithTimeout(s.ctx, patience)
	defer cancel()
	return chromedp.Run(ctx, step)
}

// goes opens a page and waits for it.
func (s *seat) goes(path string) { s.t.Helper(); s.does(chromedp.Navigate(s.base + path)) }

// signIn picks a person and types their password.
func (s *seat) signIn(login, word string) {
	s.t.Helper()
	s.goes("/signin")
	s.does(
		chromedp.Click(`input[name="login"][value="`+login+`"]`, chromedp.ByQuery),
		chromedp.SendKeys("#password", word, chromedp.ByQuery),
		chromedp.KeyEvent(kb.Enter),
		sees(`document.readyState === "complete" && document.activeElement.id === "find"`),
	)
}

// asks evaluates a script and returns its text.
func (s *seat) asks(script string) (text string) {
	s.t.Helper()
	s.does(chromedp.Evaluate("String("+script+")", &text))
	return text
}

// sees waits until the script is true. The pages' policy forbids what chromedp
// uses to poll.
func sees(script string) chromedp.Action {
	return chromedp.ActionFunc(func(ctx context.Context) error {
		for {
			var seen bool
			if err := chromedp.Evaluate("!!("+script+")", &seen).Do(ctx); err == nil && seen { // an error: the page is just being left
				return nil
			}
			select {
			case <-ctx.Done():
				return fmt.Errorf("never saw %s: %w", script, ctx.Err())
			case <-time.After(lookEvery):
			}
		}
	})
}

// says waits until the page holds a text.
func says(text string) chromedp.Action {
	return sees(`document.body.innerText.includes(` + strconv.Quote(text) + `)`)
}

// saysNot waits until the page does not hold a text any more.
func saysNot(text string) chromedp.Action {
	return sees(`!document.body.innerText.includes(` + strconv.Quote(text) + `)`)
}

// marked waits until a line of the timeline that holds text carries the mark.
func marked(text, mark string) chromedp.Action {
	return sees(`[...document.querySelectorAll("li.entry")].some(e => e.innerText.includes(` + strconv.Quote(text) +
		`) && e.querySelector(".mark").innerText.includes(` + strconv.Quote(mark) + `))`)
}

// press types as hands do: a key whose default the page prevents types nothing,
// other than with chromedp's own KeyEvent. What no key has comes as from an
// input method.
func press(text string) chromedp.Action { return typing(text, keyboard.ModifierNone) }

func ctrlEnter() chromedp.Action { return typing(kb.Enter, keyboard.ModifierCtrl) }

func typing(text string, held keyboard.Modifier) chromedp.Action {
	return chromedp.ActionFunc(func(ctx context.Context) error {
		for _, r := range text {
			k, known := kb.Keys[r]
			if !known {
				if err := keyboard.InsertText(string(r)).Do(ctx); err != nil {
					return err
				}
				continue
			}
			with := held
			if k.Shift {
				with |= keyboard.ModifierShift
			}
			down := keyboard.DispatchKeyEvent(keyboard.KeyDown).WithKey(k.Key).WithCode(k.Code).WithText(k.Text).WithUnmodifiedText(k.Unmodified).
				WithWindowsVirtualKeyCode(k.Windows).WithModifiers(with)
			if k.Text == "" || held != keyboard.ModifierNone {
				down.Type = keyboard.KeyRawDown
			}
			up := keyboard.DispatchKeyEvent(keyboard.KeyUp).WithKey(k.Key).WithCode(k.Code).WithWindowsVirtualKeyCode(k.Windows).WithModifiers(with)
			if err := errors.Join(down.Do(ctx), up.Do(ctx)); err != nil {
				return err
			}
		}
		return nil
	})
}

// stays notes that the page was not loaded anew since.
func stays() chromedp.Action { return chromedp.Evaluate(`document.body.dataset.stayed = "1"`, nil) }

func stayed() chromedp.Action { return sees(`document.body.dataset.stayed === "1"`) }

func withoutScripts() chromedp.Action { return emulation.SetScriptExecutionDisabled(true) }
