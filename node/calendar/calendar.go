package calendar

import (
	"fmt"
	"time"
)

// Limits.
const (
	// maxSpanDays is the longest stretch that is counted day by day: ten years.
	// Whatever is older is as old as that.
	maxSpanDays = 3660
	dayMS       = 24 * 60 * 60 * 1000
)

// Day is a day on which a branch departs from the week.
type Day struct {
	Date   string // ISO, 2026-10-01
	Branch int64  // 0: of the whole bank
	Works  bool   // false: closed; true: worked though it is a weekend
	Name   string // of the holiday, for people
}

// Calendar is the week of a branch with its exceptions. The zero value works
// from Monday to Friday in UTC. It is immutable and may be shared.
type Calendar struct {
	zone   *time.Location
	except map[string]Day
}

// New makes the calendar of a branch in a time zone; nil means UTC. Days of
// other branches are passed over; one that is no date is an error.
func New(branch int64, zone *time.Location, days []Day) (*Calendar, error) {
	c := &Calendar{zone: zone, except: map[string]Day{}}
	for _, d := range days {
		if _, err := time.Parse(time.DateOnly, d.Date); err != nil {
			return nil, fmt.Errorf("calendar: %q is not a day like 2026-10-01", d.Date)
		}
		if d.Branch != 0 && d.Branch != branch {
			continue
		}
		if had, there := c.except[d.Date]; there && had.Branch != 0 && d.Branch == 0 {
			continue
		}
		c.except[d.Date] = d
	}
	return c, nil
}

// Zone is the time zone of the branch.
func (c *Calendar) Zone() *time.Location {
	if c.zone == nil {
		return time.UTC
	}
	return c.zone
}

// midnight is when the civil day of an instant began, as a date without a
// zone, so that days of 23 and 25 hours count as one.
func (c *Calendar) midnight(ms int64) time.Time {
	t := time.UnixMilli(ms).In(c.Zone())
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)
}

// end is the last millisecond of a civil day.
func (c *Calendar) end(day time.Time) int64 {
	return time.Date(day.Year(), day.Month(), day.Day()+1, 0, 0, 0, 0, c.Zone()).UnixMilli() - 1
}

func (c *Calendar) works(day time.Time) bool {
	if d, there := c.except[day.Format(time.DateOnly)]; there {
		return d.Works
	}
	wd := day.Weekday()
	return wd != time.Saturday && wd != time.Sunday
}

// Works reports whether the branch works on the day of an instant, ms UTC, and
// the name of the day if it departs from the week.
func (c *Calendar) Works(ms int64) (works bool, name string) {
	day := c.midnight(ms)
	return c.works(day), c.except[day.Format(time.DateOnly)].Name
}

// AddBusinessDays is the end of the n-th business day after the day of an
// instant, ms UTC. None at all: the end of that day itself.
func (c *Calendar) AddBusinessDays(ms int64, n int) int64 {
	day := c.midnight(ms)
	for i := 0; n > 0 && i < maxSpanDays; i++ {
		if day = day.AddDate(0, 0, 1); c.works(day) {
			n--
		}
	}
	return c.end(day)
}

// AddDays is the end of the n-th calendar day after the day of an instant, ms UTC.
func (c *Calendar) AddDays(ms int64, n int) int64 {
	return c.end(c.midnight(ms).AddDate(0, 0, n))
}

// BusinessDays counts the business days that began after the day of from, up to
// and with the day of to; negative when to lies before. Both ms UTC.
func (c *Calendar) BusinessDays(fromMS, toMS int64) int {
	from, to := c.midnight(fromMS), c.midnight(toMS)
	if to.Before(from) {
		return -c.BusinessDays(toMS, fromMS)
	}
	n := 0
	for i := 0; from.Before(to) && i < maxSpanDays; i++ {
		if from = from.AddDate(0, 0, 1); c.works(from) {
			n++
		}
	}
	return n
}

// Days counts the calendar days from the day of one instant to that of another.
func (c *Calendar) Days(fromMS, toMS int64) int {
	return int(c.midnight(toMS).Sub(c.midnight(fromMS)).Milliseconds() / dayMS)
}

// SameDay reports whether two instants lie on one day of the branch.
func (c *Calendar) SameDay(aMS, bMS int64) bool { return c.midnight(aMS).Equal(c.midnight(bMS)) }
