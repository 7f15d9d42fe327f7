package hq

import (
	"net/http"
	"strconv"
	"strings"

	"bough/crdt"
	"bough/node/crm"
	"bough/node/desk"
	"bough/node/office"
	"bough/node/staff"
	"bough/webui"
)

// peopleView is the list of people, and the form that takes one on.
type peopleView struct {
	People   []staff.Person
	More     bool
	Query    staff.Query
	Branches []desk.BranchLine
	Roles    []string
	New      desk.PersonLine
	Form     webui.Form
}

// personView is one person.
type personView struct {
	*staff.Person
	Branches []desk.BranchLine
	Roles    []string
	Me       bool
	Password string // made just now, told once
	Was      *office.PersonChange
	Form     webui.Form
}

// people lists who works at the bank.
func (p Panels) people(v *webui.Visit) error {
	view, err := p.peopleView(v)
	if err != nil {
		return err
	}
	return v.Show(http.StatusOK, "people", view)
}

func (p Panels) peopleView(v *webui.Visit) (view *peopleView, err error) {
	view = &peopleView{Roles: crm.Roles, Query: staff.Query{Text: v.QueryParam("name"), Role: v.QueryParam("role"), Branch: branchOf(v.QueryParam("branch"), -1), Locked: v.QueryParam("locked") == "1"}}
	if view.People, view.More, err = p.Staff.List(v.Ctx(), v.Who, view.Query); err != nil {
		return nil, err
	}
	view.Branches, err = v.Site.Desk.Branches(v.Ctx())
	return view, err
}

// branchOf reads the number of a branch; otherwise where none is given.
func branchOf(typed string, otherwise int64) int64 {
	n, err := strconv.ParseInt(strings.TrimSpace(typed), 10, 64)
	if err != nil || n < 0 {
		return otherwise
	}
	return n
}

// addPerson takes somebody on, and tells their password once.
func (p Panels) addPerson(v *webui.Visit) error {
	view, err := p.peopleView(v)
	if err != nil {
		return err
	}
	view.New = desk.PersonLine{Login: v.FormValue("login"), Name: v.FormValue("name"), Role: v.FormValue("role"), Branch: branchOf(v.FormValue("branch"), 0)}
	id, password, err := p.Staff.Add(v.Ctx(), v.Who, view.New)
	if err != nil {
		return v.Again("people", view, &view.Form, err)
	}
	return p.showPerson(v, id, password, nil)
}

func (p Panels) person(v *webui.Visit) error {
	id, err := v.ID("id")
	if err != nil {
		return err
	}
	return p.showPerson(v, id, "", nil)
}

func (p Panels) personView(v *webui.Visit, id crdt.ID) (*personView, error) {
	one, err := p.Staff.Person(v.Ctx(), v.Who, id)
	if err != nil {
		return nil, err
	}
	view := &personView{Person: one, Roles: crm.Roles, Me: id == v.Who.Person, Was: wasOf(v.QueryParam("was"))}
	view.Branches, err = v.Site.Desk.Branches(v.Ctx())
	return view, err
}

// showPerson shows a person; of a form that failed, with what is wrong.
func (p Panels) showPerson(v *webui.Visit, id crdt.ID, password string, fault error) error {
	view, err := p.personView(v, id)
	if err != nil {
		return err
	}
	view.Password = password
	if fault != nil {
		return v.Again("person", view, &view.Form, fault)
	}
	return v.Show(http.StatusOK, "person", view)
}

// changePerson changes name, role or branch; the page then offers the way back.
func (p Panels) changePerson(v *webui.Visit) error {
	id, err := v.ID("id")
	if err != nil {
		return err
	}
	view, err := p.personView(v, id)
	if err != nil {
		return err
	}
	was := office.PersonChange{Name: view.Name, Role: view.Role, Branch: view.Branch}
	to := office.PersonChange{Name: v.FormValue("name"), Role: v.FormValue("role"), Branch: branchOf(v.FormValue("branch"), 0)}
	view.Name, view.Role, view.Branch = to.Name, to.Role, to.Branch
	if err := p.Staff.Change(v.Ctx(), v.Who, id, to); err != nil {
		return v.Again("person", view, &view.Form, err)
	}
	path := "/people/" + id.String()
	if v.FormValue("undo") == "" && to != was {
		path += "?was=" + urlText(was.Role+" "+strconv.FormatInt(was.Branch, 10)+" "+was.Name)
	}
	return v.GoSaved(path, "person")
}

// wasOf reads what a person was before the change that was just made.
func wasOf(text string) *office.PersonChange {
	parts := strings.SplitN(text, " ", 3)
	if len(parts) < 3 {
		return nil
	}
	return &office.PersonChange{Role: parts[0], Branch: branchOf(parts[1], 0), Name: parts[2]}
}

// lockPerson takes somebody's access away, or gives it back.
func (p Panels) lockPerson(v *webui.Visit) error {
	id, err := v.ID("id")
	if err != nil {
		return err
	}
	locked := v.FormValue("do") == "lock"
	if err := p.Staff.Lock(v.Ctx(), v.Who, id, locked); err != nil {
		return p.showPerson(v, id, "", err)
	}
	what := "person_unlocked"
	if locked {
		what = "person_locked"
	}
	return v.GoSaved("/people/"+id.String(), what)
}

// resetPerson gives somebody a password for one time and tells it once.
func (p Panels) resetPerson(v *webui.Visit) error {
	id, err := v.ID("id")
	if err != nil {
		return err
	}
	password, err := p.Staff.Reset(v.Ctx(), v.Who, id)
	return p.showPerson(v, id, password, err)
}
