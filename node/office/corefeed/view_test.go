package corefeed

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

var update = flag.Bool("update", false, "rewrite the expected tables")

func dryRun(t *testing.T) *Plan {
	l := loaded(t)
	folder := miniFolder(t)
	replace(t, folder, "people.csv", "王小明;12.11.1985;2", "王晓明;12.11.1985;1")
	replace(t, folder, "accounts.csv", "1.204,50", "many")
	replace(t, folder, "cards.csv", "K2;2;A2;0093\n", "")
	replace(t, folder, "branches.csv", "2;Harbour", "2;Harbour\n3;\"North\nEnd\"")
	return plan(t, folder, miniMapping(t), l)
}

func TestTheDryRunIsATableThatAPersonReads(t *testing.T) {
	var got strings.Builder
	if err := dryRun(t).Table(&got); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join("testdata", "dryrun.txt")
	if *update {
		if err := os.WriteFile(path, []byte(got.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got.String()); diff != "" {
		t.Errorf("table (-want +got), -update rewrites it:\n%s", diff)
	}
}

func TestAnEmptyPlanSaysSo(t *testing.T) {
	var b strings.Builder
	if err := plan(t, miniFolder(t), miniMapping(t), loaded(t)).Table(&b); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(b.String(), "\nThere is nothing to change.\n") {
		t.Error(b.String())
	}
}

func TestTheViewIsJSONWithoutNulls(t *testing.T) {
	for name, p := range map[string]*Plan{"changes": dryRun(t), "nothing": plan(t, miniFolder(t), miniMapping(t), loaded(t))} {
		text, err := json.Marshal(p.View())
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(text), "null") {
			t.Errorf("%s: %s", name, text)
		}
		var back View
		if err := json.Unmarshal(text, &back); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(p.View(), back, cmpopts.IgnoreFields(Example{}, "ID")); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestTheBarIsDrawnOnATerminalOnly(t *testing.T) {
	for terminal, want := range map[bool]string{
		false: "",
		true: "\rreading [..............................]   0 %" +
			"\rreading [###############...............]  50 %" +
			"\rreading [##############################] 100 %\n",
	} {
		var b strings.Builder
		bar := NewBar(&b, terminal, "reading")
		for _, done := range []int64{0, 1, 500, 501, 1000, 1001} {
			bar.Update(done, 1000)
		}
		bar.Done()
		bar.Done()
		if b.String() != want {
			t.Errorf("terminal %v: %q", terminal, b.String())
		}
	}
}
