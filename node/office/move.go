package office

import (
	"context"
	"fmt"
	"slices"

	"bough/crdt"
	"bough/node/crm"
	"bough/sync/rows"
)

// Moving is customers who get another home branch.
type Moving struct {
	To      int64
	Parties []crdt.ID
	Reason  string
	Job     int64 // of a move of many; 0: none
}

// Move gives customers another home branch, and with it their own accounts that
// were kept at the old one. Those who are at home there already are passed over;
// it tells how many moved.
func (f *Office) Move(ctx context.Context, who rows.Actor, m Moving) (n int, err error) {
	if known, err := f.count(ctx, `SELECT count(*) FROM branch WHERE number=?1`, m.To); err != nil {
		return 0, err
	} else if known == 0 {
		return 0, fmt.Errorf("%w: %d", ErrBranch, m.To)
	}
	_, err = f.Central.Act(ctx, who, func(a *rows.Act) error {
		n = 0
		for _, id := range m.Parties {
			moved, err := moveOne(a, id, &m)
			if err != nil {
				return err
			}
			if moved {
				n++
			}
		}
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("office: move to branch %d: %w", m.To, err)
	}
	return n, nil
}

func moveOne(a *rows.Act, id crdt.ID, m *Moving) (bool, error) {
	row, err := a.Tx.Get(crm.Party, id)
	if err != nil || row == nil {
		return false, err
	}
	ops, err := homeOps(row, m.To, func(where string, fn func(*rows.Stored) error, args ...any) error {
		return a.Tx.Rows(crm.Holding, where, fn, args...)
	})
	if err != nil || len(ops) == 0 {
		return false, err
	}
	event, err := a.Mint()
	if err != nil {
		return false, err
	}
	a.Add(moveOp(event, id, m, row.Get(crm.PartyHome).I))
	for _, op := range ops {
		if op.Kind != crm.Holding || !slices.ContainsFunc(a.Ops, func(o crdt.Op) bool { return o.Kind == op.Kind && o.ID == op.ID }) {
			a.Add(op)
		}
	}
	return true, nil
}

// moveOp tells of a move on the page of the customer.
func moveOp(event, party crdt.ID, m *Moving, from int64) crdt.Op {
	return crdt.Op{Kind: crm.Move, ID: event, Set: present(
		crdt.FieldSet{Field: crm.MoveParty, Value: crdt.RefValue(party)},
		crdt.FieldSet{Field: crm.MoveFrom, Value: intOrNull(from)},
		crdt.FieldSet{Field: crm.MoveTo, Value: crdt.IntValue(m.To)},
		crdt.FieldSet{Field: crm.MoveReason, Value: textOrNull(m.Reason)},
		crdt.FieldSet{Field: crm.MoveJob, Value: intOrNull(m.Job)},
	)}
}

func textOrNull(s string) crdt.Value {
	if s == "" {
		return crdt.Value{}
	}
	return crdt.TextValue(s)
}

func intOrNull(n int64) crdt.Value {
	if n == 0 {
		return crdt.Value{}
	}
	return crdt.IntValue(n)
}
