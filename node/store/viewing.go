package store

import (
	"context"
	"fmt"
	"sync"

	"zombiezen.com/go/sqlite"

	"bough/crdt"
	"bough/node/crm"
	"bough/sync/rows"
)

const (
	maxViewed     = 100_000   // remembered; beyond, it is asked of the file again
	openedAgainMS = 60 * 1000 // a party opened again within this is not noted again among the recent ones
	factViewed    = "viewings told"
)

// Viewer is who looks, and when.
type Viewer struct {
	Session, Person crdt.ID
	NowMS           int64
}

// Viewing is one party that somebody is about to be shown.
type Viewing struct {
	How   string // crm.Views
	Party crdt.ID
}

// viewed remembers what was noted of the quarter of an hour at hand, so that to
// look again costs nothing.
type viewed struct {
	mu      sync.Mutex // guards what follows
	quarter int64
	noted   map[viewedBy]bool
}

type viewedBy struct {
	session crdt.ID
	Viewing
}

// unknown are the viewings of a quarter that were not noted yet.
func (m *viewed) unknown(quarter int64, session crdt.ID, all []Viewing) (out []Viewing) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.quarter != quarter || len(m.noted) > maxViewed {
		m.quarter, m.noted = quarter, map[viewedBy]bool{}
	}
	for _, v := range all {
		if !m.noted[viewedBy{session, v}] {
			out = append(out, v)
		}
	}
	return out
}

// know remembers what is durable.
func (m *viewed) know(quarter int64, session crdt.ID, all []Viewing) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, v := range all {
		if m.quarter == quarter {
			m.noted[viewedBy{session, v}] = true
		}
	}
}

// Viewed writes down whom somebody is about to be shown, and in the same commit
// that they opened a party, for its place among the recent ones; opened 0: they
// did not. What it returns an error for is not to be shown.
func (l *Local) Viewed(ctx context.Context, by Viewer, opened crdt.ID, all ...Viewing) error {
	quarter := by.NowMS - by.NowMS%crm.QuarterMS
	fresh := l.viewed.unknown(quarter, by.Session, all)
	opened, err := l.openedLately(ctx, by, opened)
	if err != nil || opened == 0 && len(fresh) == 0 {
		return err
	}
	err = l.File.Write(ctx, func(tx *rows.Tx) error {
		for _, v := range fresh {
			err := tx.Exec(`INSERT OR IGNORE INTO looked (quarter, session, person, how, party) VALUES (?1, ?2, ?3, ?4, ?5)`,
				quarter, int64(by.Session), int64(by.Person), v.How, int64(v.Party))
			if err != nil {
				return err
			}
		}
		return noteOpened(tx, by, opened)
	})
	if err != nil {
		return fmt.Errorf("store: note who looked: %w", err)
	}
	l.viewed.know(quarter, by.Session, fresh)
	return nil
}

// openedLately passes on the party that somebody opened, unless that was noted a
// moment ago.
func (l *Local) openedLately(ctx context.Context, by Viewer, opened crdt.ID) (crdt.ID, error) {
	if opened == 0 {
		return 0, nil
	}
	var last int64
	err := l.File.Read(ctx, func(tx *rows.Tx) (err error) {
		last, _, err = tx.Int(`SELECT at FROM recent WHERE person=?1 AND party=?2`, int64(by.Person), int64(opened))
		return err
	})
	if by.NowMS-last < openedAgainMS {
		opened = 0
	}
	return opened, err
}

func noteOpened(tx *rows.Tx, by Viewer, party crdt.ID) error {
	if party == 0 {
		return nil
	}
	if err := tx.Exec(`INSERT OR REPLACE INTO recent (person, party, at) VALUES (?1, ?2, ?3)`, int64(by.Person), int64(party), by.NowMS); err != nil {
		return err
	}
	return tx.Exec(`DELETE FROM recent WHERE person=?1 AND party NOT IN
		(SELECT party FROM recent WHERE person=?1 ORDER BY at DESC LIMIT ?2)`, int64(by.Person), maxRecent)
}

// Looks are the viewings of one session in one quarter of an hour that no journal
// has yet.
type Looks struct {
	Session, Person crdt.ID
	Quarter         int64 // ms UTC
}

// Untold lists the looks that no journal has: of quarters that began before a
// time, ms UTC, the oldest first.
func (l *Local) Untold(ctx context.Context, before int64) (out []Looks, err error) {
	err = l.File.Read(ctx, func(tx *rows.Tx) error {
		return tx.Query(`SELECT DISTINCT quarter, session, person FROM looked WHERE quarter<?1 ORDER BY quarter, session`, func(s *sqlite.Stmt) error {
			out = append(out, Looks{Quarter: s.ColumnInt64(0), Session: crdt.ID(s.ColumnInt64(1)), Person: crdt.ID(s.ColumnInt64(2))})
			return nil
		}, before)
	})
	return out, err
}

// Tell moves looks into an act, in its transaction: from then on the journal has
// them. Where they are too many for one act, some are left. branch is that of the
// file, 0: head office. Where the clock was ahead and was put right since, they
// are told as of nowMS: nobody looks in the future.
func (q Looks) Tell(a *rows.Act, branch, nowMS int64) error {
	when := min(q.Quarter, nowMS-nowMS%crm.QuarterMS)
	total, err := a.Tx.FactInt(factViewed)
	if err != nil {
		return err
	}
	for _, how := range crm.Views {
		const of = ` FROM looked WHERE quarter=?1 AND person=?2 AND how=?3 AND session=?4 ORDER BY party LIMIT ?5`
		ids, err := a.Tx.IDs(`SELECT party`+of, q.Quarter, int64(q.Person), how, int64(q.Session), crm.MaxViewed)
		if err != nil || len(ids) == 0 {
			if err != nil {
				return err
			}
			continue
		}
		id, err := a.Mint()
		if err != nil {
			return err
		}
		total += int64(len(ids))
		a.Add(crm.Viewed{Branch: branch, Person: int64(q.Person), Quarter: when, How: how, Parties: ids, Total: total}.Op(id))
		err = a.Tx.Exec(`DELETE FROM looked WHERE quarter=?1 AND person=?2 AND how=?3 AND session=?4 AND party<=?5`,
			q.Quarter, int64(q.Person), how, int64(q.Session), int64(ids[len(ids)-1]))
		if err != nil {
			return err
		}
	}
	return a.Tx.SetFact(factViewed, total)
}
