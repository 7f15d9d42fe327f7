package require

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// Names that BOUGH_REQUIRE understands.
const (
	nameChromium = "chromium"
	nameData     = "data"
)

// Chromium returns the path of a browser that chromedp can drive.
func Chromium(t testing.TB) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	missing(t, nameChromium, "run `make deps` as root on Debian, or install chromium or google-chrome")
	return ""
}

// Data returns the path of the folder of shared data sets, which lies beside
// the checkout: shared/data next to the folder that holds go.mod. Tests read
// it and write nothing there.
func Data(t testing.TB) string {
	t.Helper()
	root := moduleRoot(t)
	data := filepath.Join(filepath.Dir(root), "shared", "data")
	if info, err := os.Stat(data); err == nil && info.IsDir() {
		return data
	}
	missing(t, nameData, "put the shared data sets into ../shared/data beside the checkout")
	return ""
}

// Pictures returns the folder into which page tests write their screenshots,
// or "" when nobody asked for any. `make screenshots` asks.
func Pictures(t testing.TB) string {
	t.Helper()
	folder := os.Getenv("BOUGH_SCREENSHOTS")
	if folder == "" {
		return ""
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		t.Fatalf("require: make folder for screenshots: %v", err)
	}
	return folder
}

// Pictured reports whether a page is among those of which pictures are taken:
// BOUGH_SCREENSHOTS_ONLY names them by how their names begin, separated by
// commas; without it all are.
func Pictured(page string) bool {
	only := os.Getenv("BOUGH_SCREENSHOTS_ONLY")
	return only == "" || slices.ContainsFunc(strings.Split(only, ","), func(prefix string) bool { return strings.HasPrefix(page, prefix) })
}

// missing ends the test: a failure where BOUGH_REQUIRE names the thing, a skip
// anywhere else.
func missing(t testing.TB, name, how string) {
	t.Helper()
	if slices.Contains(strings.Split(os.Getenv("BOUGH_REQUIRE"), ","), name) {
		t.Fatalf("needs %s, and BOUGH_REQUIRE names it: %s", name, how)
	}
	t.Skipf("needs %s: %s", name, how)
}

// moduleRoot walks up from the test's working folder to the one with go.mod.
func moduleRoot(t testing.TB) string {
	t.Helper()
	folder, err := os.Getwd()
	if err != nil {
		t.Fatalf("require: find working folder: %v", err)
	}
	for {
		if _, err := os.Stat(filepath.Join(folder, "go.mod")); err == nil {
			return folder
		}
		parent := filepath.Dir(folder)
		if parent == folder {
			t.Fatalf("require: no go.mod above the test's working folder")
		}
		folder = parent
	}
}
