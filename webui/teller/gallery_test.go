package teller

import (
	"slices"
	"testing"
	"time"

	"bough/crdt"
	"bough/node/desk"
	"bough/webui"
	"bough/webui/pagetest"
)

const (
	minuteMS = int64(60 * 1000)
	dayMS    = 24 * 60 * minuteMS
)

func plan() webui.Plan { return webui.Plan{Home: "/", Find: "/", Nav: nav()} }

func by(name, place string, ago int64, state desk.State) desk.Author {
	return desk.Author{Person: 1, Name: name, Branch: 1, Place: place, AtMS: pagetest.NowMS - ago, State: state}
}

func feed(ago int64) desk.Author {
	return desk.Author{Place: "central", AtMS: pagetest.NowMS - ago, State: desk.AtHeadOffice}
}

// anna is a retail customer with life in her page.
func anna() *desk.Customer {
	jana, petr := by("Jana Dvořáková", "counter-2", 9*minuteMS, desk.SavedHere), by("Petr Malý", "desk-1", 3*dayMS, desk.AtHeadOffice)
	return &desk.Customer{
		ID: 4611686018427387905, Name: "Anna Nováková", Type: "person", Status: "customer", Home: 1, HomeName: "Praha 1",
		Tier: "A", Greeting: "Paní inženýrko", Language: "cs", Since: "1995-03-24", Birth: "1961-04-17", AgeYears: 65, State: desk.SavedHere,
		Fields: []desk.FieldValue{
			{Name: "type", Value: "person", Author: feed(dayMS), Locked: true},
			{Name: "name", Value: "Anna Nováková", Author: feed(dayMS), Locked: true},
			{Name: "birth", Value: "1961-04-17", Author: feed(dayMS), Locked: true},
			{Name: "document", Value: "615417/1234", Author: feed(dayMS), Locked: true},
			{Name: "home", Value: "1", Author: feed(dayMS), Locked: true},
			{Name: "tier", Value: "A", Author: feed(dayMS), Locked: true},
			{Name: "greeting", Value: "Paní inženýrko", Stamp: "00", Author: petr},
			{Name: "language", Value: "cs", Stamp: "00", Author: petr},
			{Name: "occupation", Value: "Civil engineer", Stamp: "00", Author: petr},
			{Name: "employer", Stamp: ""},
			{Name: "address", Value: "Dlouhá 12\n110 00 Praha 1", Stamp: "00", Author: jana, Conflicts: []desk.ConflictValue{{ID: 9, Value: "Krátká 3\n110 00 Praha 1", Author: petr}}},
			{Name: "memo", Value: "Hard of hearing on the left: sit to her right.", Stamp: "00", Author: petr},
		},
		Reaches: []desk.ReachLine{
			{ID: 11, Channel: "phone", Value: "+420 601 234 567", Label: "mobile", Preferred: true, Author: petr},
			{ID: 12, Channel: "phone", Value: "+420 221 005 118", Label: "home", Author: feed(400 * dayMS)},
			{ID: 13, Channel: "email", Value: "anna.novakova@example.org", Label: "home", Author: jana},
		},
		Consents: []desk.ConsentLine{
			{Purpose: "marketing", Channel: "phone", Answer: crdt.ConsentWithdrawn, Author: petr},
			{Purpose: "marketing", Channel: "email", Answer: crdt.ConsentGranted, Allowed: true, Author: petr},
			{Purpose: "profiling", Channel: "email", Answer: crdt.ConsentGranted, Allowed: true, Author: petr},
		},
		Holdings: []desk.HoldingLine{
			{ID: 21, Number: "2010-4451178", Type: "current", Role: "owner", BranchName: "Praha 1", Currency: "CZK", BalanceMinor: 12648050, HasBalance: true, AsOfMS: pagetest.NowMS - dayMS, Age: desk.Fresh,
				Opened: "1995-03-24", Months: balancesOf(30, 12648050), Cards: []desk.CardLine{{Type: "classic", Issued: "2024-02-01", Last4: "4417"}}, Orders: 3},
			{ID: 22, Number: "2010-4451186", Type: "savings", Role: "owner", BranchName: "Praha 1", Currency: "CZK", BalanceMinor: 40250000, HasBalance: true, AsOfMS: pagetest.NowMS - 2*dayMS, Age: desk.Amber, Opened: "2003-11-02"},
			{ID: 23, Number: "2010-7750021", Type: "mortgage", Role: "joint", BranchName: "Brno", Currency: "CZK", BalanceMinor: -181234500, HasBalance: true, AsOfMS: pagetest.NowMS - 9*dayMS, Age: desk.Stale,
				Opened: "2015-06-30", Loans: []desk.LoanLine{{AmountMinor: 250000000, PaymentMinor: 1510000, Months: 300, Granted: "2015-06-30", State: "running"}}},
		},
		Relations: []desk.RelationLine{
			{ID: 31, Party: 502, Name: "Josef Novák", PartyType: "person", Type: "spouse", Author: petr},
			{ID: 32, Party: 503, Name: "Nord Holz s.r.o.", PartyType: "organisation", Type: "owner", Inverse: true, ShareBP: 3750, Author: petr},
		},
		Groups: []desk.GroupLine{{ID: 41, Type: "household", Name: "Novákovi", Members: []desk.MemberLine{{Party: 502, Name: "Josef Novák", Role: "head"}, {Party: 4611686018427387905, Name: "Anna Nováková", Role: "partner"}, {Party: 504, Name: "Eva Nováková", Role: "child"}}}},
		Warnings: []desk.WarningLine{
			{ID: 51, Level: "warn", Text: "Identity card expired in October: ask to see the new one.", Author: petr},
			{ID: 52, Level: "note", Text: "Prefers to be called after four o'clock.", Author: petr},
		},
		Tags: []string{"garden club"},
		Tasks: []desk.TaskLine{
			{ID: 61, Type: "promise", Text: "Call back with the rate for fixing five years", DueMS: pagetest.NowMS + dayMS, State: "open", Owner: "Petr Malý", Author: petr},
			{ID: 62, Type: "task", Text: "Send the statement of 2025", DueMS: pagetest.NowMS - 2*dayMS, State: "open", Owner: "Jana Dvořáková", Overdue: true, Author: jana},
			{ID: 63, Type: "appointment", Text: "Mortgage review", DueMS: pagetest.NowMS - 30*dayMS, State: "kept", Author: petr},
		},
		Cases: []desk.CaseLine{{ID: 71, Type: "complaint", Text: "Charged twice for a card replacement", DueMS: pagetest.NowMS - dayMS, State: "waiting", Owner: "Petr Malý", Overdue: true}},
		Timeline: []desk.InteractionLine{
			{ID: 81, Channel: "counter", Reason: "card", Text: "Card will not work at the pump. Ordered a new one,\nold one cut up.", Outcome: "done", HappenedMS: pagetest.NowMS - 9*minuteMS, Author: jana},
			{ID: 82, Channel: "call_in", Reason: "mortgage", Text: "Asked for the rate for five years; promised to call back.", Outcome: "follow_up", HappenedMS: pagetest.NowMS - 3*dayMS, Author: petr},
			{ID: 83, Channel: "letter", Reason: "complaint", Text: "Complaint about the fee arrived by post.", Outcome: "follow_up", HappenedMS: pagetest.NowMS - 12*dayMS, Author: petr},
		},
		MoreTimeline: true,
		Conflicts: []desk.Conflict{{ID: 9, Party: 4611686018427387905, PartyName: "Anna Nováková", Kind: "party", Field: "address", Current: "Dlouhá 12\n110 00 Praha 1", CurrentBy: jana,
			Losing: "Krátká 3\n110 00 Praha 1", LosingBy: by("Li Wei", "counter-7", 20*minuteMS, desk.AtHeadOffice)}},
		AsOfMS: pagetest.NowMS - 9*dayMS,
	}
}

// linked is somebody with two records.
func linked() *desk.Customer {
	c, petr := anna(), by("Petr Malý", "desk-1", 3*dayMS, desk.AtHeadOffice)
	c.Linked = []desk.LinkedLine{{ID: c.ID, Name: c.Name, Status: "customer", HomeName: "Praha 1", Canonical: true, CoreKnows: true},
		{ID: 79, Name: "Anna Novakova", Status: "prospect", HomeName: "Brno", Differs: []desk.FieldValue{{Name: "name", Value: "Anna Novakova", Author: petr}, {Name: "birth", Value: "1961-04-07", Author: petr}}},
		{ID: 80, Missing: true}}
	c.Links = []desk.LinkLine{{ID: 90, One: c.ID, Other: 79, OneName: c.Name, OtherName: "Anna Novakova", Reason: "same passport", Author: petr}}
	return c
}

// wang is a visitor whose page stays closed until the stop is acknowledged.
func wang() *desk.Customer {
	return &desk.Customer{ID: 77, Name: "王小明", Type: "person", Status: "customer", Home: 2, HomeName: "上海徐汇", Tier: "B", Language: "zh-CN",
		Birth: "1985-11-02", AgeYears: 41, State: desk.AtHeadOffice,
		Warnings: []desk.WarningLine{{ID: 53, Level: "stop", Text: "证件挂失，须核验本人后再办理。", Author: by("Petr Malý", "desk-1", dayMS, desk.AtHeadOffice)}}}
}

// nobody is a prospect of whom nothing is known but the name.
func nobody() *desk.Customer {
	return &desk.Customer{ID: 78, Name: "Nord Holz s.r.o.", Type: "organisation", Status: "prospect", HomeName: "Praha 1", AgeYears: -1, State: desk.SafeInBranch,
		Fields: []desk.FieldValue{{Name: "name", Value: "Nord Holz s.r.o.", Stamp: "00", Author: by("Jana Dvořáková", "counter-2", minuteMS, desk.SavedHere)}}}
}

func allowed(c *desk.Customer) *customerView {
	view := arrange(c)
	view.MayRecord, view.MayEdit, view.MayConsent, view.MayTask, view.MayCase = true, true, true, true, true
	view.MayLink, view.MayWarn = true, true
	return view
}

func stopped() *customerView {
	view := allowed(wang())
	view.Stop = &view.Warnings[0]
	return view
}

func hits() []desk.Hit {
	return []desk.Hit{
		{ID: 1, Name: "Anna Nováková", Type: "person", Status: "customer", Birth: "1961-04-17", HomeName: "Praha 1", Tier: "A", Warning: "warn", Phone: "+420 601 234 567", Town: "110 00 Praha 1", Mine: true},
		{ID: 2, Name: "Anna Nováková", Type: "person", Status: "customer", Birth: "1994-08-30", HomeName: "Praha 1", Tier: "C", Phone: "+420 777 010 203", Town: "170 00 Praha 7", Mine: true},
		{ID: 3, Name: "Nová Huť a.s.", Type: "organisation", Status: "prospect", HomeName: "Praha 1", Town: "700 30 Ostrava", Mine: true},
		{ID: 4, Name: "王小明", Type: "person", Status: "customer", Birth: "1985-11-02", HomeName: "上海徐汇", Tier: "B", Warning: "stop", Phone: "+86 138 0000 0000", Town: "上海市徐汇区"},
	}
}

func unsentWork() outageView {
	o := &desk.Outage{Online: false, SinceMS: pagetest.NowMS - 17*minuteMS, LastContactMS: pagetest.NowMS - 17*minuteMS, Unsent: 2, OldestMS: 16 * minuteMS,
		Written: 216, Accepted: 212, RefusedCount: 1, HeldCount: 1, AsideCount: 1, Bootstrapped: true,
		Items: []desk.UnsentLine{
			{Seq: 215, AtMS: pagetest.NowMS - 9*minuteMS, By: "Jana Dvořáková", Kind: "interaction", Party: 1, Name: "Anna Nováková", Text: "Card will not work at the pump."},
			{Seq: 214, AtMS: pagetest.NowMS - 16*minuteMS, By: "Petr Malý", Kind: "party", Party: 78, Name: "Nord Holz s.r.o."},
		},
		Refused: []desk.RefusedLine{{AtMS: pagetest.NowMS - 5*dayMS, Seq: 190, By: "Petr Malý", Branch: 1, Code: "not_allowed", Message: "the role may not do this", Kind: "party", Typed: "name=Anna Novotná\nmemo=changed her name"}}}
	return outageView{Outage: o}
}

// branchBoard has a workstation in each state.
// illness is a workstation whose way to head office ends at a device that opens TLS.
func illness() doctorView {
	return doctorView{Found: []desk.Finding{
		{Hop: desk.HopDisk, State: desk.HopWarn, Code: "disk_slow", Detail: "48210 MB, fsync 130.2 ms"},
		{Hop: desk.HopFile, State: desk.HopOK, Code: "file_ok"},
		{Hop: desk.HopEnrolment, State: desk.HopOK, Code: "enrolment_ok", Detail: "2027-02-17"},
		{Hop: desk.HopName, State: desk.HopOK, Code: "name_ok", Detail: "central.example = 10.0.0.8"},
		{Hop: desk.HopProxy, State: desk.HopOK, Code: "proxy_none"},
		{Hop: desk.HopPort, State: desk.HopOK, Code: "port_ok", Detail: "central.example:8443"},
		{Hop: desk.HopTLS, State: desk.HopWrong, Code: "tls_other", Detail: "CN=central.example < CN=Gateway Inspection CA, 2026-12-31"},
		{Hop: desk.HopCentral, State: desk.HopUntried, Code: "untried"},
		{Hop: desk.HopClock, State: desk.HopUntried, Code: "untried"},
		{Hop: desk.HopLAN, State: desk.HopOK, Code: "lan_ok", Detail: "10.0.1.7:8471, 3/3"},
	}}
}

func branchBoard() boardView {
	return boardView{Lines: []desk.BoardLine{
		{Origin: 1, Workstation: "counter-1", Person: "Jana Dvořáková", Unsent: 2, Held: 1, OldestMS: 16 * minuteMS, HeardMS: pagetest.NowMS, Here: true, Self: true},
		{Origin: 2, Workstation: "counter-2", Person: "Petr Malý", HeardMS: pagetest.NowMS - 9000, Here: true, Line: true},
		{Origin: 3, Workstation: "desk-1", HeardMS: pagetest.NowMS - 9*dayMS, Unsent: 4, OldestMS: 9 * dayMS},
		{Origin: 4, Workstation: "desk-2", Unknown: true},
	}}
}

// balancesOf is a balance that goes up and down over months.
func balancesOf(months int, minor int64) (out []desk.MonthLine) {
	for i := range months {
		out = append(out, desk.MonthLine{Month: time.Date(2024, time.Month(6+i), 1, 0, 0, 0, 0, time.UTC).Format("2006-01"), BalanceMinor: minor - int64(i*(i-19))*91_000})
	}
	return out
}

func typedWrapup() *wrapupView {
	return &wrapupView{ID: 1, Name: "Anna Nováková", Channel: "counter", Reason: "card", Outcome: "done", Text: "Card will not work at the pump.", Happened: "21 Nov 2026, 14:11",
		Promise: "Call when the card is here", Form: webui.Form{Draft: "wrapup/1", DraftAt: pagetest.NowMS - 17*minuteMS,
			Fault: &webui.Fault{Status: 422, Field: "promise_due", Text: "error.due_missing"}}}
}

func emptyWrapup() *wrapupView {
	return &wrapupView{ID: 1, Name: "Anna Nováková", Channel: "counter", Outcome: "done", Happened: "21 Nov 2026, 14:20", Form: webui.Form{Draft: "wrapup/1"}}
}

func alikeProspect() *prospectView {
	view := newProspect()
	view.First[1].Value, view.Phone, view.Ask = "Anna Novakova", "601234567", true
	view.Duplicates = []desk.Candidate{{Hit: hits()[0], Score: 75, Reasons: []string{"reach", "name"}}, {Hit: hits()[1], Score: 30, Reasons: []string{"name"}}}
	return view
}

func TestScreensRenderInBothLanguages(t *testing.T) {
	stranger := &conflictsView{Conflicts: anna().Conflicts}
	pagetest.Check(t, plan(), append(slices.Concat(casePictures(), aroundPictures(), homePictures(), absencePictures(), copiesPictures()), []pagetest.Page{
		{Name: "find", Page: "find", View: findView{Action: "/", Hits: hits(), MayCreate: true}},
		{Name: "find-typed", Page: "find", View: findView{Action: "/", Typed: "nov", Hits: hits()[:3], More: true, MayCreate: true}},
		{Name: "find-none", Page: "find", View: findView{Action: "/", Typed: "xyz"}, Down: true},
		{Name: "customer", Page: "customer", View: allowed(anna())},
		{Name: "customer-cut", Page: "customer", View: allowed(anna()), Down: true},
		{Name: "customer-read-only", Page: "customer", View: arrange(anna())},
		{Name: "customer-stop", Page: "customer", View: stopped()},
		{Name: "customer-new", Page: "customer", View: allowed(nobody())},
		{Name: "timeline", Page: "timeline", View: &timelineView{ID: 1, Name: "Anna Nováková", Lines: stories(), From: "1 Jan 2026"}},
		{Name: "timeline-none", Page: "timeline", View: &timelineView{ID: 1, Name: "Anna Nováková", From: "soon", WrongFrom: "This is not a day. Write it like Friday, 25 Nov or 2026-11-25.", StoryFilter: desk.StoryFilter{Type: "talk", Channel: "visit"}}},
		{Name: "wrapup", Page: "wrapup", View: emptyWrapup()},
		{Name: "wrapup-fault", Page: "wrapup", View: typedWrapup(), Down: true},
		{Name: "edit", Page: "edit", View: newDetails(anna())},
		{Name: "reach-new", Page: "reach", View: &reachView{ID: 1, Name: "Anna Nováková", Channel: "phone", Label: "mobile", Action: "/customers/1/reach/new"}},
		{Name: "reach-change", Page: "reach", View: &reachView{ID: 1, Name: "Anna Nováková", Reach: 11, Channel: "phone", Value: "+420 601 234 567", Action: "/customers/1/reach/11"}},
		{Name: "consent", Page: "consent", View: newConsent(anna(), map[string][]string{"purpose": {"marketing"}, "channel": {"phone"}})},
		{Name: "customer-linked", Page: "customer", View: allowed(linked())},
		{Name: "same", Page: "same", View: &sameView{Customer: anna(), Candidates: []desk.Candidate{{Hit: hits()[1], Score: 75, Reasons: []string{"reach", "name"}}},
			Distinct: []desk.DistinctLine{{ID: 91, Party: 79, Name: "Anna Novakova", Reason: "her daughter", Author: desk.Author{Name: "Petr Malý", Place: "desk-1", AtMS: pagetest.NowMS}}}}},
		{Name: "same-compare", Page: "same", View: &sameView{Customer: anna(), Other: wang(), Alike: []string{"reach", "name"}, Pairs: []samePair{{"name", "Anna Nováková", "王小明"}, {"birth", "1961-04-17", ""}, {"type", "person", "person"}}}},
		{Name: "same-none", Page: "same", View: &sameView{Customer: nobody()}},
		{Name: "correction", Page: "correction", View: &correctionView{ID: 1, Name: "Anna Nováková", Field: "birth", Current: "1961-04-17"}},
		{Name: "prospect", Page: "prospect", View: newProspect()},
		{Name: "prospect-alike", Page: "prospect", View: alikeProspect()},
		{Name: "conflicts", Page: "conflicts", View: stranger},
		{Name: "conflicts-none", Page: "conflicts", View: conflictsView{}},
		{Name: "outage", Page: "outage", View: unsentWork(), Down: true},
		{Name: "outage-clear", Page: "outage", View: outageView{Outage: &desk.Outage{Online: true, SinceMS: pagetest.NowMS - dayMS, Written: 215, Accepted: 215, Bootstrapped: true}}},
		{Name: "doctor", Page: "doctor", View: illness(), Down: true},
		{Name: "clock-unsure", Page: "outage", View: unsentWork(), Down: true, Clock: &desk.Clock{State: desk.ClockUnsure, AheadMS: -26 * 365 * dayMS}},
		{Name: "clock-set", Page: "outage", View: unsentWork(), Down: true, Clock: &desk.Clock{State: desk.ClockSet, AheadMS: 3 * 60 * minuteMS, Jumps: 1}},
		{Name: "clock-off", Page: "doctor", View: illness(), Clock: &desk.Clock{State: desk.ClockOff, AheadMS: -7 * minuteMS}},
		{Name: "board", Page: "board", View: branchBoard(), Down: true},
		{Name: "keys", Page: "keys"},
	}...))
}
