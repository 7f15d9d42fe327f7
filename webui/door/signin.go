package door

import (
	"errors"
	"net/http"
	"net/url"
	"strings"

	"bough/node/desk"
	"bough/webui"
)

// signInView is the sign-in form; People is empty where people type their name.
type signInView struct {
	Form   webui.Form
	People []desk.PersonLine
	Login  string
	Back   string
	Over   bool // the lease: nobody can sign in
}

func newSignIn(v *webui.Visit, back, login string) (*signInView, error) {
	view := &signInView{Login: login, Back: back}
	if v.Site.Central {
		return view, nil
	}
	view.Over = v.Site.Desk.LeaseIsOver()
	var err error
	view.People, err = v.Site.Desk.People(v.Ctx())
	return view, err
}

func askSignIn(v *webui.Visit) error {
	view, err := newSignIn(v, v.QueryParam("back"), v.QueryParam("login"))
	if err != nil {
		return err
	}
	return v.Show(http.StatusOK, "signin", view)
}

func signIn(v *webui.Visit) error {
	view, err := newSignIn(v, v.FormValue("back"), strings.TrimSpace(v.FormValue("login")))
	if err != nil {
		return err
	}
	err = enter(v, view.Login, v.FormValue("password"))
	if mustChange(err) {
		return v.Go("/password?" + url.Values{"login": {view.Login}, "back": {view.Back}}.Encode())
	}
	if err != nil {
		return v.Again("signin", view, &view.Form, err)
	}
	return v.Go(view.Back)
}

// enter signs in and gives the browser its cookie. Whoever was signed in here
// before is signed out.
func enter(v *webui.Visit, login, password string) error {
	token, _, err := v.Site.Desk.SignIn(v.Ctx(), login, password, false)
	if err != nil {
		return err
	}
	if v.Token != "" {
		if err := v.Site.Desk.SignOut(v.Ctx(), v.Token); err != nil {
			return err
		}
	}
	v.Keep(token)
	return nil
}

func mustChange(err error) bool {
	var known *desk.Error
	return errors.As(err, &known) && known.Code == "must_change"
}

func signOut(v *webui.Visit) error {
	if v.Token != "" {
		if err := v.Site.Desk.SignOut(v.Ctx(), v.Token); err != nil {
			return err
		}
	}
	v.Keep("")
	return v.Go("/signin")
}
