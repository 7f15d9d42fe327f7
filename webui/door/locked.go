package door

import (
	"errors"
	"net/http"
	"net/url"

	"bough/node/desk"
	"bough/webui"
)

// lockedView is the lock: whose session it is, and where they were.
type lockedView struct {
	Form    webui.Form
	Name    string
	Back    string
	AfterMS int64 // how long nobody did anything
}

// askUnlock shows the lock; who is not locked goes on, who is not signed in
// signs in.
func askUnlock(v *webui.Visit) error {
	view, err := newLocked(v, v.QueryParam("back"))
	if err != nil || view == nil {
		return orOn(v, err, v.QueryParam("back"))
	}
	return v.Show(http.StatusOK, "locked", view)
}

func unlock(v *webui.Visit) error {
	back := v.FormValue("back")
	view, err := newLocked(v, back)
	if err != nil || view == nil {
		return orOn(v, err, back)
	}
	if err := v.Site.Desk.Unlock(v.Ctx(), v.Token, v.FormValue("password")); err != nil {
		return v.Again("locked", view, &view.Form, err)
	}
	return v.Go(back)
}

// newLocked is nil when the session is not locked.
func newLocked(v *webui.Visit, back string) (*lockedView, error) {
	who, err := v.Site.Desk.Check(v.Ctx(), v.Token)
	var known *desk.Error
	if err == nil || !errors.As(err, &known) || known.Reason != desk.Locked || who == nil {
		return nil, err
	}
	return &lockedView{Name: who.Name, Back: back, AfterMS: v.Site.IdleLock.Milliseconds()}, nil
}

func orOn(v *webui.Visit, err error, back string) error {
	if desk.ReasonOf(err) == desk.SignedOut {
		return v.Go("/signin?" + url.Values{"back": {back}}.Encode())
	}
	if err != nil {
		return err
	}
	return v.Go(back)
}
