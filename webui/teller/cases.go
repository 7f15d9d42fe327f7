package teller

import (
	"net/http"
	"net/url"
	"slices"

	"bough/crdt"
	"bough/node/cases"
	"bough/node/crm"
	"bough/webui"
)

// Cases registers cases, letters and what is to be keyed into the core.
func Cases(s *webui.Site) {
	p := casePages{cases.New(s.Desk)}
	s.Signed(http.MethodGet, "/cases", p.list)
	s.Signed(http.MethodGet, "/cases/:id", p.show)
	s.Signed(http.MethodPost, "/cases/:id", p.step)
	s.Signed(http.MethodGet, "/cases/:id/letters/:which", p.letter)
	s.Signed(http.MethodGet, "/customers/:id/case", served(p.ask))
	s.Signed(http.MethodPost, "/customers/:id/case", served(p.save))
	s.Signed(http.MethodGet, "/keying", p.keyings)
	s.Signed(http.MethodPost, "/keying/:id", p.keyed)
}

type casePages struct{ book *cases.Book }

// caseList is the list of cases, under one of its tabs.
type caseList struct {
	Tabs  []string
	Tab   string
	Lines []cases.Line
	Typed string
	Wrong bool // what was typed is no reference
}

// tabs of the list: words of the catalogue under "casetab".
func tabs() []string { return []string{"open", "mine", "complaints", "resolved"} }

func (p casePages) list(v *webui.Visit) error {
	view := caseList{Tabs: tabs(), Tab: v.QueryParam("tab"), Typed: v.QueryParam("reference")}
	if view.Typed != "" {
		if id, ok := cases.ParseReference(view.Typed); ok {
			return v.Go("/cases/" + id.String())
		}
		view.Wrong = true
	}
	if !slices.Contains(view.Tabs, view.Tab) {
		view.Tab = "open"
	}
	filter := cases.Filter{Mine: view.Tab == "mine", Resolved: view.Tab == "resolved"}
	if view.Tab == "complaints" {
		filter.Type = "complaint"
	}
	var err error
	if view.Lines, err = p.book.List(v.Ctx(), v.Who, filter); err != nil {
		return err
	}
	return v.Show(http.StatusOK, "cases", view)
}

// caseView is a case with the form of its next step.
type caseView struct {
	*cases.View
	Form      webui.Form
	Choices   []string // what may be done now
	Choice    string
	Typed     string
	When      string
	Sum       string
	Code      string
	NextOwner string // who takes over
	People    []person
	May       bool
}

type person struct {
	ID   crdt.ID
	Name string
}

func (p casePages) load(v *webui.Visit) (*caseView, error) {
	id, err := v.ID("id")
	if err != nil {
		return nil, err
	}
	c, err := p.book.Case(v.Ctx(), v.Who, id)
	if err != nil {
		return nil, err
	}
	people, err := v.Site.Desk.People(v.Ctx())
	if err != nil {
		return nil, err
	}
	view := &caseView{View: c, May: v.May(crm.ActCase), Choices: stepsFor(c), When: v.L.Moment(v.Site.Now()), Code: c.Amount.Currency,
		Form: webui.Form{Draft: "case/" + id.String()}}
	for _, one := range people {
		view.People = append(view.People, person{one.ID, one.Name})
	}
	return view, nil
}

// stepsFor are the steps that make sense now.
func stepsFor(c *cases.View) []string {
	if c.State == "resolved" {
		return []string{"told", "note", "letter", "reopened"}
	}
	out := []string{"note"}
	if !slices.ContainsFunc(c.Steps, func(s cases.StepLine) bool { return s.Type == "acknowledged" }) {
		out = append(out, "acknowledged")
	}
	if c.State == "waiting" {
		out = append(out, "resumed")
	} else {
		out = append(out, "waiting")
	}
	if c.Next.CanExtend {
		if c.Type == "transfer_error" {
			out = append(out, "credited")
		} else {
			out = append(out, "extended")
		}
	}
	return append(out, "handed_over", "letter", "resolved")
}

func (c *caseView) read(values url.Values) {
	c.Choice, c.Typed, c.When = values.Get("type"), typed(values, "text"), values.Get("happened")
	c.Sum, c.Code, c.NextOwner = typed(values, "amount"), typed(values, "currency"), values.Get("owner")
}

func (c *caseView) taken(v *webui.Visit) (in cases.Step, err error) {
	in = cases.Step{Type: c.Choice, Text: c.Typed, Saw: onScreen(v)}
	if c.When != "" {
		if in.HappenedMS, err = v.L.ReadMoment(c.When); err != nil {
			return in, badInput("happened", "bad_moment")
		}
	}
	if in.Amount, err = readMoney(v, c.Sum, c.Code); err != nil {
		return in, err
	}
	if c.NextOwner != "" && c.Choice == "handed_over" {
		if in.Owner, err = crdt.ParseID(c.NextOwner); err != nil {
			return in, badInput("owner", "missing")
		}
	}
	return in, nil
}

func readMoney(v *webui.Visit, sum, code string) (m cases.Money, err error) {
	if sum == "" {
		return m, nil
	}
	m.Currency = code
	if m.Minor, err = v.L.ReadAmount(sum, code); err != nil {
		return m, badInput("amount", "bad_amount")
	}
	return m, nil
}

func (p casePages) show(v *webui.Visit) error {
	view, err := p.load(v)
	if err != nil {
		return err
	}
	if err := v.Restore(&view.Form, view.Form.Draft, view.read); err != nil {
		return err
	}
	return v.Show(http.StatusOK, "case", view)
}

func (p casePages) step(v *webui.Visit) error {
	view, err := p.load(v)
	if err != nil {
		return err
	}
	values, err := v.FormParams()
	if err != nil {
		return err
	}
	view.read(values)
	in, err := view.taken(v)
	if err == nil {
		_, err = p.book.Take(v.Ctx(), v.Who, view.ID, in)
	}
	if err != nil {
		return v.Again("case", view, &view.Form, err)
	}
	v.Done(view.Form.Draft)
	return v.GoSaved("/cases/"+view.ID.String(), "casestep")
}
