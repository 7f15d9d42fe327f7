package pagetest

import (
	"context"
	_ "embed"
	"net/http/httptest"
	"testing"

	"bough/webui/words"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// axeSource looks for barriers: axe-core, whose licence lies beside it.
//
//go:embed axe/axe-4.14.1.min.js
var axeSource string

// Which rules count: WCAG 2.2 A and AA. What changes with the colours is all
// that is looked at again in the dark.
const (
	allRules    = `{runOnly: {type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}, resultTypes: ["violations"]}`
	colourRules = `{runOnly: {type: "rule", values: ["color-contrast"]}, resultTypes: ["violations"]}`
	foundBy     = `.then(r => r.violations.flatMap(v => v.nodes.map(n => v.id + " (" + v.help + "): " + n.target.join(" ") + " " + n.html.slice(0, 160) + " " + n.any.map(a => a.message).join("; "))))`
)

// barriers fails where a page, in any language, light or dark, keeps somebody
// out by the rules of WCAG 2.2 A and AA that a program can check.
func barriers(t *testing.T, browser context.Context, server *httptest.Server, pages []Page) {
	t.Helper()
	if testing.Short() {
		t.Log("-short: no page was looked at for barriers")
		return
	}
	for _, page := range pages {
		for _, code := range words.Codes {
			t.Run(page.Name+" in "+code+" keeps nobody out", func(t *testing.T) {
				ctx, cancel := context.WithTimeout(browser, patience)
				defer cancel()
				err := chromedp.Run(ctx, chromedp.EmulateViewport(1280, 800), lit("light"),
					chromedp.Navigate(server.URL+"/gallery/"+page.Name+"/"+code), chromedp.Evaluate(axeSource+";0", nil))
				if err != nil {
					t.Fatal(err)
				}
				audit(ctx, t, "light", allRules)
				audit(ctx, t, "dark", colourRules)
			})
		}
	}
}

func audit(ctx context.Context, t *testing.T, scheme, rules string) {
	t.Helper()
	var found []string
	waited := func(p *runtime.EvaluateParams) *runtime.EvaluateParams { return p.WithAwaitPromise(true) }
	if err := chromedp.Run(ctx, lit(scheme), chromedp.Evaluate(`axe.run(`+rules+`)`+foundBy, &found, waited)); err != nil {
		t.Fatal(err)
	}
	for _, one := range found {
		t.Errorf("%s: %s", scheme, one)
	}
}

// lit makes it light or dark, without anything that moves.
func lit(scheme string) chromedp.Action {
	return emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"}})
}
