package teller

import (
	"net/http"

	"bough/node/cases"
	"bough/node/crm"
	"bough/webui"
)

// keyingView is the list of what must be keyed into the core system.
type keyingView struct {
	Form       webui.Form
	Open, Done []cases.KeyingLine
	Hotline    string
	May        bool
}

func (p casePages) keyingView(v *webui.Visit) (*keyingView, error) {
	view := &keyingView{May: v.May(crm.ActCase)}
	var err error
	if view.Open, err = p.book.Keyings(v.Ctx(), v.Who, false); err != nil {
		return nil, err
	}
	if view.Done, err = p.book.Keyings(v.Ctx(), v.Who, true); err != nil {
		return nil, err
	}
	view.Hotline, err = p.book.Hotline(v.Ctx(), v.Who)
	return view, err
}

func (p casePages) keyings(v *webui.Visit) error {
	view, err := p.keyingView(v)
	if err != nil {
		return err
	}
	return v.Show(http.StatusOK, "keying", view)
}

func (p casePages) keyed(v *webui.Visit) error {
	id, err := v.ID("id")
	if err != nil {
		return err
	}
	in := cases.Keyed{State: v.FormValue("state"), Receipt: v.FormValue("receipt"), Saw: onScreen(v)}
	if _, err := p.book.Settle(v.Ctx(), v.Who, id, in); err != nil {
		view, failed := p.keyingView(v)
		if failed != nil {
			return failed
		}
		return v.Again("keying", view, &view.Form, err)
	}
	return v.GoSaved("/keying", "keying")
}
