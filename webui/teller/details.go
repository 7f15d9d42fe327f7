package teller

import (
	"net/http"
	"net/url"

	"bough/crdt"
	"bough/node/desk"
	"bough/webui"
	"bough/webui/words"
)

// detailsView is the form of a party's details.
type detailsView struct {
	ID     crdt.ID
	Name   string
	Form   webui.Form
	Fields []field
	Locked []desk.FieldValue // core values, which offer a correction
}

func newDetails(c *desk.Customer) *detailsView {
	view := &detailsView{ID: c.ID, Name: c.Name, Form: webui.Form{Draft: "details/" + c.ID.String()}}
	for _, in := range inputs() {
		value := c.Field(in.name)
		if value == nil || value.Hidden || value.Barred && !value.Locked || in.only != "" && in.only != c.Type {
			continue
		}
		if value.Locked {
			if value.Value != "" {
				view.Locked = append(view.Locked, *value)
			}
			continue
		}
		f := newField(in, value.Value)
		f.Was, f.Saw, f.Author, f.Conflicts = value.Value, value.Stamp, value.Author, value.Conflicts
		view.Fields = append(view.Fields, f)
	}
	return view
}

// read takes what was typed along with what was on screen then: an edit is
// against the value that its author saw, however old.
func (d *detailsView) read(l *words.Language, values url.Values) {
	for i := range d.Fields {
		f := &d.Fields[i]
		if !values.Has(f.Name) {
			continue
		}
		f.take(l, values)
		if values.Has("was." + f.Name) {
			f.Was, f.Saw = typed(values, "was."+f.Name), values.Get("saw."+f.Name)
		}
	}
}

// edits are the fields that were changed on screen.
func (d *detailsView) edits() (edits []desk.Edit, names []string) {
	for _, f := range d.Fields {
		if f.Value == typedWas(f.Was) {
			continue
		}
		edit := desk.Edit{Field: f.Name, Value: f.Value, Saw: []string{}}
		if f.Saw != "" {
			edit.Saw = []string{f.Saw}
		}
		edits, names = append(edits, edit), append(names, f.Name)
	}
	return edits, names
}

// typedWas is a value on screen as the form would send it back unchanged.
func typedWas(was string) string { return typed(url.Values{"v": {was}}, "v") }

func askDetails(v *webui.Visit, c *desk.Customer) error {
	view := newDetails(c)
	if err := v.Restore(&view.Form, view.Form.Draft, func(values url.Values) { view.read(v.L, values) }); err != nil {
		return err
	}
	return v.Show(http.StatusOK, "edit", view)
}

func saveDetails(v *webui.Visit, c *desk.Customer) error {
	values, err := v.FormParams()
	if err != nil {
		return err
	}
	view := newDetails(c)
	view.read(v.L, values)
	edits, names := view.edits()
	if len(edits) == 0 {
		v.Done(view.Form.Draft)
		return v.GoSaved(page(c.ID), "nothing")
	}
	if _, err := v.Site.Desk.EditParty(v.Ctx(), v.Who, c.ID, edits); err != nil {
		return v.Again("edit", view, &view.Form, err)
	}
	v.Done(view.Form.Draft)
	return v.GoSaved(page(c.ID), "details", names...)
}
