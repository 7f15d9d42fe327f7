package teller

import (
	"testing"

	"bough/node/crm"
	"bough/node/desk"
	"bough/node/visitors"
	"bough/webui"
	"bough/webui/pagetest"
)

// stranger is somebody of another branch.
func stranger() *visitors.Visitor {
	return &visitors.Visitor{Line: visitors.Line{ID: 7, Name: "A••• N•••", Type: "person", Home: 74, HomeName: "Ostrava", Language: "cs",
		Refused: []visitors.Refused{{Purpose: "marketing", Channel: "phone"}, {Purpose: "service", Channel: "sms"}}}, State: desk.AtHeadOffice}
}

func TestScreensOfVisitorsRenderInBothLanguages(t *testing.T) {
	pagetest.Check(t, plan(), visitorPictures())
}

// visitorPictures are the pages of who comes in from another branch.
func visitorPictures() []pagetest.Page {
	jana := by("Jana Dvořáková", "counter-2", 9*minuteMS, desk.SavedHere)
	all := func(v *visitors.Visitor) *visitorView {
		return &visitorView{Visitor: v, Online: true, Purposes: crm.Purposes, Channels: crm.ConsentChannels, MayRecord: true, MayConsent: true, MayCase: true, MayTask: true, MayMove: true}
	}
	stopped := all(stranger())
	stopped.Warning, stopped.Stop = "stop", true
	stopped.Form = webui.Form{Fault: &webui.Fault{Status: 422, Field: "reason", Text: "error.reason_missing"}}
	cut := all(stranger())
	cut.Online, cut.Warning, cut.State = false, "warn", desk.SavedHere
	cut.Written = []visitors.Written{{Kind: "interaction", Text: "lost her card", AtMS: pagetest.NowMS - 9*minuteMS, Author: jana}, {Kind: "task", Text: "send the form", AtMS: pagetest.NowMS - 10*minuteMS, Author: jana}}
	firm := &visitors.Visitor{Line: visitors.Line{ID: 8, Name: "N••• H•••", Type: "organisation", Home: 74, HomeName: "Ostrava"}, State: desk.AtHeadOffice}
	zhang := visitors.Line{ID: 9, Name: "张••", Type: "person", Home: 12, HomeName: "浦东支行", Warning: "stop"}
	return []pagetest.Page{
		{Name: "find-elsewhere", Page: "find", View: findView{Action: "/", Typed: "nov", Hits: hits()[:3], Elsewhere: true}},
		{Name: "visitors", Page: "visitors", View: elsewhereView{}},
		{Name: "visitors-more", Page: "visitors", View: elsewhereView{Typed: "nov", Answer: visitors.Answer{}}},
		{Name: "visitors-none", Page: "visitors", View: elsewhereView{Typed: "nov 1980-03-04", Answer: visitors.Answer{Enough: true}}},
		{Name: "visitors-found", Page: "visitors", View: elsewhereView{Typed: "nov 1980-03-04", Answer: visitors.Answer{Enough: true, More: true, Lines: []visitors.Line{stranger().Line, firm.Line, zhang}}}, Down: true},
		{Name: "visitor", Page: "visitor", View: all(stranger())},
		{Name: "visitor-firm", Page: "visitor", View: all(firm)},
		{Name: "visitor-stop", Page: "visitor", View: stopped},
		{Name: "visitor-cut", Page: "visitor", View: cut, Down: true},
	}
}
