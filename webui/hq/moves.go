package hq

import (
	"errors"
	"net/http"
	"strconv"

	"bough/crdt"
	"bough/node/crm"
	"bough/node/desk"
	"bough/node/moves"
	"bough/node/office"
	"bough/webui"
)

// movesView is the list of orders to move, what branches ask for, and the form
// of a new order.
type movesView struct {
	Orders   []*office.MoveOrder
	Requests []moves.Request
	Branches []desk.BranchLine
	Names    map[int64]string
	Tiers    []string
	Types    []string
	Leaves   []string
	Typed    movesTyped
	Form     webui.Form
}

// movesTyped is what stands in the form.
type movesTyped struct {
	From, To           int64
	Tier, Type, Reason string
	List               string
	Leave              []string
}

// Leaves reports whether a tick was set.
func (t *movesTyped) Has(leave string) bool {
	for _, l := range t.Leave {
		if l == leave {
			return true
		}
	}
	return false
}

// moveView is one order.
type moveView struct {
	*office.MoveOrder
	Preview *office.MovePreview
	Names   map[int64]string
	People  map[crdt.ID]string
	OOB     bool // a refresh: htmx puts the part in its place
}

// Moving reports whether the page should look again by itself.
func (m *moveView) Moving() bool {
	return m.State == office.MoveRunning || m.State == office.MoveUndoing
}

// Acts are what somebody may do with the order now.
func (m *moveView) Acts() []string {
	switch m.State {
	case office.MovePlanned:
		return []string{"run", "drop"}
	case office.MoveRunning:
		return []string{"pause", "undo"}
	case office.MoveUndoing:
		return []string{"pause"}
	case office.MovePaused:
		if m.Halted == office.MoveUndoing {
			return []string{"resume"}
		}
		return []string{"resume", "undo"}
	case office.MoveDone:
		return []string{"undo"}
	}
	return nil
}

// mover lets those in who may move customers of every branch.
func mover(page func(*webui.Visit) error) webui.Act {
	return func(v *webui.Visit) error {
		if !v.May(crm.ActMove) || !v.May(crm.ActAnywhere) {
			return errDenied
		}
		return page(v)
	}
}

// movePages registers the pages of orders to move.
func (p Panels) movePages(s *webui.Site) {
	s.Signed(http.MethodGet, "/moves", mover(p.moves))
	s.Signed(http.MethodPost, "/moves", mover(p.planMove))
	s.Signed(http.MethodGet, "/moves/:n", mover(p.move))
	s.Signed(http.MethodPost, "/moves/:n", mover(p.decideMove))
}

func (p Panels) moves(v *webui.Visit) error {
	view, err := p.movesView(v)
	if err != nil {
		return err
	}
	view.Typed.List = v.QueryParam("party")
	return v.Show(http.StatusOK, "moves", view)
}

func (p Panels) movesView(v *webui.Visit) (*movesView, error) {
	view := &movesView{Tiers: []string{"A", "B", "C", "D"}, Types: crm.PartyTypes, Leaves: office.MoveLeaves}
	var err error
	if view.Orders, err = p.Moves.MoveOrders(v.Ctx()); err != nil {
		return nil, err
	}
	told, err := moves.Branch(v.Ctx(), v.Site.Desk, v.Who)
	if err != nil {
		return nil, err
	}
	view.Requests = told.Requests
	view.Branches, view.Names, err = branchNames(v)
	return view, err
}

func branchNames(v *webui.Visit) ([]desk.BranchLine, map[int64]string, error) {
	list, err := v.Site.Desk.Branches(v.Ctx())
	names := map[int64]string{}
	for _, b := range list {
		names[b.Number] = b.Name
	}
	return list, names, err
}

// planMove keeps a choice as an order that nobody has given, and shows it.
func (p Panels) planMove(v *webui.Visit) error {
	form, err := v.FormParams()
	if err != nil {
		return err
	}
	t := movesTyped{From: branchOf(form.Get("from"), 0), To: branchOf(form.Get("to"), 0), Tier: form.Get("tier"), Type: form.Get("type"),
		Reason: form.Get("reason"), List: form.Get("list"), Leave: form["leave"]}
	n, err := p.plan(v, &t)
	if err != nil {
		view, fault := p.movesView(v)
		if fault != nil {
			return fault
		}
		view.Typed = t
		return v.Again("moves", view, &view.Form, forMovers(err))
	}
	return v.Go("/moves/" + strconv.FormatInt(n, 10))
}

func (p Panels) plan(v *webui.Visit, t *movesTyped) (int64, error) {
	list, err := office.ParseMoveList(t.List)
	if err != nil {
		return 0, err
	}
	return p.Moves.PlanMove(v.Ctx(), v.Who.Person, office.Choice{To: t.To, From: t.From, Tier: t.Tier, Type: t.Type, List: list, Leave: t.Leave, Reason: t.Reason})
}

// forMovers gives an error of an order the code of its sentence.
func forMovers(err error) error {
	for _, known := range []struct{ err, says error }{
		{office.ErrMoveReason, desk.Mistyped("reason", "move_reason", "say why they move")},
		{office.ErrMoveNobody, desk.Mistyped("list", "move_nobody", "nobody is chosen")},
		{office.ErrMoveList, desk.Mistyped("list", "move_list", "the list is too long")},
		{office.ErrBranch, desk.Mistyped("to", "move_branch", "there is no such branch")},
		{office.ErrMoveState, desk.Mistyped("", "move_state", "this cannot be done with the order now")},
		{office.ErrNoMove, desk.Missing("page", "there is no such order")},
	} {
		if errors.Is(err, known.err) {
			return known.says
		}
	}
	return err
}

// move shows an order: what it would do, does, or did.
func (p Panels) move(v *webui.Visit) error {
	n, err := office.ParseMoveNumber(v.Param("n"))
	if err != nil {
		return forMovers(err)
	}
	view, err := p.moveView(v, n)
	if err != nil {
		return forMovers(err)
	}
	if v.QueryParam("parts") != "" {
		view.OOB = true
		return v.Block("move", "part-move", view)
	}
	return v.Show(http.StatusOK, "move", view)
}

func (p Panels) moveView(v *webui.Visit, n int64) (*moveView, error) {
	o, err := p.Moves.MoveOrder(v.Ctx(), n)
	if err != nil {
		return nil, err
	}
	view := &moveView{MoveOrder: o, People: map[crdt.ID]string{}}
	if o.State == office.MovePlanned {
		if view.Preview, err = p.Moves.PreviewMove(v.Ctx(), n); err != nil {
			return nil, err
		}
		var ids []crdt.ID
		for i := range view.Preview.First {
			ids = append(ids, view.Preview.First[i].Party)
		}
		if err := v.Site.Desk.Shown(v.Ctx(), v.Who, crm.ViewFind, ids...); err != nil {
			return nil, err
		}
	}
	if _, view.Names, err = branchNames(v); err != nil {
		return nil, err
	}
	people, err := v.Site.Desk.People(v.Ctx())
	for _, one := range people {
		view.People[one.ID] = one.Name
	}
	return view, err
}

// decideMove gives, pauses, resumes, takes back or forgets an order.
func (p Panels) decideMove(v *webui.Visit) error {
	n, err := office.ParseMoveNumber(v.Param("n"))
	if err == nil {
		err = p.Moves.DecideMove(v.Ctx(), v.Who.Person, n, office.MoveAct(v.FormValue("act")))
	}
	if err != nil {
		return forMovers(err)
	}
	if v.FormValue("act") == string(office.MoveDrop) {
		return v.Go("/moves")
	}
	return v.Go("/moves/" + strconv.FormatInt(n, 10))
}
