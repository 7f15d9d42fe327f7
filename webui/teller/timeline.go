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
	Wrong       string
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
		typed string
		ms    *int64
		end   bool
	}{{view.From, &view.FromMS, false}, {view.Until, &view.UntilMS, true}} {
		if day.typed == "" {
			continue
		}
		end, err := v.L.ReadDay(day.typed) // the end of the day
		if err != nil {
			view.Wrong = v.L.T("error.bad_day")
			continue
		}
		if *day.ms = end + 1; !day.end {
			*day.ms -= webui.DayMS
		}
	}
	lines, err := v.Site.Desk.Story(v.Ctx(), v.Who, c.ID, view.StoryFilter, timelineLimit+1)
	if err != nil {
		return err
	}
	view.Lines, view.More = lines[:min(len(lines), timelineLimit)], len(lines) > timelineLimit
	return v.Show(http.StatusOK, "timeline", view)
}
