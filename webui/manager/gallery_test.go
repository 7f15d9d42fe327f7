package manager

import (
	"testing"

	"bough/node/desk"
	"bough/node/huddle"
	"bough/node/tasks"
	"bough/webui"
	"bough/webui/chart"
	"bough/webui/pagetest"
)

const dayMS = webui.DayMS

func busy() *todayView {
	now := pagetest.NowMS
	day := &tasks.Day{NowMS: now, Works: true,
		Overdue: []tasks.Line{{TaskLine: desk.TaskLine{ID: 1, Party: 5, PartyName: "Anna Nováková", Type: "promise", Text: "Call back with the rate for fixing five years", DueMS: now - dayMS, Owner: "Petr Malý", Overdue: true}}},
		Today: []tasks.Line{{TaskLine: desk.TaskLine{ID: 2, Party: 6, PartyName: "王小明", Type: "appointment", Text: "Mortgage review", DueMS: now + 3600_000, Owner: "Jana Dvořáková"}},
			{TaskLine: desk.TaskLine{ID: 3, Party: 7, PartyName: "Nord Holz s.r.o.", Type: "task", Text: "Send the statement of 2025", DueMS: now + 7200_000, Owner: "Jana Dvořáková"}}}}
	today := &huddle.Today{NowMS: now, Works: true, Prospects: 2, Promises: huddle.Promises{DueToday: 3, Overdue: 1, Kept: 17, Broken: 3, Missed: 1}, OpenCases: 6, LateCases: 1, OpenKeyings: 2}
	var bars []chart.Bar
	for i := range 10 {
		v := huddle.Visits{DayMS: now - int64(9-i)*dayMS, Counter: 30 + i*7%19, Calls: 8 + i%5, Other: i % 4, Works: i%7 != 5}
		today.Visits = append(today.Visits, v)
		bars = append(bars, chart.Bar{Label: "Mon", Parts: []int{v.Counter, v.Calls, v.Other}, Quiet: !v.Works})
	}
	return &todayView{Today: today, Day: day, Picture: chart.Bars("Visits of the last days", bars)}
}

func closings(verdict string) *huddle.Closing {
	c := &huddle.Closing{NowMS: pagetest.NowMS, Outage: desk.Outage{Online: true, Written: 215, Accepted: 215, Bootstrapped: true}}
	if verdict != huddle.SafeOff {
		c.Accepted, c.Unsent, c.HeldCount, c.Keyings = 212, 2, 1, 1
		c.Unlogged = []huddle.Unlogged{{Party: 5, Name: "Anna Nováková", OpenedMS: pagetest.NowMS - 3600_000}, {Party: 6, Name: "王小明", OpenedMS: pagetest.NowMS - 1800_000}}
	}
	return c
}

func TestScreensOfAManagerRenderInBothLanguages(t *testing.T) {
	quiet := &todayView{Today: &huddle.Today{NowMS: pagetest.NowMS, Holiday: "St. Wenceslas", Promises: huddle.Promises{}, Visits: []huddle.Visits{{DayMS: pagetest.NowMS}}}, Day: &tasks.Day{NowMS: pagetest.NowMS}}
	flaws := qualityView{Kinds: huddle.FlawKinds(), Kind: "bad_phone", Quality: &huddle.Quality{Looked: 5369, More: true, Counts: map[string]int{"bad_phone": 2, "no_birth": 12},
		Flaws: []huddle.Flaw{{Party: 5, Name: "Anna Nováková", Kind: "bad_phone", Value: "+420 12"}, {Party: 6, Name: "王小明", Kind: "bad_phone", Value: "1380013"}}}}
	paper := busy()
	paper.MoreLate = 3
	pagetest.Check(t, webui.Plan{Home: "/", Find: "/", Nav: Nav()}, append(outagePages(), []pagetest.Page{
		{Name: "today", Page: "today", View: busy()},
		{Name: "today-quiet", Page: "today", View: quiet},
		{Name: "huddle", Page: "huddle", View: paper},
		{Name: "quality", Page: "quality", View: flaws},
		{Name: "quality-none", Page: "quality", View: qualityView{Kinds: huddle.FlawKinds(), Quality: &huddle.Quality{Looked: 3, Counts: map[string]int{}}}},
		{Name: "closing", Page: "closing", View: closings(huddle.SafeOff)},
		{Name: "closing-not-safe", Page: "closing", View: closings(huddle.NotSafe), Down: true},
	}...))
}
