package store

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"bough/crdt"
	"bough/node/crm"
	"bough/sync/rows"
)

func (l *till) untold() (out []Looks) {
	l.t.Helper()
	out, err := l.Untold(ctx(), 1<<62)
	must(l.t, err)
	return out
}

func (l *till) viewings() (out []crm.Viewed) {
	l.t.Helper()
	must(l.t, l.File.Read(ctx(), func(tx *rows.Tx) error {
		if n, _, err := tx.Int(`SELECT count(*) FROM viewings`); err != nil || n != 0 {
			l.t.Errorf("%d rows are in the file, %v: the journal has them", n, err)
		}
		_, changes, err := tx.Changes(here, 0, 100)
		for _, c := range changes {
			for i := range c.Bodies {
				row := rows.Merge(l.schema, nil, &c.Bodies[i].Op, c.Written(1))
				v, err := crm.ReadViewed(row.Get)
				if err != nil {
					return err
				}
				out = append(out, v)
			}
		}
		return err
	}))
	return out
}

func TestALookIsOneEntryAPersonPartySortAndQuarterOfAnHour(t *testing.T) {
	l := open(t)
	quarter := startMS - startMS%crm.QuarterMS
	*l.now = startMS + 2*crm.QuarterMS
	look := func(session, person crdt.ID, atMS int64, how string, ids ...crdt.ID) {
		t.Helper()
		for _, id := range ids {
			must(t, l.Viewed(ctx(), Viewer{Session: session, Person: person, NowMS: atMS}, 0, Viewing{How: how, Party: id}))
		}
	}
	look(1, 7, quarter, crm.ViewRead, 50, 50, 40)
	look(1, 7, quarter+crm.QuarterMS-1, crm.ViewRead, 50)
	look(1, 7, quarter, crm.ViewFind, 50, 1<<62)
	look(2, 8, quarter, crm.ViewRead, 50)
	look(1, 7, quarter+crm.QuarterMS, crm.ViewRead, 50)
	l.reopen() // what was remembered is gone, what was written is not
	look(1, 7, quarter+crm.QuarterMS, crm.ViewRead, 50)

	want := []Looks{{1, 7, quarter}, {2, 8, quarter}, {1, 7, quarter + crm.QuarterMS}}
	if d := cmp.Diff(want, l.untold()); d != "" {
		t.Fatal(d)
	}
	for _, q := range l.untold() {
		_, err := l.Act(ctx(), rows.Actor{Session: q.Session, Person: q.Person}, func(a *rows.Act) error { return q.Tell(a, branch, *l.now) })
		must(t, err)
	}
	told := func(person, at, total int64, how string, ids ...crdt.ID) crm.Viewed {
		return crm.Viewed{Branch: branch, Person: person, Quarter: at, Total: total, How: how, Parties: ids}
	}
	if d := cmp.Diff([]crm.Viewed{told(7, quarter, 2, crm.ViewRead, 40, 50), told(7, quarter, 4, crm.ViewFind, 50, 1<<62),
		told(8, quarter, 5, crm.ViewRead, 50), told(7, quarter+crm.QuarterMS, 6, crm.ViewRead, 50)}, l.viewings()); d != "" || len(l.untold()) > 0 {
		t.Error(d, l.untold())
	}
}

func TestWhatWasLookedAtIsInTheFileOrInTheJournalNeverInNeither(t *testing.T) {
	l := open(t)
	must(t, l.Viewed(ctx(), Viewer{Session: 1, Person: 7, NowMS: startMS}, 0, Viewing{How: crm.ViewRead, Party: 50}))
	q := l.untold()[0]
	_, err := l.Act(ctx(), rows.Actor{Session: 1, Person: 7}, func(a *rows.Act) error {
		if err := q.Tell(a, branch, *l.now); err != nil {
			return err
		}
		return errNothing // as a crash: nothing of it is committed
	})
	must(t, err)
	if len(l.untold()) != 1 || len(l.viewings()) != 0 {
		t.Errorf("%d wait, %d are told", len(l.untold()), len(l.viewings()))
	}
}

func TestMorePartiesThanOneRowTakesAreToldInSeveral(t *testing.T) {
	l := open(t)
	var all []Viewing
	for id := crdt.ID(1); id <= crm.MaxViewed+1; id++ {
		all = append(all, Viewing{How: crm.ViewFind, Party: id << 40})
	}
	must(t, l.Viewed(ctx(), Viewer{Session: 1, Person: 7, NowMS: startMS}, 0, all...))
	for range 2 {
		q := l.untold()[0]
		_, err := l.Act(ctx(), rows.Actor{Session: 1, Person: 7}, func(a *rows.Act) error { return q.Tell(a, branch, *l.now) })
		must(t, err)
	}
	if v := l.viewings(); len(v) != 2 || len(v[0].Parties) != crm.MaxViewed || len(v[1].Parties) != 1 || v[1].Total != crm.MaxViewed+1 || len(l.untold()) > 0 {
		t.Errorf("%d rows", len(v))
	}
}

func TestALookOfAClockThatWasAheadIsToldAsOfNow(t *testing.T) {
	l := open(t)
	must(t, l.Viewed(ctx(), Viewer{Session: 1, Person: 7, NowMS: startMS + 400*24*3600_000}, 0, Viewing{How: crm.ViewRead, Party: 50}))
	q := l.untold()[0]
	_, err := l.Act(ctx(), rows.Actor{Session: 1, Person: 7}, func(a *rows.Act) error { return q.Tell(a, branch, startMS) })
	must(t, err)
	if v := l.viewings(); len(v) != 1 || v[0].Quarter != startMS-startMS%crm.QuarterMS {
		t.Errorf("%+v", v)
	}
}
