package words

import (
	"errors"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// Limits of a typed day.
const (
	maxWhen  = 60   // bytes: a day in words
	maxAhead = 3660 // days a day may lie ahead: ten years
)

var errWhen = errors.New("words: no day")

// ReadWhen reads a day as people say it, in English or Chinese, and returns
// its end in the reader's zone, ms UTC: today, tomorrow, friday, next friday,
// in 3 days, 2 weeks, 25 nov, 25.11., 2026-11-25, end of month; 今天, 明天, 后天,
// 周五, 下周五, 3天后, 两周后, 11月25日, 月底. A weekday is the next one from
// tomorrow on; a day without a year is the next such day.
func (l *Language) ReadWhen(typed string) (int64, error) {
	s := strings.ToLower(strings.TrimSpace(typed))
	if s == "" || len(s) > maxWhen {
		return 0, errWhen
	}
	now := l.at(l.now())
	today := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, l.zone)
	for _, read := range []func(string, time.Time) (time.Time, bool){spokenDay, counted, weekday, calendarDay} {
		day, ok := read(s, today)
		if !ok {
			continue
		}
		if day.Before(today.AddDate(-10, 0, 0)) || day.After(today.AddDate(0, 0, maxAhead)) {
			return 0, errWhen
		}
		return day.AddDate(0, 0, 1).UnixMilli() - 1, nil
	}
	return 0, errWhen
}

// spokenDay knows days that have a name of their own.
func spokenDay(s string, today time.Time) (time.Time, bool) {
	for words, days := range map[string]int{"today|今天|今日|tonight": 0, "tomorrow|明天|明日|tmr": 1, "day after tomorrow|后天|後天": 2, "大后天": 3, "yesterday|昨天": -1} {
		if slices.Contains(strings.Split(words, "|"), s) {
			return today.AddDate(0, 0, days), true
		}
	}
	switch s {
	case "end of month", "month end", "月底", "本月底":
		return time.Date(today.Year(), today.Month()+1, 0, 0, 0, 0, 0, today.Location()), true
	case "next month", "下个月", "下月":
		return sameDayOfMonth(today, 1), true
	case "end of year", "year end", "年底":
		return time.Date(today.Year(), 12, 31, 0, 0, 0, 0, today.Location()), true
	case "next week", "下周", "下星期":
		return today.AddDate(0, 0, 7), true
	}
	return today, false
}

// sameDayOfMonth is that many months on; the last day of a month that is shorter.
func sameDayOfMonth(day time.Time, months int) time.Time {
	last := time.Date(day.Year(), day.Month()+time.Month(months)+1, 0, 0, 0, 0, 0, day.Location())
	if day.Day() >= last.Day() {
		return last
	}
	return time.Date(last.Year(), last.Month(), day.Day(), 0, 0, 0, 0, day.Location())
}

var (
	inEnglish = regexp.MustCompile(`^(?:in )?(\d{1,4}|an?|one|two|three|four|five|six|seven|ten) ?(d|days?|w|weeks?|m|months?)(?: from now)?$`)
	inChinese = regexp.MustCompile(`^([0-9]{1,4}|[一二两三四五六七八九十])(?:个)?(天|日|周|星期|礼拜|月)(?:后|之后|以后)$`)
	numbers   = map[string]int{"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "ten": 10,
		"一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9, "十": 10}
)

// counted knows days that are counted from today.
func counted(s string, today time.Time) (time.Time, bool) {
	m := inEnglish.FindStringSubmatch(s)
	if m == nil {
		m = inChinese.FindStringSubmatch(s)
	}
	if m == nil {
		return today, false
	}
	n, ok := numbers[m[1]]
	if !ok {
		n, _ = strconv.Atoi(m[1]) // at most four digits
	}
	switch m[2] {
	case "d", "day", "days", "天", "日":
		return today.AddDate(0, 0, n), true
	case "w", "week", "weeks", "周", "星期", "礼拜":
		return today.AddDate(0, 0, 7*n), true
	}
	return sameDayOfMonth(today, n), true
}

var (
	weekdaysEnglish = []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}
	weekdaysChinese = []string{"日天", "一", "二", "三", "四", "五", "六"}
	sayEnglish      = regexp.MustCompile(`^(?:(next|this|on|by) )?(sun|mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?)(?:day)?$`)
	sayChinese      = regexp.MustCompile(`^(下|这|本)?(?:个)?(?:周|星期|礼拜)([一二三四五六日天])$`)
)

// weekday knows days of this week and the next. "next" and 下 are of the week
// that begins on the Monday to come.
func weekday(s string, today time.Time) (time.Time, bool) {
	which, day := "", -1
	if m := sayEnglish.FindStringSubmatch(s); m != nil {
		which, day = m[1], slices.Index(weekdaysEnglish, m[2][:3])
	} else if m := sayChinese.FindStringSubmatch(s); m != nil {
		which = m[1]
		day = slices.IndexFunc(weekdaysChinese, func(w string) bool { return strings.Contains(w, m[2]) })
	}
	if day < 0 {
		return today, false
	}
	if which == "next" || which == "下" {
		monday := today.AddDate(0, 0, 7-(int(today.Weekday())+6)%7)
		return monday.AddDate(0, 0, (day+6)%7), true
	}
	ahead := (day - int(today.Weekday()) + 7) % 7
	if ahead == 0 && which != "this" && which != "这" && which != "本" {
		ahead = 7
	}
	return today.AddDate(0, 0, ahead), true
}

var (
	monthNames = []string{"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"}
	isoDay     = regexp.MustCompile(`^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?$`)
	dayMonth   = regexp.MustCompile(`^(\d{1,2})[./](\d{1,2})[./]?(?:(\d{4}))?$`)
	monthDay   = regexp.MustCompile(`^(\d{1,2})月(\d{1,2})[日号]?$`)
	namedDay   = regexp.MustCompile(`^(\d{1,2})(?:st|nd|rd|th|\.)?(?: of)? ([a-z]{3,9})\.?(?: (\d{4}))?$`)
	dayNamed   = regexp.MustCompile(`^([a-z]{3,9})\.? (\d{1,2})(?:st|nd|rd|th)?(?:,? (\d{4}))?$`)
)

// calendarDay knows dates, with and without a year.
func calendarDay(s string, today time.Time) (time.Time, bool) {
	s = strings.Join(strings.FieldsFunc(s, unicode.IsSpace), " ")
	if m := isoDay.FindStringSubmatch(s); m != nil {
		return civil(m[1], month(m[2]), m[3], today)
	}
	if m := monthDay.FindStringSubmatch(s); m != nil {
		return civil("", month(m[1]), m[2], today)
	}
	if m := dayMonth.FindStringSubmatch(strings.ReplaceAll(s, ". ", ".")); m != nil {
		return civil(m[3], month(m[2]), m[1], today)
	}
	if m := namedDay.FindStringSubmatch(s); m != nil {
		return civil(m[3], month(m[2]), m[1], today)
	}
	if m := dayNamed.FindStringSubmatch(s); m != nil {
		return civil(m[3], month(m[1]), m[2], today)
	}
	return today, false
}

// month reads a month by number or name; 0: none.
func month(s string) time.Month {
	if n, err := strconv.Atoi(s); err == nil {
		return time.Month(n)
	}
	if len(s) < 3 {
		return 0
	}
	return time.Month(slices.Index(monthNames, s[:3]) + 1)
}

// civil makes a day of its parts; without a year the next such day.
func civil(year string, m time.Month, day string, today time.Time) (time.Time, bool) {
	d, err := strconv.Atoi(day)
	if err != nil || m < 1 || m > 12 {
		return today, false
	}
	y, err := strconv.Atoi(year)
	if year == "" {
		y, err = today.Year(), nil
	}
	at := time.Date(y, m, d, 0, 0, 0, 0, today.Location())
	if year == "" && at.Before(today) {
		at = time.Date(y+1, m, d, 0, 0, 0, 0, today.Location())
	}
	return at, err == nil && at.Day() == d && at.Month() == m
}

// AtClock is a time of day, as 14:30, on the day that ends at an instant, ms UTC.
func (l *Language) AtClock(endMS int64, clock string) (int64, error) {
	at, err := time.Parse("15:04", strings.TrimSpace(clock))
	if err != nil {
		return 0, errWhen
	}
	day := l.at(endMS)
	return time.Date(day.Year(), day.Month(), day.Day(), at.Hour(), at.Minute(), 0, 0, l.zone).UnixMilli(), nil
}

// Weekday is the short name of the day of an instant.
func (l *Language) Weekday(ms int64) string {
	return l.T("weekday." + strings.ToLower(l.at(ms).Weekday().String()))
}
