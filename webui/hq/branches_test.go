package hq

import (
	"net/http"
	"strings"
	"testing"

	"bough/node/crm"
	"bough/webui/pagetest"
)

func TestABranchGetsItsTownHoursHotlineAndLine(t *testing.T) {
	c := open(t)
	c.SignIn("root")
	c.Post("/branches", "number", "74", "name", "上海外滩", "town", "上海", "language", "zh-CN", "country", "cn", "zone", "Asia/Shanghai",
		"hotline", "95588", "hours", "09:00-17:00", "kbit", "512").Leads(t, "/branches/74?saved=branch")
	c.Get("/branches?name=%E4%B8%8A%E6%B5%B7").Says(t, "上海外滩", "95588", "09:00-17:00", "Asia/Shanghai")
	c.Get("/parameters").Says(t, "512", "74 上海外滩")
	for _, wrong := range [][]string{{"number", "74", "name", "Again"}, {"number", "75", "name", ""}, {"number", "75", "name", "X", "zone", "Moon/Base"},
		{"number", "75", "name", "X", "country", "China"}, {"number", "75", "name", "X", "hours", "late"}, {"number", "75", "name", "X", "kbit", "-1"}} {
		if a := c.Post("/branches", wrong...); a.Status != http.StatusUnprocessableEntity {
			t.Errorf("%v was taken: %d", wrong, a.Status)
		}
	}
	c.Post("/branches/74", "name", "上海外滩", "town", "上海", "hours", "", "zone", "Asia/Shanghai", "country", "CN").Leads(t, "/branches/74?saved=branch")
	if a := c.Get("/branches/74"); strings.Contains(a.Body, `value="09:00-17:00"`) {
		t.Error("hours that were taken back are still there")
	}
}

func TestAListOfHolidaysIsLookedAtTakenInAndTakenBackAndTheClocksFollow(t *testing.T) {
	c := open(t)
	c.SignIn("root")
	c.Post("/branches/1", "name", "Praha 1", "country", "CZ", "zone", "Europe/Prague").Leads(t, "/branches/1?saved=branch")
	rule := []string{"type", "enquiry", "answer", "1b", "day", "2026-11-23", "do", "preview"}
	c.Post("/rules", rule...).Says(t, "24 Nov 2026")
	list := []string{"country", "cz", "branch", "0", "days", "date,name\n2026-11-24,Founders' Day\n2026-11-28,works,Shift day\n"}
	c.Post("/calendar", append(list, "do", "try")...).Says(t, "Founders' Day", "worked", "Take it in")
	if a := c.Post("/calendar", "days", "2026-11-24\nsoon", "do", "take"); a.Status != http.StatusUnprocessableEntity {
		t.Errorf("a list with a wrong line was taken: %d", a.Status)
	}
	taken := c.Post("/calendar", append(list, "do", "take")...)
	if taken.Status != http.StatusSeeOther || !strings.Contains(taken.Location, "batch=") {
		t.Fatalf("%d %s", taken.Status, taken.Location)
	}
	c.Get("/branches/1").Says(t, "Founders' Day", "Shift day")
	c.Post("/rules", rule...).Says(t, "25 Nov 2026")
	c.Post("/calendar", append(list, "do", "take")...).Leads(t, "/calendar?saved=nothing")
	page := c.Get(taken.Location)
	page.Says(t, "2 days were taken in", "Undo")
	_, batch, _ := strings.Cut(taken.Location, "batch=")
	batch, _, _ = strings.Cut(batch, "&")
	c.Post("/calendar/act", "batch", batch, "do", "end").Leads(t, "/calendar?saved=days")
	c.Post("/rules", rule...).Says(t, "24 Nov 2026")
	c.Get("/calendar").Says(t, "taken back", "Set again")
}

func TestAParameterIsCheckedShownWithItsAuthorAndTakenBack(t *testing.T) {
	c := open(t)
	c.SignIn("root")
	for _, wrong := range [][]string{{"set", "lease_days", "value", "31"}, {"set", "line_hours", "value", "8-18"}, {"set", "hotline", "value", "call us"},
		{"set", "bank", "branch", "1", "value", "X"}, {"set", "lease_days", "branch", "9", "value", "7"}} {
		if a := c.Post("/parameters", wrong...); a.Status != http.StatusUnprocessableEntity {
			t.Errorf("%v was taken: %d", wrong, a.Status)
		}
	}
	a := c.Post("/parameters", "set", "lease_days", "branch", "0", "value", "7")
	c.Get(a.Location).Says(t, "Head Office, head office", "<strong>7</strong>", "Before:", "Undo")
	c.Post("/parameters", "set", "lease_days", "branch", "0", "value", "", "undo", "1").Leads(t, "/parameters?saved=parameter")
	if days, err := c.Office.Local.LeaseDays(t.Context(), 1); err != nil || days != 14 {
		t.Errorf("the default does not hold again: %d %v", days, err)
	}
	c.Put(crm.Parameter, pagetest.Text(crm.ParameterName, "directory_secret"), pagetest.Text(crm.ParameterValue, "quiet"))
	if a := c.Get("/parameters"); strings.Contains(a.Body, "quiet") {
		t.Error("a secret shows among the parameters")
	}
	c.SignIn("petr")
	for _, path := range []string{"/branches", "/branches/1", "/calendar", "/parameters"} {
		if a := c.Get(path); a.Status != http.StatusForbidden {
			t.Errorf("a manager sets up the bank at %s: %d", path, a.Status)
		}
	}
}
