package hq

import (
	"context"
	"net/http"
	"strconv"

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
	ConfirmedMS int64 // 0: it waits for a second person
	Done, All   int   // receipts
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

type erasuresView struct {
	Orders    []ErasureLine
	Me        crdt.ID
	Bases     []string
	Party     string
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
	view.Party = v.QueryParam("party")
	return v.Show(http.StatusOK, "erasures", view)
}

func (p Panels) erasuresView(v *webui.Visit) (*erasuresView, error) {
	orders, err := p.Erasures.List(v.Ctx())
	return &erasuresView{Orders: orders, Me: v.Who.Person, Bases: crm.ErasureBases}, err
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
	view.Party, view.Basis, view.Reference = v.FormValue("party"), v.FormValue("basis"), v.FormValue("reference")
	party, err := crdt.ParseID(view.Party)
	if err != nil {
		return v.Again("erasures", view, &view.Form, &desk.Error{Reason: desk.Invalid, Code: "erasure_party", Field: "party", Message: "There is no such customer."})
	}
	if err := p.Erasures.Order(v.Ctx(), v.Who, party, view.Basis, view.Reference); err != nil {
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
