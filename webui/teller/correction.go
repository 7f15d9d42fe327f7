package teller

import (
	"net/http"
	"net/url"

	"bough/crdt"
	"bough/node/desk"
	"bough/webui"
)

// correctionView is the request to correct a value that the core system keeps.
type correctionView struct {
	ID      crdt.ID
	Name    string
	Field   string
	Current string
	Form    webui.Form
	Text    string
}

func newCorrection(c *desk.Customer, field string) (*correctionView, error) {
	value := c.Field(field)
	if value == nil || !value.Locked {
		return nil, &desk.Error{Reason: desk.NotFound, Code: "page", Message: "There is no page at this address."}
	}
	view := &correctionView{ID: c.ID, Name: c.Name, Field: field, Current: value.Value}
	if field == "home" {
		view.Current = c.HomeName
	}
	view.Form.Draft = "correction/" + c.ID.String() + "/" + field
	return view, nil
}

func (c *correctionView) read(values url.Values) { c.Text = typed(values, "text") }

func askCorrection(v *webui.Visit, c *desk.Customer) error {
	view, err := newCorrection(c, v.QueryParam("field"))
	if err != nil {
		return err
	}
	if err := v.Restore(&view.Form, view.Form.Draft, view.read); err != nil {
		return err
	}
	if v.Quick() {
		return v.Block("correction", "panel", view)
	}
	return v.Show(http.StatusOK, "correction", view)
}

func saveCorrection(v *webui.Visit, c *desk.Customer) error {
	values, err := v.FormParams()
	if err != nil {
		return err
	}
	view, err := newCorrection(c, values.Get("field"))
	if err != nil {
		return err
	}
	view.read(values)
	if _, err := v.Site.Desk.AskCorrection(v.Ctx(), v.Who, c.ID, view.Field, view.Text); err != nil {
		return v.Again("correction", view, &view.Form, err)
	}
	v.Done(view.Form.Draft)
	return v.GoSaved(page(c.ID), "correction")
}
