package words

import (
	"time"
)

// FormDate is how dates are kept.
const FormDate = "2006-01-02"

const dayMS = 24 * 60 * 60 * 1000

func (l *Language) at(ms int64) time.Time { return time.UnixMilli(ms).In(l.Zone()) }

// Zone is where the reader's clock hangs.
func (l *Language) Zone() *time.Location {
	if o := l.own.Load(); o != nil && o.Zone != nil {
		return o.Zone
	}
	return l.zone
}

// Moment writes day and time.
func (l *Language) Moment(ms int64) string {
	if ms == 0 {
		return ""
	}
	return l.at(ms).Format(l.T("layout.moment"))
}

// Day writes the day of an instant.
func (l *Language) Day(ms int64) string {
	if ms == 0 {
		return ""
	}
	return l.at(ms).Format(l.T("layout.day"))
}

// Clock writes the time of today, and the day as well when it was another.
func (l *Language) Clock(ms int64) string {
	if ms == 0 {
		return ""
	}
	if l.at(ms).Format(FormDate) != l.at(l.now()).Format(FormDate) {
		return l.Moment(ms)
	}
	return l.at(ms).Format("15:04")
}

// Date writes a date that is kept as YYYY-MM-DD; anything else as it is.
func (l *Language) Date(iso string) string {
	t, err := time.Parse(FormDate, iso)
	if err != nil {
		return iso
	}
	return t.Format(l.T("layout.day"))
}

// Span writes a length of time in its largest unit.
func (l *Language) Span(ms int64) string {
	switch {
	case ms < 0:
		return l.N("span.seconds", 0)
	case ms < 60*1000:
		return l.N("span.seconds", ms/1000)
	case ms < 60*60*1000:
		return l.N("span.minutes", ms/(60*1000))
	case ms < 2*dayMS:
		return l.N("span.hours", ms/(60*60*1000))
	}
	return l.N("span.days", ms/dayMS)
}

// Lasted is the span from an instant until now.
func (l *Language) Lasted(ms int64) string { return l.Span(l.now() - ms) }

// Ago says how long ago an instant was.
func (l *Language) Ago(ms int64) string { return l.T("span.ago", "Span", l.Lasted(ms)) }

// Years are the full years from a date, YYYY-MM-DD, until now; -1 when the
// date is not known.
func (l *Language) Years(iso string) int {
	born, err := time.Parse(FormDate, iso)
	if err != nil {
		return -1
	}
	today := l.at(l.now())
	years := today.Year() - born.Year()
	if today.Month() < born.Month() || today.Month() == born.Month() && today.Day() < born.Day() {
		years--
	}
	return years
}

// Age writes how old somebody born on a date is, or nothing.
func (l *Language) Age(iso string) string { return l.years("span.age", iso) }

// Tenure writes the full years since a date, or nothing.
func (l *Language) Tenure(iso string) string { return l.years("span.years", iso) }

func (l *Language) years(key, iso string) string {
	years := l.Years(iso)
	if years < 0 {
		return ""
	}
	return l.N(key, int64(years))
}
