package teller

import (
	"net/http"
	"net/url"

	"bough/crdt"
	"bough/node/desk"
	"bough/webui"
)

// sameView asks whether two records are one person, side by side.
type sameView struct {
	*desk.Customer
	Candidates []desk.Candidate
	Distinct   []desk.DistinctLine // said to be others
	Alike      []string            // in what the two that are compared are alike
	Other      *desk.Customer      // chosen, to be compared; nil: none yet
	Pairs      []samePair
	Why        string // typed
	Form       webui.Form
}

// samePair is one field of both.
type samePair struct {
	Name     string
	One, Two string
}

func (s *sameView) read(values url.Values) { s.Why = typed(values, "reason") }

func newSame(v *webui.Visit, c *desk.Customer, other string) (*sameView, error) {
	view := &sameView{Customer: c}
	view.Form.Draft = "same/" + c.ID.String()
	if other == "" {
		var err error
		if view.Candidates, err = v.Site.Desk.Candidates(v.Ctx(), v.Who, c.ID); err != nil {
			return nil, err
		}
		view.Distinct, err = v.Site.Desk.Distinct(v.Ctx(), v.Who, c.ID)
		return view, err
	}
	id, err := crdt.ParseID(other)
	if err != nil {
		return nil, &desk.Error{Reason: desk.NotFound, Code: "customer", Message: "There is no such customer."}
	}
	if view.Other, err = v.Site.Desk.Customer(v.Ctx(), v.Who, id); err != nil {
		return nil, err
	}
	if view.Alike, err = v.Site.Desk.Alike(v.Ctx(), v.Who, c.ID, id); err != nil {
		return nil, err
	}
	for i := range c.Fields {
		one, two := &c.Fields[i], view.Other.Field(c.Fields[i].Name)
		if two != nil && (one.Value != "" || two.Value != "") && one.Name != "home" {
			view.Pairs = append(view.Pairs, samePair{one.Name, one.Value, two.Value})
		}
	}
	return view, nil
}

// askSame lists who may be the same person, or compares two.
func askSame(v *webui.Visit, c *desk.Customer) error {
	view, err := newSame(v, c, v.QueryParam("other"))
	if err != nil {
		return err
	}
	if err := v.Restore(&view.Form, view.Form.Draft, view.read); err != nil {
		return err
	}
	return v.Show(http.StatusOK, "same", view)
}

// saveSame links two records, or remembers that they are not the same.
func saveSame(v *webui.Visit, c *desk.Customer) error {
	values, err := v.FormParams()
	if err != nil {
		return err
	}
	view, err := newSame(v, c, values.Get("other"))
	if err != nil {
		return err
	}
	if view.Other == nil {
		return v.Again("same", view, &view.Form, badInput("other", "act_missing"))
	}
	view.read(values)
	saved, decide := "link", v.Site.Desk.Link
	if values.Get("act") == "distinct" {
		saved, decide = "distinct", v.Site.Desk.NotSame
	}
	if _, err := decide(v.Ctx(), v.Who, c.ID, view.Other.ID, view.Why); err != nil {
		return v.Again("same", view, &view.Form, err)
	}
	v.Done(view.Form.Draft)
	return v.GoSaved(page(c.ID), saved)
}

// unlink takes back that two records are one person.
func unlink(v *webui.Visit) error {
	id, err := v.ID("id")
	if err != nil {
		return err
	}
	if _, err := v.Site.Desk.Unlink(v.Ctx(), v.Who, id); err != nil {
		return err
	}
	return backToParty(v, "unlink")
}

// maybeSame takes back that two records are not the same: they may be proposed
// again.
func maybeSame(v *webui.Visit) error {
	id, err := v.ID("id")
	if err != nil {
		return err
	}
	if _, err := v.Site.Desk.MaybeSame(v.Ctx(), v.Who, id); err != nil {
		return err
	}
	return backToParty(v, "maybe")
}
