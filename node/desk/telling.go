package desk

import (
	"context"
	"math"

	"bough/crdt"
	"bough/node/crm"
	"bough/node/store"
	"bough/sync/rows"
)

// TellViewed moves into the journal whom people saw in quarters of an hour that
// are over, each under the session of who looked; all: in the present one too.
// What cannot be written now is not lost: it is told the next time.
func (d *Desk) TellViewed(ctx context.Context, all bool) error {
	before := d.o.NowMS() - crm.QuarterMS + 1
	if all {
		before = math.MaxInt64
	}
	return d.tell(ctx, before, func(store.Looks) bool { return true })
}

// tellSession moves into the journal what a session saw.
func (d *Desk) tellSession(ctx context.Context, session crdt.ID) error {
	return d.tell(ctx, math.MaxInt64, func(q store.Looks) bool { return q.Session == session })
}

func (d *Desk) tell(ctx context.Context, before int64, which func(store.Looks) bool) error {
	for {
		untold, err := d.o.Local.Untold(ctx, before)
		if err != nil {
			return err
		}
		wrote := false
		for _, q := range untold {
			if !which(q) {
				continue
			}
			r, err := d.o.Ledger.Act(ctx, rows.Actor{Session: q.Session, Person: q.Person}, func(a *rows.Act) error { return q.Tell(a, d.o.Branch, d.o.NowMS()) })
			if err != nil {
				return err
			}
			wrote = wrote || r.Seq > 0
		}
		if !wrote {
			return nil // some that were too many for one act are left otherwise
		}
	}
}
