package teller

import (
	"net/http"
	"testing"

	"bough/crdt"
	"bough/node/crm"
	"bough/node/desk"
	"bough/node/moves"
	"bough/webui/pagetest"
)

// homePictures are literal views of where customers belong.
func homePictures() []pagetest.Page {
	jana, petr := by("Jana Dvořáková", "counter-2", 9*minuteMS, desk.SavedHere), by("Petr Malý", "central", 3*dayMS, desk.AtHeadOffice)
	now := pagetest.NowMS
	late := moves.Late{ID: 5, Party: 1, Name: "Anna Nováková", Kinds: []string{"interaction", "party"}, WrittenMS: now - 2*dayMS, By: "Eva Nová", From: "Brno", Home: "Praha 1", CameMS: now - dayMS, Mine: true}
	away, settled := late, late
	away.Name, away.Mine, away.Kinds = "", false, []string{"task"}
	settled.Settled = &moves.Settled{Outcome: "corrected", Note: "Called her: the new number is right.", By: jana}
	request := moves.Request{ID: 3, Party: 1, Name: "Anna Nováková", To: 1, ToName: "Praha 1", Home: 7, Reason: "Lives here now", Asked: "Praha 1", By: jana, Mine: true}
	declined := request
	declined.Answer = "Her company banks at Brno."
	came := []moves.Move{{Party: 1, Name: "Anna Nováková", From: "Brno", To: "Praha 1", Reason: "Brno closes", Order: 1, By: petr}, {Party: 2, Name: "王小明", From: "Ostrava", To: "Praha 1", Reason: "Moved house", By: jana}}
	orders := []moves.Order{{Number: 1, From: "Brno", To: "Praha 1", Reason: "Brno closes", State: "running", All: 10377, Moved: 6200, AtMS: now - 3*minuteMS, By: "Petr Malý"},
		{Number: 2, From: "Praha 1", To: "Ostrava", Away: true, Reason: "Business customers", State: "done", All: 41, Moved: 41, AtMS: now - 3*dayMS}}
	branches := []desk.BranchLine{{Number: 1, Name: "Praha 1"}, {Number: 7, Name: "Brno"}}
	return []pagetest.Page{
		{Name: "moved", Page: "moved", View: &movedView{&moves.Overview{Late: []moves.Late{late, away}, Requests: []moves.Request{request}, Orders: orders, Came: came}, false, true, crm.LateOutcomes}},
		{Name: "moved-empty", Page: "moved", View: &movedView{&moves.Overview{}, false, true, crm.LateOutcomes}},
		{Name: "home", Page: "home", View: &homeView{Home: &moves.Home{Party: 1, Name: "Anna Nováková", Branch: 7, Place: "Brno", Here: 1, HereName: "Praha 1", Moves: came[:1],
			Late: []moves.Late{late, settled}, Requests: []moves.Request{request, declined}}, Branches: branches, To: 1, MayAsk: true, MayMove: true, MaySettle: true, Outcomes: crm.LateOutcomes}},
	}
}

func TestALateChangeIsSettledOnce(t *testing.T) {
	c, id := opening(t)
	late := c.Put(crm.Late, crdt.FieldSet{Field: crm.LateBranch, Value: crdt.IntValue(1)}, pagetest.Ref(crm.LateParty, id),
		pagetest.Text(crm.LateKind, "interaction"), crdt.FieldSet{Field: crm.LateWritten, Value: crdt.IntValue(pagetest.NowMS - 3600_000)})
	c.Get("/moved").Says(t, "Late changes", "Anna Nováková", "Interaction", "It stands", "Corrected")
	at := "/late/" + late.String()
	if a := c.Post(at, "outcome", "nonsense"); a.Status != http.StatusUnprocessableEntity {
		t.Errorf("%d", a.Status)
	}
	c.Post(at, "outcome", "corrected", "note", "Called her.").Leads(t, "/moved?saved=late")
	c.Get("/moved").Says(t, "No late change waits")
	c.Get(page(id)+"/home").Says(t, "Corrected", "Called her.", "This customer has not moved.")
	if a := c.Post(at, "outcome", "stands"); a.Status != http.StatusNotFound {
		t.Errorf("it is settled twice: %d", a.Status)
	}
}

func TestARequestIsDeclinedWithAReason(t *testing.T) {
	c, id := opening(t)
	c.Put(crm.BranchKind, crdt.FieldSet{Field: crm.BranchNumber, Value: crdt.IntValue(2)}, pagetest.Text(crm.BranchName, "Brno"))
	if a := c.Post(page(id)+"/home", "act", "ask", "to", "2", "reason", ""); a.Status != http.StatusUnprocessableEntity {
		t.Errorf("%d", a.Status)
	}
	c.Post(page(id)+"/home", "act", "ask", "to", "2", "reason", "Moved house").Leads(t, page(id)+"/home?saved=moverequest")
	c.Get("/moved").Says(t, "Moved house", "is to move to Brno.")
	request := c.Get(page(id) + "/home")
	request.Says(t, "Waits for the branch")
	where := c.Value(`SELECT id FROM move_request`)
	if a := c.Post("/requests/"+where+"/decline", "reason", "no"); a.Status != http.StatusForbidden {
		t.Errorf("a teller declines: %d", a.Status)
	}
	c.SignIn("petr")
	c.Post("/requests/"+where+"/decline", "reason", "Her firm is here.").Leads(t, "/moved?saved=movedeclined")
	c.Get(page(id)+"/home").Says(t, "Declined:", "Her firm is here.")
	c.Get("/moved").Says(t, "No branch asks for a move")
}
