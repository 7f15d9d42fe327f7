package rows

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"bough/crdt"
	"bough/node/crm"
)

// TestAnAddressIsNeverMadeOfTwoHalves writes addresses at several places at
// once and merges them in any order, now and then naming what was seen: what
// stands, and what lost, is always an address that somebody wrote as a whole.
func TestAnAddressIsNeverMadeOfTwoHalves(t *testing.T) {
	schema := crm.Table()
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(2, 8).Draw(t, "writes")
		type write struct {
			op crdt.Op
			w  crdt.Written
		}
		var all []write
		for i := range n {
			set := crdt.FieldSet{Field: crm.PartyAddress, Value: crdt.TextValue(fmt.Sprintf("street %d\ntown %d", i, i))}
			for j := range all {
				if rapid.Bool().Draw(t, "saw it") {
					set.Saw = append(set.Saw, all[j].w.Stamp)
				}
			}
			stamp := crdt.Stamp{Time: uint64(i+1) << 16, Origin: crdt.Origin(rapid.IntRange(1, 3).Draw(t, "where"))}
			all = append(all, write{crdt.Op{Kind: crm.Party, ID: 7, Set: []crdt.FieldSet{set}}, crdt.Written{Stamp: stamp, By: 9}})
		}
		var row *Stored
		for _, i := range rapid.Permutation(indexes(n)).Draw(t, "order") {
			row = Merge(schema, row, &all[i].op, all[i].w)
		}
		whole := func(v crdt.Value) {
			street, town, _ := strings.Cut(v.S, "\n")
			if strings.TrimPrefix(street, "street ") != strings.TrimPrefix(town, "town ") {
				t.Fatalf("nobody wrote %q", v.S)
			}
		}
		whole(row.Get(crm.PartyAddress))
		if want := all[n-1].op.Set[0].Value; row.Get(crm.PartyAddress) != want {
			t.Fatalf("%q stands, %q was written last", row.Get(crm.PartyAddress).S, want.S)
		}
		for _, c := range row.Conflicts {
			if !c.Value.IsNull() {
				whole(c.Value)
			}
		}
	})
}

func indexes(n int) (out []int) {
	for i := range n {
		out = append(out, i)
	}
	return out
}
