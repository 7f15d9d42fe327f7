package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
)

// maxLineBytes bounds one line of the stream. go test cuts the output of a
// test into events line by line; a megabyte leaves room for a dumped value.
const maxLineBytes = 1 << 20

// skippedMark begins a line by which the build says that it left a step out.
const skippedMark = "SKIPPED "

// event is one line of go test -json; see `go doc test2json`.
type event struct {
	Action  string
	Package string
	Test    string
	Output  string
}

// testID names a test within one run; Test is "" for the package itself.
type testID struct{ Package, Test string }

// report gathers the stream. Output is held per test until the test ends well,
// so that the output of a failure is whole even when tests run in parallel.
type report struct {
	out            io.Writer
	output         map[testID][]string
	skipped        []string
	passed, failed int
	packages       int
	badPackages    int
}

// summarize copies the stream to out in readable form and reports whether all
// is well.
func summarize(in io.Reader, out io.Writer) (bool, error) {
	r := &report{out: out, output: map[testID][]string{}}
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, maxLineBytes)
	for lines.Scan() {
		r.line(lines.Text())
	}
	if err := lines.Err(); err != nil {
		return false, fmt.Errorf("testreport: read stream: %w", err)
	}
	r.close()
	return r.failed == 0 && r.badPackages == 0 && r.packages > 0, nil
}

func (r *report) line(text string) {
	var e event
	if !strings.HasPrefix(text, "{") || json.Unmarshal([]byte(text), &e) != nil {
		if strings.HasPrefix(text, skippedMark) {
			r.skip(strings.TrimPrefix(text, skippedMark))
		}
		fmt.Fprintln(r.out, text)
		return
	}
	id := testID{e.Package, e.Test}
	switch e.Action {
	case "output":
		r.output[id] = append(r.output[id], e.Output)
	case "build-output":
		fmt.Fprint(r.out, e.Output)
	case "pass", "fail", "skip":
		r.end(id, e.Action)
	}
}

// end takes in that a test, or with an empty Test a whole package, is over.
func (r *report) end(id testID, action string) {
	if id.Test == "" {
		r.endPackage(id, action)
		return
	}
	switch action {
	case "pass":
		r.passed++
		delete(r.output, id)
	case "skip":
		r.skip(id.Package + " " + id.Test + ": " + reason(r.output[id]))
		delete(r.output, id)
	case "fail":
		r.failed++
		r.print(id)
	}
}

// skip notes what was left out, once: the race detector skips the same again.
func (r *report) skip(what string) {
	if !slices.Contains(r.skipped, what) {
		r.skipped = append(r.skipped, what)
	}
}

func (r *report) endPackage(id testID, action string) {
	switch action {
	case "pass":
		r.packages++
		for _, line := range r.output[id] {
			if strings.HasPrefix(line, "ok ") {
				fmt.Fprint(r.out, line)
			}
		}
	case "fail":
		r.packages++
		r.badPackages++
		// A test without an end was running when the process died.
		for open := range r.output {
			if open.Package == id.Package && open.Test != "" {
				r.print(open)
			}
		}
		r.print(id)
	}
	for open := range r.output {
		if open.Package == id.Package {
			delete(r.output, open)
		}
	}
}

func (r *report) print(id testID) {
	for _, line := range r.output[id] {
		fmt.Fprint(r.out, line)
	}
	delete(r.output, id)
}

// close writes the last lines. A package that never ended has died with go
// test itself: what it said is printed, and it counts as bad.
func (r *report) close() {
	for id := range r.output {
		r.badPackages++
		r.print(id)
	}
	fmt.Fprintf(r.out, "\n%d tests passed, %d failed, %d skipped; %d packages, %d of them bad\n",
		r.passed, r.failed, len(r.skipped), r.packages, r.badPackages)
	for _, line := range r.skipped {
		fmt.Fprintln(r.out, skippedMark+line)
	}
}

// reason picks what a skipped test said from its output.
func reason(output []string) string {
	var said []string
	for _, line := range output {
		line = strings.TrimSpace(line)
		if line != "" && !strings.HasPrefix(line, "=== ") && !strings.HasPrefix(line, "--- ") {
			said = append(said, line)
		}
	}
	if len(said) == 0 {
		return "gave no reason"
	}
	return strings.Join(said, " ")
}
