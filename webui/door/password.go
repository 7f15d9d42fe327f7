package door

import (
	"net/http"
	"strings"

	"bough/node/desk"
	"bough/webui"
)

// passwordView is the form that turns a one-time password into one's own.
type passwordView struct {
	Form  webui.Form
	Login string
	Back  string
}

func askPassword(v *webui.Visit) error {
	return v.Show(http.StatusOK, "password", &passwordView{Login: v.QueryParam("login"), Back: v.QueryParam("back")})
}

func changePassword(v *webui.Visit) error {
	view := &passwordView{Login: strings.TrimSpace(v.FormValue("login")), Back: v.FormValue("back")}
	chosen := v.FormValue("password")
	if chosen != v.FormValue("again") {
		return v.Again("password", view, &view.Form, &desk.Error{Reason: desk.Invalid, Field: "again",
			Code: "passwords_differ", Message: "The two new passwords are not the same. Type them again."})
	}
	if err := v.Site.Desk.ChangePassword(v.Ctx(), view.Login, v.FormValue("old"), chosen); err != nil {
		return v.Again("password", view, &view.Form, err)
	}
	if err := enter(v, view.Login, chosen); err != nil {
		return v.Again("password", view, &view.Form, err)
	}
	return v.Go(view.Back)
}
