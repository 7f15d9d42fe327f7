package central

import (
	"testing"

	"bough/crdt"
	"bough/node/crm"
	"bough/sync/rows"
	"bough/sync/wire"
)

func TestARowThatCentralCannotEncodeIsLeftUnsaidAndTheFeedGoesOnBehindIt(t *testing.T) {
	a := newAwayTest(t, 101)
	for _, name := range []string{"Ada", "Bob", "Cy", "Dan", "Eve"} {
		a.make(name)
	}
	if err := a.File.Write(t.Context(), func(tx *rows.Tx) error {
		return tx.Exec(`UPDATE party SET name=CAST(x'ff' AS TEXT) WHERE id=?1`, int64(a.ids[2]))
	}); err != nil {
		t.Fatal(err)
	}
	told := 0
	a.unsaid.onFirst(func(row RowID, _ int64, err error) {
		if told++; row != (RowID{Kind: crm.Party, ID: a.ids[2]}) || err == nil {
			t.Errorf("%+v: %v", row, err)
		}
	})
	n := must[*Node](t)(a.Node(t.Context(), 101))
	for range 2 {
		came := map[crdt.ID]bool{}
		var aside []wire.Aside
		for since, more := int64(0), true; more; {
			p := must[*wire.Page](t)(a.codec.DecodePage(must[[]byte](t)(a.pageFrame(t.Context(), n, wire.Pull{Scope: 7, Since: since, Limit: 10}))))
			if p.Until == since {
				t.Fatalf("the feed stops at %d", since)
			}
			for i := range p.Rows {
				came[p.Rows[i].Row.ID] = p.Rows[i].Row.Kind == crm.Party || came[p.Rows[i].Row.ID]
			}
			aside, since, more = append(aside, p.Aside...), p.Until, p.More
		}
		if len(aside) != 1 || aside[0].Kind != crm.Party || aside[0].ID != a.ids[2] || aside[0].N == 0 {
			t.Errorf("aside: %+v", aside)
		}
		for i, id := range a.ids {
			if came[id] != (i != 2) {
				t.Errorf("customer %d came: %t", i, came[id])
			}
		}
	}
	if told != 1 {
		t.Errorf("it is told %d times", told)
	}
}
