package hq

import (
	"net/http"
	"net/url"
	"strconv"

	"bough/node/desk"
	"bough/node/settings"
	"bough/webui"
)

// parametersView is the parameters of the bank.
type parametersView struct {
	Lines    []settings.Line
	Branches []desk.BranchLine
	Edit     settings.Line // of the form: name, branch, value
	Was      *settings.Line
	Form     webui.Form
}

func (p Panels) parametersView(v *webui.Visit) (view *parametersView, err error) {
	view = &parametersView{}
	if view.Lines, err = p.Settings.List(v.Ctx(), v.Who); err != nil {
		return nil, err
	}
	view.Branches, err = v.Site.Desk.Branches(v.Ctx())
	return view, err
}

func (p Panels) parameters(v *webui.Visit) error {
	view, err := p.parametersView(v)
	if err != nil {
		return err
	}
	name, branch := v.QueryParam("set"), branchOf(v.QueryParam("branch"), 0)
	for _, l := range view.Lines {
		if l.Name == name && l.Branch == branch {
			view.Edit = l
		}
	}
	if v.QueryParams().Has("was") {
		was := view.Edit
		was.Value = v.QueryParam("was")
		view.Was = &was
	}
	return v.Show(http.StatusOK, "parameters", view)
}

// setParameter gives a parameter a value; the page then offers the way back.
func (p Panels) setParameter(v *webui.Visit) error {
	view, err := p.parametersView(v)
	if err != nil {
		return err
	}
	view.Edit.Name, view.Edit.Branch, view.Edit.Value = v.FormValue("set"), branchOf(v.FormValue("branch"), 0), v.FormValue("value")
	was, err := p.Settings.Set(v.Ctx(), v.Who, view.Edit.Name, view.Edit.Branch, view.Edit.Value)
	if err != nil {
		return v.Again("parameters", view, &view.Form, err)
	}
	path := "/parameters"
	if v.FormValue("undo") == "" {
		path += "?" + url.Values{"set": {view.Edit.Name}, "branch": {strconv.FormatInt(view.Edit.Branch, 10)}, "was": {was}}.Encode()
	}
	return v.GoSaved(path, "parameter")
}
