package webui

import "bough/node/desk"

// guideView is what the style guide shows: every component, with made-up data.
type guideView struct {
	States   []desk.State
	Balances []desk.HoldingLine
	Hits     []desk.Hit
	Inputs   []guideInput
}

type guideInput struct {
	Name, Value, Input, List, Fault string
	Choices                         []string
	Focus                           bool
}

func guide() guideView {
	return guideView{
		States: []desk.State{desk.SavedHere, desk.SafeInBranch, desk.AtHeadOffice, desk.Refused},
		Balances: []desk.HoldingLine{
			{Type: "current", Currency: "CZK", BalanceMinor: 1234567, HasBalance: true, AsOfMS: 1, Age: desk.Fresh},
			{Type: "savings", Currency: "JPY", BalanceMinor: 250000, HasBalance: true, AsOfMS: 1, Age: desk.Amber},
			{Type: "credit_line", Currency: "EUR", BalanceMinor: -48950, HasBalance: true, AsOfMS: 1, Age: desk.Stale},
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
