package office

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"bough/crdt"
	"bough/node/crm"
	"bough/sync/central"
	"bough/sync/rows"
)

// Limits of one chunk of an order: each is a transaction of central, and nobody
// else writes meanwhile.
const (
	moveAtOnce    = 100 // customers; some 1,000 rows, a tenth of a second
	moveAtLeast   = 5   // on the narrowest line
	moveChunkSec  = 20  // seconds that a chunk may take of a quarter of the narrowest line
	moveChunkLook = 20  // customers that are weighed for it
)

// MoveChunk is what one step of an order did.
type MoveChunk struct {
	Job       int64 // 0: no order is under way
	Customers int   // that were moved, moved back, or looked at
	Done      bool  // the order is at its end
	// RestMS is how long the lines of the branches need for it, ms: the next
	// chunk waits so long.
	RestMS int64
}

// MoveChunk carries the oldest order that is under way a step on, in one
// transaction: whoever is killed goes on after it. One that was under way when
// central was backed up, and is there again, is paused: what it did since, and who
// moved on, comes back from workstations.
func (f *Office) MoveChunk(ctx context.Context) (c MoveChunk, err error) {
	var who rows.Actor
	err = f.Central.File.Read(ctx, func(tx *rows.Tx) error {
		job, _, err := tx.Int(`SELECT min(id) FROM move_job WHERE state IN (?1, ?2)`, MoveRunning, MoveUndoing)
		if c.Job = job; err != nil {
			return err
		}
		person, _, err := tx.Int(`SELECT person FROM move_step WHERE job=?1 AND person<>0 ORDER BY at DESC LIMIT 1`, job)
		who.Person = crdt.ID(person)
		return err
	})
	if err != nil || c.Job == 0 {
		return MoveChunk{}, err
	}
	_, err = f.Central.Act(ctx, who, func(a *rows.Act) error { return f.moveChunk(a, &c) })
	if err != nil {
		return c, fmt.Errorf("office: order %d: %w", c.Job, err)
	}
	return c, nil
}

// item is a customer of an order.
type item struct {
	n     int64
	party crdt.ID
	home  int64
	event crdt.ID
	took  []crdt.ID
}

func (f *Office) moveChunk(a *rows.Act, c *MoveChunk) error {
	o, err := moveOrder(a.Tx, c.Job)
	if err != nil || o.State != MoveRunning && o.State != MoveUndoing {
		return err
	}
	restored, err := central.RestoredAt(a.Tx)
	if err != nil {
		return err
	}
	if restored > o.Steps[len(o.Steps)-1].AtMS {
		return f.turned(a, o, turn{0, MovePause, MoveRestored})
	}
	limit, rest, err := f.pace(a.Tx, o)
	if err != nil {
		return err
	}
	from, step := "waits", (*chunk).move
	if o.State == MoveUndoing {
		from, step = "moved", (*chunk).moveBack
	}
	items, err := moveItems(a.Tx, c.Job, from, limit)
	if err != nil {
		return err
	}
	ch := &chunk{a: a, o: o, written: map[crdt.ID]bool{}}
	for i := range items {
		if err := step(ch, &items[i]); err != nil {
			return err
		}
	}
	c.Customers, c.Done = len(items), len(items) < limit
	c.RestMS = rest * int64(len(items)) / int64(limit)
	if !c.Done {
		return nil
	}
	state := map[string]string{MoveRunning: MoveDone, MoveUndoing: MoveUndone}[o.State]
	return errors.Join(
		a.Tx.Exec(`UPDATE move_job SET state=?2 WHERE id=?1`, o.N, state),
		f.moveStep(a.Tx, o.N, state, 0), f.tellMove(a, o.N))
}

func moveItems(tx *rows.Tx, job int64, state string, limit int) (out []item, err error) {
	err = tx.Query(`SELECT n, row_id, home, event, took FROM move_item WHERE job=?1 AND state=?2 ORDER BY n LIMIT ?3`, func(s *rows.Stmt) error {
		it := item{n: s.ColumnInt64(0), party: crdt.ID(s.ColumnInt64(1)), home: s.ColumnInt64(2), event: crdt.ID(s.ColumnInt64(3))}
		for _, word := range strings.Fields(s.ColumnText(4)) {
			id, err := crdt.ParseID(word)
			if err != nil {
				return err
			}
			it.took = append(it.took, id)
		}
		out = append(out, it)
		return nil
	}, job, state, limit)
	return out, err
}

// pace says how many customers the narrowest line concerned takes in its share
// of some seconds, and how long that is, ms.
func (f *Office) pace(tx *rows.Tx, o *MoveOrder) (limit int, restMS int64, err error) {
	enter, leave, err := f.weighMoved(tx, o.N, moveChunkLook)
	if err != nil {
		return 0, 0, err
	}
	if o.State == MoveUndoing {
		enter, leave = leave, enter
	}
	limit = f.o.MoveAtOnce
	lines := []MoveLine{{Branch: o.To, Enter: true}}
	for _, b := range o.Branches {
		lines = append(lines, MoveLine{Branch: b.Branch})
	}
	var perCustomer float64 // seconds
	for i := range lines {
		if err := lineOf(tx, &lines[i]); err != nil {
			return 0, 0, err
		}
		weight := leave
		if lines[i].Enter {
			weight = enter
		}
		if l := &lines[i]; l.Kbit > 0 {
			perCustomer = max(perCustomer, weight*float64(max(l.Nodes, 1))/float64(quarter(l.Kbit)))
		}
	}
	if perCustomer > 0 {
		limit = min(limit, max(moveAtLeast, int(moveChunkSec/perCustomer)))
	}
	return limit, int64(perCustomer * float64(limit) * 1000), nil
}

// chunk is a step of an order while it is written.
type chunk struct {
	a       *rows.Act
	o       *MoveOrder
	written map[crdt.ID]bool // accounts: one of two people belongs to both
}

// move moves a customer who is still where they were when they were chosen.
func (c *chunk) move(it *item) error {
	row, err := c.a.Tx.Get(crm.Party, it.party)
	switch {
	case err != nil:
		return err
	case row == nil:
		return c.passed(it, "erased")
	case row.Get(crm.PartyHome).I != it.home:
		return c.passed(it, "moved_on")
	}
	ops, err := homeOps(row, c.o.To, func(where string, fn func(*rows.Stored) error, args ...any) error {
		return c.a.Tx.Rows(crm.Holding, where, fn, args...)
	})
	if err != nil {
		return err
	}
	var took []string
	for _, op := range c.fresh(ops) {
		if c.a.Add(op); op.Kind == crm.Holding {
			took = append(took, op.ID.String())
		}
	}
	event, err := c.tell(it.party, it.home, c.o.To)
	if err != nil {
		return err
	}
	return c.a.Tx.Exec(`UPDATE move_item SET state='moved', event=?3, took=?4 WHERE job=?1 AND n=?2`, c.o.N, it.n, int64(event), strings.Join(took, " "))
}

// fresh are the ops on rows that this step has not written yet.
func (c *chunk) fresh(ops []crdt.Op) (out []crdt.Op) {
	for _, op := range ops {
		if op.Kind != crm.Holding || !c.written[op.ID] {
			c.written[op.ID] = true
			out = append(out, op)
		}
	}
	return out
}

// moveBack moves a customer back who is still where the order put them, with
// the accounts that went along.
func (c *chunk) moveBack(it *item) error {
	row, err := c.a.Tx.Get(crm.Party, it.party)
	if err != nil {
		return err
	}
	if row == nil {
		return c.stays(it, "erased")
	}
	on, err := c.movedOn(it, row)
	if err != nil {
		return err
	}
	if on {
		return c.stays(it, "moved_on")
	}
	ops := []crdt.Op{homeOp(&row.Row, crm.PartyHome, it.home)}
	if err := c.wentAlong(it); err != nil {
		return err
	}
	for _, id := range it.took {
		account, err := c.a.Tx.Get(crm.Holding, id)
		if err != nil {
			return err
		}
		if account != nil && account.Get(crm.HoldingBranch).I == c.o.To {
			ops = append(ops, homeOp(&account.Row, crm.HoldingBranch, it.home))
		}
	}
	for _, op := range c.fresh(ops) {
		c.a.Add(op)
	}
	if _, err := c.tell(it.party, c.o.To, it.home); err != nil {
		return err
	}
	return c.a.Tx.Exec(`UPDATE move_item SET state='back' WHERE job=?1 AND n=?2`, c.o.N, it.n)
}

// wentAlong finds the accounts that went along with a customer where the order does
// not know: in an act of which only the rows came back after central was restored.
func (c *chunk) wentAlong(it *item) error {
	mine, err := c.a.Tx.Get(crm.Move, it.event)
	if err != nil || mine == nil || len(it.took) > 0 {
		return err
	}
	return c.a.Tx.Rows(crm.Holding, `branch=?2 AND id IN (SELECT holding FROM role WHERE party=?1 AND role='owner') ORDER BY id`, func(r *rows.Stored) error {
		if r.Clocks.Of(crm.HoldingBranch).Stamp == mine.Clocks.Latest() {
			it.took = append(it.took, r.ID)
		}
		return nil
	}, int64(it.party), c.o.To)
}

// movedOn reports whether a customer is elsewhere, or moved again since the
// order moved them.
func (c *chunk) movedOn(it *item, row *rows.Stored) (on bool, err error) {
	mine, err := c.a.Tx.Get(crm.Move, it.event)
	if err != nil || mine == nil || row.Get(crm.PartyHome).I != c.o.To {
		return true, err
	}
	stamp := mine.Clocks.Latest()
	err = c.a.Tx.Rows(crm.Move, `party=?1`, func(r *rows.Stored) error {
		on = on || stamp.Less(r.Clocks.Latest())
		return nil
	}, int64(it.party))
	return on, err
}

func (c *chunk) passed(it *item, why string) error {
	return c.a.Tx.Exec(`UPDATE move_item SET state='passed', why=?3 WHERE job=?1 AND n=?2`, c.o.N, it.n, why)
}

func (c *chunk) stays(it *item, why string) error {
	return c.a.Tx.Exec(`UPDATE move_item SET state='stays', why=?3 WHERE job=?1 AND n=?2`, c.o.N, it.n, why)
}

// tell writes the row that tells of a move on the page of the customer.
func (c *chunk) tell(party crdt.ID, from, to int64) (crdt.ID, error) {
	event, err := c.a.Mint()
	if err != nil {
		return 0, err
	}
	reason := c.o.Reason
	if to != c.o.To {
		reason = "taken back: " + reason
	}
	c.a.Add(moveOp(event, party, &Moving{To: to, Reason: reason, Job: c.o.N}, from))
	return event, nil
}

// tellMove writes what each branch whose customers are chosen is told of an
// order: numbers alone.
func (f *Office) tellMove(a *rows.Act, n int64) error {
	o, err := moveOrder(a.Tx, n)
	if err != nil || o.State == MovePlanned || o.State == MoveDropped {
		return err
	}
	for _, b := range o.Branches {
		if b.Branch == o.To || b.Branch == 0 {
			continue
		}
		id, err := foundOrMinted(a, `SELECT id FROM move_order WHERE number=?1 AND from_branch=?2`, n, b.Branch)
		if err != nil {
			return err
		}
		a.Add(crdt.Op{Kind: crm.MoveOrder, ID: id, Set: []crdt.FieldSet{
			{Field: crm.MoveOrderNumber, Value: crdt.IntValue(n)},
			{Field: crm.MoveOrderFrom, Value: crdt.IntValue(b.Branch)},
			{Field: crm.MoveOrderTo, Value: crdt.IntValue(o.To)},
			{Field: crm.MoveOrderReason, Value: crdt.TextValue(o.Reason)},
			{Field: crm.MoveOrderState, Value: crdt.TextValue(o.State)},
			{Field: crm.MoveOrderAll, Value: crdt.IntValue(int64(b.All - b.Passed))},
			{Field: crm.MoveOrderMoved, Value: crdt.IntValue(int64(b.Moved))},
			{Field: crm.MoveOrderAt, Value: crdt.IntValue(f.o.NowMS())},
			{Field: crm.MoveOrderPerson, Value: intOrNull(int64(o.Person))},
		}})
	}
	return nil
}
