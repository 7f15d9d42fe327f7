package main

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestEveryPlantedFaultStillFitsTheCode(t *testing.T) {
	faults, err := load("list")
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{}
	for i := range faults {
		f := &faults[i]
		if _, err := f.mutate("../.."); err != nil {
			t.Errorf("list/%s.toml: %s: %v", f.area, f.Name, err)
		}
		if names[f.Name] {
			t.Errorf("list/%s.toml: two faults are named %q", f.area, f.Name)
		}
		names[f.Name] = true
	}
}

func TestTheTableOfTheProofsHasEveryPlantedFault(t *testing.T) {
	faults, err := load("list")
	if err != nil {
		t.Fatal(err)
	}
	rows, err := readRows(filepath.Join("../..", pageOf))
	if err != nil {
		t.Fatal(err)
	}
	for i := range faults {
		f := &faults[i]
		switch row := rows[f.Name]; {
		case !f.says(row):
			t.Errorf("list/%s.toml: %s: its row in %s is missing or of an older entry; go run ./packaging/planted -table", f.area, f.Name, pageOf)
		case strings.Contains(row, missedMark):
			t.Errorf("list/%s.toml: %s: its proof did not notice it", f.area, f.Name)
		}
		delete(rows, f.Name)
	}
	for name := range rows {
		if name != "fault" && !strings.HasPrefix(name, "|---") {
			t.Errorf("%s has a row of %q, which is not in the list; go run ./packaging/planted -table", pageOf, name)
		}
	}
}

func TestARunGoesOnWhereItWasEnded(t *testing.T) {
	list := []fault{{Name: "one", Promise: 1, Test: "./a A", area: "x"}, {Name: "two", Promise: 1, Test: "./a A", area: "x"}, {Name: "three", Promise: 1, Test: "./a A", area: "y"}}
	rows := map[string]string{"two": list[1].row(outcome{caught: true}), "three": list[2].row(outcome{})}
	for _, c := range []struct {
		choice choice
		want   string
	}{
		{choice{}, "one two three"}, {choice{from: "two"}, "two three"}, {choice{fresh: true}, "one three"},
		{choice{area: "x", only: "o"}, "one two"}, {choice{from: "two", fresh: true}, "three"},
	} {
		var got []string
		for _, f := range c.choice.of(list, rows) {
			got = append(got, f.Name)
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%+v chooses %v, not %s", c.choice, got, c.want)
		}
	}
}

// small is a checkout of a few lines with one entry in its list.
func small(t *testing.T, entry string) string {
	t.Helper()
	root := t.TempDir()
	for path, text := range map[string]string{
		"go.mod":                          "module small\n\ngo 1.24\n",
		"sum/sum.go":                      "package sum\n\nfunc Of(a, b int) int { return a + b }\n",
		"sum/a_test.go":                   "package sum\n\nimport \"testing\"\n\nfunc TestSum(t *testing.T) {\n\tif Of(2, 3) != 5 {\n\t\tt.Error(\"no sum\")\n\t}\n}\n\nfunc TestZero(t *testing.T) {\n\tif Of(0, 0) != 0 {\n\t\tt.Error(\"not zero\")\n\t}\n}\n",
		"packaging/planted/list/sum.toml": "[[fault]]\nname = 'a difference'\npromise = 3\nfile = 'sum/sum.go'\nold = 'a + b'\n" + entry,
		"packaging/doc/proofs.md":         "# Proofs\n\n" + tableBegin + tableHead + "| gone | 1 | x | y | 3 |\n" + tableEnd + "\nmore\n",
	} {
		at := filepath.Join(root, path)
		if err := os.MkdirAll(filepath.Dir(at), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(at, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

func TestAFaultIsCaughtMissedOrDoesNotCompile(t *testing.T) {
	for _, c := range []struct{ entry, says, row string }{
		{"new = 'a - b'\ntest = './sum TestSum'\n", "caught  sum: a difference: --- FAIL: TestSum", "| a difference | 3 | sum/sum.go | go test ./sum -run TestSum | - |"},
		{"new = 'a - b'\ntest = './sum TestSum'\nfinds = ['no sum']\n", "caught  sum: a difference", "| go test ./sum -run TestSum | - |"},
		{"new = 'a - b'\ntest = './sum TestSum'\nfinds = ['no product']\n", "MISSED  sum: a difference: the proof failed in another way", "**missed**"},
		{"new = 'a - b'\ntest = './sum TestZero'\n", "MISSED  sum: a difference: the proof passed", "**missed**"},
		{"new = 'a - b'\ntest = './sum TestNothing'\n", "there is no such test", "**missed**"},
		{"new = 'a - c'\ntest = './sum TestSum'\n", "the change or the test does not compile", "**missed**"},
		{"new = 'a - b'\ncommand = 'go test ./sum'\n", "caught ", "| go test ./sum | - |"},
		{"new = 'a - b'\ncommand = 'echo there is no root here; exit 1'\n", "not by a check of its own", "**missed**"},
		{"new = 'a - b'\ncommand = 'go vet ./sum && go test ./none'\n", "does not compile", "**missed**"},
		{"new = 'a + b + []int{}[a]'\ntest = './sum TestSum'\n", "the proof panicked, which its entry does not expect: panic: runtime error", "**missed**"},
		{"new = 'a + b + []int{}[a]'\ntest = './sum TestSum'\npanics = true\n", "caught  sum: a difference", "| go test ./sum -run TestSum | - |"},
	} {
		root := small(t, c.entry)
		var out strings.Builder
		err := run(t.Context(), root, choice{}, &out)
		if !strings.Contains(out.String(), c.says) || (err == nil) != strings.HasPrefix(out.String(), "caught") {
			t.Errorf("%s said %q, %v", c.entry, out.String(), err)
		}
		page, err := os.ReadFile(filepath.Join(root, "packaging/doc/proofs.md"))
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(page), c.row) || strings.Contains(string(page), "gone") || !strings.HasSuffix(string(page), "\nmore\n") {
			t.Errorf("%s left the page\n%s", c.entry, page)
		}
	}
}

func TestAnEntryThatFitsNothingIsAnError(t *testing.T) {
	for entry, says := range map[string]string{
		"new = 'a + b'\ntest = './sum TestSum'\n":            "changes something",
		"new = 'a - b'\n":                                    "has one proof",
		"new = 'a - b'\nseeds = 3\ntest = './sum TestSum'\n": "has one proof",
		"new = 'a - b'\ntest = './sum'\n":                    "a package and a pattern",
	} {
		var out strings.Builder
		if err := run(t.Context(), small(t, entry), choice{}, &out); err == nil || !strings.Contains(out.String(), says) {
			t.Errorf("%s said %q, %v", entry, out.String(), err)
		}
	}
	if err := run(t.Context(), small(t, "new = 'a - b'\nproof = 'none'\n"), choice{}, io.Discard); err == nil || !strings.Contains(err.Error(), "what is fault.proof") {
		t.Errorf("an unknown word was passed over: %v", err)
	}
}
