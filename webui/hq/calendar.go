package hq

import (
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"bough/crdt"
	"bough/node/branches"
	"bough/node/desk"
	"bough/webui"
)

// calendarView is the days that depart from the week, and a list that is to be
// taken in.
type calendarView struct {
	Days     []branches.Holiday
	Branches []desk.BranchLine
	Scope    branches.Scope
	Text     string
	Tried    []branches.Parsed
	Wrong    bool   // a line of what was tried cannot be taken
	Batch    string // of the list that was just taken in
	Taken    int
	Form     webui.Form
}

func (p Panels) calendarView(v *webui.Visit) (view *calendarView, err error) {
	view = &calendarView{Batch: v.QueryParam("batch")}
	from := time.UnixMilli(v.Site.Now()).AddDate(0, -1, 0).Format(time.DateOnly)
	if view.Days, err = p.Branches.Holidays(v.Ctx(), v.Who, from); err != nil {
		return nil, err
	}
	for _, d := range view.Days {
		if d.Batch == view.Batch && !d.Ended {
			view.Taken++
		}
	}
	view.Branches, err = v.Site.Desk.Branches(v.Ctx())
	return view, err
}

func (p Panels) calendar(v *webui.Visit) error {
	view, err := p.calendarView(v)
	if err != nil {
		return err
	}
	return v.Show(http.StatusOK, "calendar", view)
}

// takeDays shows what a list of days would do, or takes it in.
func (p Panels) takeDays(v *webui.Visit) error {
	view, err := p.calendarView(v)
	if err != nil {
		return err
	}
	view.Scope = branches.Scope{Country: v.FormValue("country"), Branch: branchOf(v.FormValue("branch"), 0)}
	if view.Text, err = typedDays(v); err != nil {
		return err
	}
	if view.Tried, err = p.Branches.Try(v.Ctx(), v.Who, view.Scope, view.Text); err != nil {
		return v.Again("calendar", view, &view.Form, err)
	}
	for _, d := range view.Tried {
		view.Wrong = view.Wrong || d.Fault != ""
	}
	if v.FormValue("do") != "take" {
		return v.Show(http.StatusOK, "calendar", view)
	}
	batch, n, err := p.Branches.Import(v.Ctx(), v.Who, view.Scope, view.Text)
	if err != nil {
		return v.Again("calendar", view, &view.Form, err)
	}
	if n == 0 {
		return v.GoSaved("/calendar", "nothing")
	}
	return v.GoSaved("/calendar?batch="+url.QueryEscape(batch), "days")
}

// typedDays is the list as typed, or the file that was chosen.
func typedDays(v *webui.Visit) (string, error) {
	file, _, err := v.Request().FormFile("file")
	if err != nil { // none was chosen
		return v.FormValue("days"), nil
	}
	defer file.Close()
	text, err := io.ReadAll(file)
	if err != nil || len(text) == 0 {
		return v.FormValue("days"), err
	}
	return string(text), nil
}

// endDays takes a day or a whole list back, or sets it again.
func (p Panels) endDays(v *webui.Visit) error {
	id, _ := strconv.ParseInt(v.FormValue("id"), 10, 64) // none: a list
	if _, err := p.Branches.End(v.Ctx(), v.Who, crdt.ID(id), v.FormValue("batch"), v.FormValue("do") != "again"); err != nil {
		return err
	}
	return v.GoSaved("/calendar", "days")
}
