package teller

import (
	"net/http"
	"net/url"
	"strings"

	"bough/node/crm"
	"bough/node/desk"
	"bough/node/papers"
	"bough/webui"
)

type findView struct {
	Action    string
	Typed     string
	Hits      []desk.Hit
	More      bool
	MayCreate bool
	Typo      bool // of a number with a check digit
	Elsewhere bool // the directory of the bank may be asked
}

// find lists who answers to what was typed; with nothing typed, whom this
// person served last. htmx asks while somebody types and gets the list alone;
// the address follows, so that going back finds the same list.
func find(v *webui.Visit) error {
	view := findView{Action: v.Site.Find, Typed: strings.TrimSpace(v.QueryParam("q")), MayCreate: v.May(crm.ActCreate), Elsewhere: !v.Site.Central}
	hits, err := v.Site.Desk.Find(v.Ctx(), v.Who, view.Typed, hitLimit+1)
	if err != nil {
		return err
	}
	view.Typo = len(hits) == 0 && papers.Typo(view.Typed)
	view.Hits, view.More = hits[:min(len(hits), hitLimit)], len(hits) > hitLimit
	if !v.Quick() {
		return v.Show(http.StatusOK, "find", view)
	}
	address := v.Site.Find
	if view.Typed != "" {
		address += "?" + url.Values{"q": {view.Typed}}.Encode()
	}
	v.Response().Header().Set("HX-Replace-Url", address)
	return v.Block("find", "found", view)
}
