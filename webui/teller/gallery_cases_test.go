package teller

import (
	"bough/node/cases"
	"bough/node/clocks"
	"bough/node/desk"
	"bough/webui"
	"bough/webui/pagetest"
)

func complaint() *cases.View {
	jana, petr := by("Jana Dvořáková", "counter-2", 9*minuteMS, desk.SavedHere), by("Petr Malý", "desk-1", 3*dayMS, desk.AtHeadOffice)
	now := pagetest.NowMS
	return &cases.View{NowMS: now, Amount: cases.Money{Minor: 123450, Currency: "CZK"}, Number: "2010-4451178", Far: true,
		Line: cases.Line{ID: 4611686018427387911, Reference: cases.Reference(4611686018427387911), Party: 1, PartyName: "Anna Nováková", Type: "transfer_error",
			Text: "Paid once in Wien and was charged twice.\nThe shop says it got the money once.", State: "open", Owner: "Jana Dvořáková", HappenedMS: now - 6*dayMS,
			Next: clocks.Clock{Name: clocks.Answer, DueMS: now + 8*dayMS, CanExtend: true, ThenMS: now + 84*dayMS}, Author: jana},
		Clocks: []clocks.Clock{
			{Name: clocks.Acknowledge, DueMS: now - 2*dayMS, MetMS: now - 5*dayMS},
			{Name: clocks.Answer, DueMS: now + 8*dayMS, CanExtend: true, ThenMS: now + 84*dayMS},
		},
		Steps: []cases.StepLine{
			{ID: 1, Type: "acknowledged", HappenedMS: now - 5*dayMS, Author: petr},
			{ID: 2, Type: "waiting", Text: "The shop's bank was asked for the receipt.", HappenedMS: now - 3*dayMS, Author: petr},
			{ID: 3, Type: "note", Text: "Mrs Nováková called: the holiday flat was charged twice as well.", HappenedMS: now - 9*minuteMS, Author: jana},
		},
		Keyings: []cases.KeyingLine{{ID: 5, Type: "card_block", Text: "Until it is clear who charged it", Last4: "4417", State: "keyed", Receipt: "CB-4411"}},
		Letters: []cases.Template{{Name: "Acknowledgement"}, {Name: "We need more time"}, {Name: "Answer"}},
	}
}

func caseLines() []cases.Line {
	late, soon, calm := complaint().Line, complaint().Line, complaint().Line
	late.Type, late.Text, late.Overdue, late.Next.DueMS, late.PartyName = "complaint", "Waited forty minutes at the counter", true, pagetest.NowMS-2*dayMS, "王小明"
	soon.Type, soon.Text, soon.Soon, soon.Next = "correction", "birth: 1961-04-17, saw the certificate", true, clocks.Clock{Name: clocks.Answer, DueMS: pagetest.NowMS + 2*60*minuteMS}
	calm.State = "waiting"
	return []cases.Line{late, soon, calm}
}

func openCase() *caseView {
	return &caseView{View: complaint(), Choices: stepsFor(complaint()), May: true, When: "21 Nov 2026, 14:20", Code: "CZK",
		People: []person{{1, "Jana Dvořáková"}, {2, "Petr Malý"}}, Form: webui.Form{Draft: "case/1"}}
}

func credited() *caseView {
	view := openCase()
	view.Choice, view.Form.Fault = "credited", &webui.Fault{Status: 422, Field: "amount", Text: "error.bad_amount"}
	return view
}

func keyings() *keyingView {
	now := pagetest.NowMS
	jana := by("Jana Dvořáková", "counter-2", 9*minuteMS, desk.SavedHere)
	return &keyingView{May: true, Hotline: "+420 800 123 456",
		Open: []cases.KeyingLine{
			{ID: 1, Party: 1, PartyName: "Anna Nováková", Case: 7, Type: "card_block", Text: "Card lost in the tram", Number: "2010-4451178", Last4: "4417", State: "open", Owner: "Jana Dvořáková", HappenedMS: now - 16*minuteMS, Author: jana},
			{ID: 2, Party: 77, PartyName: "王小明", Type: "correction", Text: "birth: 1985-11-20", State: "open", Owner: "Petr Malý", HappenedMS: now - 2*dayMS, Author: jana},
		},
		Done: []cases.KeyingLine{{ID: 3, Party: 1, PartyName: "Anna Nováková", Type: "stop_payment", Text: "Order 4 to the gym", State: "keyed", Receipt: "SP-118", Owner: "Petr Malý", Author: jana}}}
}

func slip(narrow bool) letterView {
	return letterView{Slip: narrow, Tag: "en", Letter: &cases.Letter{Case: complaint(), Bank: "Bough Bank", BranchName: "Praha 1", Address: "Dlouhá 12\n110 00 Praha 1",
		Template: cases.Template{Name: "Acknowledgement", Subject: "We have received your case " + complaint().Reference,
			Body: "Dear Anna Nováková,\n\non 15 Nov 2026 you told us:\n\nPaid once in Wien and was charged twice.\n\nWe will answer by 29 Nov 2026 at the latest.\n\nPraha 1\nJana Dvořáková, 21 Nov 2026"}}}
}

func newCaseTyped() *newCaseView {
	return &newCaseView{ID: 1, Name: "Anna Nováková", Type: "transfer_error", Text: "Charged twice", Happened: "21 Nov 2026, 14:20", Currency: "CZK",
		Holdings: anna().Holdings, Hotline: "+420 800 123 456", Form: webui.Form{Draft: "case/new/1"}}
}

// casePictures are the pages of cases.
func casePictures() []pagetest.Page {
	return []pagetest.Page{
		{Name: "cases", Page: "cases", View: caseList{Tabs: tabs(), Tab: "open", Lines: caseLines()}},
		{Name: "cases-none", Page: "cases", View: caseList{Tabs: tabs(), Tab: "mine", Typed: "K7Q", Wrong: true}},
		{Name: "case", Page: "case", View: openCase(), Down: true},
		{Name: "case-fault", Page: "case", View: credited()},
		{Name: "newcase", Page: "newcase", View: newCaseTyped()},
		{Name: "keying", Page: "keying", View: keyings(), Down: true},
		{Name: "keying-none", Page: "keying", View: &keyingView{}},
		{Name: "letter", Page: "letter", View: slip(false)},
		{Name: "letter-slip", Page: "letter", View: slip(true)},
	}
}
