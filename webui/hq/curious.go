package hq

import (
	"net/http"

	"bough/node/crm"
	"bough/node/desk"
	"bough/node/office"
	"bough/webui"
)

// curiousView is who looked at customers of other branches, and who at too many.
type curiousView struct {
	Alerts []office.Curious
	Looks  []office.Look
}

// curious lists the alerts and the newest looks.
func (p Panels) curious(v *webui.Visit) error {
	if !v.May(crm.ActPeople) {
		return &desk.Error{Reason: desk.Denied, Code: "not_allowed", Message: "Your role may not do this."}
	}
	alerts, err := p.Moves.Curious(v.Ctx())
	if err != nil {
		return err
	}
	looks, err := p.Moves.Looks(v.Ctx())
	if err != nil {
		return err
	}
	return v.Show(http.StatusOK, "lookups", curiousView{alerts, looks})
}
