package teller

import (
	"net/http"
	"net/url"

	"bough/crdt"
	"bough/node/crm"
	"bough/node/desk"
	"bough/webui"
)

// Around registers what ties a customer to others, with warnings and tags.
func Around(s *webui.Site) {
	s.Signed(http.MethodGet, "/pick", picks)
	s.Signed(http.MethodGet, "/customers/:id/relate", opened(askRelate))
	s.Signed(http.MethodPost, "/customers/:id/relate", opened(saveRelate))
	s.Signed(http.MethodGet, "/customers/:id/warn", opened(askWarn))
	s.Signed(http.MethodPost, "/customers/:id/warn", opened(saveWarn))
	s.Signed(http.MethodPost, "/customers/:id/tag", opened(saveTag))
	s.Signed(http.MethodGet, "/customers/:id/alike", opened(alike))
	s.Signed(http.MethodPost, "/elements/:id/remove", removeElement)
	s.Signed(http.MethodGet, "/notes/:id", askNote)
	s.Signed(http.MethodPost, "/notes/:id", saveNote)
}

// relateView says who belongs to a customer, and how: a relation, or a place in
// a household or group.
type relateView struct {
	ID   crdt.ID
	Name string
	Pick pickView
	Form webui.Form
	// Groups are those of whoever is chosen, and of the customer: one may join.
	Groups []desk.GroupLine

	What, Direction, Type, Share, Note string
	Group, GroupName, Role             string
}

func newRelate(v *webui.Visit, c *desk.Customer, typed string) (*relateView, error) {
	view := &relateView{ID: c.ID, Name: c.Name, What: "relation", Direction: "other", Type: crm.RelationTypes[0], Role: "member"}
	if c.Type == "organisation" {
		view.Type = "owner"
	}
	if what := v.QueryParam("what"); what != "" {
		view.What = what
	}
	view.Form.Draft = "relate/" + c.ID.String()
	var err error
	view.Pick, err = pick(v, typed, c.ID)
	if view.Pick.What = view.What; err == nil && view.What != "relation" {
		view.Pick.Live = false
		err = view.findGroups(v)
	}
	return view, err
}

// findGroups are the households and groups that those who were found are in.
func (r *relateView) findGroups(v *webui.Visit) error {
	for _, h := range r.Pick.Hits {
		groups, err := v.Site.Desk.GroupsOf(v.Ctx(), v.Who, h.ID)
		if err != nil {
			return err
		}
		for _, g := range groups {
			if !r.lists(g.ID) {
				r.Groups = append(r.Groups, g)
			}
		}
	}
	return nil
}

func (r *relateView) lists(group crdt.ID) bool {
	for _, g := range r.Groups {
		if g.ID == group {
			return true
		}
	}
	return false
}

func (r *relateView) read(values url.Values) {
	r.What, r.Direction, r.Type, r.Share, r.Note = values.Get("what"), values.Get("direction"), values.Get("type"), typed(values, "share"), typed(values, "note")
	r.Group, r.GroupName, r.Role = values.Get("group"), typed(values, "name"), values.Get("role")
	r.Pick.picked(values)
}

func askRelate(v *webui.Visit, c *desk.Customer) error {
	view, err := newRelate(v, c, v.QueryParam("q"))
	if err != nil {
		return err
	}
	if err := v.Restore(&view.Form, view.Form.Draft, view.read); err != nil {
		return err
	}
	return v.Show(http.StatusOK, "relate", view)
}

func saveRelate(v *webui.Visit, c *desk.Customer) error {
	values, err := v.FormParams()
	if err != nil {
		return err
	}
	view, err := newRelate(v, c, values.Get("q"))
	if err != nil {
		return err
	}
	view.read(values)
	if view.What == "relation" {
		err = view.relate(v)
	} else {
		err = view.join(v)
	}
	if err != nil {
		return v.Again("relate", view, &view.Form, err)
	}
	v.Done(view.Form.Draft)
	return v.GoSaved(page(c.ID), "relation")
}

func (r *relateView) relate(v *webui.Visit) error {
	in := desk.Relation{Other: r.Pick.Chosen, Type: r.Type, Inverse: r.Direction == "this", Note: r.Note}
	if r.Share != "" {
		var err error
		if in.ShareBP, err = v.L.ReadShare(r.Share); err != nil {
			return badInput("share", "bad_share")
		}
	}
	_, err := v.Site.Desk.Relate(v.Ctx(), v.Who, r.ID, in)
	return err
}

func (r *relateView) join(v *webui.Visit) error {
	in := desk.Membership{Type: r.What, Name: r.GroupName, Role: r.Role}
	if r.Group != "" {
		var err error
		if in.Group, err = crdt.ParseID(r.Group); err != nil {
			return badInput("group", "group")
		}
	}
	_, err := v.Site.Desk.Join(v.Ctx(), v.Who, r.ID, in)
	return err
}

// warnView is a warning as typed.
type warnView struct {
	ID          crdt.ID
	Name        string
	Level, Text string
	Form        webui.Form
}

func newWarn(c *desk.Customer) *warnView {
	return &warnView{ID: c.ID, Name: c.Name, Level: "warn", Form: webui.Form{Draft: "warn/" + c.ID.String()}}
}

func (w *warnView) read(values url.Values) {
	w.Level, w.Text = values.Get("level"), typed(values, "text")
}

func askWarn(v *webui.Visit, c *desk.Customer) error {
	view := newWarn(c)
	if err := v.Restore(&view.Form, view.Form.Draft, view.read); err != nil {
		return err
	}
	if v.Quick() {
		return v.Block("warn", "panel", view)
	}
	return v.Show(http.StatusOK, "warn", view)
}

func saveWarn(v *webui.Visit, c *desk.Customer) error {
	values, err := v.FormParams()
	if err != nil {
		return err
	}
	view := newWarn(c)
	view.read(values)
	if _, err := v.Site.Desk.Warn(v.Ctx(), v.Who, c.ID, view.Level, view.Text); err != nil {
		return v.Again("warn", view, &view.Form, err)
	}
	v.Done(view.Form.Draft)
	return v.GoSaved(page(c.ID), "warning")
}

// saveTag puts a word on a customer, or takes it off.
func saveTag(v *webui.Visit, c *desk.Customer) error {
	act, saved := v.Site.Desk.PutTag, "tag"
	word := v.FormValue("tag")
	if drop := v.FormValue("drop"); drop != "" {
		act, saved, word = v.Site.Desk.DropTag, "removed", drop
	}
	if _, err := act(v.Ctx(), v.Who, c.ID, word); err != nil {
		return err
	}
	return v.GoSaved(page(c.ID), saved)
}

// elements are the kinds that have a button to remove them.
func elements(name string) uint8 {
	return map[string]uint8{"relation": crm.Relation, "membership": crm.Membership, "warning": crm.Warning}[name]
}

// removeElement takes a relation, a membership or a warning away.
func removeElement(v *webui.Visit) error {
	id, err := v.ID("id")
	if err != nil {
		return err
	}
	if _, err := v.Site.Desk.Remove(v.Ctx(), v.Who, elements(v.FormValue("kind")), id); err != nil {
		return err
	}
	return backToParty(v, "removed")
}

// alike lists who may be the same person, on the customer's page: it is asked
// for once the page stands, for it takes longer than the rest.
func alike(v *webui.Visit, c *desk.Customer) error {
	view := &sameView{Customer: c}
	var err error
	if view.Candidates, err = v.Site.Desk.Candidates(v.Ctx(), v.Who, c.ID); err != nil {
		return err
	}
	return v.Block("same", "alike", view)
}
