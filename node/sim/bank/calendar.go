package bank

import (
	"sort"
	"time"
)

const (
	minuteMS = 60_000
	hourMS   = 60 * minuteMS
	dayMS    = 24 * hourMS

	opensMS  = 9 * hourMS              // a branch opens at 9:00 local time
	closesMS = 17*hourMS + 30*minuteMS // and closes at 17:30
	dueMS    = 17 * hourMS             // promises are due at 17:00
	batchMS  = 22 * hourMS             // the core gives balances at 22:00
	feedLag  = 20 * minuteMS           // and the feed brings them a little later
	slackMS  = 10 * minuteMS           // a day younger than this has no events yet
)

// zone is a time zone: minutes east of UTC in winter, and whether clocks follow
// the North American summer time of 2007. The system's zone files are not asked,
// for they differ from machine to machine.
type zone struct {
	east   int64
	summer bool
}

func zoneOf(name string) zone {
	switch name {
	case "Asia/Shanghai":
		return zone{east: 480}
	case "America/Chicago":
		return zone{-360, true}
	case "America/Denver":
		return zone{-420, true}
	}
	return zone{-300, true} // America/New_York
}

// A day is a number of days since 1970-01-01, which was a Thursday.
func weekday(day int) int { return (day + 4) % 7 } // 0 is Sunday

func isWorkday(day int) bool { d := weekday(day); return d != 0 && d != 6 }

// workday is the day n workdays after day.
func workday(day, n int) int {
	for n > 0 {
		day++
		if isWorkday(day) {
			n--
		}
	}
	return day
}

func civil(day int) (year, month, dom int) {
	y, m, d := time.Unix(int64(day)*86400, 0).UTC().Date()
	return y, int(m), d
}

func dayOf(year, month, dom int) int {
	return int(time.Date(year, time.Month(month), dom, 0, 0, 0, 0, time.UTC).Unix() / 86400)
}

// sunday is the nth Sunday of a month.
func sunday(year, month, n int) int {
	first := dayOf(year, month, 1)
	return first + (7-weekday(first))%7 + 7*(n-1)
}

// midnight is the instant, ms UTC, at which a local day begins; exact for
// workdays, since clocks change on Sundays.
func (z zone) midnight(day int) int64 {
	east := z.east
	if y, _, _ := civil(day); z.summer && day >= sunday(y, 3, 2) && day < sunday(y, 11, 1) {
		east += 60
	}
	return int64(day)*dayMS - east*minuteMS
}

// day is the local day of an instant.
func (z zone) day(ms int64) int {
	d := int(ms / dayMS)
	for ms >= z.midnight(d+1) {
		d++
	}
	for ms < z.midnight(d) {
		d--
	}
	return d
}

// calendar holds the days on which a branch was open, from the beginning of
// the window up to the present.
type calendar struct {
	zone
	now   int64
	days  []int
	opens []int64 // ms UTC, beside days
}

func newCalendar(z zone, first int, now int64) *calendar {
	c := &calendar{zone: z, now: now}
	for d := first; ; d++ {
		open := z.midnight(d) + opensMS
		if open+slackMS > now {
			return c
		}
		if isWorkday(d) {
			c.days = append(c.days, d)
			c.opens = append(c.opens, open)
		}
	}
}

// last is the number of the latest opening day.
func (c *calendar) last() int { return len(c.days) - 1 }

// moment draws an instant in the opening hours of the ith day, not after now.
func (c *calendar) moment(r *rng, i int) int64 {
	span := min(closesMS-opensMS, c.now-minuteMS-c.opens[i])
	return c.opens[i] + int64(r.n(int(span/1000)))*1000
}

// first is the number of the first day that opens after an instant; it may be
// one more than last.
func (c *calendar) first(ms int64) int {
	return sort.Search(len(c.opens), func(i int) bool { return c.opens[i] > ms })
}

// after draws an instant on the next opening day after ms, or an hour later at
// most when there is none yet.
func (c *calendar) after(r *rng, ms int64) int64 {
	if i := c.first(ms); i < len(c.days) {
		return c.moment(r, i)
	}
	return min(ms+hourMS, c.now)
}

// within draws an instant on an opening day after that of from, up to the day
// of to.
func (c *calendar) within(r *rng, from, to int64) int64 {
	lo := c.first(from)
	if lo > c.last() {
		return c.after(r, from)
	}
	return c.moment(r, r.between(lo, c.first(to)-1))
}

// batch is when the core gave the balances back workdays before the latest time.
func (c *calendar) batch(back int) int64 {
	i := c.last()
	for c.midnight(c.days[i])+batchMS+feedLag > c.now {
		i--
	}
	return c.midnight(c.days[i-back]) + batchMS
}

// due is closing time on the nth workday from an instant on: 0 is the same day
// when it is a workday and not yet past, otherwise the next.
func (c *calendar) due(ms int64, n int) int64 {
	d := c.day(ms)
	if !isWorkday(d) || ms >= c.midnight(d)+dueMS {
		d = workday(d, 1)
	}
	return c.midnight(workday(d, n)) + dueMS
}
