package desk_test

import (
	"testing"

	"bough/crdt"
	"bough/node/crm"
	"bough/sync/rows"
)

func TestTheTimeZoneIsThatOfTheBranchWhereHeadOfficeTellsOne(t *testing.T) {
	b := newBank(t)
	here := b.join(11, 1)
	is := func(want string) {
		t.Helper()
		here.sync()
		zone, err := here.desk.Zone(ctx())
		must(t, err)
		got := ""
		if zone != nil {
			got = zone.String()
		}
		if got != want {
			t.Errorf("the zone is %q, want %q", got, want)
		}
	}
	is("")
	for _, c := range []struct{ told, want string }{{"Asia/Shanghai", "Asia/Shanghai"}, {"Middle/Earth", ""}} {
		must(t, b.AddBranch(ctx(), rows.Actor{}, 1, "Branch 1", crdt.FieldSet{Field: crm.BranchTimeZone, Value: crdt.TextValue(c.told)}))
		is(c.want)
	}
}
