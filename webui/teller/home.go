package teller

import (
	"net/http"
	"strconv"

	"bough/crdt"
	"bough/node/crm"
	"bough/node/desk"
	"bough/node/moves"
	"bough/webui"
)

// homeView is where a customer belongs, and what can be done about it.
type homeView struct {
	*moves.Home
	Branches                   []desk.BranchLine
	To                         int64
	Reason                     string
	MayAsk, MayMove, MaySettle bool
	Outcomes                   []string
	Form                       webui.Form
}

// movedView is what a branch is told about who came and who left.
type movedView struct {
	*moves.Overview
	Office    bool // head office's own page
	MaySettle bool
	Outcomes  []string
}

// homes registers the pages of where customers belong.
func homes(s *webui.Site) {
	s.Signed(http.MethodGet, "/moved", moved)
	s.Signed(http.MethodGet, "/customers/:id/home", opened(askHome))
	s.Signed(http.MethodPost, "/customers/:id/home", opened(saveHome))
	s.Signed(http.MethodPost, "/requests/:id/decline", declineMove)
	s.Signed(http.MethodPost, "/late/:id", settleLate)
}

func moved(v *webui.Visit) error {
	o, err := moves.Branch(v.Ctx(), v.Site.Desk, v.Who)
	if err != nil {
		return err
	}
	return v.Show(http.StatusOK, "moved", &movedView{o, v.Site.Central, v.May(crm.ActEdit), crm.LateOutcomes})
}

func newHome(v *webui.Visit, party crdt.ID) (view *homeView, err error) {
	view = &homeView{MayAsk: v.May(crm.ActRecord), MayMove: v.May(crm.ActMove), MaySettle: v.May(crm.ActEdit), Outcomes: crm.LateOutcomes}
	if view.Home, err = moves.Of(v.Ctx(), v.Site.Desk, v.Who, party); err != nil {
		return nil, err
	}
	view.To = view.Here
	view.Branches, err = v.Site.Desk.Branches(v.Ctx())
	return view, err
}

// askHome shows where a customer belongs.
func askHome(v *webui.Visit, c *desk.Customer) error {
	view, err := newHome(v, c.ID)
	if err != nil {
		return err
	}
	return v.Show(http.StatusOK, "home", view)
}

// saveHome asks for a move, or takes the customer in.
func saveHome(v *webui.Visit, c *desk.Customer) error {
	view, err := newHome(v, c.ID)
	if err != nil {
		return err
	}
	view.Reason = v.FormValue("reason")
	view.To, _ = strconv.ParseInt(v.FormValue("to"), 10, 64) // no number is no branch: the act says so
	saved := "moverequest"
	if v.FormValue("act") == "take" {
		saved = "movetaken"
		_, err = moves.TakeIn(v.Ctx(), v.Site.Desk, v.Who, c.ID, view.Reason)
	} else {
		_, err = moves.Ask(v.Ctx(), v.Site.Desk, v.Who, c.ID, moves.Wish{To: view.To, Reason: view.Reason})
	}
	if err != nil {
		return v.Again("home", view, &view.Form, err)
	}
	return v.GoSaved(page(c.ID)+"/home", saved)
}

func declineMove(v *webui.Visit) error {
	id, err := v.ID("id")
	if err != nil {
		return err
	}
	if _, err := moves.Decline(v.Ctx(), v.Site.Desk, v.Who, id, v.FormValue("reason")); err != nil {
		return err
	}
	return v.GoSaved("/moved", "movedeclined")
}

func settleLate(v *webui.Visit) error {
	id, err := v.ID("id")
	if err != nil {
		return err
	}
	if _, err := moves.Settle(v.Ctx(), v.Site.Desk, v.Who, id, moves.Verdict{Outcome: v.FormValue("outcome"), Note: v.FormValue("note")}); err != nil {
		return err
	}
	return v.GoSaved("/moved", "late")
}
