package teller

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
)

func TestAPromiseSaidInWordsStandsInMyDay(t *testing.T) {
	c, id := opening(t)
	c.Get("/day").Says(t, "My day", "Nothing is overdue.", `class="chart bars"`)
	c.Post(page(id)+"/wrapup", "channel", "counter", "reason", "card", "outcome", "done", "text", "x", "promise_text", "Call her", "promise_due", "next friday").Leads(t, page(id)+"?saved=wrapup")
	day := c.Get("/day")
	day.Says(t, "Call her", "due 27 Nov 2026", "Anna Nováková")
	change := regexp.MustCompile(`action="(/tasks/\d+/change)"`).FindStringSubmatch(day.Body)[1]
	c.Post(change, "due", "in two weeks").Leads(t, "/day?saved=task")
	c.Get("/day").Says(t, "due 5 Dec 2026")
	if wrong := c.Post(change, "due", "never"); wrong.Status != http.StatusUnprocessableEntity {
		t.Errorf("never: %d", wrong.Status)
	}
	c.Post(strings.TrimSuffix(change, "/change"), "state", "kept", "day", "1").Leads(t, "/day?saved=task")
	if a := c.Get("/day"); strings.Contains(a.Body, "Call her") {
		t.Error("a kept promise is still on the list")
	}
}

func TestATimeInWordsIsShownAsItIsUnderstood(t *testing.T) {
	c, id := opening(t)
	for asked, want := range map[string]string{"day?promise_due=next+friday": "Fri 27 Nov 2026", "past?from=friday": "Fri 20 Nov 2026", "moment?happened=yesterday+9:05": "Fri 20 Nov 2026, 09:05",
		"date?birth=17.4.1961": "17 Apr 1961 65 years old", "day?due=soonish": "not understood yet", "date?birth=friday": "not understood yet"} {
		c.Get("/when/"+asked).Says(t, want)
	}
	c.Post(page(id)+"/wrapup", "channel", "counter", "reason", "card", "outcome", "done", "text", "Her card", "happened", "yesterday 9:05").Leads(t, page(id)+"?saved=wrapup")
	c.Get(page(id)).Says(t, "20 Nov 2026, 09:05")
	saved := c.Post("/prospects/new", "type", "person", "name", "Vilém Král", "birth", "2.3.1970")
	c.Get(saved.Location).Says(t, "2 Mar 1970")
	c.Post("/prospects/new", "type", "person", "name", "Vilém Král", "birth", "2.3.").Says(t, "Give the date with its year", `value="2.3."`)
}

func TestAnAppointmentHasItsMinuteAndPlace(t *testing.T) {
	c, id := opening(t)
	c.Get(page(id)+"/task?type=appointment").Says(t, `value="appointment" data-digit="3" checked`)
	c.Post(page(id)+"/task", "type", "appointment", "text", "Mortgage talk", "due", "tomorrow", "clock", "14:30", "minutes", "45", "place", "Room 2").Leads(t, page(id)+"?saved=newtask")
	c.Get("/day").Says(t, "Mortgage talk", "22 Nov 2026, 14:30", "45 minutes", "Room 2")
	for _, wrong := range [][]string{{"clock", "25:00"}, {"minutes", "many"}, {"due", ""}} {
		typed := append([]string{"type", "appointment", "text", "x", wrong[0], wrong[1]}, "due", "tomorrow", "clock", "14:30")
		if wrong[0] == "due" {
			typed = []string{"type", "appointment", "text", "x", "clock", "14:30"}
		}
		if a := c.Post(page(id)+"/task", typed...); a.Status != http.StatusUnprocessableEntity {
			t.Errorf("%v: %d", wrong, a.Status)
		}
	}
	c.Get("/day?whose=branch").Says(t, "The branch's day", "Jana Dvořáková")
}
