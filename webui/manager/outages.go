package manager

import (
	"net/http"
	"strconv"

	"bough/node/desk"
	"bough/node/huddle"
	"bough/webui"
)

// outages lists the times without a line.
func (p pages) outages(v *webui.Visit) error {
	o, err := p.board.Outages(v.Ctx(), v.Who)
	if err != nil {
		return err
	}
	return v.Show(http.StatusOK, "outages", o)
}

// inOutage is what was done in one of them, to be read and printed.
func (p pages) inOutage(v *webui.Visit) error {
	began, err := strconv.ParseInt(v.Param("began"), 10, 64)
	if err != nil {
		return desk.Missing("page", "there was no such outage")
	}
	o, err := p.board.InOutage(v.Ctx(), v.Who, began)
	if err != nil {
		return err
	}
	return v.Show(http.StatusOK, "inoutage", o)
}

// adoptionView is what came of work: of one week everybody, or of one person all
// weeks.
type adoptionView struct {
	*huddle.Adoption
	Week int
}

// Of are the outcomes of a person in the week that is shown.
func (a adoptionView) Of(p huddle.PersonOutcomes) huddle.Outcomes { return p.Weeks[a.Week] }

// adoption shows a week; everybody sees the branch and themselves.
func (p pages) adoption(v *webui.Visit) error {
	a, err := p.board.Adoption(v.Ctx(), v.Who)
	if err != nil {
		return err
	}
	week, err := strconv.Atoi(v.QueryParam("week"))
	if err != nil || week < 0 || week >= len(a.EndMS) {
		week = 0
	}
	return v.Show(http.StatusOK, "adoption", adoptionView{a, week})
}
