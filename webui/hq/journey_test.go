package hq

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"bough/webui/pagetest"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// patience is how long a browser may take for one step.
const patience = time.Minute

func TestAnImportIsMadeAndTakenBackInARealBrowserByKeyboard(t *testing.T) {
	if testing.Short() {
		t.Skip("a browser goes through a whole import")
	}
	c, work := importCounter(t)
	path := filepath.Join(t.TempDir(), "customers.csv")
	if err := os.WriteFile(path, []byte(customerFile(250)), 0o600); err != nil {
		t.Fatal(err)
	}
	browser := pagetest.Browser(t)
	does := func(steps ...chromedp.Action) {
		t.Helper()
		ctx, cancel := context.WithTimeout(browser, patience)
		defer cancel()
		if err := chromedp.Run(ctx, steps...); err != nil {
			var page string
			_ = chromedp.Run(browser, chromedp.Evaluate(`location.href + "\n" + document.querySelector("main").innerText`, &page))
			t.Fatalf("%v\n%s", err, page)
		}
	}
	press := func(act string) chromedp.Action {
		return chromedp.SendKeys(`button[value="`+act+`"]`, kb.Enter, chromedp.ByQuery)
	}
	shows := func(selector string) chromedp.Action { return chromedp.WaitVisible(selector, chromedp.ByQuery) }
	does(chromedp.Navigate(c.URL+"/signin"), chromedp.SendKeys(`input[name="login"]`, "root", chromedp.ByQuery),
		chromedp.SendKeys("#password", pagetest.Password+"\r", chromedp.ByQuery), chromedp.WaitReady(`a[href="/imports"]`, chromedp.ByQuery))
	does(chromedp.Navigate(c.URL+"/imports"), chromedp.SetUploadFiles("#files", []string{path}, chromedp.ByQuery),
		chromedp.SendKeys(`form[enctype] button`, kb.Enter, chromedp.ByQuery), shows(`select[name="f0_c2"]`))
	does(press("try"), shows("progress"))
	work()
	does(shows(`button[value="write"]`), press("write"), shows(`button[value="stop"]`)) // the page looked again by itself
	work()
	does(shows(`a[href$="?undo=1"]`), chromedp.SendKeys(`a[href$="?undo=1"]`, kb.Enter, chromedp.ByQuery), shows(`button[value="undo"]`), press("undo"), shows("progress"))
	work()
	var said string
	does(chromedp.WaitNotPresent("progress", chromedp.ByQuery), chromedp.Text("#part-import strong", &said, chromedp.ByQuery))
	if said != "taken back" {
		t.Errorf("the page says %q", said)
	}
}
