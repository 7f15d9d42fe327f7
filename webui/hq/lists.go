package hq

import (
	"net/http"

	"bough/node/crm"
	"bough/node/desk"
	"bough/node/lists"
	"bough/webui"
)

// listsView is one list of head office, and the form for an entry.
type listsView struct {
	Lists       []string
	List        string
	Entries     []desk.Choice
	lists.Words // of the form
	Form        webui.Form
}

func (p Panels) listOf(v *webui.Visit, list string) (view *listsView, err error) {
	view = &listsView{Lists: crm.ListNames, List: list}
	if view.Entries, err = p.Lists.Of(v.Ctx(), v.Who, list); err != nil {
		return nil, err
	}
	for i := range view.Entries { // words as pages show them
		e := &view.Entries[i]
		if e.English == "" {
			e.English = v.Site.Language("en").Word(list, e.Code)
		}
		if e.Chinese == "" {
			e.Chinese = v.Site.Language("zh").Word(list, e.Code)
		}
	}
	return view, nil
}

func (p Panels) showList(v *webui.Visit) error {
	list := v.QueryParam("list")
	if list == "" {
		list = crm.ListNames[0]
	}
	view, err := p.listOf(v, list)
	if err != nil {
		return err
	}
	for _, e := range view.Entries {
		if e.Code == v.QueryParam("code") {
			view.Words = lists.Words{Code: e.Code, English: e.English, Chinese: e.Chinese}
		}
	}
	return v.Show(http.StatusOK, "lists", view)
}

// saveEntry adds an entry, or gives one other words.
func (p Panels) saveEntry(v *webui.Visit) error {
	view, err := p.listOf(v, v.Param("list"))
	if err != nil {
		return err
	}
	view.Words = lists.Words{Code: v.FormValue("code"), English: v.FormValue("english"), Chinese: v.FormValue("chinese")}
	if _, err := p.Lists.Put(v.Ctx(), v.Who, view.List, view.Words); err != nil {
		return v.Again("lists", view, &view.Form, err)
	}
	v.ReadLists()
	return v.GoSaved("/lists?list="+view.List, "list_entry")
}

// actOnEntry moves an entry, retires it, or offers it again.
func (p Panels) actOnEntry(v *webui.Visit) (err error) {
	list, code := v.Param("list"), v.FormValue("code")
	switch v.FormValue("do") {
	case "up":
		_, err = p.Lists.Move(v.Ctx(), v.Who, list, code, -1)
	case "down":
		_, err = p.Lists.Move(v.Ctx(), v.Who, list, code, 1)
	case "retire":
		_, err = p.Lists.Retire(v.Ctx(), v.Who, list, code, true)
	default:
		_, err = p.Lists.Retire(v.Ctx(), v.Who, list, code, false)
	}
	if err != nil {
		view, err2 := p.listOf(v, list)
		if err2 != nil {
			return err2
		}
		return v.Again("lists", view, &view.Form, err)
	}
	v.ReadLists()
	return v.GoSaved("/lists?list="+list, "list_entry")
}
