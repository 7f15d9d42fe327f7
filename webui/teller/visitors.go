package teller

import (
	"net/http"
	"net/url"
	"strings"

	"bough/crdt"
	"bough/node/crm"
	"bough/node/desk"
	"bough/node/visitors"
	"bough/webui"
)

// Visitors registers the pages of customers of other branches. Head office has
// none.
func Visitors(s *webui.Site) {
	s.Signed(http.MethodGet, "/visitors", askVisitor)
	s.Signed(http.MethodGet, "/visitors/:id", visitor)
	s.Signed(http.MethodGet, "/visitors/:id/here", visitorHere)
	s.Signed(http.MethodPost, "/visitors/:id/stop", passVisitorStop)
	s.Signed(http.MethodPost, "/visitors/:id/refuse", refuseVisitor)
	s.Signed(http.MethodPost, "/visitors/:id/takein", takeVisitorIn)
}

// elsewhereView is the form that looks in the directory of the bank.
type elsewhereView struct {
	Typed string
	visitors.Answer
}

// askVisitor looks outside the branch: when somebody asks for it, never while
// they type, for each question is written down.
func askVisitor(v *webui.Visit) error {
	view := elsewhereView{Typed: strings.TrimSpace(v.QueryParam("q"))}
	if view.Typed != "" {
		var err error
		if view.Answer, err = book(v).Find(v.Ctx(), v.Who, view.Typed); err != nil {
			return err
		}
	}
	return v.Show(http.StatusOK, "visitors", view)
}

func book(v *webui.Visit) *visitors.Book { return visitors.New(v.Site.Desk) }

// visitorView is a visitor as their page shows them.
type visitorView struct {
	*visitors.Visitor
	Online   bool
	Stop     bool // to be acknowledged before the rest opens
	Reason   string
	Why      string // typed for a take-in
	Form     webui.Form
	Purposes []string
	Channels []string

	MayRecord, MayConsent, MayCase, MayTask, MayMove bool
}

// visitor shows the page of who is not held here; who is by now, is a customer
// like others.
func visitor(v *webui.Visit) error {
	view, err := loadVisitor(v)
	if err != nil || view == nil {
		return orPage(v, err)
	}
	return v.Show(http.StatusOK, "visitor", view)
}

// visitorHere is what a page asks while it is open: where the party is held here
// by now, it becomes the page of a customer.
func visitorHere(v *webui.Visit) error {
	id, err := v.ID("id")
	if err != nil {
		return err
	}
	here, err := book(v).Here(v.Ctx(), v.Who, id)
	if err != nil || here {
		return orPage(v, err)
	}
	return v.NoContent(http.StatusNoContent)
}

func orPage(v *webui.Visit, err error) error {
	if err != nil {
		return err
	}
	id, err := v.ID("id")
	if err != nil {
		return err
	}
	if v.Quick() {
		v.Response().Header().Set("HX-Redirect", page(id))
		return v.NoContent(http.StatusNoContent)
	}
	return v.Go(withSaved(v, page(id)))
}

// withSaved hands on what was just saved.
func withSaved(v *webui.Visit, path string) string {
	if saved := v.QueryParam("saved"); saved != "" {
		path += "?" + url.Values{"saved": {saved}}.Encode()
	}
	return path
}

// loadVisitor is nil where this branch holds the party by now.
func loadVisitor(v *webui.Visit) (*visitorView, error) {
	id, err := v.ID("id")
	if err != nil {
		return nil, err
	}
	known, here, err := book(v).Open(v.Ctx(), v.Who, id)
	if err != nil || here {
		return nil, err
	}
	line, err := v.Site.Desk.Line(v.Ctx())
	if err != nil {
		return nil, err
	}
	return &visitorView{Visitor: known, Online: line.Online, Stop: known.Warning == "stop" && !v.Acknowledged(known.ID),
		Purposes: crm.Purposes, Channels: crm.ConsentChannels, MayRecord: v.May(crm.ActRecord), MayConsent: v.May(crm.ActConsent),
		MayCase: v.May(crm.ActCase), MayTask: v.May(crm.ActTask), MayMove: v.May(crm.ActMove)}, nil
}

// served serves a page on which something new is written for a customer, or for
// a visitor of whom little is known here.
func served(act func(*webui.Visit, *desk.Customer) error) webui.Act {
	customers := opened(act)
	return func(v *webui.Visit) error {
		err := customers(v)
		if v.Site.Central || !absent(err) {
			return err
		}
		view, other := loadVisitor(v)
		switch {
		case absent(other):
			return err
		case other != nil || view == nil:
			return orPage(v, other)
		case view.Stop:
			return v.Go(visitorPage(view.ID))
		}
		return act(v, &desk.Customer{ID: view.ID, Name: view.Name, Type: view.Type, Home: view.Home, HomeName: view.HomeName, Language: view.Language, AgeYears: -1})
	}
}

// absent reports whether an error is of a customer who is not held here.
func absent(err error) bool { return err != nil && desk.ReasonOf(err) == desk.NotFound }

// passVisitorStop takes the reason for serving a visitor despite a stop, which
// becomes an interaction.
func passVisitorStop(v *webui.Visit) error {
	view, err := loadVisitor(v)
	if err != nil || view == nil {
		return orPage(v, err)
	}
	values, err := v.FormParams()
	if err != nil {
		return err
	}
	view.Reason = typed(values, "reason")
	if view.Reason == "" || len([]rune(view.Reason)) > evidenceRunes {
		return v.Again("visitor", view, &view.Form, badInput("reason", "reason_missing"))
	}
	note := v.L.T("stop.recorded", "Warning", v.L.T("visitor.warning"), "Reason", view.Reason)
	_, err = v.Site.Desk.RecordInteraction(v.Ctx(), v.Who, view.ID, desk.Interaction{Channel: "counter", Reason: "other", Outcome: "done", Text: note})
	if err != nil {
		return v.Again("visitor", view, &view.Form, err)
	}
	v.Acknowledge(view.ID)
	return v.GoSaved(visitorPage(view.ID), "stop")
}

// refuseVisitor takes what a visitor does not want.
func refuseVisitor(v *webui.Visit) error {
	view, values, err := atVisitor(v)
	if err != nil || view == nil {
		return orPage(v, err)
	}
	if !view.Stop {
		_, err = v.Site.Desk.RecordConsent(v.Ctx(), v.Who, view.ID, desk.ConsentAct{Purpose: values.Get("purpose"), Channel: values.Get("channel"), Withdraw: true, Evidence: typed(values, "evidence")})
	}
	if err != nil || view.Stop {
		return orStop(v, err, view)
	}
	return v.GoSaved(visitorPage(view.ID), "consent")
}

// takeVisitorIn makes this branch the home of a visitor.
func takeVisitorIn(v *webui.Visit) error {
	view, values, err := atVisitor(v)
	if err != nil || view == nil {
		return orPage(v, err)
	}
	if view.Why = typed(values, "reason"); !view.Stop {
		_, err = book(v).TakeIn(v.Ctx(), v.Who, view.ID, view.Why)
	}
	if err != nil || view.Stop {
		return orStop(v, err, view)
	}
	return v.GoSaved(visitorPage(view.ID), "takein")
}

// atVisitor reads what a form on the page of a visitor says.
func atVisitor(v *webui.Visit) (*visitorView, url.Values, error) {
	view, err := loadVisitor(v)
	if err != nil || view == nil {
		return nil, nil, err
	}
	values, err := v.FormParams()
	return view, values, err
}

// orStop shows the form again with what is wrong, or the stop that comes first.
func orStop(v *webui.Visit, err error, view *visitorView) error {
	if err != nil {
		return v.Again("visitor", view, &view.Form, err)
	}
	return v.Go(visitorPage(view.ID))
}

func visitorPage(id crdt.ID) string { return "/visitors/" + id.String() }
