package teller

import (
	"net/http"
	"net/url"

	"bough/crdt"
	"bough/node/cases"
	"bough/node/desk"
	"bough/webui"
)

// newCaseView is the form of a new case, with what was typed.
type newCaseView struct {
	ID       crdt.ID
	Name     string
	Form     webui.Form
	Holdings []desk.HoldingLine
	Hotline  string

	Type, Text, Happened, Holding, Amount, Currency, Key string
	NewAccount, Far                                      bool
}

func (p casePages) newCase(v *webui.Visit, c *desk.Customer) (*newCaseView, error) {
	view := &newCaseView{ID: c.ID, Name: c.Name, Holdings: c.Holdings, Type: v.QueryParam("type"), Key: v.QueryParam("key"),
		Form: webui.Form{Draft: "case/new/" + c.ID.String()}, Happened: v.L.Moment(v.Site.Now())}
	if view.Type == "" {
		view.Type = "service"
	}
	if len(c.Holdings) > 0 {
		view.Currency = c.Holdings[0].Currency
	}
	var err error
	view.Hotline, err = p.book.Hotline(v.Ctx(), v.Who)
	return view, err
}

func (n *newCaseView) read(values url.Values) {
	n.Type, n.Text, n.Happened = values.Get("type"), typed(values, "text"), values.Get("happened")
	n.Holding, n.Amount, n.Currency, n.Key = values.Get("holding"), typed(values, "amount"), typed(values, "currency"), values.Get("key")
	n.NewAccount, n.Far = values.Get("new_account") == "1", values.Get("far") == "1"
}

func (n *newCaseView) typed(v *webui.Visit) (in cases.NewCase, err error) {
	in = cases.NewCase{Type: n.Type, Text: n.Text, NewAccount: n.NewAccount, Far: n.Far, Key: cases.NewKeying{Type: n.Key}}
	if n.Happened != "" {
		if in.HappenedMS, err = v.L.ReadMoment(n.Happened); err != nil {
			return in, badInput("happened", "bad_moment")
		}
	}
	if n.Holding != "" {
		if in.Holding, err = crdt.ParseID(n.Holding); err != nil {
			return in, badInput("holding", "no_holding")
		}
		in.Key.Holding = in.Holding
	}
	in.Amount, err = readMoney(v, n.Amount, n.Currency)
	return in, err
}

func (p casePages) ask(v *webui.Visit, c *desk.Customer) error {
	view, err := p.newCase(v, c)
	if err != nil {
		return err
	}
	if err := v.Restore(&view.Form, view.Form.Draft, view.read); err != nil {
		return err
	}
	if v.Quick() {
		return v.Block("newcase", "panel", view)
	}
	return v.Show(http.StatusOK, "newcase", view)
}

func (p casePages) save(v *webui.Visit, c *desk.Customer) error {
	values, err := v.FormParams()
	if err != nil {
		return err
	}
	view, err := p.newCase(v, c)
	if err != nil {
		return err
	}
	view.read(values)
	in, err := view.typed(v)
	var saved desk.Saved
	if err == nil {
		saved, err = p.book.Open(v.Ctx(), v.Who, c.ID, in)
	}
	if err != nil {
		return v.Again("newcase", view, &view.Form, err)
	}
	v.Done(view.Form.Draft)
	return v.GoSaved("/cases/"+saved.ID.String(), "case")
}
