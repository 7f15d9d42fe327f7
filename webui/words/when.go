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
	maxBack  = 130  // years a day may lie behind: nobody is older
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
	day, ok := l.near(false).day(s)
	if !ok {
		return 0, errWhen
	}
	return day.AddDate(0, 0, 1).UnixMilli() - 1, nil
}

// near is from where a day in words is meant.
type near struct {
	today time.Time // its first moment
	back  bool      // what is said lies behind: friday is the last one
}

func (l *Language) near(back bool) near {
	now := l.at(l.now())
	return near{today: time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, l.Zone()), back: back}
}

// day is the first moment of the day that is meant.
func (n near) day(s string) (time.Time, bool) {
	for _, read := range []func(string) (time.Time, bool){n.spokenDay, n.counted, n.weekday, n.calendarDay} {
		if day, ok := read(s); ok {
			return day, !day.Before(n.today.AddDate(-maxBack, 0, 0)) && !day.After(n.today.AddDate(0, 0, maxAhead))
		}
	}
	return n.today, false
}

// spokenDay knows days that have a name of their own.
func (n near) spokenDay(s string) (time.Time, bool) {
	today := n.today
	for words, days := range map[string]int{"today|今天|今日|tonight": 0, "tomorrow|明天|明日|tmr": 1, "day after tomorrow|后天|後天": 2, "大后天": 3, "yesterday|昨天|昨日": -1, "day before yesterday|前天": -2} {
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
	inEnglish = regexp.MustCompile(`^(?:in )?(\d{1,4}|an?|one|two|three|four|five|six|seven|ten) ?(d|days?|w|weeks?|m|months?)( from now| ago)?$`)
	inChinese = regexp.MustCompile(`^([0-9]{1,4}|[一二两三四五六七八九十])(?:个)?(天|日|周|星期|礼拜|月)(后|之后|以后|前|之前|以前)$`)
	numbers   = map[string]int{"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "ten": 10,
		"一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9, "十": 10}
)

// counted knows days that are counted from today.
func (n near) counted(s string) (time.Time, bool) {
	today := n.today
	m := inEnglish.FindStringSubmatch(s)
	if m == nil {
		m = inChinese.FindStringSubmatch(s)
	}
	if m == nil {
		return today, false
	}
	count, ok := numbers[m[1]]
	if !ok {
		count, _ = strconv.Atoi(m[1]) // at most four digits
	}
	if m[3] == " ago" || strings.HasSuffix(m[3], "前") {
		count = -count
	}
	switch m[2] {
	case "d", "day", "days", "天", "日":
		return today.AddDate(0, 0, count), true
	case "w", "week", "weeks", "周", "星期", "礼拜":
		return today.AddDate(0, 0, 7*count), true
	}
	return sameDayOfMonth(today, count), true
}

var (
	weekdaysEnglish = []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}
	weekdaysChinese = []string{"日天", "一", "二", "三", "四", "五", "六"}
	sayEnglish      = regexp.MustCompile(`^(?:(next|last|this|on|by) )?(sun|mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?)(?:day)?$`)
	sayChinese      = regexp.MustCompile(`^(下|上|这|本)?(?:个)?(?:周|星期|礼拜)([一二三四五六日天])$`)
)

// weekday knows days of this week, the next and the last. "next" and 下 are of
// the week that begins on the Monday to come, 上 is of the one before this.
func (n near) weekday(s string) (time.Time, bool) {
	today, which, day := n.today, "", -1
	if m := sayEnglish.FindStringSubmatch(s); m != nil {
		which, day = m[1], slices.Index(weekdaysEnglish, m[2][:3])
	} else if m := sayChinese.FindStringSubmatch(s); m != nil {
		which = m[1]
		day = slices.IndexFunc(weekdaysChinese, func(w string) bool { return strings.Contains(w, m[2]) })
	}
	if day < 0 {
		return today, false
	}
	monday := today.AddDate(0, 0, -(int(today.Weekday())+6)%7).AddDate(0, 0, (day+6)%7)
	switch which {
	case "next", "下":
		return monday.AddDate(0, 0, 7), true
	case "上":
		return monday.AddDate(0, 0, -7), true
	}
	days := (day - int(today.Weekday()) + 7) % 7
	switch {
	case days == 0 && (which == "this" || which == "这" || which == "本"):
	case which == "last" || n.back:
		days -= 7
	case days == 0:
		days = 7
	}
	return today.AddDate(0, 0, days), true
}

var (
	monthNames = []string{"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"}
	eightDay   = regexp.MustCompile(`^(\d{4})(\d{2})(\d{2})$`)
	isoDay     = regexp.MustCompile(`^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?$`)
	dayMonth   = regexp.MustCompile(`^(\d{1,2})[./](\d{1,2})[./]?(?:(\d{4}))?$`)
	monthDay   = regexp.MustCompile(`^(\d{1,2})月(\d{1,2})[日号]?$`)
	namedDay   = regexp.MustCompile(`^(\d{1,2})(?:st|nd|rd|th|\.)?(?: of)? ([a-z]{3,9})\.?(?: (\d{4}))?$`)
	dayNamed   = regexp.MustCompile(`^([a-z]{3,9})\.? (\d{1,2})(?:st|nd|rd|th)?(?:,? (\d{4}))?$`)
)

// calendarDay knows dates, with and without a year.
func (n near) calendarDay(s string) (time.Time, bool) {
	s = strings.Join(strings.FieldsFunc(s, unicode.IsSpace), " ")
	for _, whole := range []*regexp.Regexp{isoDay, eightDay} {
		if m := whole.FindStringSubmatch(s); m != nil {
			return n.civil(m[1], month(m[2]), m[3])
		}
	}
	if m := monthDay.FindStringSubmatch(s); m != nil {
		return n.civil("", month(m[1]), m[2])
	}
	if m := dayMonth.FindStringSubmatch(strings.ReplaceAll(s, ". ", ".")); m != nil {
		return n.civil(m[3], month(m[2]), m[1])
	}
	if m := namedDay.FindStringSubmatch(s); m != nil {
		return n.civil(m[3], month(m[2]), m[1])
	}
	if m := dayNamed.FindStringSubmatch(s); m != nil {
		return n.civil(m[3], month(m[1]), m[2])
	}
	return n.today, false
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

// civil makes a day of its parts; without a year the next such day, or the last.
func (n near) civil(year string, m time.Month, day string) (time.Time, bool) {
	today := n.today
	d, err := strconv.Atoi(day)
	if err != nil || m < 1 || m > 12 {
		return today, false
	}
	y, err := strconv.Atoi(year)
	if year == "" {
		y, err = today.Year(), nil
	}
	at := time.Date(y, m, d, 0, 0, 0, 0, today.Location())
	switch {
	case year != "":
	case n.back && at.After(today):
		at = time.Date(y-1, m, d, 0, 0, 0, 0, today.Location())
	case !n.back && at.Before(today):
		at = time.Date(y+1, m, d, 0, 0, 0, 0, today.Location())
	}
	return at, err == nil && at.Day() == d && at.Month() == m
}

// Weekday is the short name of the day of an instant.
func (l *Language) Weekday(ms int64) string {
	return l.T("weekday." + strings.ToLower(l.at(ms).Weekday().String()))
}
