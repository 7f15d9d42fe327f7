package hq

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"bough/crdt"
	"bough/node/crm"
	"bough/node/desk"
	"bough/webui"
)

// ErasureLine is one order of erasure.
type ErasureLine struct {
	N           int64 // its number
	Party       crdt.ID
	Basis       string // see crm.ErasureBases
	Reference   string
	By          string
	ByID        crdt.ID
	Second      string
	ConfirmedMS int64  // 0: it waits for a second person
	Done, All   int    // receipts
	Name        string // of the customer, while the order waits
	Away        []AwayLine
}

// AwayLine is a workstation whose receipt is missing.
type AwayLine struct {
	Name   string
	SeenMS int64 // 0: never
}

// Erasures are what the page asks and does.
type Erasures struct {
	List    func(ctx context.Context) ([]ErasureLine, error)
	Order   func(ctx context.Context, who *desk.Who, party crdt.ID, basis, reference string) error
	Confirm func(ctx context.Context, who *desk.Who, n int64) error
	Drop    func(ctx context.Context, n int64) error
}

const erasureHits = 20 // customers to choose from

type erasuresView struct {
	Orders    []ErasureLine
	Me        crdt.ID
	Bases     []string
	Customer  string     // what was typed to find them
	Hits      []desk.Hit // to choose from
	Chosen    *desk.Hit  // whom the order is about; nil: nobody is chosen yet
	Basis     string
	Reference string
	Form      webui.Form
}

func mayErase(v *webui.Visit) error {
	if v.May(crm.ActErase) {
		return nil
	}
	return &desk.Error{Reason: desk.Denied, Code: "not_allowed", Message: "Your role may not do this."}
}

// erasures lists the orders and takes a new one.
func (p Panels) erasures(v *webui.Visit) error {
	if err := mayErase(v); err != nil {
		return err
	}
	view, err := p.erasuresView(v)
	if err != nil {
		return err
	}
	if err := view.find(v); err != nil {
		return v.Again("erasures", view, &view.Form, err)
	}
	return v.Show(http.StatusOK, "erasures", view)
}

// find finds whom an order is to be about: by what find knows, or by number.
func (view *erasuresView) find(v *webui.Visit) (err error) {
	view.Customer = strings.TrimSpace(v.QueryParam("customer"))
	number := view.Customer
	if _, err := crdt.ParseID(number); err != nil {
		number = v.QueryParam("party")
	}
	switch {
	case number != "":
		view.Customer = ""
		view.Chosen, err = chosenParty(v, number)
	case view.Customer != "":
		view.Hits, err = v.Site.Desk.FindFor(v.Ctx(), v.Who, crm.ActErase, view.Customer, erasureHits)
		if err == nil && len(view.Hits) == 0 {
			err = errNoCustomer
		}
	}
	return err
}

var errNoCustomer = &desk.Error{Reason: desk.Invalid, Code: "erasure_party", Field: "party", Message: "There is no such customer."}

func chosenParty(v *webui.Visit, number string) (*desk.Hit, error) {
	id, err := crdt.ParseID(number)
	if err != nil {
		return nil, errNoCustomer
	}
	hit, err := v.Site.Desk.HitFor(v.Ctx(), v.Who, crm.ActErase, id)
	if err == nil && hit == nil {
		err = errNoCustomer
	}
	return hit, err
}

func (p Panels) erasuresView(v *webui.Visit) (*erasuresView, error) {
	view := &erasuresView{Me: v.Who.Person, Bases: crm.ErasureBases}
	var err error
	if view.Orders, err = p.Erasures.List(v.Ctx()); err != nil {
		return nil, err
	}
	for i := range view.Orders {
		o := &view.Orders[i]
		if o.ConfirmedMS > 0 {
			continue
		}
		hit, err := v.Site.Desk.HitFor(v.Ctx(), v.Who, crm.ActErase, o.Party)
		if err != nil {
			return nil, err
		}
		if hit != nil {
			o.Name = hit.Name
		}
	}
	return view, nil
}

// orderErasure takes an order; it waits for a second person.
func (p Panels) orderErasure(v *webui.Visit) error {
	if err := mayErase(v); err != nil {
		return err
	}
	view, err := p.erasuresView(v)
	if err != nil {
		return err
	}
	view.Basis, view.Reference = v.FormValue("basis"), v.FormValue("reference")
	if view.Chosen, err = chosenParty(v, v.FormValue("party")); err == nil {
		err = p.Erasures.Order(v.Ctx(), v.Who, view.Chosen.ID, view.Basis, view.Reference)
	}
	if err != nil {
		return v.Again("erasures", view, &view.Form, err)
	}
	return v.GoSaved("/erasures", "erasure")
}

// decideErasure confirms an order, or takes it back.
func (p Panels) decideErasure(v *webui.Visit) error {
	if err := mayErase(v); err != nil {
		return err
	}
	n, err := strconv.ParseInt(v.Param("n"), 10, 64)
	if err != nil {
		return &desk.Error{Reason: desk.NotFound, Code: "erasure_order", Message: "There is no such order."}
	}
	if v.FormValue("act") == "drop" {
		err = p.Erasures.Drop(v.Ctx(), n)
	} else {
		err = p.Erasures.Confirm(v.Ctx(), v.Who, n)
	}
	if err != nil {
		return err
	}
	return v.GoSaved("/erasures", "erasure_decided")
}
