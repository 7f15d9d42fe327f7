package require

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// verdict is a testing.TB that notes how a test would have ended. Like the
// real one it ends the goroutine, so that nothing after it runs.
type verdict struct {
	testing.TB
	skipped, failed string
}

func (v *verdict) Helper() {}

func (v *verdict) Skipf(format string, args ...any) {
	v.skipped = fmt.Sprintf(format, args...)
	runtime.Goexit()
}

func (v *verdict) Fatalf(format string, args ...any) {
	v.failed = fmt.Sprintf(format, args...)
	runtime.Goexit()
}

// judge runs one test body and returns its end.
func judge(body func(testing.TB)) *verdict {
	v := &verdict{}
	done := make(chan struct{})
	go func() {
		defer close(done)
		body(v)
	}()
	<-done
	return v
}

func TestAMissingBrowserSkipsOrFailsAsTheEnvironmentAsks(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	for _, c := range []struct {
		require string
		fails   bool
	}{{"", false}, {"data", false}, {"chromium", true}, {"data,chromium", true}} {
		t.Setenv("BOUGH_REQUIRE", c.require)
		v := judge(func(tb testing.TB) { Chromium(tb) })
		if got := v.failed != ""; got != c.fails {
			t.Errorf("BOUGH_REQUIRE=%q: failed %v, want %v", c.require, got, c.fails)
		}
		if text := v.failed + v.skipped; !strings.Contains(text, "needs chromium") {
			t.Errorf("BOUGH_REQUIRE=%q: the line %q does not say what is needed", c.require, text)
		}
	}
}

func TestABrowserOnThePathIsFound(t *testing.T) {
	bin := t.TempDir()
	browser := filepath.Join(bin, "google-chrome")
	if runtime.GOOS == "windows" {
		browser += ".exe"
	}
	if err := os.WriteFile(browser, []byte("#!/bin/sh\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", bin)
	if got := Chromium(t); got != browser {
		t.Errorf("found %q, want %q", got, browser)
	}
}

func TestDataLiesBesideTheCheckout(t *testing.T) {
	base := t.TempDir()
	deep := filepath.Join(base, "checkout", "node", "store")
	data := filepath.Join(base, "shared", "data")
	for _, folder := range []string{deep, data} {
		if err := os.MkdirAll(folder, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(base, "checkout", "go.mod"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	t.Chdir(deep)
	if got := Data(t); got != data {
		t.Errorf("found %q, want %q", got, data)
	}
	if err := os.Remove(data); err != nil {
		t.Fatal(err)
	}
	t.Setenv("BOUGH_REQUIRE", "data")
	if v := judge(func(tb testing.TB) { Data(tb) }); !strings.Contains(v.failed, "needs data") {
		t.Errorf("missing data ended with %+v, want a failure that names data", v)
	}
}

func TestPicturesAreTakenOnlyWhenAskedFor(t *testing.T) {
	t.Setenv("BOUGH_SCREENSHOTS", "")
	if got := Pictures(t); got != "" {
		t.Errorf("nobody asked, yet the folder is %q", got)
	}
	folder := filepath.Join(t.TempDir(), "a", "b")
	t.Setenv("BOUGH_SCREENSHOTS", folder)
	if got := Pictures(t); got != folder {
		t.Errorf("folder %q, want %q", got, folder)
	}
	if _, err := os.Stat(folder); err != nil {
		t.Errorf("the folder was not made: %v", err)
	}
}

func TestPicturesOfSomePagesCanBeAskedFor(t *testing.T) {
	for only, want := range map[string]bool{"": true, "cust": true, "find,customer": true, "find": false} {
		t.Setenv("BOUGH_SCREENSHOTS_ONLY", only)
		if got := Pictured("customer-cut"); got != want {
			t.Errorf("%q: %v, want %v", only, got, want)
		}
	}
}
