package hq

import (
	"net/http"

	"bough/node/crm"
	"bough/node/office"
	"bough/sync/rows"
	"bough/webui"
)

// restoredView is what came back since central was restored.
type restoredView struct {
	office.Restored
	Missing int // workstations that have not called
	May     bool
}

// restored tells it, while it goes on, too.
func (p Panels) restored(v *webui.Visit) error {
	if !v.May(crm.ActFleet) {
		return errDenied
	}
	r, err := p.Moves.Restored(v.Ctx())
	if err != nil {
		return err
	}
	return v.Show(http.StatusOK, "restored", shownRestored(r, v.May(crm.ActOperate)))
}

func shownRestored(r office.Restored, may bool) restoredView {
	view := restoredView{Restored: r, May: may}
	for _, n := range r.Nodes {
		if n.SeenMS == 0 {
			view.Missing++
		}
	}
	return view
}

// takeRest stops waiting for who will not call again.
func (p Panels) takeRest(v *webui.Visit) error {
	if !v.May(crm.ActFleet) || !v.May(crm.ActOperate) {
		return errDenied
	}
	if _, err := p.Moves.TakeRest(v.Ctx(), rows.Actor{Session: v.Who.Session, Person: v.Who.Person}); err != nil {
		return err
	}
	return v.Go("/restored")
}
