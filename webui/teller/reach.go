package teller

import (
	"errors"
	"net/http"
	"net/url"
	"slices"

	"bough/crdt"
	"bough/node/crm"
	"bough/node/desk"
	"bough/webui"
)

// reachView is the form of one way to reach a party; Reach is 0 for a new one.
type reachView struct {
	ID     crdt.ID
	Name   string
	Reach  crdt.ID
	Action string
	Saw    string
	Form   webui.Form

	Channel, Value, Label string
	Preferred             bool
}

// newReach fills the form from the page's customer.
func newReach(v *webui.Visit, c *desk.Customer) (*reachView, error) {
	view := &reachView{ID: c.ID, Name: c.Name, Channel: "phone", Label: "mobile", Action: page(c.ID) + "/reach/new"}
	view.Form.Draft = "reach/" + c.ID.String()
	if v.Param("reach") == "" {
		return view, nil
	}
	id, err := v.ID("reach")
	if err != nil {
		return nil, err
	}
	for _, line := range c.Reaches {
		if line.ID == id {
			view.Reach, view.Saw, view.Action = id, line.Stamp, page(c.ID)+"/reach/"+id.String()
			view.Channel, view.Value, view.Label, view.Preferred = line.Channel, line.Value, line.Label, line.Preferred
			view.Form.Draft += "/" + id.String()
			return view, nil
		}
	}
	return nil, &desk.Error{Reason: desk.NotFound, Code: "page", Message: "There is no page at this address."}
}

func (r *reachView) read(values url.Values) {
	r.Value = typed(values, "value")
	if r.Reach != 0 {
		r.Saw = values.Get("saw")
		return
	}
	r.Channel, r.Label, r.Preferred = values.Get("channel"), values.Get("label"), values.Get("preferred") != ""
}

func askReach(v *webui.Visit, c *desk.Customer) error {
	view, err := newReach(v, c)
	if err != nil {
		return err
	}
	if err := v.Restore(&view.Form, view.Form.Draft, view.read); err != nil {
		return err
	}
	if v.Quick() {
		return v.Block("reach", "panel", view)
	}
	return v.Show(http.StatusOK, "reach", view)
}

func addReach(v *webui.Visit, c *desk.Customer) error {
	return saveReach(v, c, func(view *reachView) error {
		_, err := v.Site.Desk.AddReach(v.Ctx(), v.Who, c.ID,
			desk.Reach{Channel: view.Channel, Value: view.Value, Label: view.Label, Preferred: view.Preferred})
		return err
	})
}

func editReach(v *webui.Visit, c *desk.Customer) error {
	return saveReach(v, c, func(view *reachView) error {
		var saw []string
		if view.Saw != "" {
			saw = []string{view.Saw}
		}
		_, err := v.Site.Desk.EditReach(v.Ctx(), v.Who, view.Reach, view.Value, saw)
		return err
	})
}

func saveReach(v *webui.Visit, c *desk.Customer, save func(*reachView) error) error {
	values, err := v.FormParams()
	if err != nil {
		return err
	}
	view, err := newReach(v, c)
	if err != nil {
		return err
	}
	view.read(values)
	if err := save(view); err != nil {
		return v.Again("reach", view, &view.Form, ofValue(err))
	}
	v.Done(view.Form.Draft)
	return v.GoSaved(page(c.ID), "reach")
}

func removeReach(v *webui.Visit, c *desk.Customer) error {
	view, err := newReach(v, c)
	if err != nil {
		return err
	}
	if _, err := v.Site.Desk.ClearReach(v.Ctx(), v.Who, view.Reach, onScreen(v)...); err != nil {
		return v.Again("reach", view, &view.Form, err)
	}
	v.Done(view.Form.Draft)
	return v.GoSaved(page(c.ID), "removed")
}

// ofValue names the field of this form: the desk names the channel.
func ofValue(err error) error {
	var known *desk.Error
	if !errors.As(err, &known) || !slices.Contains(crm.ReachChannels, known.Field) {
		return err
	}
	renamed := *known
	renamed.Field = "value"
	return &renamed
}
