package branches

import (
	"context"
	"strings"
	"time"

	"bough/crdt"
	"bough/node/crm"
	"bough/node/desk"
	"bough/sync/rows"
)

// PreviewDays is how far the preview of a branch looks.
const PreviewDays = 30

const daysShown = 500 // lines of the list

// Scope is whom a day is for: the bank where both are empty.
type Scope struct {
	Country string
	Branch  int64
}

// Holiday is a day that departs from the week.
type Holiday struct {
	ID crdt.ID
	Scope
	Date  string
	Works bool
	Name  string
	Ended bool
	Batch string // of the list that it came with
	By    desk.Author
}

func holidayOf(row *rows.Stored) Holiday {
	return Holiday{ID: row.ID, Scope: Scope{row.Get(crm.HolidayCountry).S, row.Get(crm.HolidayBranch).I}, Date: row.Get(crm.HolidayDate).S,
		Works: row.Get(crm.HolidayWorks).I == 1, Name: row.Get(crm.HolidayName).S, Ended: row.Get(crm.HolidayEnded).I == 1,
		Batch: row.Clocks.Of(crm.HolidayDate).Stamp.String()}
}

// Holidays lists the days from an ISO date on, those that were taken back too.
func (b *Branches) Holidays(ctx context.Context, who *desk.Who, from string) (out []Holiday, err error) {
	err = b.desk.Look(ctx, who, crm.ActSetUp, func(r *desk.Reader) error {
		return r.Rows(crm.Holiday, `date>=?1 ORDER BY date, branch, id LIMIT ?2`, func(row *rows.Stored) (err error) {
			h := holidayOf(row)
			h.By, err = r.Author(row)
			out = append(out, h)
			return err
		}, from, daysShown)
	})
	return out, err
}

// Day is a day of a branch as it will be.
type Day struct {
	AtMS  int64
	Works bool
	Name  string
}

// Preview is the next days of a branch, today first.
func (b *Branches) Preview(ctx context.Context, who *desk.Who, branch int64) (out []Day, err error) {
	err = b.desk.Look(ctx, who, crm.ActSetUp, func(r *desk.Reader) error {
		cal, _, err := r.CalendarOf(branch)
		if err != nil {
			return err
		}
		noon := time.UnixMilli(r.NowMS).In(cal.Zone())
		noon = time.Date(noon.Year(), noon.Month(), noon.Day(), 12, 0, 0, 0, cal.Zone())
		for i := range PreviewDays {
			d := Day{AtMS: noon.AddDate(0, 0, i).UnixMilli()}
			d.Works, d.Name = cal.Works(d.AtMS)
			out = append(out, d)
		}
		return nil
	})
	return out, err
}

// Try reads a list of days for a scope, and marks what is there already.
func (b *Branches) Try(ctx context.Context, who *desk.Who, in Scope, text string) (out []Parsed, err error) {
	if in.Country = strings.ToUpper(strings.TrimSpace(in.Country)); !country(in.Country) {
		return nil, desk.Mistyped("country", "bad_country", "a country has two letters, like CN; empty: everywhere")
	}
	if out = Parse(text); len(out) == 0 {
		return nil, desk.Mistyped("days", "days_none", "there is no day in it")
	}
	err = b.desk.Look(ctx, who, crm.ActSetUp, func(r *desk.Reader) error {
		there := map[string]Holiday{}
		err := r.Rows(crm.Holiday, `(ended IS NULL OR ended=0) AND coalesce(country, '')=?1 AND coalesce(branch, 0)=?2 ORDER BY id`, func(row *rows.Stored) error {
			h := holidayOf(row)
			there[h.Date] = h
			return nil
		}, in.Country, in.Branch)
		for i := range out {
			h, known := there[out[i].Date]
			out[i].Known = known && h.Works == out[i].Works && h.Name == out[i].Name
		}
		return err
	})
	return out, err
}

// Import takes a list of days in: all of it, or, where a line is wrong, nothing.
// batch names the list, so that it can be taken back.
func (b *Branches) Import(ctx context.Context, who *desk.Who, in Scope, text string) (batch string, n int, err error) {
	days, err := b.Try(ctx, who, in, text)
	if err != nil {
		return "", 0, err
	}
	for _, d := range days {
		if d.Fault != "" {
			return "", 0, desk.Mistyped("days", "days_wrong", "line %d cannot be read; nothing was taken in", d.Line)
		}
	}
	in.Country = strings.ToUpper(strings.TrimSpace(in.Country))
	saved, err := b.desk.Decree(ctx, who, crm.ActSetUp, func(a *rows.Act) (id crdt.ID, err error) {
		if known, _, err := a.Tx.Int(`SELECT count(*) FROM branch WHERE number=?1`, in.Branch); err != nil || in.Branch != 0 && known == 0 {
			if err == nil {
				err = desk.Mistyped("branch", "person_branch", "there is no such branch")
			}
			return 0, err
		}
		for _, d := range days {
			if d.Known {
				continue
			}
			if id, err = a.Mint(); err != nil {
				return 0, err
			}
			a.Add(holidayOp(id, in, &d))
			n++
		}
		return id, nil
	})
	return saved.Stamp.String(), n, err
}

func holidayOp(id crdt.ID, in Scope, d *Parsed) crdt.Op {
	works := int64(0)
	if d.Works {
		works = 1
	}
	op := crdt.Op{Kind: crm.Holiday, ID: id, Set: []crdt.FieldSet{
		{Field: crm.HolidayDate, Value: crdt.TextValue(d.Date)}, {Field: crm.HolidayBranch, Value: crdt.IntValue(in.Branch)}, {Field: crm.HolidayWorks, Value: crdt.IntValue(works)}}}
	if d.Name != "" {
		op.Set = append(op.Set, crdt.FieldSet{Field: crm.HolidayName, Value: crdt.TextValue(d.Name)})
	}
	if in.Country != "" {
		op.Set = append(op.Set, crdt.FieldSet{Field: crm.HolidayCountry, Value: crdt.TextValue(in.Country)})
	}
	return op
}

// End takes days back, or sets them again: one by its id, or all of a batch.
func (b *Branches) End(ctx context.Context, who *desk.Who, id crdt.ID, batch string, ended bool) (n int, err error) {
	flag := crdt.IntValue(0)
	if ended {
		flag = crdt.IntValue(1)
	}
	_, err = b.desk.Decree(ctx, who, crm.ActSetUp, func(a *rows.Act) (crdt.ID, error) {
		err := a.Tx.Rows(crm.Holiday, `1 ORDER BY id`, func(row *rows.Stored) error {
			h := holidayOf(row)
			if h.Ended == ended || (id == 0 || h.ID != id) && (batch == "" || h.Batch != batch) {
				return nil
			}
			n++
			saw, err := desk.Saw(row, crm.HolidayEnded, "", nil)
			a.Add(crdt.Op{Kind: crm.Holiday, ID: h.ID, Set: []crdt.FieldSet{{Field: crm.HolidayEnded, Value: flag, Saw: saw}}})
			return err
		})
		if err == nil && n == 0 {
			err = desk.Missing("holiday", "there is no such day")
		}
		return id, err
	})
	return n, err
}
