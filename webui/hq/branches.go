package hq

import (
	"net/http"
	"strconv"

	"bough/node/branches"
	"bough/node/crm"
	"bough/webui"
)

// branchesView is the list of branches, and the form for one.
type branchesView struct {
	Branches  []branches.Branch
	Text      string
	Edit      branches.Branch
	Fresh     bool // the form makes a new one
	Languages []string
	Days      []branches.Day // the next days of the one that is edited
	Form      webui.Form
}

func (p Panels) branchesView(v *webui.Visit) (view *branchesView, err error) {
	view = &branchesView{Text: v.QueryParam("name"), Languages: crm.Languages, Fresh: true}
	view.Branches, err = p.Branches.List(v.Ctx(), v.Who, view.Text)
	return view, err
}

func (p Panels) showBranches(v *webui.Visit) error {
	view, err := p.branchesView(v)
	if err != nil {
		return err
	}
	return v.Show(http.StatusOK, "branches", view)
}

// showBranch shows one branch with its next days.
func (p Panels) showBranch(v *webui.Visit) error {
	view, err := p.oneBranch(v)
	if err != nil {
		return err
	}
	return v.Show(http.StatusOK, "branch", view)
}

func (p Panels) oneBranch(v *webui.Visit) (*branchesView, error) {
	number := branchOf(v.Param("number"), 0)
	one, err := p.Branches.Branch(v.Ctx(), v.Who, number)
	if err != nil {
		return nil, err
	}
	view := &branchesView{Edit: *one, Languages: crm.Languages}
	view.Days, err = p.Branches.Preview(v.Ctx(), v.Who, number)
	return view, err
}

func typedBranch(v *webui.Visit, number int64) branches.Branch {
	return branches.Branch{Number: number, Name: v.FormValue("name"), Region: v.FormValue("region"), Town: v.FormValue("town"), Language: v.FormValue("language"),
		Country: v.FormValue("country"), Zone: v.FormValue("zone"), Hotline: v.FormValue("hotline"), Hours: v.FormValue("hours"), Kbit: v.FormValue("kbit")}
}

// addBranch makes a new one.
func (p Panels) addBranch(v *webui.Visit) error {
	view, err := p.branchesView(v)
	if err != nil {
		return err
	}
	view.Edit = typedBranch(v, branchOf(v.FormValue("number"), 0))
	if err := p.Branches.Save(v.Ctx(), v.Who, view.Edit, true); err != nil {
		return v.Again("branches", view, &view.Form, err)
	}
	return v.GoSaved("/branches/"+strconv.FormatInt(view.Edit.Number, 10), "branch")
}

func (p Panels) saveBranch(v *webui.Visit) error {
	view, err := p.oneBranch(v)
	if err != nil {
		return err
	}
	was := view.Edit
	view.Edit = typedBranch(v, was.Number)
	view.Edit.BankHotline, view.Edit.BankHours, view.Edit.BankKb = was.BankHotline, was.BankHours, was.BankKb
	if err := p.Branches.Save(v.Ctx(), v.Who, view.Edit, false); err != nil {
		return v.Again("branch", view, &view.Form, err)
	}
	return v.GoSaved("/branches/"+strconv.FormatInt(was.Number, 10), "branch")
}
