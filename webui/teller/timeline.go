package teller

import (
	"net/http"
	"slices"

	"bough/crdt"
	"bough/node/desk"
	"bough/webui"
)

// timelineView is what passed with a customer, narrowed as the reader asked.
type timelineView struct {
	ID          crdt.ID
	Name        string
	Lines       []desk.StoryLine
	More        bool
	From, Until string // as the form has them

	WrongFrom, WrongUntil string
	desk.StoryFilter
}

// timeline shows all that passed, or what the reader narrows it to. A filter
// that cannot be read narrows nothing and says so.
func timeline(v *webui.Visit, c *desk.Customer) error {
	view := &timelineView{ID: c.ID, Name: c.Name, From: v.QueryParam("from"), Until: v.QueryParam("until"),
		StoryFilter: desk.StoryFilter{Type: v.QueryParam("type"), Channel: v.QueryParam("channel"), Reason: v.QueryParam("reason"), Words: v.QueryParam("words")}}
	if !slices.Contains(desk.StoryTypes, view.Type) {
		view.Type = ""
	}
	for _, day := range []struct {
		typed       string
		first, next *int64
		wrong       *string
	}{{view.From, &view.FromMS, new(int64), &view.WrongFrom}, {view.Until, new(int64), &view.UntilMS, &view.WrongUntil}} {
		if day.typed == "" {
			continue
		}
		first, last, err := v.L.ReadPast(day.typed)
		if err != nil {
			*day.wrong = v.L.T("error.bad_day")
			continue
		}
		*day.first, *day.next = first, last+1
	}
	lines, err := v.Site.Desk.Story(v.Ctx(), v.Who, c.ID, view.StoryFilter, timelineLimit+1)
	if err != nil {
		return err
	}
	view.Lines, view.More = lines[:min(len(lines), timelineLimit)], len(lines) > timelineLimit
	return v.Show(http.StatusOK, "timeline", view)
}
