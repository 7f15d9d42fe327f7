package teller

import (
	"net/http"
	"net/url"
	"strings"

	"bough/crdt"
	"bough/node/desk"
	"bough/webui"
)

// wrapupView is the form of a wrap-up, with what was typed.
type wrapupView struct {
	ID   crdt.ID
	Name string
	Form webui.Form

	Channel, Reason, Outcome, Text string
	Happened                       string // as the form has it
	Promise, Due                   string
}

func newWrapup(v *webui.Visit, c *desk.Customer) *wrapupView {
	return &wrapupView{ID: c.ID, Name: c.Name, Form: webui.Form{Draft: "wrapup/" + c.ID.String()},
		Channel: "counter", Outcome: "done", Happened: v.L.Moment(v.Site.Now())}
}

func (w *wrapupView) read(values url.Values) {
	w.Channel, w.Reason, w.Outcome = values.Get("channel"), values.Get("reason"), values.Get("outcome")
	w.Text = strings.ReplaceAll(values.Get("text"), "\r\n", "\n")
	w.Happened = values.Get("happened")
	w.Promise, w.Due = strings.TrimSpace(values.Get("promise_text")), values.Get("promise_due")
}

// interaction reads the typed times; what a field may hold is the desk's to say.
func (w *wrapupView) interaction(v *webui.Visit) (in desk.Interaction, err error) {
	in = desk.Interaction{Channel: w.Channel, Reason: w.Reason, Outcome: w.Outcome, Text: strings.TrimSpace(w.Text), PromiseText: w.Promise}
	if w.Happened != "" {
		if in.HappenedMS, err = v.L.ReadMoment(w.Happened); err != nil {
			return in, badInput("happened", "bad_moment")
		}
	}
	if w.Due != "" {
		if in.PromiseDueMS, err = v.L.ReadWhen(w.Due); err != nil {
			return in, badInput("promise_due", "bad_day")
		}
	}
	if w.Promise != "" && w.Due == "" {
		return in, badInput("promise_due", "due_missing")
	}
	return in, nil
}

func askWrapup(v *webui.Visit, c *desk.Customer) error {
	view := newWrapup(v, c)
	if err := v.Restore(&view.Form, view.Form.Draft, view.read); err != nil {
		return err
	}
	if v.Quick() {
		return v.Block("wrapup", "panel", view)
	}
	return v.Show(http.StatusOK, "wrapup", view)
}

func saveWrapup(v *webui.Visit, c *desk.Customer) error {
	values, err := v.FormParams()
	if err != nil {
		return err
	}
	view := newWrapup(v, c)
	view.read(values)
	in, err := view.interaction(v)
	if err == nil {
		_, err = v.Site.Desk.RecordInteraction(v.Ctx(), v.Who, c.ID, in)
	}
	if err != nil {
		return v.Again("wrapup", view, &view.Form, err)
	}
	v.Done(view.Form.Draft)
	return v.GoSaved(page(c.ID), "wrapup")
}
