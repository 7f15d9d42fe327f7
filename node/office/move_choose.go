package office

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"bough/crdt"
	"bough/node/crm"
	"bough/sync/central"
	"bough/sync/rows"
)

// Limits of orders to move.
const (
	maxMoveReason = 200     // bytes of a reason: a sentence
	maxMoveList   = 200_000 // customers of a list: more than any branch has
	moveShown     = 20      // customers that a preview shows
	moveWeighed   = 50      // customers that are encoded to say what all cost
)

// Errors of orders to move.
var (
	ErrMoveReason = errors.New("office: say why they move, in 1 to 200 characters")
	ErrMoveNobody = errors.New("office: nobody is chosen: say the branch they are at, or give a list of customer numbers")
	ErrMoveList   = errors.New("office: a list has at most 200,000 customer numbers")
	ErrMoveLeave  = errors.New("office: what may be left where it is: case, conflict, late")
	ErrNoMove     = errors.New("office: there is no such order to move")
	ErrMoveState  = errors.New("office: this cannot be done with the order now")
)

// MoveLeaves are the reasons for which customers can be left where they are: a
// case is open, a value is contested, a late change is not settled.
var MoveLeaves = []string{"case", "conflict", "late"}

// States of an order to move.
const (
	MovePlanned = "planned"
	MoveRunning = "running"
	MovePaused  = "paused"
	MoveDone    = "done"
	MoveUndoing = "undoing"
	MoveUndone  = "undone"
	MoveDropped = "dropped"
)

// MoveRestored is the trouble of an order that waits since central was restored.
const MoveRestored = "move_restored"

// Choice says who is to move, and where to.
type Choice struct {
	To     int64
	From   int64    // branch they are at home at; 0: any, with a list
	Tier   string   // only of this value tier
	Type   string   // only persons, or organisations
	List   []string // only these: the core's customer numbers, or ids; nil: no list
	Leave  []string // see MoveLeaves
	Reason string
}

// chosen is what an order keeps of its choice, for people.
type chosen struct {
	From    int64    `json:",omitempty"`
	Tier    string   `json:",omitempty"`
	Type    string   `json:",omitempty"`
	Listed  int      `json:",omitempty"`
	Unknown []string `json:",omitempty"` // numbers of the list that nobody has, at most moveShown
	Missing int      `json:",omitempty"` // how many
	Erased  int      `json:",omitempty"` // of the list, that were erased
	Leave   []string `json:",omitempty"`
}

func (c *Choice) check() error {
	c.Reason = strings.Join(strings.Fields(c.Reason), " ")
	for _, l := range c.Leave {
		if !slices.Contains(MoveLeaves, l) {
			return ErrMoveLeave
		}
	}
	switch {
	case c.Reason == "" || len(c.Reason) > maxMoveReason:
		return ErrMoveReason
	case c.From == 0 && len(c.List) == 0:
		return ErrMoveNobody
	case len(c.List) > maxMoveList:
		return ErrMoveList
	}
	return nil
}

// PlanMove chooses who moves and keeps the choice as an order that nobody has
// given yet: what its preview shows is what it will do. It returns the order's
// number.
func (f *Office) PlanMove(ctx context.Context, by crdt.ID, c Choice) (n int64, err error) {
	if err := c.check(); err != nil {
		return 0, err
	}
	for _, b := range []int64{c.To, c.From} {
		if known, err := f.count(ctx, `SELECT count(*) FROM branch WHERE number=?1`, b); err != nil || known == 0 && (b != 0 || c.To == 0) {
			return 0, errors.Join(err, fmt.Errorf("%w: %d", ErrBranch, b))
		}
	}
	err = f.Central.File.Write(ctx, func(tx *rows.Tx) error {
		last, _, err := tx.Int(`SELECT coalesce(max(id), 0) FROM move_job`)
		if err != nil {
			return err
		}
		n = max(f.o.NowMS(), last+1)
		kept := chosen{From: c.From, Tier: c.Tier, Type: c.Type, Listed: len(c.List), Leave: c.Leave}
		if err := f.choose(tx, n, &c, &kept); err != nil {
			return err
		}
		text, err := json.Marshal(kept)
		if err != nil {
			return err
		}
		return errors.Join(
			tx.Exec(`INSERT INTO move_job (id, home, reason, chosen, state) VALUES (?1, ?2, ?3, ?4, ?5)`, n, c.To, c.Reason, string(text), MovePlanned),
			f.moveStep(tx, n, MovePlanned, by), leaveOut(tx, n, &c))
	})
	if err != nil {
		return 0, fmt.Errorf("office: plan a move: %w", err)
	}
	return n, nil
}

// choose writes the customers of an order.
func (f *Office) choose(tx *rows.Tx, job int64, c *Choice, kept *chosen) error {
	const fits = ` (?2=0 OR home=?2) AND (?3='' OR tier=?3) AND (?4='' OR type=?4)`
	if c.List == nil {
		return tx.Exec(`INSERT INTO move_item (job, n, kind, row_id, home, state)
			SELECT ?1, row_number() OVER (ORDER BY id), ?5, id, coalesce(home, 0), 'waits' FROM party WHERE`+fits, job, c.From, c.Tier, c.Type, int64(crm.Party))
	}
	met := map[crdt.ID]bool{}
	for _, word := range c.List {
		id, gone, err := customerOf(tx, word)
		switch {
		case err != nil:
			return err
		case gone:
			kept.Erased++
		case id == 0:
			if kept.Missing++; len(kept.Unknown) < moveShown {
				kept.Unknown = append(kept.Unknown, word)
			}
		case !met[id]:
			met[id] = true
			err := tx.Exec(`INSERT INTO move_item (job, n, kind, row_id, home, state)
				SELECT ?1, ?6, ?5, id, coalesce(home, 0), 'waits' FROM party WHERE id=?7 AND`+fits,
				job, c.From, c.Tier, c.Type, int64(crm.Party), len(met), int64(id))
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// customerOf finds a customer by the core's number, or else by id.
func customerOf(tx *rows.Tx, word string) (id crdt.ID, erased bool, err error) {
	n, found, err := tx.Int(`SELECT id FROM party WHERE key=?1`, word)
	if err != nil || found {
		return crdt.ID(n), false, err
	}
	id, err = crdt.ParseID(word)
	if err != nil {
		return 0, false, nil
	}
	_, found, err = tx.Int(`SELECT 1 FROM party WHERE id=?1`, int64(id))
	if err != nil || found {
		return id, false, err
	}
	_, erased, err = tx.Int(`SELECT 1 FROM erased_row WHERE kind=?1 AND row_id=?2`, int64(crm.Party), int64(id))
	return 0, erased, err
}

// What holds of a customer of an order, by the word for it.
var moveFlags = []struct{ word, sql string }{
	{"erasure", `EXISTS (SELECT 1 FROM erasure_order e WHERE e.party=move_item.row_id AND e.confirmed=0 AND e.dropped=0)`},
	{"case", `EXISTS (SELECT 1 FROM case_file c WHERE c.party=move_item.row_id AND coalesce(c.state, 'open')<>'resolved')`},
	{"conflict", `EXISTS (SELECT 1 FROM conflict x WHERE x.kind=move_item.kind AND x.row_id=move_item.row_id AND x.closed IS NULL)`},
	{"late", `EXISTS (SELECT 1 FROM late_edit l WHERE l.party=move_item.row_id AND NOT EXISTS (SELECT 1 FROM late_settled s WHERE s.late=l.id))`},
}

// leaveOut passes over those who are there already, those whose erasure is
// ordered, and those whom the choice leaves.
func leaveOut(tx *rows.Tx, job int64, c *Choice) error {
	err := tx.Exec(`UPDATE move_item SET state='passed', why='home' WHERE job=?1 AND home=?2`, job, c.To)
	for _, f := range moveFlags {
		if err == nil && (f.word == "erasure" || slices.Contains(c.Leave, f.word)) {
			err = tx.Exec(`UPDATE move_item SET state='passed', why=?2 WHERE job=?1 AND state='waits' AND `+f.sql, job, f.word)
		}
	}
	return err
}

// MovePreview tells what an order would do.
type MovePreview struct {
	Flags map[string]int // of those who move: how many, by the words of MoveLeaves
	Lines []MoveLine
	First []MoveFirst
}

// MoveLine is what an order costs on the line of one branch.
type MoveLine struct {
	Branch    int64
	Name      string
	Enter     bool // they come here; else they leave
	Customers int
	Nodes     int   // workstations, each with a line of its own to central
	Bytes     int64 // for one workstation, estimated
	Kbit      int64 // what the line carries a second; 0: it is not to be shared
	Seconds   int64 // for all workstations at a quarter of the line; 0: not to be shared
	Unsent    int64 // changes that are known to be on their way from there: they may come late
}

// KB is Bytes in kB, of 1 up.
func (l *MoveLine) KB() int64 { return (l.Bytes + 999) / 1000 }

// MS is Seconds in ms.
func (l *MoveLine) MS() int64 { return l.Seconds * 1000 }

// MoveFirst is one of the customers of an order.
type MoveFirst struct {
	Party crdt.ID
	Name  string
	Home  int64
	State string
	Why   string
	Flags []string
}

// PreviewMove tells what an order would do, as things are now.
func (f *Office) PreviewMove(ctx context.Context, n int64) (*MovePreview, error) {
	o, err := f.MoveOrder(ctx, n)
	if err != nil {
		return nil, err
	}
	p := &MovePreview{Flags: map[string]int{}}
	err = f.Central.File.Read(ctx, func(tx *rows.Tx) error {
		for _, flag := range moveFlags {
			k, _, err := tx.Int(`SELECT count(*) FROM move_item WHERE job=?1 AND state<>'passed' AND `+flag.sql, n)
			if err != nil {
				return err
			}
			if p.Flags[flag.word] = int(k); k == 0 {
				delete(p.Flags, flag.word)
			}
		}
		if p.First, err = firstMoved(tx, n); err != nil {
			return err
		}
		p.Lines, err = f.moveLines(tx, o)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("office: preview of order %d: %w", n, err)
	}
	return p, nil
}

func firstMoved(tx *rows.Tx, job int64) (out []MoveFirst, err error) {
	var flags strings.Builder
	for _, f := range moveFlags {
		fmt.Fprintf(&flags, " || CASE WHEN %s THEN ' %s' ELSE '' END", f.sql, f.word)
	}
	err = tx.Query(`SELECT row_id, coalesce((SELECT name FROM party WHERE id=row_id), ''), home, state, why, ''`+flags.String()+`
		FROM move_item WHERE job=?1 ORDER BY state='passed', n LIMIT ?2`, func(s *rows.Stmt) error {
		out = append(out, MoveFirst{Party: crdt.ID(s.ColumnInt64(0)), Name: s.ColumnText(1), Home: s.ColumnInt64(2), State: s.ColumnText(3),
			Why: s.ColumnText(4), Flags: strings.Fields(s.ColumnText(5))})
		return nil
	}, job, moveShown)
	return out, err
}

// moveLines weighs some of an order's customers and says what all cost.
func (f *Office) moveLines(tx *rows.Tx, o *MoveOrder) ([]MoveLine, error) {
	enter, leave, err := f.weighMoved(tx, o.N, moveWeighed)
	if err != nil {
		return nil, err
	}
	all := 0
	var out []MoveLine
	for _, b := range o.Branches {
		all += b.All - b.Passed
		if n := b.All - b.Passed; n > 0 {
			out = append(out, MoveLine{Branch: b.Branch, Customers: n, Bytes: int64(leave * float64(n))})
		}
	}
	out = append([]MoveLine{{Branch: o.To, Enter: true, Customers: all, Bytes: int64(enter * float64(all))}}, out...)
	for i := range out {
		l := &out[i]
		if err := lineOf(tx, l); err != nil {
			return nil, err
		}
		if l.Kbit > 0 {
			l.Seconds = l.Bytes * int64(max(l.Nodes, 1)) / quarter(l.Kbit)
		}
	}
	return out, nil
}

// quarter is a quarter of a line, in bytes a second.
func quarter(kbit int64) int64 { return max(kbit*1000/8/4, 1) }

func lineOf(tx *rows.Tx, l *MoveLine) error {
	return errors.Join(
		tx.Query(`SELECT name FROM branch WHERE number=?1`, func(s *rows.Stmt) error { l.Name = s.ColumnText(0); return nil }, l.Branch),
		tx.Query(`SELECT count(*), coalesce(sum(unsent), 0) FROM origin WHERE branch=?1 AND revoked=0`, func(s *rows.Stmt) error {
			l.Nodes, l.Unsent = int(s.ColumnInt64(0)), s.ColumnInt64(1)
			return nil
		}, l.Branch),
		tx.Query(`SELECT CAST(value AS INTEGER) FROM parameter WHERE name=?1 AND branch IN (0, ?2) ORDER BY branch DESC LIMIT 1`, func(s *rows.Stmt) error {
			l.Kbit = s.ColumnInt64(0)
			return nil
		}, crm.SettingLine, l.Branch))
}

// weighMoved says what a customer of an order costs, in bytes on a line: where
// they come to, and where they leave. It encodes the first few.
func (f *Office) weighMoved(tx *rows.Tx, job int64, some int) (enter, leave float64, err error) {
	ids, err := tx.IDs(`SELECT row_id FROM move_item WHERE job=?1 AND state IN ('waits', 'moved') ORDER BY state DESC, n LIMIT ?2`, job, some)
	if err != nil || len(ids) == 0 {
		return 0, 0, err
	}
	var roots []central.RowID
	for _, id := range ids {
		roots = append(roots, central.RowID{Kind: crm.Party, ID: id})
		owned, err := tx.IDs(`SELECT holding FROM role WHERE party=?1 AND role='owner' AND holding IS NOT NULL`, int64(id))
		if err != nil {
			return 0, 0, err
		}
		for _, h := range owned {
			roots = append(roots, central.RowID{Kind: crm.Holding, ID: h})
		}
	}
	in, out, err := f.Central.Weigh(tx, roots)
	return float64(in) / float64(len(ids)), float64(out) / float64(len(ids)), err
}
