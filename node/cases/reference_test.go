package cases

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"bough/crdt"
)

func TestAReferenceReadsBackAsPeopleTypeIt(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		id := crdt.ID(rapid.Int64Range(1, 1<<63-1).Draw(t, "id"))
		r := Reference(id)
		for _, typed := range []string{r, strings.ToLower(r), strings.ReplaceAll(r, "-", " "), strings.ReplaceAll(r, "-", ""), strings.ReplaceAll(r, "0", "o"), strings.ReplaceAll(r, "1", "l")} {
			if got, ok := ParseReference(typed); !ok || got != id {
				t.Fatalf("%s of %d reads as %d, %t", typed, id, got, ok)
			}
		}
	})
}

func TestATypingErrorInAReferenceIsNoticed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		id := crdt.ID(rapid.Int64Range(1<<40, 1<<63-1).Draw(t, "id"))
		r := strings.ReplaceAll(Reference(id), "-", "")
		at := rapid.IntRange(0, len(r)-2).Draw(t, "at")
		other := alphabet[rapid.IntRange(0, 31).Draw(t, "digit")]
		if other == r[at] {
			return
		}
		// Digits that differ by 29 (0 and X) look alike to the check.
		if diff := strings.IndexByte(alphabet, other) - strings.IndexByte(alphabet, r[at]); diff == 29 || diff == -29 {
			return
		}
		if got, ok := ParseReference(r[:at] + string(other) + r[at+1:]); ok {
			t.Fatalf("%s with %c at %d reads as %d", r, other, at, got)
		}
	})
}

func FuzzParseReference(f *testing.F) {
	f.Add("K7QX-2M4P-9D3R-T1")
	f.Fuzz(func(t *testing.T, s string) {
		if id, ok := ParseReference(s); ok && id <= 0 {
			t.Fatal(id)
		}
	})
}
