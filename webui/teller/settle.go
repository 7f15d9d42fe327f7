package teller

import (
	"net/http"

	"bough/crdt"
	"bough/node/desk"
	"bough/webui"
)

type conflictsView struct{ Conflicts []desk.Conflict }

// conflicts lists what waits for a decision at this node.
func conflicts(v *webui.Visit) error {
	open, err := v.Site.Desk.Conflicts(v.Ctx(), v.Who, conflictLimit)
	if err != nil {
		return err
	}
	return v.Show(http.StatusOK, "conflicts", conflictsView{open})
}

// settle keeps the value on the page, or takes the other one.
func settle(v *webui.Visit) error {
	id, err := v.ID("id")
	if err != nil {
		return err
	}
	take := v.FormValue("take")
	if take != "current" && take != "losing" {
		return badInput("take", "act_missing")
	}
	if _, err := v.Site.Desk.Settle(v.Ctx(), v.Who, id, take == "losing", onScreen(v)...); err != nil {
		return err
	}
	return backToParty(v, "conflict")
}

// setTask marks a task, promise or appointment as kept, broken or dropped.
func setTask(v *webui.Visit) error {
	id, err := v.ID("id")
	if err != nil {
		return err
	}
	if _, err := v.Site.Desk.SetTask(v.Ctx(), v.Who, id, v.FormValue("state"), onScreen(v)...); err != nil {
		return err
	}
	if v.FormValue("day") != "" {
		return v.GoSaved(dayPath(v.FormValue("whose")), "task")
	}
	return backToParty(v, "task")
}

// onScreen are the stamps that the form says were on screen; none: what is there
// now counts as seen.
func onScreen(v *webui.Visit) (saw []string) {
	for _, s := range v.Request().Form["saw"] {
		if s != "" {
			saw = append(saw, s)
		}
	}
	return saw
}

// backToParty goes to the page on which the button was.
func backToParty(v *webui.Visit, saved string) error {
	party, err := crdt.ParseID(v.FormValue("party"))
	if err != nil {
		return v.GoSaved("/conflicts", saved)
	}
	return v.GoSaved(page(party), saved)
}
