package webui

import "bough/node/desk"

// guideView is what the style guide shows: every component, with made-up data.
type guideView struct {
	States   []desk.State
	Balances []desk.HoldingLine
	Hits     []desk.Hit
	Inputs   []guideInput
	Said     []Said // times in words, one of each way to read them
	Warnings []desk.WarningLine
	Notes    []desk.InteractionLine
	Tasks    []desk.TaskLine
	Around   *desk.Customer // who stands around somebody, to be drawn
	Values   []Pair
}

type guideInput struct {
	Name, Value, Input, List, Fault string
	Choices                         []string
	Focus                           bool
}

// guide makes it up as of a time, ms UTC.
func guide(nowMS int64) guideView {
	const hourMS = 60 * 60 * 1000
	by := desk.Author{Name: "Jana Dvořáková", AtMS: nowMS - hourMS, State: desk.SafeInBranch}
	return guideView{
		Said:     []Said{{"said-day", "day", "friday", "day"}, {"said-past", "past", "yesterday 14:30", "past"}, {"said-date", "birth", "17.4.1961", "date"}, {"said-moment", "at", "20 minutes ago", "moment"}},
		Warnings: []desk.WarningLine{{Level: "note", Text: "Prefers letters.", Author: by}, {Level: "warn", Text: "Signs only together with her son.", Author: by}, {Level: "stop", Text: "Account under attachment.", Author: by}},
		Notes: []desk.InteractionLine{
			{ID: 1, Channel: "counter", Reason: "loan", Outcome: "follow_up", Text: "Asked what a loan of 200,000 would cost.", HappenedMS: nowMS - 3*hourMS, Author: by},
			{ID: 2, Channel: "call_in", Reason: "card", HappenedMS: nowMS - 30*hourMS, Author: by, Taken: &desk.Taken{Reason: "wrong customer", Moved: true, Author: by}},
		},
		Tasks: []desk.TaskLine{
			{ID: 1, Type: "promise", Text: "Send the offer.", Party: 1, PartyName: "Anna Nováková", DueMS: nowMS - 26*hourMS, Owner: "Jana Dvořáková", Overdue: true},
			{ID: 2, Type: "appointment", Text: "Mortgage.", Party: 2, PartyName: "王小明", DueMS: nowMS + 5*hourMS, Owner: "李娜"},
		},
		Around: &desk.Customer{ID: 1, Name: "Anna Nováková", Type: "person", Relations: []desk.RelationLine{
			{Type: "spouse", Party: 2, Name: "Petr Novák", PartyType: "person"}, {Type: "owner", Party: 3, Name: "Nord Holz s.r.o.", PartyType: "organisation", ShareBP: 6000}}},
		Values: []Pair{{"birth", "1961-04-17"}, {"language", "cs"}, {"document", "110101198003040011"}, {"memo", ""}},
		States: []desk.State{desk.SavedHere, desk.SafeInBranch, desk.AtHeadOffice, desk.Refused},
		Balances: []desk.HoldingLine{
			{Type: "current", Currency: "CZK", BalanceMinor: 1234567, HasBalance: true, AsOfMS: nowMS - hourMS, Age: desk.Fresh, Months: []desk.MonthLine{{Month: "2026-06", BalanceMinor: 980000}, {Month: "2026-07", BalanceMinor: 1430000}, {Month: "2026-08", BalanceMinor: 1120000}, {Month: "2026-09", BalanceMinor: 1234567}}},
			{Type: "savings", Currency: "JPY", BalanceMinor: 250000, HasBalance: true, AsOfMS: nowMS - 48*hourMS, Age: desk.Amber},
			{Type: "credit_line", Currency: "EUR", BalanceMinor: -48950, HasBalance: true, AsOfMS: nowMS - 120*hourMS, Age: desk.Stale},
		},
		Hits: []desk.Hit{
			{ID: 1, Name: "Anna Nováková", Type: "person", Status: "customer", Birth: "1961-04-17", HomeName: "Praha", Tier: "A", Town: "Praha 4", Phone: "+420 601 234 567", Mine: true},
			{ID: 2, Name: "王小明", Type: "person", Status: "customer", Birth: "1985-11-02", HomeName: "上海", Tier: "B", Warning: "warn", Town: "上海", Mine: true},
			{ID: 3, Name: "Nord Holz s.r.o.", Type: "organisation", Status: "prospect", HomeName: "Brno", Warning: "stop", Town: "Brno"},
		},
		Inputs: []guideInput{
			{Name: "greeting", Value: "Mrs Nováková", Input: "text"},
			{Name: "language", Value: "cs", Input: "choice", List: "speaks", Choices: []string{"cs", "en", "zh"}},
			{Name: "birth", Value: "1961-13-40", Input: "text", Fault: "1961-13-40"},
			{Name: "memo", Value: "Hard of hearing: speak slowly.", Input: "area"},
		},
	}
}
