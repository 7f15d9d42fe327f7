package node

import (
	"slices"
	"testing"

	"bough/crdt"
	"bough/node/desk"
	"bough/webui/hq"
)

// toldOfTwins: head office and both workstations tell that two files are alive,
// which of them has another number now, what each wrote, and whom a number may mean.
func toldOfTwins(t *testing.T, h *HeadOffice, first, twin *Branch, number crdt.ID) {
	t.Helper()
	who := signedIn(t, first)
	var told desk.Copy
	soon(t, "head office tells of twins", func() bool {
		list, err := h.Desk.Copies(t.Context(), who)
		if err != nil || len(list) != 1 {
			return false
		}
		told = list[0]
		return told.Twins()
	})
	now := []crdt.Origin{first.Origin(), twin.Origin()}
	if !slices.Contains(now, told.Was) || !slices.Contains(now, told.Now) || told.Reason != "forked" || told.Again == 0 || told.Kept() == 0 || told.Workstation != "till" {
		t.Errorf("head office tells %+v", told)
	}
	for _, b := range []*Branch{first, twin} {
		list, err := b.Desk.Copies(t.Context(), signedIn(t, b))
		if err != nil || len(list) != 1 || list[0].Was != told.Was || list[0].Now != told.Now || list[0].Again != told.Again || list[0].Here != (b.Origin() == told.Now) {
			t.Errorf("a workstation tells %+v, %v; head office %+v", list, err, told)
			continue
		}
		names := []string{list[0].Twice[0].Name, list[0].Twice[0].OtherIs}
		slices.Sort(names)
		if list[0].Twice[0].Number != number || !slices.Equal(names, []string{"Bea at the first", "Cyd at the copy"}) {
			t.Errorf("number %d is of %+v", number, list[0].Twice)
		}
		c, err := b.Desk.Customer(t.Context(), signedIn(t, b), number)
		if err != nil || c.HadToo != list[0].Twice[0].Other || c.HadTooName != list[0].Twice[0].OtherIs {
			t.Errorf("the page of %d says that %d (%q) had it, too: %v", number, c.HadToo, c.HadTooName, err)
		}
	}
	lines, err := h.fleet(t.Context())
	if err != nil || !slices.ContainsFunc(lines, func(n hq.NodeLine) bool { return n.Twin && n.Next == told.Now && !n.Gone() }) ||
		!slices.ContainsFunc(lines, func(n hq.NodeLine) bool { return n.Was == told.Was && n.Why == "forked" }) {
		t.Errorf("the fleet does not tell: %+v, %v", lines, err)
	}
}
