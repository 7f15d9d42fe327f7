package webui

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"bough/webui/words"
)

func TestWhatARefusedChangeSetIsReadAsNamesAndValues(t *testing.T) {
	c, err := words.Load(time.UTC, func() int64 { return 0 })
	if err != nil {
		t.Fatal(err)
	}
	got := typedIn(c.Language("en"), "name=Anna Novotná\nmemo=one = two\n\nthree\nhappened=1795270800000\naddress=\n9.3=x\n")
	want := []Pair{{"name", "Anna Novotná"}, {"memo", "one = two\n\nthree"}, {"happened", "21 Nov 2026, 14:20"}, {"address", ""}, {"9.3", "x"}}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if got := typedIn(c.Language("en"), ""); got != nil {
		t.Errorf("of nothing: %v", got)
	}
}
