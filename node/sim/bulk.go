package sim

import (
	"fmt"
	"slices"

	"bough/crdt"
	"bough/node/crm"
	abode "bough/node/moves"
	"bough/node/office"
	"bough/sync/rows"
	"bough/sync/wire"
)

// moveOrders are orders of head office to move many: carried out in chunks,
// between which central stops and comes back, paused, taken back, with customers
// who move on by themselves meanwhile, and people who settle what came late.
func moveOrders() feature {
	return feature{
		stories: []story{{Backup, 3, (*World).orderedSince}},
		nemeses: []nemesis{
			{Move, 4, (*World).planMove},
			{Move, 2, (*World).turnMove},
		},
		acts:     []deed{{6, (*World).settleLate}},
		heal:     (*World).endMoves,
		restless: (*World).halted,
		checks: []check{
			{6, "a customer is at home where the last move put them, and held there", (*World).checkHomes},
			{2, "an order did to each customer what it says, once", (*World).checkOrders},
		},
		situations: []string{"an order waits since central was restored", "an order to move is given", "a chunk of an order", "central stops between two chunks", "an order is paused", "an order is taken back",
			"an order passes somebody over", "an undo leaves somebody where they are", "a late change is settled"},
	}
}

// planMove plans an order over the customers of a branch, and mostly gives it.
func (w *World) planMove() {
	if !w.hub.up || w.o.Branches < 2 {
		return
	}
	c := office.Choice{From: w.branch(), To: w.branch(), Reason: "a branch closes"}
	if c.From == c.To {
		c.To = c.To%int64(w.o.Branches) + 1
	}
	if w.faults.chance(300) {
		for _, id := range w.atHome(0) {
			if w.faults.chance(500) {
				c.List = append(c.List, id.String())
			}
		}
		c.From = 0
		if c.List == nil {
			return
		}
	}
	n, err := w.hub.office.PlanMove(w.ctx, 0, c)
	if !w.must("plan a move", err) || w.faults.chance(100) {
		return
	}
	if c.From != 0 && w.faults.chance(400) {
		w.moveAway(c.From, c.To)
	}
	if w.decideMove(n, office.MoveRun) {
		w.saw("an order to move is given")
		w.moveSoon()
	}
}

// orderedSince is an order to move of which central has done more than a backup
// knows that is put in its place.
func (w *World) orderedSince() {
	if !w.o.has(Move) {
		return
	}
	w.planMove()
	w.then(w.faults.between(0, 15_000), w.backUpCentral)
	w.then(60_000, func() {
		w.restoreNewest()
		w.carryMove()
	})
}

// moveAway moves somebody of a branch by themselves.
func (w *World) moveAway(from, to int64) {
	if ids := w.atHome(from); len(ids) > 0 {
		w.moveTo("a customer moves", to, pick(w.faults, ids))
	}
}

// moveSoon lets central go on with its orders, as its mover does.
func (w *World) moveSoon() { w.after(w.faults.between(200, 20_000), w.carryMove) }

func (w *World) decideMove(n int64, act office.MoveAct) bool {
	what := fmt.Sprintf("%s of order %d", act, n)
	err := w.hub.office.DecideMove(w.ctx, 0, n, act)
	if !w.must(what, err) || !w.must("read central's journal", w.hub.harvest(what, nil)) {
		return false
	}
	w.say("central", "%s", what)
	w.hub.tell()
	return true
}

// carryMove does a chunk; now and then central stops right after it, or somebody
// pauses the order, or takes it back.
func (w *World) carryMove() {
	if w.healed {
		return
	}
	if !w.hub.up {
		w.moveSoon()
		return
	}
	c, err := w.hub.office.MoveChunk(w.ctx)
	if !w.must("a chunk of a move", err) || c.Job == 0 || !w.must("read central's journal", w.hub.harvest("a chunk of a move", nil)) {
		return
	}
	w.say("central", "a chunk of order %d: %d customers", c.Job, c.Customers)
	w.saw("a chunk of an order")
	if c.Customers == 0 && !c.Done {
		w.saw("an order waits since central was restored")
	}
	w.enterBeforeLeave()
	w.receiptsAreTrue()
	w.hub.tell()
	switch {
	case w.o.has(Restart) && !c.Done && w.faults.chance(300):
		w.saw("central stops between two chunks")
		w.hub.crash()
		w.after(w.faults.between(500, 60_000), w.hub.boot)
	case w.faults.chance(250):
		w.turnMove()
	}
	w.moveSoon()
}

// enterBeforeLeave holds that at no time a customer is held nowhere, or not at
// their home.
func (w *World) enterBeforeLeave() {
	w.must("look where customers are held", w.hub.office.Central.File.Read(w.ctx, func(tx *rows.Tx) error {
		lost, err := tx.IDs(`SELECT id FROM party WHERE home<>0 AND NOT EXISTS (SELECT 1 FROM member WHERE kind=?1 AND row_id=id AND scope=home)
			OR home<>0 AND NOT EXISTS (SELECT 1 FROM feed WHERE kind=?1 AND row_id=id AND scope=home AND void=0)`, int64(crm.Party))
		for _, id := range lost {
			w.fail("customer %d is not held at their home after a chunk", id)
		}
		return err
	}))
}

// receiptsAreTrue holds that who said to be rid of a customer does not show them,
// unless they came back.
func (w *World) receiptsAreTrue() {
	type receipt struct {
		origin crdt.Origin
		party  crdt.ID
	}
	var said []receipt
	w.must("read receipts", w.hub.office.Central.File.Read(w.ctx, func(tx *rows.Tx) error {
		return tx.Query(`SELECT p.origin, p.row_id FROM purge p JOIN origin o ON o.origin=p.origin WHERE p.why=?1 AND p.kind=?2 AND p.done<>0
			AND NOT EXISTS (SELECT 1 FROM member m WHERE m.kind=p.kind AND m.row_id=p.row_id AND m.scope=o.branch)`, func(s *rows.Stmt) error {
			said = append(said, receipt{crdt.Origin(s.ColumnInt64(0)), crdt.ID(s.ColumnInt64(1))})
			return nil
		}, wire.WhyLeft, int64(crm.Party))
	}))
	for _, r := range said {
		i := slices.IndexFunc(w.stations, func(s *station) bool { return s.up && s.seat.origin == r.origin })
		if i < 0 {
			continue
		}
		s := w.stations[i]
		sc, err := s.store.Cursor(w.ctx, s.seat.branch)
		if !w.must("look how far a feed was read", err) || sc.Epoch != w.hub.office.Central.Epoch() {
			continue // they may have come back, and a restored central does not know it yet
		}
		w.must("look for who left", s.store.File.Read(w.ctx, func(tx *rows.Tx) error {
			row, err := tx.Get(crm.Party, r.party)
			if row != nil {
				w.fail("%s said that it is rid of customer %d, and shows them", s.name, r.party)
			}
			return err
		}))
	}
}

// turnMove pauses, resumes or takes back some order.
func (w *World) turnMove() {
	if !w.hub.up {
		return
	}
	orders, err := w.hub.office.MoveOrders(w.ctx)
	if !w.must("read orders", err) || len(orders) == 0 {
		return
	}
	o := pick(w.faults, orders[:min(len(orders), 3)])
	switch {
	case o.State == office.MovePlanned:
		w.decideMove(o.N, office.MoveRun)
		w.moveSoon()
	case o.State == office.MovePaused:
		w.decideMove(o.N, office.MoveResume)
		w.moveSoon()
	case (o.State == office.MoveRunning || o.State == office.MoveDone) && w.faults.chance(600):
		if w.faults.chance(500) {
			w.moveAway(o.To, o.To%int64(w.o.Branches)+1)
		}
		w.decideMove(o.N, office.MoveUndo)
		w.saw("an order is taken back")
		w.moveSoon()
	case o.State == office.MoveRunning || o.State == office.MoveUndoing:
		w.decideMove(o.N, office.MovePause)
		w.saw("an order is paused")
	}
}

// endMoves carries all orders to their end.
func (w *World) endMoves() {
	if !w.o.has(Move) {
		return
	}
	w.hub.boot()
	orders, err := w.hub.office.MoveOrders(w.ctx)
	w.must("read orders", err)
	for _, o := range orders {
		if o.State == office.MovePaused {
			w.decideMove(o.N, office.MoveResume)
		}
	}
	for range 1000 {
		c, err := w.hub.office.MoveChunk(w.ctx)
		if !w.must("a chunk of a move", err) || c.Job == 0 {
			break
		}
	}
	w.must("read central's journal", w.hub.harvest("orders to move come to their end", nil))
	w.hub.tell()
}

// halted has orders go on that pause since central was restored, and again as moves
// come back that they had done.
func (w *World) halted() string {
	if mine[rebirths](w).times == 0 || !w.o.has(Move) {
		return ""
	}
	n := int64(0)
	err := w.hub.office.Central.File.Read(w.ctx, func(tx *rows.Tx) (err error) {
		n, _, err = tx.Int(`SELECT id FROM move_job WHERE state IN (?1, ?2, ?3) LIMIT 1`, office.MovePaused, office.MoveRunning, office.MoveUndoing)
		return err
	})
	if !w.must("look for orders that wait", err) || n == 0 {
		return ""
	}
	w.endMoves()
	return fmt.Sprintf("order %d waits", n)
}

// settleLate settles a late change on the page of a branch.
func (w *World) settleLate(c *counter) {
	told, err := abode.Branch(w.ctx, c.desk, c.who)
	if err != nil || len(told.Late) == 0 {
		return
	}
	late := pick(w.clerks, told.Late)
	if !late.Mine {
		return
	}
	saved, err := abode.Settle(w.ctx, c.desk, c.who, late.ID, abode.Verdict{Outcome: pick(w.clerks, crm.LateOutcomes), Note: "looked at it"})
	if err == nil {
		w.saw("a late change is settled")
	}
	w.did(c, "settle a late change", saved, err, nil)
}

// checkHomes holds that the newest move of each customer says where they are at
// home, and that the workstations of that branch, and no others unless for
// another reason, hold them.
func (w *World) checkHomes(q *quiet) {
	last := map[crdt.ID]*rows.Stored{}
	for _, r := range q.head.rows {
		if r.Kind != crm.Move {
			continue
		}
		id := r.Get(crm.MoveParty).ID()
		if was := last[id]; was == nil || was.Clocks.Latest().Less(r.Clocks.Latest()) {
			last[id] = r
		}
	}
	for _, r := range q.head.rows {
		if r.Kind != crm.Party || r.Get(crm.PartyHome).I == 0 {
			continue
		}
		home := r.Get(crm.PartyHome).I
		if m := last[r.ID]; m != nil && m.Get(crm.MoveTo).I != home {
			w.found("customer %d is at home at branch %d, the last move says %d", r.ID, home, m.Get(crm.MoveTo).I)
		}
		for i, s := range w.stations {
			if s.seat.branch == home && q.here[i].by[cell{crm.Party, r.ID, 0}] == nil {
				w.found("%s does not hold customer %d, who is at home there", s.name, r.ID)
			}
		}
	}
}

// checkOrders holds that each customer of an order that is over was moved once,
// moved back once, or passed over with a reason, as the order says.
func (w *World) checkOrders(q *quiet) {
	told := map[[2]int64]int{} // by order and customer: how many moves
	for _, r := range q.head.rows {
		if r.Kind == crm.Move && r.Get(crm.MoveJob).I != 0 {
			told[[2]int64{r.Get(crm.MoveJob).I, r.Get(crm.MoveParty).I}]++
		}
	}
	type line struct {
		job, party       int64
		state, why, over string
	}
	var lines []line
	w.must("read the customers of orders", w.hub.office.Central.File.Read(w.ctx, func(tx *rows.Tx) error {
		return tx.Query(`SELECT job, row_id, move_item.state, why, move_job.state FROM move_item JOIN move_job ON move_job.id=job`, func(s *rows.Stmt) error {
			lines = append(lines, line{s.ColumnInt64(0), s.ColumnInt64(1), s.ColumnText(2), s.ColumnText(3), s.ColumnText(4)})
			return nil
		})
	}))
	want := map[string]int{"waits": 0, "passed": 0, "moved": 1, "stays": 1, "back": 2}
	for _, l := range lines {
		n := told[[2]int64{l.job, l.party}]
		if gone := q.head.by[cell{crm.Party, crdt.ID(l.party), 0}] == nil; n != want[l.state] && !gone {
			w.found("order %d says of customer %d %q, %d moves tell of it", l.job, l.party, l.state, n)
		}
		if l.state == "waits" && l.over != office.MovePlanned || l.state == "moved" && l.over == office.MoveUndone || (l.state == "passed" || l.state == "stays") && l.why == "" {
			w.found("order %d is %s and leaves customer %d %s", l.job, l.over, l.party, l.state)
		}
		if l.state == "stays" {
			w.saw("an undo leaves somebody where they are")
		}
		if l.state == "passed" && l.why == "moved_on" {
			w.saw("an order passes somebody over")
		}
	}
}
