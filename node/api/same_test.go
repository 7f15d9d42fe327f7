package api

import (
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestTwoRecordsAreLinkedUnlinkedAndToldApart(t *testing.T) {
	b := openBranch(t)
	b.signIn("ann")
	one, other := b.newCustomer(sent{"name": "Eva Green", "birth": "1971-04-17"}).ID, b.newCustomer(sent{"name": "Eva Green", "birth": "1971-04-17"}).ID
	if got := b.refused(b.ask("POST", Prefix+"/customers/"+one+"/links", []byte(`{"other":"`+other+`","reason":"same passport"}`))); got != `403 not_allowed "" your role may not do this; ask your manager` {
		t.Errorf("a teller links: %s", got)
	}
	b.signIn("ben")
	same := func(id string) (s sameView) {
		b.send(http.MethodGet, "/customers/"+id+"/same", nil, http.StatusOK, &s)
		return s
	}
	if s := same(one); len(s.Candidates) != 1 || string(s.Candidates[0].ID) != other || !cmp.Equal(s.Candidates[0].Reasons, []string{"name", "birth"}) || len(s.Links)+len(s.Records)+len(s.Distinct) != 0 {
		t.Errorf("%+v", s)
	}
	var saved savedView
	b.send(http.MethodPost, "/customers/"+one+"/distinct", sent{"other": other, "reason": "her daughter"}, http.StatusCreated, &saved)
	if s := same(other); len(s.Candidates) != 0 || len(s.Distinct) != 1 || string(s.Distinct[0].Party) != one || s.Distinct[0].Reason != "her daughter" {
		t.Errorf("told apart: %+v", s)
	}
	b.send(http.MethodDelete, "/distinct/"+string(same(one).Distinct[0].ID), nil, http.StatusOK, &saved)
	if s := same(one); len(s.Candidates) != 1 || len(s.Distinct) != 0 {
		t.Errorf("taken back: %+v", s)
	}
	b.send(http.MethodPost, "/customers/"+one+"/links", sent{"other": other, "reason": "same passport"}, http.StatusCreated, &saved)
	s := same(other)
	if len(s.Records) != 2 || len(s.Links) != 1 || s.Links[0].Reason != "same passport" || s.Links[0].By.Name == "" {
		t.Errorf("linked: %+v", s)
	}
	for body, want := range map[string]string{
		`{"other":"` + other + `","reason":"again"}`: `422 linked_already "other" these two are linked already`,
		`{"other":"` + one + `","reason":"x"}`:       `422 same_record "other" this is the same record; choose another one`,
		`{"other":"7","reason":"x"}`:                 `404 customer "" no such customer in this branch; search for the name`,
		`{"other":"` + other + `","reason":" "}`:     `422 missing "reason" say why, in a few words`,
		`{"reason":"x"}`:                             `422 missing "other" other is needed`,
	} {
		if got := b.refused(b.ask("POST", Prefix+"/customers/"+one+"/links", []byte(body))); got != want {
			t.Errorf("%s: %s; want %s", body, got, want)
		}
	}
	b.send(http.MethodDelete, "/links/"+string(s.Links[0].ID), nil, http.StatusOK, &saved)
	if s := same(one); len(s.Records)+len(s.Links) != 0 {
		t.Errorf("unlinked: %+v", s)
	}
	if got := b.refused(b.ask("DELETE", Prefix+"/links/"+string(s.Links[0].ID), nil)); got != `404 link "" this was taken back meanwhile` {
		t.Errorf("unlinked twice: %s", got)
	}
}
