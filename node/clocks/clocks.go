package clocks

import (
	"cmp"
	"slices"

	"bough/node/calendar"
)

// Facts are what happened in a case, ms UTC; 0: not yet.
type Facts struct {
	HappenedMS     int64 // the customer said so
	AcknowledgedMS int64
	CreditedMS     int64 // a provisional credit was given
	ExtendedMS     int64 // a holding reply with reasons was sent
	DecidedMS      int64 // resolved
	ToldMS         int64 // the customer was told the result
	NewAccount     bool
	// Far: a foreign or a point-of-sale transaction.
	Far bool
}

// The names of clocks.
const (
	Acknowledge = "acknowledge"
	Answer      = "answer"
	Report      = "report"
)

// Clock is one deadline of a case.
type Clock struct {
	Name  string
	DueMS int64
	MetMS int64 // when it was met, also too late; 0: it runs
	// Extended: the deadline is the longer one.
	Extended bool
	// CanExtend: a provisional credit (or a holding reply) by the deadline
	// would make it longer, until ThenMS.
	CanExtend bool
	ThenMS    int64
}

// Missed reports whether the deadline passed without being met in time.
func (c Clock) Missed(nowMS int64) bool {
	if c.MetMS != 0 {
		return c.MetMS > c.DueMS
	}
	return nowMS > c.DueMS
}

// Of tells the clocks of a case, the earliest deadline first.
func Of(r Rule, c *calendar.Calendar, f Facts) []Clock {
	var out []Clock
	if r.Acknowledge.N > 0 {
		// Whoever has the answer needs no acknowledgement any more.
		out = append(out, Clock{Name: Acknowledge, DueMS: end(c, f.HappenedMS, r.Acknowledge), MetMS: first(f.AcknowledgedMS, f.DecidedMS)})
	}
	if a := answer(r, c, f); a.DueMS != 0 {
		out = append(out, a)
	}
	if r.Report.N > 0 && f.DecidedMS != 0 {
		out = append(out, Clock{Name: Report, DueMS: end(c, f.DecidedMS, r.Report), MetMS: f.ToldMS})
	}
	slices.SortStableFunc(out, func(a, b Clock) int { return cmp.Compare(a.DueMS, b.DueMS) })
	return out
}

func answer(r Rule, c *calendar.Calendar, f Facts) Clock {
	span, long := r.Answer, r.Extended
	if f.NewAccount && r.AnswerNew.N > 0 {
		span = r.AnswerNew
	}
	if (f.NewAccount || f.Far) && r.ExtendedLong.N > 0 {
		long = r.ExtendedLong
	}
	if span.N == 0 {
		return Clock{}
	}
	a := Clock{Name: Answer, DueMS: end(c, f.HappenedMS, span), MetMS: f.DecidedMS}
	if long.N == 0 {
		return a
	}
	by := f.ExtendedMS
	if r.Credit {
		by = f.CreditedMS
	}
	then := end(c, f.HappenedMS, long)
	if by != 0 && by <= a.DueMS {
		a.DueMS, a.Extended = then, true
		return a
	}
	a.CanExtend, a.ThenMS = a.MetMS == 0 && by == 0, then
	return a
}

func end(c *calendar.Calendar, fromMS int64, s Span) int64 {
	if s.Business {
		return c.AddBusinessDays(fromMS, s.N)
	}
	return c.AddDays(fromMS, s.N)
}

// first is the earlier of two times of which either may be missing.
func first(a, b int64) int64 {
	if a == 0 || b != 0 && b < a {
		return b
	}
	return a
}

// Next is the deadline that a case has to meet next; false: none runs.
func Next(clocks []Clock) (Clock, bool) {
	for _, c := range clocks {
		if c.MetMS == 0 {
			return c, true
		}
	}
	return Clock{}, false
}
