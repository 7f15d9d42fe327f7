package teller

import (
	"net/http"

	"bough/node/desk"
	"bough/webui"
)

type outageView struct {
	*desk.Outage
	OOB bool // a refresh: htmx puts each part in its place
}

// outage shows the line, what exists only here, and the proof that nothing is
// missing.
func outage(v *webui.Visit) error {
	state, err := v.Site.Desk.OutageFor(v.Ctx(), v.Who)
	if err != nil {
		return err
	}
	if v.QueryParam("parts") != "" {
		return v.Block("outage", "parts-outage", outageView{state, true})
	}
	return v.Show(http.StatusOK, "outage", outageView{state, false})
}
