package hq

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"bough/crdt"
	"bough/node/crm"
	"bough/node/desk"
	"bough/node/moves"
	"bough/node/office"
	"bough/sync/rows"
	"bough/webui"
	"bough/webui/pagetest"

	"github.com/labstack/echo/v4"
)

// movesPages are literal views of the pages of orders to move.
func movesPages() []pagetest.Page {
	names := map[int64]string{1: "Praha 1", 7: "Brno", 74: "Ostrava"}
	people := map[crdt.ID]string{7: "Petr Malý", 8: "Anna Malá"}
	at := pagetest.NowMS
	step := func(minutes int64, step string, who crdt.ID) office.MoveStep {
		return office.MoveStep{AtMS: at - minutes*minuteMS, Step: step, Person: who}
	}
	planned := &office.MoveOrder{N: at - 9*minuteMS, To: 7, Reason: "Ostrava closes", State: office.MovePlanned, Person: 8, All: 10_412, Waits: 10_377, Passed: 35,
		Why: map[string]int{"case": 31, "erasure": 2, "home": 2}, Chosen: office.MoveChosen{From: 74, Leave: []string{"case"}, Missing: 3, Unknown: []string{"900017", "900018", "x"}},
		Branches: []office.MoveBranch{{Branch: 74, All: 10_412, Passed: 35}}, Steps: []office.MoveStep{step(9, "planned", 8)}}
	preview := &office.MovePreview{Flags: map[string]int{"conflict": 12, "late": 1},
		Lines: []office.MoveLine{{Branch: 7, Name: "Brno", Enter: true, Customers: 10_377, Nodes: 6, Bytes: 9_431_000, Kbit: 2048, Seconds: 884},
			{Branch: 74, Name: "Ostrava", Customers: 10_377, Nodes: 4, Bytes: 611_000, Unsent: 17}},
		First: []office.MoveFirst{{Party: 1, Name: "Anna Nováková", Home: 74, State: "waits"}, {Party: 2, Name: "王小明", Home: 74, State: "waits", Flags: []string{"conflict", "late"}},
			{Party: 3, Name: "Nord Holz s.r.o.", Home: 74, State: "passed", Why: "case"}}}
	running := *planned
	running.State, running.Moved, running.Waits = office.MoveRunning, 6200, 4177
	running.Steps = append(running.Steps, step(4, "run", 7))
	undone := running
	undone.State, undone.Moved, undone.Waits, undone.Back, undone.Stays = office.MoveUndone, 0, 0, 10_350, 27
	undone.Steps = append(undone.Steps, step(3, "done", 0), step(2, "undo", 7), step(1, "undone", 0))
	paused := running
	paused.State, paused.Halted, paused.Trouble = office.MovePaused, office.MoveRunning, desk.DiskFull().Code
	branches := []desk.BranchLine{{Number: 1, Name: "Praha 1"}, {Number: 7, Name: "Brno"}, {Number: 74, Name: "Ostrava"}}
	requests := []moves.Request{{ID: 9, Party: 4, Name: "Jan Dvořák", To: 7, ToName: "Brno", Home: 1, Reason: "Moved house", By: desk.Author{Name: "Eva Nová", Place: "desk-2", AtMS: at}}}
	return []pagetest.Page{
		{Name: "hq-moves", Page: "moves", View: &movesView{Orders: []*office.MoveOrder{planned, &running, &undone}, Requests: requests, Branches: branches, Names: names,
			Tiers: []string{"A", "B", "C", "D"}, Types: crm.PartyTypes, Leaves: office.MoveLeaves}},
		{Name: "hq-moves-empty", Page: "moves", View: &movesView{Branches: branches, Names: names, Types: crm.PartyTypes, Leaves: office.MoveLeaves}},
		{Name: "hq-move-preview", Page: "move", View: &moveView{MoveOrder: planned, Preview: preview, Names: names, People: people}},
		{Name: "hq-move-running", Page: "move", View: &moveView{MoveOrder: &running, Names: names, People: people}},
		{Name: "hq-move-paused", Page: "move", View: &moveView{MoveOrder: &paused, Names: names, People: people}},
		{Name: "hq-move-undone", Page: "move", View: &moveView{MoveOrder: &undone, Names: names, People: people}},
	}
}

// mover is head office with two branches and some customers at the first.
func moverCounter(t *testing.T) (*pagetest.Counter, []crdt.ID) {
	t.Helper()
	c := pagetest.OpenOffice(t, func(e *echo.Echo, o webui.Options, f *office.Office) error {
		return Register(e, o, Panels{Moves: f})
	})
	if err := c.Office.AddBranch(context.Background(), rows.Actor{}, 2, "Brno"); err != nil {
		t.Fatal(err)
	}
	var ids []crdt.ID
	for i := range 3 {
		ids = append(ids, c.Put(crm.Party, pagetest.Text(crm.PartyType, "person"), pagetest.Text(crm.PartyName, fmt.Sprintf("Customer %d", i)),
			crdt.FieldSet{Field: crm.PartyHome, Value: crdt.IntValue(1)}, pagetest.Text(crm.PartyKey, fmt.Sprintf("k%d", i))))
	}
	c.SignIn("root")
	return c, ids
}

func (w carrier) carry(t *testing.T) {
	t.Helper()
	for {
		step, err := w.Office.MoveChunk(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		if step.Job == 0 {
			return
		}
	}
}

type carrier struct{ *pagetest.Counter }

func TestAnOrderIsPreviewedGivenWatchedAndTakenBack(t *testing.T) {
	c, ids := moverCounter(t)
	c.Get("/moves").Says(t, "No order was planned yet", `name="list"`, "Show what it would do")
	if a := c.Post("/moves", "to", "2", "reason", "Praha closes"); a.Status != http.StatusUnprocessableEntity || !strings.Contains(a.Body, "Nobody is chosen") {
		t.Errorf("%d %s", a.Status, a.Body)
	}
	planned := c.Post("/moves", "to", "2", "from", "0", "list", "k0\r\nk1\r\nnobody", "reason", "Praha closes")
	if planned.Status != http.StatusSeeOther {
		t.Fatalf("%d %s", planned.Status, planned.Body)
	}
	order := planned.Location
	c.Get(order).Says(t, "2 customers would move", "Customer 0", "nobody", "What it costs on the lines", "Carry it out")
	c.Post(order, "act", "run").Leads(t, order)
	c.Get(order).Says(t, `<progress max="100" value="0">`, `hx-get="`+order+`?parts=1"`, "Look again", "Pause")
	carrier{c}.carry(t)
	a := c.Get(order + "?parts=1")
	a.Says(t, `hx-swap-oob="true"`, `value="100"`, "Take it back", "carried out")
	if strings.Contains(a.Body, "every 2s") {
		t.Error("a page whose order is at its end looks again and again")
	}
	c.Get("/customers/"+ids[0].String()+"/home").Says(t, "Brno", "Moved from Praha 1 to Brno.", "Praha closes", "Head Office")
	if a := c.Post(order, "act", "run"); a.Status != http.StatusUnprocessableEntity {
		t.Errorf("an order is given twice: %d", a.Status)
	}
	c.Post(order, "act", "undo").Leads(t, order)
	carrier{c}.carry(t)
	c.Get(order).Says(t, "taken back", "all moved back")
	c.Get("/moves").Says(t, "Praha closes", "taken back")
}

func TestAClerkOrdersNoMoves(t *testing.T) {
	c, _ := moverCounter(t)
	c.SignIn("jana")
	for _, path := range []string{"/moves", "/moves/1"} {
		if a := c.Get(path); a.Status != http.StatusForbidden {
			t.Errorf("a teller at %s: %d", path, a.Status)
		}
	}
}

func TestHeadOfficeCarriesARequestOfABranchOut(t *testing.T) {
	c, ids := moverCounter(t)
	c.SignIn("jana")
	c.Post("/customers/"+ids[2].String()+"/home", "to", "2", "reason", "Moved house", "act", "ask").Leads(t, "/customers/"+ids[2].String()+"/home?saved=moverequest")
	if a := c.Post("/customers/"+ids[2].String()+"/home", "to", "2", "reason", "again", "act", "ask"); a.Status != http.StatusUnprocessableEntity {
		t.Errorf("it is asked for twice: %d", a.Status)
	}
	c.SignIn("root")
	c.Get("/moves").Says(t, "Customer 2", "is to move from Praha 1 to Brno.", "Moved house")
	planned := c.Post("/moves", "list", ids[2].String(), "to", "2", "reason", "Moved house")
	c.Post(planned.Location, "act", "run")
	carrier{c}.carry(t)
	c.Get("/moves").Says(t, "No branch asks for a move")
	c.Get("/customers/"+ids[2].String()+"/home").Says(t, "The customer has moved there.")
}
