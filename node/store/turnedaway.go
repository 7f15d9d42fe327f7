package store

import (
	"context"
	"fmt"

	"bough/crdt"
	"bough/node/crm"
	"bough/sync/rows"
)

// turnedAwayTold is how many rows of refused sign-ins one change tells of: those of
// some days on which nobody could sign in. The rest follow with the next sign-in.
const turnedAwayTold = 500

// TurnedAway notes that somebody tried in vain to sign in under a person's name;
// person 0: under one that nobody has.
func (l *Local) TurnedAway(ctx context.Context, person crdt.ID, nowMS int64) error {
	err := l.File.Write(ctx, func(tx *rows.Tx) error {
		return tx.Exec(`INSERT INTO turned_away (quarter, person, times) VALUES (?1, ?2, 1)
			ON CONFLICT (quarter, person) DO UPDATE SET times=times+1`, nowMS-nowMS%crm.QuarterMS, int64(person))
	})
	if err != nil {
		return fmt.Errorf("store: note a refused sign-in: %w", err)
	}
	return nil
}

// AnyTurnedAway reports whether there are refused sign-ins that no journal has.
func (l *Local) AnyTurnedAway(ctx context.Context) (any bool, err error) {
	err = l.File.Read(ctx, func(tx *rows.Tx) (err error) {
		_, any, err = tx.Int(`SELECT 1 FROM turned_away LIMIT 1`)
		return err
	})
	return any, err
}

// TellTurnedAway moves refused sign-ins into an act, in its transaction. branch is
// that of the file, 0: head office. Where the clock was ahead and was put right
// since, they are told as of nowMS.
func TellTurnedAway(a *rows.Act, branch, nowMS int64) error {
	var all []crm.TurnedAway
	err := a.Tx.Query(`SELECT quarter, person, times FROM turned_away ORDER BY quarter, person LIMIT ?1`, func(s *rows.Stmt) error {
		all = append(all, crm.TurnedAway{Branch: branch, Quarter: s.ColumnInt64(0), Person: s.ColumnInt64(1), Times: s.ColumnInt64(2)})
		return nil
	}, turnedAwayTold)
	if err != nil {
		return err
	}
	for _, t := range all {
		id, err := a.Mint()
		if err != nil {
			return err
		}
		if err := a.Tx.Exec(`DELETE FROM turned_away WHERE quarter=?1 AND person=?2`, t.Quarter, t.Person); err != nil {
			return err
		}
		t.Quarter = min(t.Quarter, nowMS-nowMS%crm.QuarterMS)
		a.Add(t.Op(id))
	}
	return nil
}
