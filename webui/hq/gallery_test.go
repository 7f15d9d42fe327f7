package hq

import (
	"slices"
	"testing"

	"bough/node/branches"
	"bough/node/cases"
	"bough/node/clocks"
	"bough/node/crm"
	"bough/node/desk"
	"bough/node/lists"
	"bough/node/office"
	"bough/node/settings"
	"bough/node/staff"
	"bough/webui"
	"bough/webui/pagetest"

	"github.com/google/go-cmp/cmp"
)

const minuteMS = int64(60 * 1000)

func nodes() []NodeLine {
	return []NodeLine{
		{Origin: 1012345, Branch: 1, BranchName: "Praha 1", Name: "counter-1", LastSeenMS: pagetest.NowMS - 2000, Version: "0.1.0", Clock: desk.ClockOK},
		{Origin: 2033111, Was: 88120, Why: "forked", Branch: 1, BranchName: "Praha 1", Name: "counter-2", LastSeenMS: pagetest.NowMS - 17*minuteMS, Unsent: 31, OldestMS: 16 * minuteMS, Held: 2, Version: "0.1.0", Lag: 12, Clock: desk.ClockOff, AheadMS: -7 * minuteMS},
		{Origin: 911, Branch: 74, BranchName: "Ostrava", Name: "desk-4", LastSeenMS: pagetest.NowMS - 3*24*60*minuteMS, Unsent: 4, OldestMS: 3 * 24 * 60 * minuteMS, Version: "0.0.9", Aside: 3, Clock: desk.ClockUnsure, AheadMS: 30 * 365 * 24 * 60 * minuteMS, Lag: 1530, Purges: 18, PurgesMS: 3 * 24 * 60 * minuteMS},
		{Origin: 88120, Branch: 1, BranchName: "Praha 1", Name: "counter-2", LastSeenMS: pagetest.NowMS - 5*minuteMS, Version: "0.1.0", Next: 2033111, Twin: true},
		{Origin: 88119, Branch: 1, BranchName: "Praha 1", Name: "counter-3", LastSeenMS: pagetest.NowMS - 9*24*60*minuteMS, Version: "0.1.0", Next: 88122},
		{Origin: 912, Branch: 74, BranchName: "Ostrava", Name: "desk-5", Version: "", Revoked: true},
	}
}

func TestScreensRenderInBothLanguages(t *testing.T) {
	plan := webui.Plan{Central: true, Home: "/", Find: "/find", Nav: []webui.NavItem{{Path: "/", Label: "nav.fleet"}, {Path: "/refused", Label: "nav.refused"}, {Path: "/find", Label: "nav.find"}, {Path: "/api/v1/openapi.json", Label: "nav.api"}}}
	sorted := nodes()
	ByNeed(sorted)
	refused := []desk.RefusedLine{{AtMS: pagetest.NowMS - minuteMS, Origin: 911, Seq: 190, By: "Petr Malý", Branch: 1, Code: "unknown_reason", Message: "the row was not known", Kind: "reach", Typed: "channel=phone\nvalue=601"}}
	pagetest.Check(t, plan, append(slices.Concat(movesPages(), importPages(), absencePictures(), auditPictures()), []pagetest.Page{
		{Name: "hq-fleet", Page: "fleet", View: fleetView{sorted}},
		{Name: "hq-fleet-empty", Page: "fleet", View: fleetView{}},
		{Name: "hq-refused", Page: "refused", View: refusedView{Refused: refused}},
		{Name: "hq-held", Page: "refused", View: refusedView{Held: held(), Refused: refused, May: true}},
		{Name: "hq-erasures", Page: "erasures", View: &erasuresView{Me: 7, Bases: crm.ErasureBases, Orders: []ErasureLine{
			{N: 3, Party: 4294967301, Basis: "request", Name: "王小红", Reference: "file 17", By: "Anna Malá", ByID: 8},
			{N: 2, Party: 4294967302, Basis: "court", Reference: "file 12", By: "Petr Malý", ByID: 7},
			{N: 1, Party: 4294967303, Basis: "retention_over", Reference: "file 3", By: "Petr Malý", ByID: 7, Second: "Anna Malá", ConfirmedMS: pagetest.NowMS - 3*24*60*minuteMS,
				Done: 2, All: 4, Away: []AwayLine{{"desk-4", pagetest.NowMS - 2*24*60*minuteMS}, {"desk-5", 0}}}}}},
		{Name: "hq-people", Page: "people", View: &peopleView{Roles: crm.Roles, Query: staff.Query{Branch: -1}, Branches: twoBranches(), People: people(), More: true}},
		{Name: "hq-people-empty", Page: "people", View: &peopleView{Roles: crm.Roles, Query: staff.Query{Text: "xy", Branch: -1}, Branches: twoBranches(),
			Form: webui.Form{Fault: &webui.Fault{Field: "login", Text: "error.person_login"}}}},
		{Name: "hq-person", Page: "person", View: &personView{Person: &people()[0], Roles: crm.Roles, Branches: twoBranches(), Password: "abcd-efgh-jkmn-pqrs"}},
		{Name: "hq-person-changed", Page: "person", View: &personView{Person: &people()[1], Roles: crm.Roles, Branches: twoBranches(), Was: &office.PersonChange{Name: "Jana", Role: "teller", Branch: 1}}},
		{Name: "hq-lists", Page: "lists", View: &listsView{Lists: crm.ListNames, List: "reason", Entries: entries(), Words: lists.Words{Code: "box", English: "Safe deposit box", Chinese: "保管箱"}}},
		{Name: "hq-lists-empty", Page: "lists", View: &listsView{Lists: crm.ListNames, List: "warning"}},
		{Name: "hq-letters", Page: "letters", View: &lettersView{Letters: letters(), Letter: letters()[0].Template, Shown: &letters()[1].Template, Types: crm.TemplateTypes, Languages: []string{"en", "zh"}, Places: cases.Places()}},
		{Name: "hq-rules", Page: "rules", View: rules()},
		{Name: "hq-branches", Page: "branches", View: &branchesView{Fresh: true, Languages: crm.Languages, Branches: branchLines()}},
		{Name: "hq-branches-empty", Page: "branches", View: &branchesView{Fresh: true, Text: "xy", Languages: crm.Languages}},
		{Name: "hq-branch", Page: "branch", View: &branchesView{Languages: crm.Languages, Edit: branchLines()[1], Days: nextDays()}},
		{Name: "hq-calendar", Page: "calendar", View: calendar()},
		{Name: "hq-calendar-empty", Page: "calendar", View: &calendarView{Branches: twoBranches()}},
		{Name: "hq-parameters", Page: "parameters", View: parameters()},
		{Name: "hq-fieldrights", Page: "fieldrights", View: &fieldRightsView{Roles: crm.Roles, Lines: fieldLines(), Was: "teller.party.memo.11"}},
		{Name: "hq-restored", Page: "restored", View: shownRestored(restoredCentral(), true)},
		{Name: "hq-restored-never", Page: "restored", View: restoredView{}},
		{Name: "hq-lookups", Page: "lookups", View: curiousView{[]office.Curious{{Name: "Jana Dvořáková", Branch: 1, Strangers: 44, AtMS: pagetest.NowMS}},
			[]office.Look{{Name: "Jana Dvořáková", Branch: 1, Party: 7, AtMS: pagetest.NowMS}, {Name: "Petr Malý", Branch: 1, Fresh: 10, AtMS: pagetest.NowMS}}}},
		{Name: "hq-lookups-empty", Page: "lookups", View: curiousView{}},
		{Name: "hq-erasures-empty", Page: "erasures", View: &erasuresView{Bases: crm.ErasureBases}},
		{Name: "hq-erasures-found", Page: "erasures", View: &erasuresView{Customer: "nov", Hits: erasureHitsHere()}},
		{Name: "hq-erasures-chosen", Page: "erasures", View: &erasuresView{Bases: crm.ErasureBases, Basis: "request", Chosen: &erasureHitsHere()[0]}},
	}...))
}

// restoredCentral is a central that was restored, while workstations call.
func restoredCentral() office.Restored {
	const minute = 60_000
	return office.Restored{AtMS: pagetest.NowMS - 20*minute, BackupMS: pagetest.NowMS - 900*minute, Asked: 1240, Back: 31, Waiting: 6, Nodes: []office.RestoredNode{
		{Origin: 1501, Branch: 1, Name: "Counter 1", SeenMS: pagetest.NowMS - minute, Sent: 214, Brought: 31, ToldMS: pagetest.NowMS - 18*minute},
		{Origin: 1502, Branch: 1, Name: "Counter 2", SeenMS: pagetest.NowMS - 2*minute, Sent: 87},
		{Origin: 1601, Branch: 2, Name: "Desk"}}}
}

func TestTheFleetShowsWhoNeedsSomebodyFirst(t *testing.T) {
	sorted := nodes()
	ByNeed(sorted)
	var names []string
	for _, n := range sorted {
		names = append(names, n.Name)
	}
	if diff := cmp.Diff([]string{"desk-4", "counter-2", "counter-2", "counter-1", "desk-5", "counter-3"}, names); diff != "" {
		t.Errorf("oldest unsent work, then not seen for longest, revoked last:\n%s", diff)
	}
}

func held() []desk.RefusedLine {
	return []desk.RefusedLine{
		{ID: 77, State: "held", AtMS: pagetest.NowMS - 40*minuteMS, Origin: 911, Seq: 191, By: "Petr Malý", Branch: 74, Code: "not_allowed", Kind: "warning", Typed: "level=stop\ntext=lost card"},
		{ID: 78, State: "held", AtMS: pagetest.NowMS - minuteMS, Origin: 912, Seq: 3, Branch: 74, Code: "unreadable", Typed: "27=\"\\xff\\x01\""},
	}
}

func twoBranches() []desk.BranchLine {
	return []desk.BranchLine{{Number: 1, Name: "Praha 1"}, {Number: 74, Name: "上海外滩"}}
}

func people() []staff.Person {
	by := desk.Author{Name: "Head Office", AtMS: pagetest.NowMS - 5*minuteMS, State: desk.AtHeadOffice}
	return []staff.Person{
		{PersonLine: desk.PersonLine{ID: 1, Login: "jana", Name: "Jana Dvořáková", Role: "teller", Branch: 1}, BranchName: "Praha 1", LastMS: pagetest.NowMS - 50*minuteMS, By: by},
		{PersonLine: desk.PersonLine{ID: 2, Login: "li", Name: "李娜", Role: "manager", Branch: 74}, BranchName: "上海外滩", OneTime: true, By: by},
		{PersonLine: desk.PersonLine{ID: 3, Login: "petr", Name: "Petr Malý", Role: "banker", Branch: 1}, BranchName: "Praha 1", Locked: true, By: by},
	}
}

func fieldLines() (out []staff.FieldLine) {
	for i, f := range crm.GovernedFields() {
		line := staff.FieldLine{GovernedField: f}
		for _, role := range crm.Roles {
			line.Rights = append(line.Rights, staff.Right{Role: role, FieldName: f.FieldName, Sees: i != 3 || role != "teller", Edits: f.Edits && role != "teller"})
		}
		if i == 3 {
			line.By = desk.Author{Name: "Head Office", AtMS: pagetest.NowMS - 5*minuteMS}
		}
		out = append(out, line)
	}
	return out
}

func bySomebody(agoMinutes int64) desk.Author {
	return desk.Author{Name: "Head Office", AtMS: pagetest.NowMS - agoMinutes*minuteMS}
}

func entries() []desk.Choice {
	return []desk.Choice{
		{List: "reason", Code: "account", English: "Account", Chinese: "账户", Place: 1},
		{List: "reason", Code: "box", English: "Safe deposit box", Chinese: "保管箱", Place: 2, ID: 9, Own: true, By: bySomebody(5)},
		{List: "reason", Code: "insurance", English: "Insurance", Chinese: "保险", Place: 3, ID: 8, Ended: true, By: bySomebody(90)},
	}
}

func letters() []cases.TemplateLine {
	return []cases.TemplateLine{
		{Template: cases.Template{ID: 4, Type: "acknowledgement", Name: "Acknowledgement", Language: "en", Subject: "Your case {reference}", Body: "Dear {greeting},\n\nyou told us on {received}:\n\n{matter}"}, By: bySomebody(5)},
		{Template: cases.Template{ID: 3, Type: "acknowledgement", Name: "受理回执", Language: "zh", Subject: "工单 A-000042-17", Body: "尊敬的王先生：\n\n您反映的事项我们已受理。"}, Ended: true, By: bySomebody(900)},
		{Template: cases.Template{Type: "answer", Name: "Answer", Language: "en", Subject: "Your case", Body: "x"}},
	}
}

func rules() *rulesView {
	view := &rulesView{Types: crm.CaseTypes, Day: "2026-11-20", New: cases.NewRule{Type: "enquiry", Answer: "2b"}, Dropped: "17",
		Preview: []cases.RulePreview{{Branch: 1, BranchName: "Praha 1", Clocks: []clocks.Clock{{Name: "acknowledge", DueMS: pagetest.NowMS}, {Name: "answer", DueMS: pagetest.NowMS + 9*24*60*minuteMS, CanExtend: true, ThenMS: pagetest.NowMS + 40*24*60*minuteMS}}}}}
	for _, r := range clocks.Defaults() {
		view.Rules = append(view.Rules, cases.RuleLine{Rule: r, Over: r.Type == "enquiry"})
	}
	view.Rules = append(view.Rules, cases.RuleLine{Rule: clocks.Rule{Type: "enquiry", Answer: clocks.Span{N: 2, Business: true}}, ID: 17, By: bySomebody(3)})
	return view
}

func branchLines() []branches.Branch {
	return []branches.Branch{
		{Number: 1, Name: "Praha 1", Town: "Praha", Country: "CZ", Zone: "Europe/Prague", Language: "cs", BankHotline: "+420 800 123 456", BankHours: "08:00-18:00", Nodes: 4, By: bySomebody(9)},
		{Number: 74, Name: "上海外滩", Town: "上海", Country: "CN", Zone: "Asia/Shanghai", Language: "zh-CN", Hotline: "95588", Hours: "09:00-17:00", Kbit: "512", BankHours: "08:00-18:00", Nodes: 12, By: bySomebody(2)},
	}
}

func nextDays() (out []branches.Day) {
	for i := range int64(branches.PreviewDays) {
		out = append(out, branches.Day{AtMS: pagetest.NowMS + i*24*60*minuteMS, Works: i%7 != 0 && i%7 != 1 || i == 14})
	}
	out[5].Works, out[5].Name, out[14].Name = false, "Founders' Day", "Shift day"
	return out
}

func calendar() *calendarView {
	return &calendarView{Branches: twoBranches(), Scope: branches.Scope{Country: "CN"}, Text: "2026-10-01..2026-10-02,National Day\nsoon", Batch: "x", Taken: 2, Wrong: true,
		Tried: branches.Parse("2026-10-01..2026-10-02,国庆节\nsoon 12\n2026-10-10,works"),
		Days: []branches.Holiday{
			{ID: 1, Scope: branches.Scope{Country: "CN"}, Date: "2027-01-01", Name: "元旦", By: bySomebody(4)},
			{ID: 2, Scope: branches.Scope{Branch: 74}, Date: "2027-02-14", Works: true, By: bySomebody(4)},
			{ID: 3, Date: "2027-05-01", Name: "May Day", Ended: true, By: bySomebody(4)},
		}}
}

func parameters() *parametersView {
	view := &parametersView{Branches: twoBranches()}
	for i, r := range crm.ParameterRules() {
		l := settings.Line{ParameterRule: r}
		if i%2 == 1 {
			l.Value, l.By = "+420 800 123 456", bySomebody(30)
		}
		view.Lines = append(view.Lines, l)
	}
	view.Edit = view.Lines[1]
	view.Was = &view.Lines[2]
	return view
}

func erasureHitsHere() []desk.Hit {
	return []desk.Hit{{ID: 4294967301, Name: "Anna Nováková", Type: "person", Birth: "1961-04-17", Town: "Praha 4", HomeName: "Praha", Status: "customer"},
		{ID: 4294967302, Name: "Nova s.r.o.", Type: "organisation", Town: "Brno", HomeName: "Brno", Status: "prospect"}}
}
