package hq

import (
	"net/http"

	"bough/crdt"
	"bough/node/crm"
	"bough/node/desk"
	"bough/webui"
)

// Decision is what somebody decides about a held change.
type Decision struct {
	Apply bool
	Mine  bool // whoever decides answers for it
	Why   string
}

type refusedView struct {
	Held    []desk.RefusedLine // wait for a decision
	Refused []desk.RefusedLine
	May     bool // decide
}

// badInput is what a page itself finds wrong with a form; the sentence stands in
// the catalogues.
func badInput(field, code string) error {
	return &desk.Error{Reason: desk.Invalid, Field: field, Code: code, Message: "This cannot be taken as it is: " + field + "."}
}

var errDenied = &desk.Error{Reason: desk.Denied, Code: "not_allowed", Message: "Your role may not do this."}

// refused lists the changes that central did not take, of every branch, and
// those that it holds with what can be decided about them.
func (p Panels) refused(v *webui.Visit) error {
	if !v.May(crm.ActFleet) {
		return errDenied
	}
	lines, err := p.Refused(v.Ctx())
	if err != nil {
		return err
	}
	view := refusedView{May: v.May(crm.ActOperate)}
	var about []crdt.ID
	for _, line := range lines {
		about = append(about, line.Party) // 0, too: what was typed is shown, whoever it is about
		if line.Held() {
			view.Held = append(view.Held, line)
		} else {
			view.Refused = append(view.Refused, line)
		}
	}
	if err := v.Site.Desk.Shown(v.Ctx(), v.Who, crm.ViewRead, about...); err != nil {
		return err
	}
	return v.Show(http.StatusOK, "refused", view)
}

// decide applies or drops a held change, with all that rests on it.
func (p Panels) decide(v *webui.Visit) error {
	if !v.May(crm.ActOperate) {
		return errDenied
	}
	id, err := v.ID("id")
	if err != nil {
		return err
	}
	do := v.FormValue("do")
	if do != "apply" && do != "mine" && do != "drop" {
		return &desk.Error{Reason: desk.Invalid, Field: "do", Code: "act_missing", Message: "Choose what is to be done."}
	}
	if err := p.Decide(v.Ctx(), v.Who, id, Decision{Apply: do != "drop", Mine: do == "mine", Why: v.FormValue("why")}); err != nil {
		return err
	}
	return v.GoSaved("/refused", "decision")
}
