package main

import (
	"context"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"

	"bough/webui/pagetest"
)

func TestOneClickInABrowserOpensTheWorkstationAndTheMapIsLive(t *testing.T) {
	browser := pagetest.Browser(t)
	s := newShow(t)
	tab, cancel := chromedp.NewContext(browser)
	defer cancel()
	does(t, tab, chromedp.Navigate(s.start+"/"), chromedp.WaitVisible(`button[id="line-1"]`))
	opened := chromedp.WaitNewTarget(tab, func(i *target.Info) bool { return i.Type == "page" && i.URL != "" })
	does(t, tab, chromedp.Click(`//button[contains(., "Emma Hayes")]`, chromedp.BySearch))
	desk, cancel := chromedp.NewContext(tab, chromedp.WithTargetID(<-opened))
	defer cancel()
	var at, says string
	does(t, desk, chromedp.WaitVisible(`header`), chromedp.Location(&at), chromedp.Text(`body`, &says))
	if strings.HasPrefix(at, s.start) || !strings.Contains(says, "Emma Hayes") {
		t.Errorf("one click led to %s:\n%s", at, says)
	}
	// Cut in another way than on the page: the map hears of it.
	does(t, tab, chromedp.WaitVisible(`button.harm[id="line-2"]`))
	s.post("/line", map[string][]string{"branch": {"2"}, "do": {"cut"}})
	does(t, tab, chromedp.WaitVisible(`button[id="line-2"][value="restore"]`), chromedp.Click(`button[id="line-2"]`), chromedp.WaitVisible(`.proof`))
	s.stop()
	does(t, tab, chromedp.WaitVisible(`#closed`))
}

// does runs steps, each with patience.
func does(t *testing.T, tab context.Context, steps ...chromedp.Action) {
	t.Helper()
	for i, step := range steps {
		// The first run decides how long a tab lives, so it has no end of its own.
		if err := chromedp.Run(tab); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(tab, patience)
		err := chromedp.Run(ctx, step)
		cancel()
		if err != nil {
			t.Fatalf("step %d: %v", i+1, err)
		}
	}
}
