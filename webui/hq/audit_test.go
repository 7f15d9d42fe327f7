package hq

import (
	"encoding/csv"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/labstack/echo/v4"

	"bough/crdt"
	"bough/node/crm"
	"bough/node/desk"
	"bough/node/office"
	"bough/sync/central"
	"bough/sync/rows"
	"bough/webui"
	"bough/webui/pagetest"
)

// audited is head office with a customer whom the administrator looked at.
func audited(t *testing.T) (*pagetest.Counter, *office.Prover, crdt.ID) {
	t.Helper()
	var prover *office.Prover
	c := pagetest.OpenOffice(t, func(e *echo.Echo, o webui.Options, f *office.Office) error {
		prover = office.NewProver(f, func(err error) { t.Error(err) })
		return Register(e, o, Panels{Setup: NewSetup(o.Desk, f), Moves: f, Prover: prover})
	})
	anna := c.Put(crm.Party, pagetest.Text(crm.PartyType, "person"), pagetest.Text(crm.PartyName, "=Anna Malá"), pagetest.Text(crm.PartyStatus, "prospect"))
	if _, err := c.Office.Local.Index(t.Context(), 100); err != nil {
		t.Fatal(err)
	}
	c.SignIn("root")
	c.Get("/customers/"+anna.String()).Says(t, "Anna Malá")
	later(t, c)
	return c, prover, anna
}

// later lets a quarter of an hour pass.
func later(t *testing.T, c *pagetest.Counter) {
	t.Helper()
	c.Advance(time.Duration(crm.QuarterMS) * time.Millisecond)
	if err := c.Desk.TellViewed(t.Context(), false); err != nil {
		t.Fatal(err)
	}
	c.SignIn("root") // nobody typed for a while
}

func TestComplianceFindsWhoSawACustomerAndThatItAskedIsAnEntryToo(t *testing.T) {
	c, _, anna := audited(t)
	c.Get("/audit").Says(t, "Audit", "opened", "Anna Malá", `href="/audit/proof"`, "signed in")
	a := c.Get("/audit?customer=malá")
	a.Says(t, "Which of these?", `/audit?party=`+anna.String())
	c.Get("/audit?sort=read&party="+anna.String()).Says(t, "opened", "Anna Malá")
	if a := c.Get("/audit?sort=print&party=" + anna.String()); !strings.Contains(a.Body, "Nothing like that happened") {
		t.Error(a.Body)
	}
	later(t, c)
	c.Get("/audit?sort=audit&customer="+anna.String()).Says(t, "looked up here", "Anna Malá")
	for query, says := range map[string]string{"who=nobody": "Nobody signs in", "from=soon": "This is not a day", "customer=zzz": "Nobody is found", "party=x": "Nobody is found", "sort=guess": "no such sort"} {
		if a := c.Get("/audit?" + query); a.Status != http.StatusUnprocessableEntity || !strings.Contains(a.Body, says) {
			t.Errorf("%s: %d %s", query, a.Status, a.Body)
		}
	}
}

func TestTheAuditIsTakenOutAsAFileAndThatIsAnEntryToo(t *testing.T) {
	c, _, anna := audited(t)
	a := c.Get("/audit.csv?sort=read&who=root")
	lines, err := csv.NewReader(strings.NewReader(a.Body)).ReadAll()
	if err != nil || len(lines) != 2 || lines[1][1] != "read" || lines[1][4] != anna.String() || lines[1][5] != "'=Anna Malá" {
		t.Fatalf("%v, %q", err, a.Body)
	}
	later(t, c)
	c.Get("/audit?sort=export&party="+anna.String()).Says(t, "exported", "Anna Malá")
}

func TestTheProofIsBegunOnThePageAndTellsTheHeads(t *testing.T) {
	c, prover, _ := audited(t)
	if a := c.Post("/audit/prove"); a.Status != http.StatusSeeOther || a.Location != "/audit/proof" {
		t.Fatalf("%d %s", a.Status, a.Location)
	}
	for deadline := time.Now().Add(20 * time.Second); prover.Now().EndedMS == 0 && time.Now().Before(deadline); {
		time.Sleep(time.Millisecond)
	}
	c.Get("/audit/proof").Says(t, "Everything is there, unchanged", "<code>", "looks")
	if a := c.Get("/audit/proof?parts=1"); !strings.Contains(a.Body, `hx-swap-oob="true"`) {
		t.Error(a.Body)
	}
}

func TestOnlyWhoMayReadTheAuditDoes(t *testing.T) {
	c, _, _ := audited(t)
	c.SignIn("petr")
	for _, path := range []string{"/audit", "/audit.csv", "/audit/proof"} {
		if a := c.Get(path); a.Status != http.StatusForbidden {
			t.Errorf("%s: %d", path, a.Status)
		}
	}
}

func TestAnAuditorReadsTheAuditAndNothingElseOfCustomers(t *testing.T) {
	c, _, anna := audited(t)
	if _, err := c.Office.AddPerson(t.Context(), rows.Actor{}, office.NewPerson{Login: "eve", Name: "Eve", Role: "auditor", Password: pagetest.Password}); err != nil {
		t.Fatal(err)
	}
	c.Post("/signin", "login", "petr", "password", "not this one")
	c.Post("/signin", "login", "nobody here", "password", "x")
	c.SignIn("eve")
	c.Get("/").Leads(t, "/audit")
	c.Get("/audit?customer=malá").Says(t, "Which of these?", `/audit?party=`+anna.String())
	a := c.Get("/audit?party=" + anna.String())
	a.Says(t, "opened", "Anna Malá", `action="/audit"`)
	for _, not := range []string{`href="/customers/`, `id="find"`, `href="/people"`} {
		if strings.Contains(a.Body, not) {
			t.Errorf("an auditor is shown %s", not)
		}
	}
	for _, path := range []string{"/customers/" + anna.String(), "/find?q=malá", "/refused", "/people"} {
		if a := c.Get(path); a.Status != http.StatusForbidden || strings.Contains(a.Body, "Malá") {
			t.Errorf("an auditor at %s: %d", path, a.Status)
		}
	}
	c.Get("/audit?sort=sign_in_refused").Says(t, "could not sign in", "Petr Malý", "1 time", "under a name that nobody has")
	c.Get("/audit?sort=sign_in_refused&who=petr").Says(t, "Petr Malý")
	c.Post("/feedback", "type", "missing", "text", "nothing to print", "page", "/audit")
	if c.Value(`SELECT text FROM feedback`) != "nothing to print" {
		t.Error("an auditor cannot say what is missing")
	}
}

// auditPictures are the pages of the audit for the gallery.
func auditPictures() []pagetest.Page {
	lines := []office.AuditLine{
		{AtMS: pagetest.NowMS - minuteMS, Sort: office.AuditWrite, Person: 1, Name: "Jana Dvořáková", Party: 7, PartyName: "王小红", Branch: 74, What: "interaction task", Origin: 911, Seq: 190},
		{AtMS: pagetest.NowMS - 20*minuteMS, Sort: crm.ViewRead, Person: 1, Name: "Jana Dvořáková", Party: 7, PartyName: "王小红", Branch: 1, Origin: 911},
		{AtMS: pagetest.NowMS - 21*minuteMS, Sort: crm.ViewFind, Person: 2, Name: "Petr Malý", Party: 4294967303, Branch: 1, Origin: 912},
		{AtMS: pagetest.NowMS - 40*minuteMS, Sort: office.AuditErase, Person: 3, Name: "Anna Malá", Party: 4294967303, What: "confirmed"},
		{AtMS: pagetest.NowMS - 50*minuteMS, Sort: office.AuditSignIn, Person: 2, Name: "Petr Malý", Branch: 1, What: "session", Origin: 912, Seq: 3},
		{AtMS: pagetest.NowMS - 55*minuteMS, Sort: office.AuditTurned, Person: 2, Name: "Petr Malý", Branch: 1, What: "3", Origin: 912},
		{AtMS: pagetest.NowMS - 56*minuteMS, Sort: office.AuditTurned, Branch: 1, What: "1", Origin: 912},
		{AtMS: pagetest.NowMS - 60*minuteMS, Sort: office.AuditWrite, What: "directory", Origin: 900, Seq: 12},
	}
	names := map[int64]string{1: "Praha 1", 74: "上海外滩"}
	node := func(origin crdt.Origin, name string, unsent int64) *central.Node {
		return &central.Node{Origin: origin, Branch: 74, Name: name, Unsent: unsent}
	}
	proofs := []office.Proof{
		{Proof: central.Proof{Node: node(911, "desk-4", 4), Changes: 5120, Signed: true, Head: [32]byte{17, 3, 200}, Erased: 2}, Looks: 844},
		{Proof: central.Proof{Node: node(912, "desk-5", 0), Changes: 90, Signed: true, Head: [32]byte{9}, Faults: []central.Fault{{Code: central.FaultMissing, First: 12, Last: 20}, {Code: office.FaultUntold, First: 31, Last: 31}}}},
		{Proof: central.Proof{Node: &central.Node{Origin: 900}, Changes: 70_000, Head: [32]byte{5}}, Looks: 31},
	}
	view := func(v auditView) *auditView {
		v.Sorts, v.Branches, v.Names = office.AuditSorts(), twoBranches(), names
		return &v
	}
	return []pagetest.Page{
		{Name: "hq-audit", Page: "audit", View: view(auditView{Asked: auditAsked{Party: "7", From: "2026-11-01", Page: 1}, Lines: lines, More: true})},
		{Name: "hq-audit-which", Page: "audit", View: view(auditView{Asked: auditAsked{Customer: "anna"}, Hits: []desk.Hit{{ID: 7, Name: "王小红", Birth: "1980-03-04", HomeName: "Praha 1"}, {ID: 8, Name: "Anna Malá"}}})},
		{Name: "hq-audit-empty", Page: "audit", View: view(auditView{})},
		{Name: "hq-audit-wrong", Page: "audit", View: view(auditView{Asked: auditAsked{From: "soon"}, Form: webui.Form{Fault: &webui.Fault{Field: "from", Text: "error.bad_day"}}})},
		{Name: "hq-proof", Page: "proof", View: proofView{Names: names, Proving: office.Proving{BeganMS: pagetest.NowMS - minuteMS, EndedMS: pagetest.NowMS, By: "Anna Malá", Proofs: proofs}}},
		{Name: "hq-proof-whole", Page: "proof", View: proofView{Names: names, Proving: office.Proving{BeganMS: pagetest.NowMS - minuteMS, EndedMS: pagetest.NowMS, By: "Anna Malá", Proofs: proofs[:1]}}},
		{Name: "hq-proof-runs", Page: "proof", View: proofView{Proving: office.Proving{BeganMS: pagetest.NowMS - minuteMS, Done: 40, All: 120}}},
		{Name: "hq-proof-new", Page: "proof", View: proofView{}},
	}
}
