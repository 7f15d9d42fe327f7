package main

import (
	"strings"
	"testing"
)

const goodRun = `{"Action":"run","Package":"bough/crdt","Test":"TestA"}
{"Action":"output","Package":"bough/crdt","Test":"TestA","Output":"=== RUN   TestA\n"}
{"Action":"output","Package":"bough/crdt","Test":"TestA","Output":"chatter\n"}
{"Action":"pass","Package":"bough/crdt","Test":"TestA"}
{"Action":"output","Package":"bough/crdt","Test":"TestB","Output":"=== RUN   TestB\n"}
{"Action":"output","Package":"bough/crdt","Test":"TestB","Output":"    b_test.go:7: needs chromium: run make deps\n"}
{"Action":"output","Package":"bough/crdt","Test":"TestB","Output":"--- SKIP: TestB (0.00s)\n"}
{"Action":"skip","Package":"bough/crdt","Test":"TestB"}
{"Action":"output","Package":"bough/crdt","Output":"PASS\n"}
{"Action":"output","Package":"bough/crdt","Output":"ok  \tbough/crdt\t0.010s\n"}
{"Action":"pass","Package":"bough/crdt"}
SKIPPED race detector: needs gcc
`

const badRun = `{"Action":"output","Package":"bough/crdt","Test":"TestA","Output":"    a_test.go:3: first line\n"}
{"Action":"output","Package":"bough/crdt","Test":"TestQuiet","Output":"chatter\n"}
{"Action":"pass","Package":"bough/crdt","Test":"TestQuiet"}
{"Action":"output","Package":"bough/crdt","Test":"TestA","Output":"--- FAIL: TestA (0.00s)\n"}
{"Action":"fail","Package":"bough/crdt","Test":"TestA"}
{"Action":"output","Package":"bough/crdt","Output":"FAIL\tbough/crdt\t0.010s\n"}
{"Action":"fail","Package":"bough/crdt"}
`

const panicRun = `{"Action":"run","Package":"bough/crdt","Test":"TestA"}
{"Action":"output","Package":"bough/crdt","Test":"TestA","Output":"panic: test timed out\n"}
{"Action":"output","Package":"bough/crdt","Output":"FAIL\tbough/crdt\t0.010s\n"}
{"Action":"fail","Package":"bough/crdt"}
`

const unbuiltRun = `{"ImportPath":"bough/crdt","Action":"build-output","Output":"crdt.go:3: undefined: x\n"}
{"ImportPath":"bough/crdt","Action":"build-fail"}
{"Action":"output","Package":"bough/crdt","Output":"FAIL\tbough/crdt [build failed]\n"}
{"Action":"fail","Package":"bough/crdt","FailedBuild":"bough/crdt"}
`

func TestTheReportTellsWhatRanWhatFailedAndWhatWasSkipped(t *testing.T) {
	for _, c := range []struct {
		name, stream string
		well         bool
		want, not    []string
	}{
		{"good", goodRun, true, []string{
			"ok  \tbough/crdt\t0.010s\n", "1 tests passed, 0 failed, 2 skipped; 1 packages, 0 of them bad",
			"SKIPPED bough/crdt TestB: b_test.go:7: needs chromium: run make deps\n",
			"0 of them bad\nSKIPPED",
		}, []string{"chatter", "=== RUN"}},
		{"twice", goodRun + goodRun, true, []string{"2 tests passed, 0 failed, 2 skipped; 2 packages"}, nil},
		{"bad", badRun, false, []string{"first line\n--- FAIL: TestA", "FAIL\tbough/crdt", "1 tests passed, 1 failed"},
			[]string{"chatter"}},
		{"panic", panicRun, false, []string{"panic: test timed out\nFAIL\tbough/crdt"}, nil},
		{"unbuilt", unbuiltRun, false, []string{"undefined: x\n", "[build failed]"}, nil},
		{"nothing", "", false, []string{"0 packages"}, nil},
		{"not go test", "go: cannot find main module\n", false, []string{"go: cannot find main module\n"}, nil},
		{"cut off", goodRun + `{"Action":"output","Package":"bough/node","Test":"TestC","Output":"half\n"}`, false,
			[]string{"half\n", "1 of them bad"}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			var out strings.Builder
			well, err := summarize(strings.NewReader(c.stream), &out)
			if err != nil || well != c.well {
				t.Errorf("well %v, error %v; want %v and none", well, err, c.well)
			}
			for _, text := range c.want {
				if !strings.Contains(out.String(), text) {
					t.Errorf("the report lacks %q:\n%s", text, out.String())
				}
			}
			for _, text := range c.not {
				if strings.Contains(out.String(), text) {
					t.Errorf("the report should not contain %q:\n%s", text, out.String())
				}
			}
		})
	}
}

func TestALineBeyondTheLimitIsAnErrorNotASilentEnd(t *testing.T) {
	var out strings.Builder
	if _, err := summarize(strings.NewReader(strings.Repeat("x", maxLineBytes+1)), &out); err == nil {
		t.Error("want an error")
	}
}
