package teller

import (
	"net/http"

	"bough/node/desk"
	"bough/webui"
)

type doctorView struct{ Found []desk.Finding }

// doctor tries every hop to head office, now.
func doctor(v *webui.Visit) error {
	found, err := v.Site.Desk.Doctor(v.Ctx())
	if err != nil {
		return err
	}
	return v.Show(http.StatusOK, "doctor", doctorView{found})
}
