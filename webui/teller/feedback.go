package teller

import (
	"net/http"
	"net/url"

	"bough/node/desk"
	"bough/webui"
)

// feedbackView is what somebody says of a page, as typed.
type feedbackView struct {
	Page, Type, Text string
	Form             webui.Form
}

func (f *feedbackView) read(values url.Values) {
	f.Page, f.Type, f.Text = values.Get("page"), values.Get("type"), typed(values, "text")
}

func askFeedback(v *webui.Visit) error {
	view := &feedbackView{Page: v.QueryParam("page"), Form: webui.Form{Draft: "feedback"}}
	return v.Show(http.StatusOK, "feedback", view)
}

func saveFeedback(v *webui.Visit) error {
	values, err := v.FormParams()
	if err != nil {
		return err
	}
	view := &feedbackView{Form: webui.Form{Draft: "feedback"}}
	view.read(values)
	_, err = v.Site.Desk.SayOfPage(v.Ctx(), v.Who, desk.Feedback{Type: view.Type, Page: view.Page, Text: view.Text, Version: v.Site.Version})
	if err != nil {
		return v.Again("feedback", view, &view.Form, err)
	}
	return v.GoSaved(v.Site.Home, "feedback")
}

// feedbackList is what was said, for those who manage.
type feedbackList struct{ Lines []desk.Feedback }

func readFeedback(v *webui.Visit) error {
	lines, err := v.Site.Desk.SaidOfPages(v.Ctx(), v.Who, conflictLimit)
	if err != nil {
		return err
	}
	return v.Show(http.StatusOK, "said", feedbackList{lines})
}
