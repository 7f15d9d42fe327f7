package hq

import (
	"net/http"
	"net/url"
	"strings"

	"bough/node/crm"
	"bough/node/staff"
	"bough/webui"
)

// fieldRightsView is the table of roles and fields.
type fieldRightsView struct {
	Lines []staff.FieldLine
	Roles []string
	Was   string // the cells as they were before what was just saved
	Form  webui.Form
}

// urlText writes a text for the query of an address.
func urlText(s string) string { return url.QueryEscape(s) }

func (p Panels) fieldRights(v *webui.Visit) error {
	view, err := p.fieldRightsView(v)
	if err != nil {
		return err
	}
	return v.Show(http.StatusOK, "fieldrights", view)
}

func (p Panels) fieldRightsView(v *webui.Visit) (view *fieldRightsView, err error) {
	view = &fieldRightsView{Roles: crm.Roles, Was: v.QueryParam("was")}
	view.Lines, err = p.Staff.Fields(v.Ctx(), v.Who)
	return view, err
}

// saveFieldRights takes the table as it was ticked; "undo" gives cells what they
// had before.
func (p Panels) saveFieldRights(v *webui.Visit) error {
	view, err := p.fieldRightsView(v)
	if err != nil {
		return err
	}
	values, err := v.FormParams()
	if err != nil {
		return err
	}
	cells := ticked(view.Lines, values)
	if undo := values.Get("undo"); undo != "" {
		cells = readCells(undo)
	}
	was, err := p.Staff.SetFields(v.Ctx(), v.Who, cells)
	if err != nil {
		return v.Again("fieldrights", view, &view.Form, err)
	}
	switch {
	case len(was) == 0:
		return v.GoSaved("/fieldrights", "nothing")
	case values.Get("undo") != "":
		return v.GoSaved("/fieldrights", "field_rights")
	}
	return v.GoSaved("/fieldrights?was="+urlText(writeCells(was)), "field_rights")
}

// ticked reads the boxes of the table: sees.ROLE.KIND.FIELD, edits.….
func ticked(lines []staff.FieldLine, values url.Values) (out []staff.Right) {
	for _, l := range lines {
		for _, r := range l.Rights {
			name := r.Role + "." + r.Kind + "." + r.Field
			r.Sees, r.Edits = values.Has("sees."+name), values.Has("edits."+name)
			out = append(out, r)
		}
	}
	return out
}

// writeCells writes cells in a word that an address carries.
func writeCells(cells []staff.Right) string {
	words := make([]string, len(cells))
	for i, c := range cells {
		words[i] = strings.Join([]string{c.Role, c.Kind, c.Field, tick(c.Sees) + tick(c.Edits)}, ".")
	}
	return strings.Join(words, ",")
}

func tick(b bool) string {
	if b {
		return "1"
	}
	return "0"
}

func readCells(text string) (out []staff.Right) {
	for word := range strings.SplitSeq(text, ",") {
		if p := strings.Split(word, "."); len(p) == 4 && len(p[3]) == 2 {
			out = append(out, staff.Right{Role: p[0], FieldName: crm.FieldName{Kind: p[1], Field: p[2]}, Sees: p[3][0] == '1', Edits: p[3][1] == '1'})
		}
	}
	return out
}
