package hq

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"bough/node/crm"
	"bough/webui/pagetest"
)

func TestSomebodyIsTakenOnWithAPasswordThatIsToldOnce(t *testing.T) {
	c := open(t)
	c.SignIn("root")
	a := c.Post("/people", "login", "eva", "name", "Eva Nová", "role", "banker", "branch", "1")
	a.Says(t, "Eva Nová", "shown only now", "must change the password")
	password := regexp.MustCompile(`class="reference">([a-z0-9-]+)<`).FindStringSubmatch(a.Body)
	if password == nil {
		t.Fatalf("no password: %s", a.Body)
	}
	c.Get("/people?name=nov%C3%A1").Says(t, "Eva Nová", "must change the password")
	c.Post("/people", "login", "eva", "name", "Another", "role", "teller").Says(t, "signs in with this name already")
	if a := c.Post("/signin", "login", "eva", "password", password[1]); !strings.HasPrefix(a.Location, "/password") {
		t.Errorf("the first sign-in does not ask for a password of one's own: %d %s", a.Status, a.Location)
	}
}

func TestAChangeOfRoleAndBranchCanBeTakenBack(t *testing.T) {
	c := open(t)
	c.SignIn("root")
	id := c.Person("jana")
	a := c.Post("/people/"+id, "name", "Jana Dvořáková", "role", "manager", "branch", "0")
	if a.Status != http.StatusSeeOther || !strings.Contains(a.Location, "was=teller+1+Jana") {
		t.Fatalf("%d %s", a.Status, a.Location)
	}
	c.Get(a.Location).Says(t, "Before:", "Undo", `name="role" value="teller"`)
	c.Post("/people/"+id, "name", "Jana Dvořáková", "role", "teller", "branch", "1", "undo", "1").Leads(t, "/people/"+id+"?saved=person")
	c.Get("/people?role=teller&branch=1").Says(t, "Jana Dvořáková")
}

func TestWhoIsLockedGetsInNoMore(t *testing.T) {
	c := open(t)
	c.SignIn("root")
	id := c.Person("jana")
	c.Post("/people/"+id+"/lock", "do", "lock").Leads(t, "/people/"+id+"?saved=person_locked")
	c.Get("/people?locked=1").Says(t, "Jana Dvořáková")
	if a := c.Post("/signin", "login", "jana", "password", pagetest.Password); a.Status == http.StatusSeeOther {
		t.Error("somebody who is locked signed in")
	}
	c.Post("/people/"+id+"/lock", "do", "unlock").Leads(t, "/people/"+id+"?saved=person_unlocked")
	c.SignIn("jana")
}

func TestNobodyLocksThemselvesOut(t *testing.T) {
	c := open(t)
	c.SignIn("root")
	me := c.Person("root")
	c.Post("/people/"+me+"/lock", "do", "lock").Says(t, "Nobody takes their own access away")
	c.Post("/people/"+me, "name", "Root", "role", "teller", "branch", "1").Says(t, "Nobody takes their own access away")
}

func TestOnlyWhoMayChangesPeople(t *testing.T) {
	c := open(t)
	c.SignIn("petr")
	for _, path := range []string{"/people", "/people/" + c.Person("jana"), "/fieldrights"} {
		if a := c.Get(path); a.Status != http.StatusForbidden {
			t.Errorf("a manager sees %s: %d", path, a.Status)
		}
	}
	if a := c.Post("/people/"+c.Person("jana")+"/password", "x", "y"); a.Status != http.StatusForbidden {
		t.Errorf("a manager gives a new password: %d", a.Status)
	}
}

func TestARoleNeitherSeesNorChangesWhatHeadOfficeHides(t *testing.T) {
	c := open(t)
	party := c.Put(crm.Party, pagetest.Text(crm.PartyType, "person"), pagetest.Text(crm.PartyName, "Anna Malá"), pagetest.Text(crm.PartyBirth, "1961-04-17"),
		pagetest.Text(crm.PartyStatus, "prospect"), pagetest.Text(crm.PartyOccupation, "joiner"), pagetest.Text(crm.PartyMemo, "collects clocks"))
	c.SignIn("root")
	a := c.Post("/fieldrights", boxes(c.Get("/fieldrights").Body, "sees.teller.party.memo", "edits.teller.party.memo", "edits.teller.party.occupation", "sees.teller.party.birth")...)
	if a.Status != http.StatusSeeOther || !strings.Contains(a.Location, "was=") {
		t.Fatalf("%d %s %s", a.Status, a.Location, a.Body)
	}
	c.SignIn("jana")
	page := c.Get("/customers/" + party.String())
	page.Says(t, "Anna Malá", "joiner")
	for _, hidden := range []string{"collects clocks", "1961"} {
		if strings.Contains(page.Body, hidden) || strings.Contains(c.Get("/find?q=anna").Body, hidden) {
			t.Errorf("a teller sees %q", hidden)
		}
	}
	form := c.Get("/customers/" + party.String() + "/edit")
	for _, field := range []string{"memo", "occupation", "birth"} {
		if strings.Contains(form.Body, `name="`+field+`"`) {
			t.Errorf("the form offers %s", field)
		}
	}
	c.SignIn("root")
	c.Get("/customers/"+party.String()).Says(t, "collects clocks")
	c.Get(a.Location).Says(t, "It was different before")
	undo := regexp.MustCompile(`name="undo" value="([^"]+)"`).FindStringSubmatch(c.Get(a.Location).Body)
	c.Post("/fieldrights", "undo", undo[1]).Leads(t, "/fieldrights?saved=field_rights")
	c.SignIn("jana")
	c.Get("/customers/"+party.String()).Says(t, "collects clocks")
}

// boxes are the ticked boxes of a table, without some.
func boxes(page string, without ...string) (out []string) {
	for _, m := range regexp.MustCompile(`type="checkbox" name="([^"]+)" aria-label="[^"]*" checked`).FindAllStringSubmatch(page, -1) {
		keep := true
		for _, w := range without {
			keep = keep && m[1] != w
		}
		if keep {
			out = append(out, m[1], "on")
		}
	}
	return out
}
