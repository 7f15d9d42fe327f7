package teller

import (
	"bough/crdt"
	"bough/node/desk"
	"bough/node/tasks"
	"bough/webui"
	"bough/webui/chart"
	"bough/webui/pagetest"
)

// stories are one of each kind of things that happen.
func stories() []desk.StoryLine {
	c := anna()
	petr := by("Petr Malý", "desk-1", 3*dayMS, desk.AtHeadOffice)
	return []desk.StoryLine{
		{AtMS: c.Timeline[0].HappenedMS, Talk: &c.Timeline[0]}, {AtMS: c.Tasks[0].DueMS, Task: &c.Tasks[0]}, {AtMS: c.Cases[0].DueMS, Case: &c.Cases[0]},
		{AtMS: pagetest.NowMS - 40*dayMS, Consent: &desk.ConsentEventLine{Purpose: "marketing", Channel: "phone", Withdraws: true, Evidence: "said so at the counter", Author: petr}},
		{AtMS: pagetest.NowMS - 41*dayMS, Talk: takenAway()},
	}
}

func takenAway() *desk.InteractionLine {
	petr := by("Petr Malý", "desk-1", 3*dayMS, desk.AtHeadOffice)
	return &desk.InteractionLine{ID: 88, Channel: "counter", HappenedMS: pagetest.NowMS - 41*dayMS, Author: by("Jana Dvořáková", "counter-2", 41*dayMS, desk.AtHeadOffice),
		Taken: &desk.Taken{Reason: "was the other Anna Nováková", Moved: true, Author: petr}}
}

func company() *desk.Customer {
	c, petr := nobody(), by("Petr Malý", "desk-1", 3*dayMS, desk.AtHeadOffice)
	c.Relations = []desk.RelationLine{
		{ID: 1, Party: 11, Name: "Anna Nováková", PartyType: "person", Type: "owner", ShareBP: 6000, Author: petr},
		{ID: 2, Party: 12, Name: "王小明", PartyType: "person", Type: "owner", ShareBP: 5000, Author: petr},
		{ID: 3, Party: 13, Name: "Josef Novák", PartyType: "person", Type: "director", Author: petr, Note: "signs alone"},
		{ID: 4, Party: 14, Name: "Holz & Söhne Beteiligungsgesellschaft mbH", PartyType: "organisation", Type: "guarantor", Author: petr},
		{ID: 5, Party: 15, Name: "Eva Nováková", PartyType: "person", Type: "signatory", Author: petr},
	}
	c.Groups = []desk.GroupLine{{ID: 41, Type: "group", Name: "Nord", Members: []desk.MemberLine{{Party: 16, Name: "Nord Group a.s.", Role: "parent_company"}, {Party: c.ID, Name: c.Name, Role: "subsidiary"}}}}
	return c
}

// aroundPictures are the pages of what ties customers together.
func aroundPictures() []pagetest.Page {
	relate := &relateView{ID: 1, Name: "Anna Nováková", What: "relation", Direction: "other", Type: "owner", Pick: pickView{Action: "/customers/1/relate", Live: true, Typed: "nov", Hits: hits(), Chosen: 2}}
	wrong := &relateView{ID: 1, Name: "Anna Nováková", What: "household", Role: "partner", Pick: pickView{Action: "/customers/1/relate", What: "household", Typed: "nov", Hits: hits()},
		Groups: anna().Groups, Form: webui.Form{Fault: &webui.Fault{Status: 422, Field: "name", Text: "error.group_name"}}}
	jana := by("Jana Dvořáková", "counter-2", 9*minuteMS, desk.SavedHere)
	note := &noteView{Entry: &desk.Entry{InteractionLine: anna().Timeline[0], Party: 1, PartyName: "Anna Nováková", May: true}, Pick: pickView{Action: "/notes/81", Live: true}}
	taken := &noteView{Entry: &desk.Entry{InteractionLine: *takenAway(), Party: 1, PartyName: "Anna Nováková", May: true}}
	taken.Taken.Moved = false
	late := &noteView{Entry: &desk.Entry{InteractionLine: anna().Timeline[2], Party: 1, PartyName: "Anna Nováková"}}
	asked := newConsent(anna(), map[string][]string{"purpose": {"marketing"}, "channel": {"phone"}})
	asked.History = []desk.ConsentEventLine{{Withdraws: true, AtMS: pagetest.NowMS - 40*dayMS, Evidence: "said so at the counter", Author: jana}, {AtMS: pagetest.NowMS - 400*dayMS, Evidence: "form 12", Author: jana}}
	return []pagetest.Page{
		{Name: "day", Page: "day", View: busyDay()},
		{Name: "day-free", Page: "day", View: &dayView{Day: &tasks.Day{NowMS: pagetest.NowMS, Works: true}, May: true}},
		{Name: "task", Page: "task", View: &taskView{ID: 1, Name: "Anna Nováková", Type: "appointment", Text: "Mortgage review", Due: "friday", Clock: "10:00", Minutes: "30", Place: "Room 2", People: colleaguesHere()}},
		{Name: "customer-company", Page: "customer", View: allowed(company())},
		{Name: "relate", Page: "relate", View: relate},
		{Name: "relate-household", Page: "relate", View: wrong},
		{Name: "note", Page: "note", View: note},
		{Name: "note-taken", Page: "note", View: taken},
		{Name: "note-late", Page: "note", View: late},
		{Name: "feedback", Page: "feedback", View: &feedbackView{Page: "/customers/:id", Type: "slow", Text: "The timeline takes long"}},
		{Name: "said", Page: "said", View: feedbackList{Lines: []desk.Feedback{{Type: "slow", Page: "/customers/:id", Text: "The timeline takes long", Version: "0.2.0", Author: jana, AtMS: pagetest.NowMS - minuteMS},
			{Type: "missing", Page: "/day", Text: "A list by week", Version: "0.2.0", Author: by("李伟", "counter-7", 2*dayMS, desk.AtHeadOffice), AtMS: pagetest.NowMS - 2*dayMS}}}},
		{Name: "said-none", Page: "said", View: feedbackList{}},
		{Name: "warn", Page: "warn", View: &warnView{ID: 1, Name: "Anna Nováková", Level: "stop"}},
		{Name: "consent-history", Page: "consent", View: asked},
	}
}

func colleaguesHere() []person { return []person{{1, "Jana Dvořáková"}, {2, "Petr Malý"}} }

// busyDay has something in every list.
func busyDay() *dayView {
	now := pagetest.NowMS
	line := func(id crdt.ID, kind, text string, due int64) tasks.Line {
		return tasks.Line{TaskLine: desk.TaskLine{ID: id, Party: 5, PartyName: "Anna Nováková", Type: kind, Text: text, DueMS: due, State: "open", Owner: "Jana Dvořáková", Overdue: due < now,
			Author: by("Petr Malý", "desk-1", 3*dayMS, desk.AtHeadOffice)}}
	}
	day := &tasks.Day{NowMS: now, Works: true, Overdue: []tasks.Line{line(1, "promise", "Call back with the rate for fixing five years", now-dayMS)},
		Today: []tasks.Line{line(2, "appointment", "Mortgage review", now+60*minuteMS), line(3, "task", "Send the statement of 2025", now+90*minuteMS)},
		Soon:  []tasks.Line{line(4, "promise", "Ask at the card desk", now+3*dayMS)}, Later: []tasks.Line{line(5, "task", "Yearly review", now+60*dayMS)}}
	var bars []chart.Bar
	for i := range 10 {
		bars = append(bars, chart.Bar{Label: []string{"Sat", "Sun", "Mon", "Tue", "Wed", "Thu", "Fri"}[i%7], Parts: []int{i % 3, i % 4, 1}, Quiet: i%7 < 2})
	}
	return &dayView{Day: day, May: true, People: colleaguesHere(), Picture: chart.Bars("What is due in the next days", bars)}
}
