package office

import (
	"context"
	"encoding/json"
	"fmt"

	"bough/crdt"
	"bough/sync/rows"
)

// ordersListed is how many orders a list shows: the newest.
const ordersListed = 50

// MoveOrder is an order to move as head office sees it.
type MoveOrder struct {
	N       int64 // its number: when it was planned, ms UTC
	To      int64
	Reason  string
	State   string
	Halted  string // of a paused one: what it goes on with
	Trouble string // why it was paused by the program itself, as desk.Told tells it
	Person  crdt.ID
	Chosen  MoveChosen

	All      int // chosen
	Waits    int
	Moved    int
	Passed   int
	Back     int
	Stays    int            // that an undo left where they are
	Why      map[string]int // of those passed over and those who stay, by word
	Branches []MoveBranch
	Steps    []MoveStep
}

// MoveChosen tells how customers were chosen.
type MoveChosen = chosen

// MoveBranch is what an order does with the customers of one branch.
type MoveBranch struct {
	Branch int64
	All    int
	Moved  int // and not moved back
	Passed int
}

// MoveStep is one thing that somebody did with an order, or its end.
type MoveStep struct {
	AtMS   int64
	Step   string
	Person crdt.ID // 0: the machine's administrator, or the program
}

// Percent is how far an order is, of 100.
func (o *MoveOrder) Percent() int {
	of := o.All - o.Passed
	done := o.Moved
	if o.State == MoveUndoing || o.State == MoveUndone || o.Halted == MoveUndoing {
		done, of = o.Back+o.Stays, o.Moved+o.Back+o.Stays
	}
	if of == 0 {
		return 100
	}
	return done * 100 / of
}

// MoveOrder reads an order.
func (f *Office) MoveOrder(ctx context.Context, n int64) (o *MoveOrder, err error) {
	err = f.Central.File.Read(ctx, func(tx *rows.Tx) error {
		o, err = moveOrder(tx, n)
		return err
	})
	return o, err
}

// MoveOrders lists orders, newest first, dropped ones left out.
func (f *Office) MoveOrders(ctx context.Context) (out []*MoveOrder, err error) {
	err = f.Central.File.Read(ctx, func(tx *rows.Tx) error {
		ids, err := tx.IDs(`SELECT id FROM move_job WHERE state<>?1 ORDER BY id DESC LIMIT ?2`, MoveDropped, ordersListed)
		for _, id := range ids {
			if err != nil {
				break
			}
			var o *MoveOrder
			o, err = moveOrder(tx, int64(id))
			out = append(out, o)
		}
		return err
	})
	return out, err
}

func moveOrder(tx *rows.Tx, n int64) (*MoveOrder, error) {
	var o *MoveOrder
	err := tx.Query(`SELECT home, reason, chosen, state, halted, trouble FROM move_job WHERE id=?1`, func(s *rows.Stmt) error {
		o = &MoveOrder{N: n, To: s.ColumnInt64(0), Reason: s.ColumnText(1), State: s.ColumnText(3), Halted: s.ColumnText(4), Trouble: s.ColumnText(5), Why: map[string]int{}}
		return json.Unmarshal([]byte(s.ColumnText(2)), &o.Chosen)
	}, n)
	if err == nil && o == nil {
		err = ErrNoMove
	}
	if err == nil {
		err = o.count(tx)
	}
	if err == nil {
		err = tx.Query(`SELECT at, step, person FROM move_step WHERE job=?1 ORDER BY at`, func(s *rows.Stmt) error {
			st := MoveStep{s.ColumnInt64(0), s.ColumnText(1), crdt.ID(s.ColumnInt64(2))}
			if o.Steps = append(o.Steps, st); st.Person != 0 {
				o.Person = st.Person
			}
			return nil
		}, n)
	}
	if err != nil {
		return nil, fmt.Errorf("office: order %d: %w", n, err)
	}
	return o, nil
}

// count adds the customers of an order up.
func (o *MoveOrder) count(tx *rows.Tx) error {
	at := map[int64]int{}
	return tx.Query(`SELECT home, state, why, count(*) FROM move_item WHERE job=?1 GROUP BY home, state, why ORDER BY home`, func(s *rows.Stmt) error {
		home, n := s.ColumnInt64(0), int(s.ColumnInt64(3))
		i, met := at[home]
		if !met {
			i, at[home] = len(o.Branches), len(o.Branches)
			o.Branches = append(o.Branches, MoveBranch{Branch: home})
		}
		b := &o.Branches[i]
		b.All += n
		o.All += n
		switch s.ColumnText(1) {
		case "waits":
			o.Waits += n
		case "moved":
			o.Moved += n
			b.Moved += n
		case "passed":
			o.Passed += n
			b.Passed += n
		case "back":
			o.Back += n
		case "stays":
			o.Stays += n
			b.Moved += n
		}
		if why := s.ColumnText(2); why != "" {
			o.Why[why] += n
		}
		return nil
	}, o.N)
}
