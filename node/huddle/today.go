package huddle

import (
	"context"

	"bough/crdt"
	"bough/node/calendar"
	"bough/node/crm"
	"bough/node/desk"
	"bough/sync/rows"
)

// Limits.
const (
	trendDays  = 14   // days of the picture of visits
	keptDays   = 30   // days over which promises are judged
	listLimit  = 50   // lines of a list on a page that is read standing
	sampleRows = 2000 // parties looked at for what is wrong with them
)

// Board reads what a manager wants to know.
type Board struct{ desk *desk.Desk }

// New makes the board of a desk.
func New(d *desk.Desk) *Board { return &Board{d} }

// Visits are the interactions of a day, by how people came.
type Visits struct {
	DayMS   int64 // its end, ms UTC
	Counter int
	Calls   int
	Other   int
	Works   bool
}

// Sum is all of them.
func (v Visits) Sum() int { return v.Counter + v.Calls + v.Other }

// Today is how the day of the branch stands.
type Today struct {
	NowMS       int64
	Holiday     string
	Works       bool
	Visits      []Visits // the last days, today last
	Prospects   int      // all there are
	Promises    Promises
	OpenCases   int
	LateCases   int
	OpenKeyings int
}

// Promises are how promises stand, and what became of those that were due in
// the last 30 days.
type Promises struct {
	DueToday, Overdue    int // open, however old
	Kept, Broken, Missed int // of the last 30 days; missed: overdue and still open
}

// KeptPercent is the share that was kept, -1 where none was due.
func (p Promises) KeptPercent() int {
	all := p.Kept + p.Broken + p.Missed
	if all == 0 {
		return -1
	}
	return p.Kept * 100 / all
}

var needRead = []crm.Act{crm.ActRead} // handed on, never written

// Today reads how the day stands.
func (b *Board) Today(ctx context.Context, who *desk.Who) (t *Today, err error) {
	err = b.desk.Read(ctx, who, needRead, func(r *desk.Reader) error {
		cal, _, err := r.Calendar()
		if err != nil {
			return err
		}
		t = &Today{NowMS: r.NowMS}
		t.Works, t.Holiday = cal.Works(r.NowMS)
		for _, part := range []func() error{
			func() error { return t.visits(r, cal) },
			func() error { return t.promises(r, cal) },
			func() error { return t.counts(r) },
		} {
			if err := part(); err != nil {
				return err
			}
		}
		return nil
	})
	return t, err
}

func (t *Today) visits(r *desk.Reader, cal *calendar.Calendar) error {
	for i := trendDays - 1; i >= 0; i-- {
		end := cal.AddDays(t.NowMS, -i)
		works, _ := cal.Works(end)
		t.Visits = append(t.Visits, Visits{DayMS: end, Works: works})
	}
	since := cal.AddDays(t.NowMS, -trendDays)
	return r.Query(`SELECT happened, channel FROM interaction WHERE happened>?1 AND happened<=?2`, func(s *rows.Stmt) error {
		at := trendDays - 1 - cal.Days(s.ColumnInt64(0), t.NowMS)
		if at < 0 || at >= len(t.Visits) {
			return nil
		}
		switch s.ColumnText(1) {
		case "counter", "visit", "meeting":
			t.Visits[at].Counter++
		case "call_in", "call_out":
			t.Visits[at].Calls++
		default:
			t.Visits[at].Other++
		}
		return nil
	}, since, cal.AddDays(t.NowMS, 0))
}

func (t *Today) promises(r *desk.Reader, cal *calendar.Calendar) error {
	since := cal.AddDays(t.NowMS, -keptDays)
	tonight := cal.AddDays(t.NowMS, 0)
	return r.Query(`SELECT due, state FROM task WHERE type='promise' AND (due>?1 OR state='open') AND due<=?2`, func(s *rows.Stmt) error {
		due, state := s.ColumnInt64(0), s.ColumnText(1)
		switch {
		case state == "kept":
			t.Promises.Kept++
		case state == "broken":
			t.Promises.Broken++
		case state == "open" && due < t.NowMS:
			t.Promises.Overdue++
			if due > since {
				t.Promises.Missed++
			}
		case state == "open":
			t.Promises.DueToday++
		}
		return nil
	}, since, tonight)
}

func (t *Today) counts(r *desk.Reader) error {
	for _, c := range []struct {
		to   *int
		sql  string
		args []any
	}{
		{&t.OpenCases, `SELECT count(*) FROM case_file WHERE state<>'resolved'`, nil},
		{&t.LateCases, `SELECT count(*) FROM case_file WHERE state<>'resolved' AND due<?1`, []any{t.NowMS}},
		{&t.OpenKeyings, `SELECT count(*) FROM keying WHERE state='open'`, nil},
		{&t.Prospects, `SELECT count(*) FROM party WHERE status='prospect'`, nil},
	} {
		n, _, err := r.Int(c.sql, c.args...)
		if err != nil {
			return err
		}
		*c.to = int(n)
	}
	return nil
}

// Unlogged is a customer whom somebody opened today and wrote nothing of.
type Unlogged struct {
	Party    crdt.ID
	Name     string
	OpenedMS int64
}

// Unlogged lists whom the reader opened today without a word, latest first.
func (b *Board) Unlogged(ctx context.Context, who *desk.Who) (out []Unlogged, err error) {
	err = b.desk.Read(ctx, who, needRead, func(r *desk.Reader) error {
		cal, _, err := r.Calendar()
		if err != nil {
			return err
		}
		midnight := cal.AddDays(r.NowMS, -1) + 1
		var opened []Unlogged
		err = r.Query(`SELECT party, at FROM recent WHERE person=?1 AND at>=?2 ORDER BY at DESC LIMIT ?3`, func(s *rows.Stmt) error {
			opened = append(opened, Unlogged{Party: crdt.ID(s.ColumnInt64(0)), OpenedMS: s.ColumnInt64(1)})
			return nil
		}, int64(who.Person), midnight, listLimit)
		if err != nil {
			return err
		}
		for _, u := range opened {
			wrote, err := wroteOf(r, who, u.Party, midnight)
			if err != nil {
				return err
			}
			if u.Name, err = r.PartyName(u.Party); err != nil {
				return err
			}
			if !wrote && u.Name != "" {
				out = append(out, u)
			}
		}
		return nil
	})
	return out, err
}

// wroteOf reports whether somebody wrote of a party since midnight, whenever it
// happened: what is typed in from paper is of another day.
func wroteOf(r *desk.Reader, who *desk.Who, party crdt.ID, midnight int64) (wrote bool, err error) {
	err = r.Rows(crm.Interaction, `party=?1`, func(row *rows.Stored) error {
		a, err := r.Author(row)
		wrote = wrote || a.Person == who.Person && a.AtMS >= midnight
		return err
	}, int64(party))
	return wrote, err
}
