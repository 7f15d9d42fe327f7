package words

import (
	"regexp"
	"strconv"
	"strings"
	"time"
)

// ReadPast reads a day that is over, or today, as people say it, and returns
// its first and last millisecond in the reader's zone, UTC. It knows what
// ReadWhen knows; a weekday, or a day without a year, is the last such day:
// friday, 20 nov, 周五.
func (l *Language) ReadPast(typed string) (firstMS, lastMS int64, err error) {
	day, ok := l.past(typed)
	if !ok {
		return 0, 0, errWhen
	}
	return day.UnixMilli(), day.AddDate(0, 0, 1).UnixMilli() - 1, nil
}

// past is the first moment of a day that is over, or of today.
func (l *Language) past(typed string) (time.Time, bool) {
	s := strings.ToLower(strings.TrimSpace(typed))
	if s == "" || len(s) > maxWhen {
		return time.Time{}, false
	}
	return l.near(true).day(s)
}

// ReadDate reads a date with its year, as 17 Apr 1961, 17.4.1961, 1961-04-17,
// 19610417 or 1961年4月17日, and returns it as YYYY-MM-DD.
func (l *Language) ReadDate(typed string) (string, error) {
	s := strings.ToLower(strings.TrimSpace(typed))
	if len(s) > maxWhen {
		return "", errWhen
	}
	day, ok := l.near(true).calendarDay(s)
	if !ok || !strings.Contains(s, day.Format("2006")) {
		return "", errWhen
	}
	return day.Format(FormDate), nil
}

var (
	isoMoment  = regexp.MustCompile(`^(\d{4}-\d{2}-\d{2})t(\d)`)
	agoEnglish = regexp.MustCompile(`^(\d{1,3}|an?|half an) ?(m|mins?|minutes?|h|hours?) ago$`)
	agoChinese = regexp.MustCompile(`^(\d{1,3}|半)(?:个)?(分钟|小时|钟头)(?:前|之前|以前)$`)
)

// ReadMoment reads when something happened, in the reader's zone, ms UTC: a day
// as ReadPast knows it with a time of day behind it, or one of the two alone;
// now, 20 minutes ago; 刚才, 20分钟前. A day alone is its noon, today alone is now.
func (l *Language) ReadMoment(typed string) (int64, error) {
	s := strings.ToLower(strings.TrimSpace(typed))
	if len(s) > maxWhen {
		return 0, errWhen
	}
	switch s {
	case "now", "just now", "today", "现在", "刚才", "今天":
		return l.now(), nil
	}
	if ago, ok := spanAgo(s); ok {
		return l.now() - ago.Milliseconds(), nil
	}
	said, of, timed := cutClock(isoMoment.ReplaceAllString(s, "$1 $2"))
	if !timed {
		of = 12 * time.Hour
	}
	day, ok := l.near(true).today, timed
	if said != "" {
		day, ok = l.past(said)
	}
	if !ok {
		return 0, errWhen
	}
	return at(day, of).UnixMilli(), nil
}

// at is a time of day on a day, which may have 23 or 25 hours.
func at(day time.Time, clock time.Duration) time.Time {
	return time.Date(day.Year(), day.Month(), day.Day(), 0, int(clock.Minutes()), 0, 0, day.Location())
}

func spanAgo(s string) (time.Duration, bool) {
	m := agoEnglish.FindStringSubmatch(s)
	if m == nil {
		m = agoChinese.FindStringSubmatch(s)
	}
	if m == nil {
		return 0, false
	}
	unit := time.Hour
	if strings.HasPrefix(m[2], "m") || m[2] == "分钟" {
		unit = time.Minute
	}
	if m[1] == "half an" || m[1] == "半" {
		return unit / 2, true
	}
	n, err := strconv.Atoi(m[1])
	if err != nil {
		n = 1 // a, an
	}
	return time.Duration(n) * unit, true
}

var (
	clockEnglish = regexp.MustCompile(`^(.*?)[\s,，]*(?:at )?\b(\d{1,2})(?:[:：](\d{2}))? ?(am|pm)?$`)
	clockChinese = regexp.MustCompile(`^(.*?)[\s,，]*(上午|早上|凌晨|中午|下午|晚上)?(\d{1,2})[点时:：](?:(\d{1,2})分?|(半)|整)?$`)
)

// cutClock takes the time of day off the end of what was said.
func cutClock(s string) (rest string, clock time.Duration, ok bool) {
	var hour, minute, half string
	if m := clockEnglish.FindStringSubmatch(s); m != nil && (m[3] != "" || m[4] != "") {
		rest, hour, minute, half = m[1], m[2], m[3], m[4]
	} else if m := clockChinese.FindStringSubmatch(s); m != nil {
		rest, hour, minute, half = m[1], m[3], m[4], halves[m[2]]
		if m[5] != "" {
			minute = "30"
		}
	} else {
		return s, 0, false
	}
	h, _ := strconv.Atoi(hour)
	m, _ := strconv.Atoi(minute)
	switch {
	case half == "pm" && h < 12:
		h += 12
	case half == "am" && h == 12:
		h = 0
	}
	if h > 23 || m > 59 {
		return s, 0, false
	}
	return rest, time.Duration(h)*time.Hour + time.Duration(m)*time.Minute, true
}

// halves are the halves of the day that Chinese names.
var halves = map[string]string{"上午": "am", "早上": "am", "凌晨": "am", "中午": "", "下午": "pm", "晚上": "pm"}

// AtClock is a time of day, as 14:30, 2:30 pm or 下午2点半, on the day that ends
// at an instant, ms UTC.
func (l *Language) AtClock(endMS int64, clock string) (int64, error) {
	rest, of, ok := cutClock(strings.ToLower(strings.TrimSpace(clock)))
	if !ok || rest != "" {
		return 0, errWhen
	}
	return at(l.at(endMS), of).UnixMilli(), nil
}
