package teller

import (
	"net/http"
	"net/url"
	"slices"

	"bough/node/desk"
	"bough/webui"
	"bough/webui/words"
)

// prospectView is the form of a new party.
type prospectView struct {
	Form         webui.Form
	First        []field // what tells people apart
	Fields       []field
	Phone, Email string
	Duplicates   []desk.Candidate
	Ask          bool // whether it is somebody else
}

func newProspect() *prospectView {
	view := &prospectView{Form: webui.Form{Draft: "prospect"}}
	view.First = []field{newField(input{name: "type", input: "choice", list: "type"}, "person")}
	for _, in := range inputs() {
		if in.name == "name" || in.name == "birth" {
			f := newField(in, "")
			f.Focus = in.name == "name"
			view.First = append(view.First, f)
		} else {
			view.Fields = append(view.Fields, newField(in, ""))
		}
	}
	return view
}

func (p *prospectView) read(l *words.Language, values url.Values) {
	for _, fields := range [][]field{p.First, p.Fields} {
		for i := range fields {
			fields[i].take(l, values)
		}
	}
	p.Phone, p.Email = typed(values, "phone"), typed(values, "email")
}

// typedIn is what the desk is told; fields left empty are not.
func (p *prospectView) typedIn() desk.Prospect {
	out := desk.Prospect{Fields: map[string]string{}, Phone: p.Phone, Email: p.Email}
	for _, f := range slices.Concat(p.First, p.Fields) {
		if f.Value != "" {
			out.Fields[f.Name] = f.Value
		}
	}
	return out
}

func askProspect(v *webui.Visit) error {
	view := newProspect()
	if err := v.Restore(&view.Form, view.Form.Draft, func(values url.Values) { view.read(v.L, values) }); err != nil {
		return err
	}
	return v.Show(http.StatusOK, "prospect", view)
}

// saveProspect asks once whether somebody alike is the same person.
func saveProspect(v *webui.Visit) error {
	values, err := v.FormParams()
	if err != nil {
		return err
	}
	view := newProspect()
	view.read(v.L, values)
	if values.Get("sure") == "" {
		if view.Duplicates, err = v.Site.Desk.Duplicates(v.Ctx(), v.Who, view.typedIn()); err != nil {
			return v.Again("prospect", view, &view.Form, err)
		}
		if view.Ask = len(view.Duplicates) > 0; view.Ask {
			return v.Show(http.StatusConflict, "prospect", view)
		}
	}
	saved, err := v.Site.Desk.NewProspect(v.Ctx(), v.Who, view.typedIn())
	if err != nil {
		return v.Again("prospect", view, &view.Form, err)
	}
	v.Done(view.Form.Draft)
	return v.GoSaved(page(saved.ID), "prospect")
}

// duplicates answers while somebody types.
func duplicates(v *webui.Visit) error {
	values, err := v.FormParams()
	if err != nil {
		return err
	}
	view := newProspect()
	view.read(v.L, values)
	if view.Duplicates, err = v.Site.Desk.Duplicates(v.Ctx(), v.Who, view.typedIn()); err != nil {
		return err
	}
	return v.Block("prospect", "duplicates", view)
}
