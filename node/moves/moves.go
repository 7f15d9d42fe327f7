package moves

import (
	"context"
	"strings"

	"bough/crdt"
	"bough/node/crm"
	"bough/node/desk"
	"bough/sync/rows"
)

// Limits of what pages list.
const (
	maxReason = 200 // bytes: a sentence
	listed    = 200 // lines: more are settled first
)

// Move is one move of a customer.
type Move struct {
	Party    crdt.ID
	Name     string
	From, To string // branches
	Reason   string
	Order    int64 // of head office; 0: one customer
	By       desk.Author
}

// Late is a change that came to head office after its customer had left the
// branch where it was written.
type Late struct {
	ID        crdt.ID
	Party     crdt.ID
	Name      string // empty: the customer is not held here
	Kinds     []string
	WrittenMS int64
	By        string // who wrote it
	From      string // branch of the author
	Home      string // home branch when it came
	CameMS    int64
	Mine      bool // the customer is at home here: somebody here settles it
	Settled   *Settled
}

// Settled is what became of a late change.
type Settled struct {
	Outcome string // see crm.LateOutcomes
	Note    string
	By      desk.Author
}

// Request is a wish that a customer moves.
type Request struct {
	ID      crdt.ID
	Party   crdt.ID
	Name    string
	To      int64
	ToName  string
	Home    int64
	Reason  string
	Asked   string // branch
	By      desk.Author
	Answer  string
	Mine    bool // the branch that it asks for is this one
	Done    bool // the customer is there
	Decided desk.Author
}

// Order is what an order of head office does with the customers of one branch.
type Order struct {
	Number     int64
	From, To   string
	Away       bool // they leave this branch; else they come
	Reason     string
	State      string
	All, Moved int64
	AtMS       int64
	By         string
}

// Home is where a customer belongs, and how that came.
type Home struct {
	Party    crdt.ID
	Name     string
	Branch   int64
	Place    string
	Here     int64 // branch of this process; 0: head office
	HereName string
	Moves    []Move
	Late     []Late
	Requests []Request
}

// Stranger reports whether the customer belongs to another branch than this.
func (h *Home) Stranger() bool { return h.Here != 0 && h.Branch != h.Here }

// Overview is what a branch is told.
type Overview struct {
	Late     []Late // that nobody has settled, oldest first
	Requests []Request
	Orders   []Order
	Came     []Move // customers who came to this branch, newest first
}

// Of reads where a customer belongs.
func Of(ctx context.Context, d *desk.Desk, who *desk.Who, party crdt.ID) (h *Home, err error) {
	err = d.Read(ctx, who, []crm.Act{crm.ActRead}, func(r *desk.Reader) error {
		row, err := r.Get(crm.Party, party)
		if err != nil {
			return err
		}
		if row == nil {
			return desk.Missing("customer", "there is no such customer here")
		}
		r.Shows(crm.ViewRead, party)
		h = &Home{Party: party, Name: row.Get(crm.PartyName).S, Branch: row.Get(crm.PartyHome).I, Here: r.Branch()}
		if h.Place, err = r.BranchName(h.Branch); err != nil {
			return err
		}
		if h.HereName, err = r.BranchName(h.Here); err != nil {
			return err
		}
		if h.Moves, err = movesOf(r, `party=?1 ORDER BY id DESC`, int64(party)); err != nil {
			return err
		}
		if h.Late, err = lateOf(r, `party=?1 ORDER BY id`, int64(party)); err != nil {
			return err
		}
		h.Requests, err = requestsOf(r, `party=?1 ORDER BY id`, int64(party))
		return err
	})
	return h, err
}

// Branch reads what this branch is told; at head office, every branch.
func Branch(ctx context.Context, d *desk.Desk, who *desk.Who) (o *Overview, err error) {
	err = d.Read(ctx, who, []crm.Act{crm.ActRead}, func(r *desk.Reader) error {
		o = &Overview{}
		if o.Late, err = lateOf(r, `id NOT IN (SELECT late FROM late_settled WHERE late IS NOT NULL) ORDER BY id LIMIT ?1`, listed); err != nil {
			return err
		}
		requests, err := requestsOf(r, `answer IS NULL ORDER BY id LIMIT ?1`, listed)
		for _, q := range requests {
			if !q.Done {
				o.Requests = append(o.Requests, q)
			}
		}
		if err != nil {
			return err
		}
		if o.Orders, err = ordersOf(r); err != nil {
			return err
		}
		o.Came, err = movesOf(r, `to_branch=?1 ORDER BY id DESC LIMIT ?2`, r.Branch(), listed)
		return err
	})
	return o, err
}

func movesOf(r *desk.Reader, where string, args ...any) (out []Move, err error) {
	err = r.Rows(crm.Move, where, func(row *rows.Stored) (err error) {
		m := Move{Party: row.Get(crm.MoveParty).ID(), Reason: row.Get(crm.MoveReason).S, Order: row.Get(crm.MoveJob).I}
		if m.By, err = r.Author(row); err != nil {
			return err
		}
		if m.Name, err = r.PartyName(m.Party); err != nil {
			return err
		}
		if m.From, err = r.BranchName(row.Get(crm.MoveFrom).I); err != nil {
			return err
		}
		m.To, err = r.BranchName(row.Get(crm.MoveTo).I)
		out = append(out, m)
		return err
	}, args...)
	return out, err
}

func lateOf(r *desk.Reader, where string, args ...any) (out []Late, err error) {
	err = r.Rows(crm.Late, where, func(row *rows.Stored) (err error) {
		l := Late{ID: row.ID, Party: row.Get(crm.LateParty).ID(), Kinds: strings.Fields(row.Get(crm.LateKind).S),
			WrittenMS: row.Get(crm.LateWritten).I, CameMS: row.Clocks.Latest().Millis()}
		person, err := r.Person(row.Get(crm.LatePerson).ID())
		if err != nil {
			return err
		}
		l.By = person.Name
		if l.From, err = r.BranchName(row.Get(crm.LateBranch).I); err != nil {
			return err
		}
		if l.Home, err = r.BranchName(row.Get(crm.LateHome).I); err != nil {
			return err
		}
		party, err := r.Get(crm.Party, l.Party)
		if err != nil {
			return err
		}
		if party != nil {
			r.Shows(crm.ViewFind, l.Party)
			l.Name = party.Get(crm.PartyName).S
			l.Mine = r.Branch() == 0 || party.Get(crm.PartyHome).I == r.Branch()
		}
		l.Settled, err = settledOf(r, l.ID)
		out = append(out, l)
		return err
	}, args...)
	return out, err
}

func settledOf(r *desk.Reader, late crdt.ID) (s *Settled, err error) {
	err = r.Rows(crm.LateSettled, `late=?1 ORDER BY id LIMIT 1`, func(row *rows.Stored) error {
		by, err := r.Author(row)
		s = &Settled{Outcome: row.Get(crm.LateSettledOutcome).S, Note: row.Get(crm.LateSettledNote).S, By: by}
		return err
	}, int64(late))
	return s, err
}

func requestsOf(r *desk.Reader, where string, args ...any) (out []Request, err error) {
	err = r.Rows(crm.MoveRequest, where, func(row *rows.Stored) (err error) {
		q := Request{ID: row.ID, Party: row.Get(crm.MoveRequestParty).ID(), To: row.Get(crm.MoveRequestTo).I,
			Reason: row.Get(crm.MoveRequestReason).S, Answer: row.Get(crm.MoveRequestAnswer).S}
		if q.By, err = r.Author(row); err != nil {
			return err
		}
		if q.ToName, err = r.BranchName(q.To); err != nil {
			return err
		}
		if q.Asked, err = r.BranchName(row.Get(crm.MoveRequestBranch).I); err != nil {
			return err
		}
		party, err := r.Get(crm.Party, q.Party)
		if err != nil {
			return err
		}
		if party != nil {
			r.Shows(crm.ViewFind, q.Party)
			q.Name, q.Home = party.Get(crm.PartyName).S, party.Get(crm.PartyHome).I
		}
		q.Done, q.Mine = q.Home == q.To, q.To == r.Branch()
		out = append(out, q)
		return nil
	}, args...)
	return out, err
}

func ordersOf(r *desk.Reader) (out []Order, err error) {
	err = r.Rows(crm.MoveOrder, `(?1=0 OR from_branch=?1 OR to_branch=?1) ORDER BY number DESC, from_branch LIMIT ?2`, func(row *rows.Stored) (err error) {
		o := Order{Number: row.Get(crm.MoveOrderNumber).I, Reason: row.Get(crm.MoveOrderReason).S, State: row.Get(crm.MoveOrderState).S,
			All: row.Get(crm.MoveOrderAll).I, Moved: row.Get(crm.MoveOrderMoved).I, AtMS: row.Get(crm.MoveOrderAt).I, Away: row.Get(crm.MoveOrderFrom).I == r.Branch()}
		if o.From, err = r.BranchName(row.Get(crm.MoveOrderFrom).I); err != nil {
			return err
		}
		if o.To, err = r.BranchName(row.Get(crm.MoveOrderTo).I); err != nil {
			return err
		}
		if v := row.Get(crm.MoveOrderPerson); !v.IsNull() {
			person, err := r.Person(v.ID())
			if err != nil {
				return err
			}
			o.By = person.Name
		}
		out = append(out, o)
		return nil
	}, r.Branch(), listed)
	return out, err
}
