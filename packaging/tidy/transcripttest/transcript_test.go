package transcripttest

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// echo says what it was told.
type echo struct{ said string }

func (e *echo) Verb(line string) { e.said += "did " + line + "\n" }
func (e *echo) End()             {}
func (e *echo) Said() string {
	said := e.said
	e.said = ""
	return said
}

func TestAStoryIsToldWithWhatCameOut(t *testing.T) {
	got := play(&echo{}, "# a story\none\ntwo\n----\nwhat came out before\nmore of it\n\nthree\n----\n")
	if diff := cmp.Diff("# a story\none\ntwo\n----\ndid one\ndid two\n\nthree\n----\ndid three\n", got); diff != "" {
		t.Error(diff)
	}
}
