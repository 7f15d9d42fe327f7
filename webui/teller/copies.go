package teller

import (
	"net/http"

	"bough/node/desk"
	"bough/webui"
)

type copiesView struct{ Copies []desk.Copy }

// copies tells of files that went on under another number.
func copies(v *webui.Visit) error {
	list, err := v.Site.Desk.Copies(v.Ctx(), v.Who)
	if err != nil {
		return err
	}
	return v.Show(http.StatusOK, "copies", copiesView{list})
}
