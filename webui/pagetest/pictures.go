package pagetest

import (
	"context"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"bough/packaging/tidy/require"
	"bough/webui/words"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// patience is how long one picture may take.
const patience = 30 * time.Second

// looks are the ways in which every page is looked at.
var looks = []struct {
	name   string
	width  int64
	height int64
	scheme string
}{
	{"wide", 1280, 800, "light"},
	{"narrow", 600, 900, "light"},
	{"dark", 1280, 800, "dark"},
}

// shoot takes a picture of every page in every look and language.
func shoot(t *testing.T, browser context.Context, server *httptest.Server, pages []Page) {
	t.Helper()
	folder := require.Pictures(t)
	if folder == "" {
		return
	}
	for _, page := range pages {
		if !require.Pictured(page.Name) {
			continue
		}
		for _, code := range words.Codes {
			for _, look := range looks {
				var png []byte
				ctx, cancel := context.WithTimeout(browser, patience)
				err := chromedp.Run(ctx,
					emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: look.scheme}, {Name: "prefers-reduced-motion", Value: "reduce"}}),
					chromedp.EmulateViewport(look.width, look.height),
					chromedp.Navigate(server.URL+"/gallery/"+page.Name+"/"+code),
					chromedp.FullScreenshot(&png, 100),
				)
				cancel()
				if err != nil {
					t.Fatalf("picture of %s: %v", page.Name, err)
				}
				name := filepath.Join(folder, page.Name+"-"+code+"-"+look.name+".png")
				if err := os.WriteFile(name, png, 0o644); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
}

// Browser starts a browser of its own that speaks to nobody but us; the test is
// skipped where there is none.
func Browser(t *testing.T) context.Context {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(require.Chromium(t)), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.UserDataDir(t.TempDir()),
		chromedp.Flag("disable-quic", true), chromedp.Flag("no-first-run", true),
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-sync", true),
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
	// It lives as long as the context of its first run: not that of a picture.
	if err := chromedp.Run(browser); err != nil {
		t.Fatalf("start the browser: %v", err)
	}
	return browser
}
