package hq

import (
	"testing"

	"bough/node/crm"
	"bough/node/desk"
	"bough/webui"
	"bough/webui/pagetest"

	"github.com/google/go-cmp/cmp"
)

const minuteMS = int64(60 * 1000)

func nodes() []NodeLine {
	return []NodeLine{
		{Origin: 1012345, Branch: 1, BranchName: "Praha 1", Name: "counter-1", LastSeenMS: pagetest.NowMS - 2000, Version: "0.1.0"},
		{Origin: 2033111, Branch: 1, BranchName: "Praha 1", Name: "counter-2", LastSeenMS: pagetest.NowMS - 17*minuteMS, Unsent: 31, OldestMS: 16 * minuteMS, Version: "0.1.0", Lag: 12},
		{Origin: 911, Branch: 74, BranchName: "Ostrava", Name: "desk-4", LastSeenMS: pagetest.NowMS - 3*24*60*minuteMS, Unsent: 4, OldestMS: 3 * 24 * 60 * minuteMS, Version: "0.0.9", Lag: 1530, Purges: 18, PurgesMS: 3 * 24 * 60 * minuteMS},
		{Origin: 912, Branch: 74, BranchName: "Ostrava", Name: "desk-5", Version: "", Revoked: true},
	}
}

func TestScreensRenderInBothLanguages(t *testing.T) {
	plan := webui.Plan{Central: true, Home: "/", Find: "/find", Nav: []webui.NavItem{{Path: "/", Label: "nav.fleet"}, {Path: "/refused", Label: "nav.refused"}, {Path: "/find", Label: "nav.find"}, {Path: "/api/v1/openapi.json", Label: "nav.api"}}}
	sorted := nodes()
	byNeed(sorted)
	refused := []desk.RefusedLine{{AtMS: pagetest.NowMS - minuteMS, Origin: 911, Seq: 190, By: "Petr Malý", Branch: 1, Code: "unknown_reason", Message: "the row was not known", Kind: "reach", Typed: "channel=phone\nvalue=601"}}
	pagetest.Check(t, plan, []pagetest.Page{
		{Name: "hq-fleet", Page: "fleet", View: fleetView{sorted}},
		{Name: "hq-fleet-empty", Page: "fleet", View: fleetView{}},
		{Name: "hq-refused", Page: "refused", View: refusedView{Refused: refused}},
		{Name: "hq-held", Page: "refused", View: refusedView{Held: held(), Refused: refused, May: true}},
		{Name: "hq-erasures", Page: "erasures", View: &erasuresView{Me: 7, Bases: crm.ErasureBases, Orders: []ErasureLine{
			{N: 3, Party: 4294967301, Basis: "request", Reference: "file 17", By: "Anna Malá", ByID: 8},
			{N: 2, Party: 4294967302, Basis: "court", Reference: "file 12", By: "Petr Malý", ByID: 7},
			{N: 1, Party: 4294967303, Basis: "retention_over", Reference: "file 3", By: "Petr Malý", ByID: 7, Second: "Anna Malá", ConfirmedMS: pagetest.NowMS - 3*24*60*minuteMS,
				Done: 2, All: 4, Away: []AwayLine{{"desk-4", pagetest.NowMS - 2*24*60*minuteMS}, {"desk-5", 0}}}}}},
		{Name: "hq-erasures-empty", Page: "erasures", View: &erasuresView{Bases: crm.ErasureBases}},
	})
}

func TestTheFleetShowsWhoNeedsSomebodyFirst(t *testing.T) {
	sorted := nodes()
	byNeed(sorted)
	var names []string
	for _, n := range sorted {
		names = append(names, n.Name)
	}
	if diff := cmp.Diff([]string{"desk-4", "counter-2", "counter-1", "desk-5"}, names); diff != "" {
		t.Errorf("oldest unsent work, then not seen for longest, revoked last:\n%s", diff)
	}
}

func held() []desk.RefusedLine {
	return []desk.RefusedLine{
		{ID: 77, State: "held", AtMS: pagetest.NowMS - 40*minuteMS, Origin: 911, Seq: 191, By: "Petr Malý", Branch: 74, Code: "not_allowed", Kind: "warning", Typed: "level=stop\ntext=lost card"},
		{ID: 78, State: "held", AtMS: pagetest.NowMS - minuteMS, Origin: 912, Seq: 3, Branch: 74, Code: "unreadable", Typed: "27=\"\\xff\\x01\""},
	}
}
