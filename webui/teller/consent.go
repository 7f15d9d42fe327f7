package teller

import (
	"net/http"
	"net/url"

	"bough/crdt"
	"bough/node/desk"
	"bough/webui"
)

// consentView is the form of a grant or a withdrawal for one purpose on one
// channel.
type consentView struct {
	ID               crdt.ID
	Name             string
	Purpose, Channel string
	Line             desk.ConsentLine // the answer now
	Form             webui.Form

	Evidence, Happened string
	Act                string // grant | withdraw
	History            []desk.ConsentEventLine
}

func newConsent(c *desk.Customer, values url.Values) *consentView {
	view := &consentView{ID: c.ID, Name: c.Name, Purpose: values.Get("purpose"), Channel: values.Get("channel")}
	view.Line = consentOf(c.Consents, view.Purpose, view.Channel)
	view.Form.Draft = "consent/" + c.ID.String() + "/" + view.Purpose + "/" + view.Channel
	return view
}

func (c *consentView) read(values url.Values) {
	c.Evidence, c.Happened, c.Act = typed(values, "evidence"), values.Get("happened"), values.Get("act")
}

func askConsent(v *webui.Visit, c *desk.Customer) error {
	view := newConsent(c, v.QueryParams())
	view.Happened = v.L.Moment(v.Site.Now())
	var err error
	if view.History, err = v.Site.Desk.ConsentHistory(v.Ctx(), v.Who, c.ID, view.Purpose, view.Channel); err != nil {
		return err
	}
	if err := v.Restore(&view.Form, view.Form.Draft, view.read); err != nil {
		return err
	}
	if v.Quick() {
		return v.Block("consent", "panel", view)
	}
	return v.Show(http.StatusOK, "consent", view)
}

func saveConsent(v *webui.Visit, c *desk.Customer) error {
	values, err := v.FormParams()
	if err != nil {
		return err
	}
	view := newConsent(c, values)
	view.read(values)
	act := desk.ConsentAct{Purpose: view.Purpose, Channel: view.Channel, Withdraw: view.Act == "withdraw", Evidence: view.Evidence}
	if view.Happened != "" {
		if act.HappenedMS, err = v.L.ReadMoment(view.Happened); err != nil {
			return v.Again("consent", view, &view.Form, badInput("happened", "bad_moment"))
		}
	}
	// A browser sends the button that was pressed. Without one, as when a form
	// is sent by a key, nobody said yes.
	if view.Act != "grant" && view.Act != "withdraw" {
		return v.Again("consent", view, &view.Form, badInput("act", "act_missing"))
	}
	if _, err := v.Site.Desk.RecordConsent(v.Ctx(), v.Who, c.ID, act); err != nil {
		return v.Again("consent", view, &view.Form, err)
	}
	v.Done(view.Form.Draft)
	return v.GoSaved(page(c.ID), "consent")
}
