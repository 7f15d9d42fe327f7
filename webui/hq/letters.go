package hq

import (
	"net/http"

	"bough/crdt"
	"bough/node/cases"
	"bough/node/crm"
	"bough/webui"
)

// lettersView is the letters of the bank, and the one that is being written.
type lettersView struct {
	Letters   []cases.TemplateLine
	Letter    cases.Template
	Shown     *cases.Template // filled in from made-up values
	Types     []string
	Languages []string
	Places    []string
	Form      webui.Form
}

func (p Panels) lettersView(v *webui.Visit) (view *lettersView, err error) {
	view = &lettersView{Types: crm.TemplateTypes, Languages: []string{"en", "zh"}, Places: cases.Places(), Letter: cases.Template{Type: "letter", Language: v.L.Code}}
	view.Letters, err = p.Cases.Templates(v.Ctx(), v.Who)
	return view, err
}

func (p Panels) letters(v *webui.Visit) error {
	view, err := p.lettersView(v)
	if err != nil {
		return err
	}
	asked := cases.Template{Type: v.QueryParam("type"), Name: v.QueryParam("letter"), Language: v.QueryParam("in")}
	for _, l := range view.Letters {
		if l.Type == asked.Type && l.Name == asked.Name && l.Language == asked.Language && (!l.Ended || view.Letter.Name == "") {
			view.Letter = l.Template
		}
	}
	return v.Show(http.StatusOK, "letters", view)
}

// saveLetter keeps a new version of a letter, or shows how it would look.
func (p Panels) saveLetter(v *webui.Visit) error {
	view, err := p.lettersView(v)
	if err != nil {
		return err
	}
	view.Letter = cases.Template{Type: v.FormValue("type"), Name: v.FormValue("letter"), Language: v.FormValue("in"), Subject: v.FormValue("subject"), Body: v.FormValue("body")}
	if v.FormValue("do") == "preview" {
		shown, err := cases.Preview(view.Letter, sample(v, view.Letter.Language))
		if err != nil {
			return v.Again("letters", view, &view.Form, err)
		}
		view.Shown = &shown
		return v.Show(http.StatusOK, "letters", view)
	}
	if _, err := p.Cases.SaveTemplate(v.Ctx(), v.Who, view.Letter); err != nil {
		return v.Again("letters", view, &view.Form, err)
	}
	return v.GoSaved("/letters", "letter")
}

// sample are made-up values, in the language of the letter.
func sample(v *webui.Visit, language string) map[string]string {
	l, now := v.Site.Language(language), v.Site.Now()
	return map[string]string{
		"customer": l.T("sample.customer"), "greeting": l.T("sample.greeting"), "address": l.T("sample.address"), "reference": "A-000042-17",
		"type": l.Word("case", "complaint"), "matter": l.T("sample.matter"), "received": l.Day(now), "due": l.Day(now + 15*webui.DayMS),
		"then": l.Day(now + 35*webui.DayMS), "amount": l.Money(120000, "EUR"), "outcome": l.T("sample.outcome"), "branch": l.T("sample.branch"),
		"clerk": v.Who.Name, "today": l.Day(now), "hotline": "+420 800 123 456",
	}
}

// retireLetter takes a version off the offer, or offers it again.
func (p Panels) retireLetter(v *webui.Visit) error {
	id, err := v.ID("id")
	if err != nil {
		return err
	}
	if _, err := p.Cases.RetireTemplate(v.Ctx(), v.Who, crdt.ID(id), v.FormValue("do") == "retire"); err != nil {
		return err
	}
	return v.GoSaved("/letters", "letter")
}
