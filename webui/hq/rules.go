package hq

import (
	"net/http"

	"bough/node/cases"
	"bough/node/clocks"
	"bough/node/crm"
	"bough/webui"
)

// previewed is for how many branches a rule is tried out.
const previewed = 6

// rulesView is how long the bank has for each type of case.
type rulesView struct {
	Rules   []cases.RuleLine
	New     cases.NewRule
	Types   []string
	Day     string // of the preview, as typed
	Preview []cases.RulePreview
	Dropped string // id of a rule that was just taken back
	Form    webui.Form
}

func (p Panels) rulesView(v *webui.Visit) (view *rulesView, err error) {
	view = &rulesView{Types: crm.CaseTypes, Day: v.L.Day(v.Site.Now()), Dropped: v.QueryParam("dropped")}
	view.Rules, err = p.Cases.Rules(v.Ctx(), v.Who)
	return view, err
}

func (p Panels) rules(v *webui.Visit) error {
	view, err := p.rulesView(v)
	if err != nil {
		return err
	}
	for _, r := range view.Rules {
		if r.Type == v.QueryParam("type") && r.Country == v.QueryParam("country") && !r.Over {
			view.New = typedRule(r.Rule)
		}
	}
	return v.Show(http.StatusOK, "rules", view)
}

// typedRule is a rule as it would be typed.
func typedRule(r clocks.Rule) cases.NewRule {
	return cases.NewRule{Type: r.Type, Country: r.Country, Acknowledge: r.Acknowledge.String(), Answer: r.Answer.String(), AnswerNew: r.AnswerNew.String(),
		Extended: r.Extended.String(), ExtendedLong: r.ExtendedLong.String(), Report: r.Report.String(), Credit: r.Credit}
}

// saveRule sets a rule, or tells what it would make of a case.
func (p Panels) saveRule(v *webui.Visit) error {
	view, err := p.rulesView(v)
	if err != nil {
		return err
	}
	view.New = cases.NewRule{Type: v.FormValue("type"), Country: v.FormValue("country"), Acknowledge: v.FormValue("acknowledge"), Answer: v.FormValue("answer"),
		AnswerNew: v.FormValue("answer_new"), Extended: v.FormValue("extended"), ExtendedLong: v.FormValue("extended_long"), Report: v.FormValue("report"), Credit: v.FormValue("credit") != ""}
	if v.FormValue("do") != "preview" {
		if _, err := p.Cases.SaveRule(v.Ctx(), v.Who, view.New); err != nil {
			return v.Again("rules", view, &view.Form, err)
		}
		return v.GoSaved("/rules", "case_rule")
	}
	if err := p.tryRule(v, view); err != nil {
		return v.Again("rules", view, &view.Form, err)
	}
	return v.Show(http.StatusOK, "rules", view)
}

func (p Panels) tryRule(v *webui.Visit, view *rulesView) error {
	rule, err := cases.CheckRule(view.New)
	if err != nil {
		return err
	}
	if day := v.FormValue("day"); day != "" {
		view.Day = day
	}
	ends, err := v.L.ReadWhen(view.Day)
	if err != nil {
		return badInput("day", "bad_day")
	}
	view.Day = v.L.Day(ends)
	all, err := v.Site.Desk.Branches(v.Ctx())
	if err != nil {
		return err
	}
	numbers := make([]int64, 0, previewed)
	for _, b := range all[:min(len(all), previewed)] {
		numbers = append(numbers, b.Number)
	}
	view.Preview, err = p.Cases.PreviewRule(v.Ctx(), v.Who, rule, ends-webui.DayMS/2, numbers)
	return err
}

// dropRule takes a rule of head office back, or sets it again.
func (p Panels) dropRule(v *webui.Visit) error {
	id, err := v.ID("id")
	if err != nil {
		return err
	}
	drop := v.FormValue("do") == "drop"
	if _, err := p.Cases.DropRule(v.Ctx(), v.Who, id, drop); err != nil {
		return err
	}
	if drop {
		return v.GoSaved("/rules?dropped="+id.String(), "case_rule")
	}
	return v.GoSaved("/rules", "case_rule")
}
