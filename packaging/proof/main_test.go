package proof

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"
	"time"
)

// binVariable names the program to be tried; where nobody set it, the tests
// build the program and set it themselves.
const binVariable = "BOUGH_BIN"

func TestMain(m *testing.M) {
	code, err := withProgram(m.Run)
	if err != nil {
		fmt.Fprintln(os.Stderr, "proof:", err)
		code = 1
	}
	os.Exit(code)
}

// withProgram builds the program unless it is there, and runs the tests.
func withProgram(run func() int) (code int, err error) {
	if os.Getenv(binVariable) != "" {
		return run(), nil
	}
	folder, err := os.MkdirTemp("", "bough-proof-")
	if err != nil {
		return 1, err
	}
	defer func() {
		if gone := os.RemoveAll(folder); err == nil {
			err = gone
		}
	}()
	bin := filepath.Join(folder, "bough")
	if runtime.GOOS == "windows" {
		bin += ".exe"
	}
	build := exec.Command("go", "build", "-buildvcs=false", "-ldflags", "-X main.version=proof", "-o", bin, "bough/cmd/bough")
	if out, err := build.CombinedOutput(); err != nil {
		return 1, fmt.Errorf("build the program: %w\n%s", err, out)
	}
	if err := os.Setenv(binVariable, bin); err != nil {
		return 1, err
	}
	return run(), nil
}

// until polls a condition; a deadline that passes fails the test and shows what
// was seen last.
func until(t testing.TB, within time.Duration, what string, met func() (bool, string)) time.Duration {
	t.Helper()
	begun := time.Now()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		ok, seen := met()
		if ok {
			return time.Since(begun)
		}
		if time.Since(begun) > within {
			t.Fatalf("%s: not within %s; last seen: %s", what, within, seen)
		}
		<-tick.C
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
