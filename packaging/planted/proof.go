package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Limits of a proof.
const (
	patience  = 30 * time.Minute // of one proof: with a fault in it, a program may run for ever
	saysBytes = 160              // of what it printed that is shown
)

// outcome is what a proof made of a fault.
type outcome struct {
	caught bool
	seeds  int // that the simulator needed; 0: not the simulator
	says   string
}

func (o outcome) word() string {
	if o.caught {
		return "caught"
	}
	return "MISSED"
}

func missed(format string, args ...any) outcome { return outcome{says: fmt.Sprintf(format, args...)} }

// prove plants a fault and runs its proof.
func prove(ctx context.Context, root string, f *fault) outcome {
	dir, err := os.MkdirTemp("", "planted-")
	if err != nil {
		return missed("%v", err)
	}
	defer os.RemoveAll(dir) //nolint:errcheck // scratch
	p := &planting{root: root, dir: dir, f: f}
	if err := p.plant(); err != nil {
		return missed("not planted: %v", err)
	}
	ctx, done := context.WithTimeout(ctx, patience)
	defer done()
	switch {
	case f.Test != "":
		return p.test(ctx)
	case f.Command != "":
		return p.command(ctx)
	}
	return p.simulate(ctx)
}

// planting is a fault with the files that put it into the program.
type planting struct {
	root, dir string
	f         *fault
}

func (p *planting) overlay() string { return filepath.Join(p.dir, "overlay.json") }

// plant writes the changed file and the overlay that names it.
func (p *planting) plant() error {
	text, err := p.f.mutate(p.root)
	if err != nil {
		return err
	}
	changed := filepath.Join(p.dir, "changed.go")
	overlay, err := json.Marshal(map[string]any{"Replace": map[string]string{filepath.Join(p.root, p.f.File): changed}})
	if err != nil {
		return err
	}
	return errors.Join(os.WriteFile(changed, text, 0o600), os.WriteFile(p.overlay(), overlay, 0o600))
}

// run runs a command whose go commands see the fault, and returns what it
// printed.
func (p *planting) run(ctx context.Context, name string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = p.root
	env := cmd.Environ()
	flags := "-overlay=" + p.overlay()
	if i := slices.IndexFunc(env, func(s string) bool { return strings.HasPrefix(s, "GOFLAGS=") }); i >= 0 {
		flags = strings.TrimPrefix(env[i], "GOFLAGS=") + " " + flags
	}
	cmd.Env = append(env, "GOFLAGS="+flags, "CGO_ENABLED=0")
	cmd.WaitDelay = 10 * time.Second
	says, err := cmd.CombinedOutput()
	return string(says), err
}

func (p *planting) test(ctx context.Context) outcome {
	pkg, pattern, _ := strings.Cut(p.f.Test, " ")
	says, err := p.run(ctx, "go", "test", "-count=1", "-run", pattern, pkg)
	if strings.Contains(says, "no tests to run") {
		return missed("there is no such test")
	}
	return p.judge(says, err, testFinds)
}

func (p *planting) command(ctx context.Context) outcome {
	if says, err := p.run(ctx, "go", "build", "./"+filepath.Dir(p.f.File)); err != nil {
		return missed("the change does not compile: %s", clip(says))
	}
	says, err := p.run(ctx, "bash", "-c", p.f.Command)
	return p.judge(says, err, testFinds)
}

// Words of a proof. A seed's panic is a failure of its own; in a test whatever comes
// after a panic is not a check any more.
var (
	testFinds = regexp.MustCompile(`(?m)^\s*--- FAIL: .*$`)
	seedFinds = regexp.MustCompile(`(?m)^seed \d+: .*$`)
	unbuilt   = regexp.MustCompile(`\[(build|setup) failed\]`)
	panics    = regexp.MustCompile(`(?m)^(seed \d+: )?(panic|fatal error): .*$`)
)

// judge: a proof catches a fault by its own check, with the words that are expected.
// That it does not compile, ends by a panic or does not get so far says nothing,
// unless the entry says that a panic is what the fault brings about.
func (p *planting) judge(says string, err error, check *regexp.Regexp) outcome {
	panicked := panics.FindString(says)
	switch {
	case err == nil:
		return missed("the proof passed")
	case unbuilt.MatchString(says):
		return missed("the change or the test does not compile: %s", clip(says))
	case panicked != "" && !p.f.Panics:
		return missed("the proof panicked, which its entry does not expect: %s", clip(panicked))
	case panicked == "" && !check.MatchString(says):
		return missed("the proof failed, and not by a check of its own: %s", clip(says))
	}
	if len(p.f.Finds) > 0 && !slices.ContainsFunc(p.f.Finds, func(words string) bool { return strings.Contains(says, words) }) {
		return missed("the proof failed in another way: %s", clip(says))
	}
	return outcome{caught: true, says: clip(cmp.Or(check.FindString(says), panicked))}
}

// simulate builds the simulator with the fault in it and lets it run until a
// seed fails.
func (p *planting) simulate(ctx context.Context) outcome {
	program := filepath.Join(p.dir, "bough-sim")
	if says, err := p.run(ctx, "go", "build", "-o", program, "./cmd/bough-sim"); err != nil {
		return missed("the change does not compile: %s", clip(says))
	}
	args := []string{"-first", "-seeds", strconv.Itoa(p.f.Seeds)}
	if p.f.Faults != "" {
		args = append(args, "-faults", p.f.Faults)
	}
	says, err := p.run(ctx, program, args...)
	o := p.judge(says, err, seedFinds)
	if m := regexp.MustCompile(`the first is (\d+)`).FindStringSubmatch(says); m != nil {
		o.seeds, _ = strconv.Atoi(m[1]) // digits
	}
	return o
}

func clip(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if len(s) > saysBytes {
		s = s[:saysBytes] + "…"
	}
	return s
}
