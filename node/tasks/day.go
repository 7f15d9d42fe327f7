package tasks

import (
	"cmp"
	"context"
	"slices"

	"bough/crdt"
	"bough/node/calendar"
	"bough/node/crm"
	"bough/node/desk"
	"bough/sync/rows"
)

// Line is a task in a list.
type Line struct {
	desk.TaskLine
	OwnerID  crdt.ID
	RemindMS int64
	Minutes  int64
	Place    string
	DueStamp string // of the due day, to be sent back as saw
}

// Day is what a day is made of.
type Day struct {
	Overdue  []Line // oldest first
	Today    []Line // appointments by their minute, then the rest
	Soon     []Line // due within a week
	Later    []Line // due after that, or never
	Load     []Load
	Reminded []Line // open ones whose reminder has come
	NowMS    int64
	Holiday  string // name of today, where it departs from the week
	Works    bool   // the branch works today
}

// Load is how much is due on a day.
type Load struct {
	DayMS                         int64 // its end, ms UTC
	Tasks, Promises, Appointments int
	Works                         bool
}

// Of reads the day of one person, or with branch that of everybody here.
func (l *List) Of(ctx context.Context, who *desk.Who, branch bool) (d *Day, err error) {
	err = l.desk.Read(ctx, who, []crm.Act{crm.ActRead}, func(r *desk.Reader) error {
		d = &Day{NowMS: r.NowMS}
		cal, _, err := r.Calendar()
		if err != nil {
			return err
		}
		d.Works, d.Holiday = cal.Works(r.NowMS)
		owner := int64(who.Person)
		if branch {
			owner = 0
		}
		var lines []Line
		err = r.Rows(crm.Task, `state='open' AND (?1=0 OR owner=?1) ORDER BY due IS NULL, due, id LIMIT ?2`, func(row *rows.Stored) error {
			line, err := lineOf(r, row)
			lines = append(lines, line)
			return err
		}, owner, ListLimit)
		d.sort(cal, lines)
		return err
	})
	return d, err
}

func lineOf(r *desk.Reader, row *rows.Stored) (line Line, err error) {
	line = Line{OwnerID: row.Get(crm.TaskOwner).ID(), RemindMS: row.Get(crm.TaskRemind).I, Minutes: row.Get(crm.TaskMinutes).I,
		Place: row.Get(crm.TaskPlace).S, DueStamp: row.Clocks.Of(crm.TaskDue).Stamp.String(),
		TaskLine: desk.TaskLine{ID: row.ID, Party: row.Get(crm.TaskParty).ID(), Type: row.Get(crm.TaskType).S, Text: row.Get(crm.TaskText).S,
			DueMS: row.Get(crm.TaskDue).I, State: row.Get(crm.TaskState).S, Stamp: row.Clocks.Of(crm.TaskState).Stamp.String()}}
	line.Overdue = line.DueMS > 0 && line.DueMS < r.NowMS
	if line.PartyName, err = r.PartyName(line.Party); err != nil {
		return line, err
	}
	owner, err := r.Person(line.OwnerID)
	if err != nil {
		return line, err
	}
	line.Owner = owner.Name
	line.Author, err = r.Author(row)
	return line, err
}

// sort puts each line where it belongs, and counts the load of the days.
func (d *Day) sort(cal *calendar.Calendar, lines []Line) {
	for i := range loadDays {
		end := cal.AddDays(d.NowMS, i)
		works, _ := cal.Works(end)
		d.Load = append(d.Load, Load{DayMS: end, Works: works})
	}
	for _, line := range lines {
		days := cal.Days(d.NowMS, line.DueMS)
		switch {
		case line.DueMS == 0 || days > soonDays:
			d.Later = append(d.Later, line)
		case line.Overdue && (days < 0 || line.Type != "appointment"):
			d.Overdue = append(d.Overdue, line)
		case days <= 0:
			d.Today = append(d.Today, line)
		default:
			d.Soon = append(d.Soon, line)
		}
		if line.RemindMS > 0 && line.RemindMS <= d.NowMS {
			d.Reminded = append(d.Reminded, line)
		}
		if line.DueMS > 0 && days >= 0 && days < loadDays {
			d.Load[days].add(line.Type)
		}
	}
	slices.SortStableFunc(d.Today, func(a, b Line) int {
		return cmp.Or(cmp.Compare(rank(a.Type), rank(b.Type)), cmp.Compare(a.DueMS, b.DueMS))
	})
}

func rank(taskType string) int {
	return slices.Index([]string{"appointment", "promise", "task"}, taskType)
}

func (l *Load) add(taskType string) {
	switch taskType {
	case "promise":
		l.Promises++
	case "appointment":
		l.Appointments++
	default:
		l.Tasks++
	}
}

// Sum is everything that is due on the day.
func (l Load) Sum() int { return l.Tasks + l.Promises + l.Appointments }
