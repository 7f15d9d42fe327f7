package teller

import (
	"net/http"
	"strings"
	"testing"
)

func TestWhatIsSaidOfAPageIsReadWithoutAnybodysNumber(t *testing.T) {
	c, id := opening(t)
	shown := c.Get(page(id))
	shown.Says(t, `href="/feedback?page=%2fcustomers%2f%3aid"`)
	if strings.Contains(shown.Body, id.String()+`">Slow`) {
		t.Error("the number of a customer goes with the feedback")
	}
	c.Get("/feedback?page=/customers/:id").Says(t, "/customers/:id", "Write no customer's name")
	if empty := c.Post("/feedback", "type", "slow", "page", "/", "text", " "); empty.Status != http.StatusUnprocessableEntity {
		t.Errorf("nothing said: %d", empty.Status)
	}
	c.Post("/feedback", "type", "slow", "page", "/customers/:id", "text", "The timeline takes long").Leads(t, "/?saved=feedback")
	if a := c.Get("/feedback/list"); a.Status != http.StatusForbidden {
		t.Errorf("a teller reads it: %d", a.Status)
	}
	c.SignIn("petr")
	c.Get("/feedback/list").Says(t, "The timeline takes long", "/customers/:id", "slow", "Jana Dvořáková", "0.1.0")
}

func TestTheTourOfARoleGoesFromPageToPage(t *testing.T) {
	c, _ := opening(t)
	c.Get("/").Says(t, "New here?")
	first := c.Get("/tour")
	first.Leads(t, "/?tour=1")
	for n, path := range []string{"/", "/", "/", "/day", "/cases", "/keying", "/outage", "/keys"} {
		step := c.Get(path + "?tour=" + string(rune('1'+n)))
		step.Says(t, string(rune('1'+n))+" of 8", "End the tour")
		if strings.Contains(step.Body, "New here?") {
			t.Errorf("%s offers the tour to who is on it", path)
		}
	}
	if strings.Contains(c.Get("/?tour=99").Body, "99 of") {
		t.Error("a stop that is not there")
	}
	c.Post("/tour/end").Leads(t, "/")
	if strings.Contains(c.Get("/").Body, "New here?") {
		t.Error("it is offered again to who has taken it")
	}
	c.SignIn("petr")
	c.Get("/").Says(t, "New here?")
	c.Get("/tour").Leads(t, "/today?tour=1")
}
