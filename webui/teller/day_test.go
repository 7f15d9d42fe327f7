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
	c.Get("/when?promise_due=next+friday").Says(t, "27 Nov 2026")
	c.Get("/when?promise_due=soonish").Says(t, "no day yet")
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
