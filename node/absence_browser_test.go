package node

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"bough/node/desk"
	"bough/webui/pagetest"

	keyboard "github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// screen is a real browser, used by keyboard alone.
type screen struct {
	t       *testing.T
	at      string // http://host:port
	browser context.Context
}

func newScreen(t *testing.T, browser context.Context, address string) *screen {
	t.Helper()
	tab, shut := chromedp.NewContext(browser)
	t.Cleanup(shut)
	if err := chromedp.Run(tab); err != nil { // it lives as long as the context of its first run
		t.Fatal(err)
	}
	return &screen{t, "http://" + address, tab}
}

// does runs steps, each with patience.
func (s *screen) does(steps ...chromedp.Action) {
	s.t.Helper()
	for i, step := range steps {
		ctx, cancel := context.WithTimeout(s.browser, patience)
		err := chromedp.Run(ctx, step)
		cancel()
		if err != nil {
			var page string
			_ = chromedp.Run(s.browser, chromedp.Evaluate(`location.href + "\n" + document.querySelector("main").innerText`, &page))
			s.t.Fatalf("step %d: %v\n%s", i+1, err, page)
		}
	}
}

// leads does what another page comes of, and waits until that is there: what the
// page before says is no answer.
func (s *screen) leads(steps ...chromedp.Action) {
	s.t.Helper()
	s.does(chromedp.Evaluate(`document.body.dataset.before = "1"`, nil))
	s.does(steps...)
	s.does(met(`document.readyState === "complete" && !document.body.dataset.before`))
}

// met waits until a script is true; an error of it is a page that is just being left.
func met(script string) chromedp.Action {
	return chromedp.ActionFunc(func(ctx context.Context) error {
		for {
			is := false
			if err := chromedp.Evaluate(script, &is).Do(ctx); err == nil && is {
				return nil
			}
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-time.After(20 * time.Millisecond):
			}
		}
	})
}

func (s *screen) goes(path string) { s.t.Helper(); s.does(chromedp.Navigate(s.at + path)) }

// enter presses Enter on what a selector finds; a form that is sent so, or a link.
func enter(selector string) chromedp.Action {
	return chromedp.Tasks{chromedp.Focus(selector, chromedp.ByQuery), chromedp.KeyEvent(kb.Enter)}
}

// types fills a field anew.
func types(selector, text string) chromedp.Action {
	all := keyboard.ModifierCtrl
	return chromedp.Tasks{chromedp.WaitReady(selector, chromedp.ByQuery), chromedp.Focus(selector, chromedp.ByQuery),
		chromedp.KeyEvent("a", chromedp.KeyModifiers(all)), chromedp.KeyEvent(text)}
}

// shows waits until the page says all of the texts.
func (s *screen) shows(texts ...string) {
	s.t.Helper()
	for _, text := range texts {
		s.does(met(`document.readyState === "complete" && document.querySelector("main").innerText.includes(` + strconv.Quote(text) + `)`))
	}
}

// chosen is somebody in a list of people.
func chosen(login string) chromedp.Action {
	return chromedp.Tasks{chromedp.Focus(`input[value="`+login+`"]`, chromedp.ByQuery), chromedp.KeyEvent(" ")}
}

// signIn signs in: who says who they are in a list, or types it.
func (s *screen) signIn(who chromedp.Action) {
	s.t.Helper()
	s.goes("/signin")
	s.leads(who, chromedp.SendKeys("#password", "correct horse\r", chromedp.ByQuery))
}

// TestAWorkstationThatWasAwayTooLongIsOpenedAndFedInABrowserByKeyboard: what its
// pages say past the lease, and let people do.
func TestAWorkstationThatWasAwayTooLongIsOpenedAndFedInABrowserByKeyboard(t *testing.T) {
	if testing.Short() {
		t.Skip("a browser goes through two journeys")
	}
	browser := pagetest.Browser(t)
	c := cutOff(t)
	prospect(t, c.node, "Ada of the outage")
	office := newReader(t, c.central.PagesAddr())
	clerk, head := newScreen(t, browser, c.node.Addr()), newScreen(t, browser, c.central.PagesAddr())
	clerk.byPhone(c, office)
	clerk.byStick(c, head, office)
}

func (s *screen) byPhone(c *cut, office *reader) {
	c.pass(15 * 24 * time.Hour)
	s.signIn(chosen("jana"))
	s.shows("has not heard from head office for too long")
	s.leads(enter(`main a[href="/lease"]`))
	s.shows("Nobody can sign in here. Nothing is lost.", fmt.Sprint(c.node.Origin()))
	s.leads(types("#code", "3K7M-Q2XW-0FHT\r"))
	s.shows("does not fit this workstation")
	office.post("/signin", "login", "root", "password", "correct horse")
	code := regexp.MustCompile(`<code>([^<]+)</code>`).FindStringSubmatch(office.post("/leases", "origin", fmt.Sprint(c.node.Origin())))
	if code == nil {
		s.t.Fatal("head office gives no code")
	}
	s.leads(types("#code", strings.ToLower(code[1])+"\r"))
	s.shows("The code fits")
	s.signIn(chosen("jana"))
	s.shows("Ada of the outage")
	s.does(chromedp.WaitReady("#line", chromedp.ByQuery))
	var line string
	s.does(chromedp.Text("#line", &line, chromedp.ByQuery))
	if !strings.Contains(line, "15 days") {
		s.t.Errorf("the line says %q", line)
	}
}

func (s *screen) byStick(c *cut, head *screen, office *reader) {
	s.goes("/stick")
	s.shows(c.stick, "Nothing of bough is on this stick.")

	// While something is under way the page shows how far it is, offers nothing that
	// would disturb it, and comes again by itself.
	was := c.node.carrier.state()
	c.node.carrier.put(&desk.Carrying{Kind: desk.StickWork, Done: 120, All: 240})
	s.goes("/stick")
	s.shows("Unsent work is put together", "120 of 240 changes")
	s.does(chromedp.WaitNotPresent(`button[value="work"]`, chromedp.ByQuery))
	c.node.carrier.put(was)
	s.does(chromedp.WaitReady(`button[value="work"]`, chromedp.ByQuery))

	s.leads(enter(`button[value="work"]`))
	s.shows("Take the stick to head office", "Work for head office")
	bundle := filepath.Join(c.stick, c.node.stickName(workTail))

	head.signIn(types(`input[name="login"]`, "root"))
	head.does(chromedp.WaitReady(`a[href="/refused"]`, chromedp.ByQuery))
	pictures := filepath.Join(c.t.TempDir(), "pictures.bundle")
	if err := os.WriteFile(pictures, []byte("holiday pictures"), 0o600); err != nil {
		s.t.Fatal(err)
	}
	head.goes("/sticks")
	head.leads(chromedp.SetUploadFiles("#bundle", []string{pictures}, chromedp.ByQuery), enter(`form[enctype] button`))
	head.shows("This is not a file of bough")
	head.leads(chromedp.SetUploadFiles("#bundle", []string{bundle}, chromedp.ByQuery), enter(`form[enctype] button`))
	head.shows("Taken from desk", "0 not taken")

	// A stick that is spoilt on its way back says so, and does no harm.
	answer := strings.TrimSuffix(bundle, workTail) + newsTail
	if err := os.WriteFile(answer, []byte("what a bad stick gives back"), 0o600); err != nil {
		s.t.Fatal(err)
	}
	s.goes("/stick")
	s.leads(enter(`button[value="answer"]`))
	s.shows("The answer on this stick is damaged")
	ids, err := c.central.answerIDs()
	if err != nil || len(ids) == 0 {
		s.t.Fatal(ids, err)
	}
	content, _ := office.answer(office.web.Get(office.at + "/sticks/" + ids[0]))
	if err := os.WriteFile(answer, []byte(content), 0o600); err != nil {
		s.t.Fatal(err)
	}
	s.leads(enter(`button[value="answer"]`))
	s.shows("Head office wrote this on")
	if p, err := c.node.Store.Progress(c.t.Context()); err != nil || p.Taken == 0 {
		s.t.Errorf("taken are: %+v %v", p, err)
	}
}

// put sets what is under way.
func (c *carrier) put(at *desk.Carrying) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = at
}
