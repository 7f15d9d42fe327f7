package teller

import (
	"net/http"
	"net/url"

	"bough/crdt"
	"bough/node/desk"
	"bough/webui"
)

// pickView is a choice of one of those who were found.
type pickView struct {
	Action string // where it is asked without JavaScript
	What   string // handed on
	Live   bool   // the list follows what is typed
	Not    crdt.ID
	Typed  string
	Chosen crdt.ID
	Hits   []desk.Hit
}

// pick finds who was typed, but not the one whose page it is.
func pick(v *webui.Visit, typed string, not crdt.ID) (p pickView, err error) {
	p = pickView{Action: v.Request().URL.Path, Live: true, Not: not, Typed: typed}
	if typed == "" {
		return p, nil
	}
	hits, err := v.Site.Desk.Find(v.Ctx(), v.Who, typed, pickLimit)
	for _, h := range hits {
		if h.ID != not {
			p.Hits = append(p.Hits, h)
		}
	}
	if len(p.Hits) == 1 {
		p.Chosen = p.Hits[0].ID
	}
	return p, err
}

// picked reads who was chosen: of those who were listed, or of a list that is
// asked for again.
func (p *pickView) picked(values url.Values) {
	p.Chosen, _ = crdt.ParseID(values.Get("other")) // nobody: the act says so
}

// picks lists those who are found, while somebody types.
func picks(v *webui.Visit) error {
	not, _ := crdt.ParseID(v.QueryParam("not"))
	p, err := pick(v, v.QueryParam("q"), not)
	if err != nil {
		return err
	}
	return v.Block("relate", "picks", p)
}

// noteView is a note that may be on the wrong customer.
type noteView struct {
	*desk.Entry
	Pick   pickView
	Reason string
	Form   webui.Form
}

func newNote(v *webui.Visit, typed string) (*noteView, error) {
	id, err := v.ID("id")
	if err != nil {
		return nil, err
	}
	view := &noteView{}
	if view.Entry, err = v.Site.Desk.Note(v.Ctx(), v.Who, id); err != nil {
		return nil, err
	}
	view.Pick, err = pick(v, typed, view.Party)
	view.Form.Draft = "note/" + id.String()
	return view, err
}

func (n *noteView) read(values url.Values) { n.Reason = typed(values, "reason") }

func askNote(v *webui.Visit) error {
	view, err := newNote(v, v.QueryParam("q"))
	if err != nil {
		return err
	}
	if err := v.Restore(&view.Form, view.Form.Draft, view.read); err != nil {
		return err
	}
	return v.Show(http.StatusOK, "note", view)
}

// saveNote moves a note, takes it away, or puts it back.
func saveNote(v *webui.Visit) error {
	values, err := v.FormParams()
	if err != nil {
		return err
	}
	view, err := newNote(v, values.Get("q"))
	if err != nil {
		return err
	}
	view.read(values)
	view.Pick.picked(values)
	switch values.Get("act") {
	case "move":
		if view.Pick.Chosen == 0 {
			return v.Again("note", view, &view.Form, badInput("other", "other_missing"))
		}
		_, err = v.Site.Desk.MoveNote(v.Ctx(), v.Who, view.ID, view.Pick.Chosen, view.Reason)
	case "take":
		_, err = v.Site.Desk.MoveNote(v.Ctx(), v.Who, view.ID, 0, view.Reason)
	case "back":
		_, err = v.Site.Desk.PutNoteBack(v.Ctx(), v.Who, view.ID)
	default:
		err = badInput("act", "act_missing")
	}
	if err != nil {
		return v.Again("note", view, &view.Form, err)
	}
	v.Done(view.Form.Draft)
	return v.GoSaved(page(view.Party), "note_"+values.Get("act"))
}
