package crm

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"bough/crdt"
)

func TestAListOfPartiesIsReadAsItWasWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ids := rapid.SliceOfNDistinct(rapid.Int64Range(0, 1<<62), 1, MaxViewed, rapid.ID[int64]).Draw(t, "ids")
		var want []crdt.ID
		for _, id := range ids {
			want = append(want, crdt.ID(id))
		}
		slices.Sort(want)
		text := ViewedText(want)
		got, err := ViewedIDs(text)
		if err != nil || len(got) != len(want) || len(text) > crdt.MaxText {
			t.Fatalf("%d of %d, %d bytes, %v", len(got), len(want), len(text), err)
		}
		for i := range got {
			if got[i] != want[i] {
				t.Fatalf("%d: %d, want %d", i, got[i], want[i])
			}
		}
	})
	for _, bad := range []string{"", " ", "5 0", "-1", "zz zz!", "1y2p0ij32e8e7 1y2p0ij32e8e7"} {
		if ids, err := ViewedIDs(bad); err == nil {
			t.Errorf("%q is read as %v", bad, ids)
		}
	}
}
