package huddle

import (
	"cmp"
	"context"
	"math"
	"slices"

	"bough/crdt"
	"bough/node/calendar"
	"bough/node/crm"
	"bough/node/desk"
	"bough/sync/rows"
)

// Limits of adoption.
const (
	adoptionWeeks = 8 // weeks that are shown
	fewest        = 5 // of fewer, a share says nothing of anybody: it is not shown
)

// Share is how many of some were as they should be.
type Share struct{ Good, All int }

// Percent is the share, -1 where there are too few to tell.
func (s Share) Percent() int {
	if s.All < fewest {
		return -1
	}
	return s.Good * 100 / s.All
}

func (s *Share) add(good bool) {
	s.All++
	if good {
		s.Good++
	}
}

// Outcomes are what came of work: what was wrapped up the day it happened, the
// promises that were kept, the cases that were answered in time. Nobody's
// log-ins, clicks or minutes are counted.
type Outcomes struct {
	Visits   Share // wrapped up on the day they happened, of those wrapped up
	Promises Share // kept, of those that were due
	Cases    Share // resolved by their date, of those resolved or overdue
}

// PersonOutcomes are those of one person.
type PersonOutcomes struct {
	Person crdt.ID
	Name   string
	Weeks  []Outcomes // as many as Adoption has
}

// Adoption is what came of work, week by week. A manager sees everybody; others
// see the branch and themselves.
type Adoption struct {
	NowMS  int64
	EndMS  []int64    // end of each week, ms UTC, the latest first
	Branch []Outcomes // of each
	People []PersonOutcomes
	Own    bool // only the reader is among the people
}

// Adoption reads it.
func (b *Board) Adoption(ctx context.Context, who *desk.Who) (a *Adoption, err error) {
	err = b.desk.Read(ctx, who, needRead, func(r *desk.Reader) error {
		cal, _, err := r.Calendar()
		if err != nil {
			return err
		}
		a = &Adoption{NowMS: r.NowMS, Branch: make([]Outcomes, adoptionWeeks), Own: !who.May(crm.ActManage)}
		for i := range adoptionWeeks {
			a.EndMS = append(a.EndMS, cal.AddDays(r.NowMS, -7*i))
		}
		c := &counting{Adoption: a, cal: cal, people: map[crdt.ID]*PersonOutcomes{}, from: cal.AddDays(r.NowMS, -7*adoptionWeeks)}
		for _, part := range []func(*desk.Reader) error{c.visits, c.promises, c.cases} {
			if err := part(r); err != nil {
				return err
			}
		}
		return c.name(r, who)
	})
	return a, err
}

// counting adds up.
type counting struct {
	*Adoption
	cal    *calendar.Calendar
	people map[crdt.ID]*PersonOutcomes
	from   int64    // the first instant that counts is after it, ms UTC
	day    [2]int64 // the day that was looked at last: its first and last instant
}

// week is the index of the week that an instant lies in, -1 for none.
func (c *counting) week(ms int64) int {
	for n := range c.EndMS {
		if ms > c.EndMS[n] {
			return n - 1
		}
	}
	if ms > c.since() {
		return adoptionWeeks - 1
	}
	return -1
}

// add counts for the branch and for a person; 0 is nobody.
func (c *counting) add(person crdt.ID, atMS int64, of func(*Outcomes) *Share, good bool) {
	at := c.week(atMS)
	if at < 0 {
		return
	}
	of(&c.Branch[at]).add(good)
	if person == 0 {
		return
	}
	p := c.people[person]
	if p == nil {
		p = &PersonOutcomes{Person: person, Weeks: make([]Outcomes, adoptionWeeks)}
		c.people[person] = p
	}
	of(&p.Weeks[at]).add(good)
}

func (c *counting) since() int64 { return c.from }

// sameDay asks the calendar once for the notes of a day, which come together.
func (c *counting) sameDay(happenedMS, writtenMS int64) bool {
	if happenedMS < c.day[0] || happenedMS > c.day[1] {
		c.day = [2]int64{c.cal.AddDays(happenedMS, -1) + 1, c.cal.AddDays(happenedMS, 0)}
	}
	return writtenMS >= c.day[0] && writtenMS <= c.day[1]
}

// visits counts what was wrapped up, and whether that was the same day.
func (c *counting) visits(r *desk.Reader) error {
	return talksSince(r, c.since(), math.MaxInt64, func(t talk) error { // nothing is written before it happened
		if t.happenedMS > c.since() {
			c.add(t.writer, t.happenedMS, func(o *Outcomes) *Share { return &o.Visits }, c.sameDay(t.happenedMS, t.writtenMS))
		}
		return nil
	})
}

// promises counts what was due.
func (c *counting) promises(r *desk.Reader) error {
	return r.Query(`SELECT due, state, owner FROM task WHERE type='promise' AND due>?1 AND due<=?2 AND state<>'dropped'`, func(s *rows.Stmt) error {
		due, state := s.ColumnInt64(0), s.ColumnText(1)
		if state == "open" && due >= c.NowMS {
			return nil // there is time
		}
		c.add(crdt.ID(s.ColumnInt64(2)), due, func(o *Outcomes) *Share { return &o.Promises }, state == "kept")
		return nil
	}, c.since(), c.EndMS[0])
}

// cases counts those that were resolved, in the week of that, and those that are
// overdue, in the week of their date.
func (c *counting) cases(r *desk.Reader) error {
	return r.Rows(crm.Case, `due>?1`, func(row *rows.Stored) error {
		done, at := row.Get(crm.CaseState).S == "resolved", row.Clocks.Of(crm.CaseState).Stamp.Millis()
		due, err := r.CaseDue(row)
		if err != nil {
			return err
		}
		if !done {
			at = due
		}
		if done || due < c.NowMS {
			c.add(row.Get(crm.CaseOwner).ID(), at, func(o *Outcomes) *Share { return &o.Cases }, done && at <= due)
		}
		return nil
	}, c.since())
}

// name sorts the people by name; who is no manager sees nobody else.
func (c *counting) name(r *desk.Reader, who *desk.Who) error {
	for id, p := range c.people {
		if c.Own && id != who.Person {
			continue
		}
		one, err := r.Person(id)
		if err != nil {
			return err
		}
		p.Name = one.Name
		c.People = append(c.People, *p)
	}
	slices.SortFunc(c.People, func(a, b PersonOutcomes) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Person, b.Person))
	})
	return nil
}
