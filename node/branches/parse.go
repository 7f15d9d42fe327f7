package branches

import (
	"strings"
	"time"
)

// Limits of a list of days.
const (
	maxDays  = 800 // of one list: two years of a country
	maxRange = 40  // days in a row: nobody closes longer
)

// Parsed is one line of a list of days, or one day of a line that names several.
type Parsed struct {
	Line  int // from 1
	Text  string
	Date  string // ISO
	Works bool
	Name  string
	Fault string // code of why it cannot be taken; empty: it can
	Known bool   // it is there already
}

// Parse reads a list of days as people paste it: one a line, a date like
// 2026-10-01, or a stretch like 2026-10-01..2026-10-07; a word if it is worked
// (works, 上班) or closed; the name of the day. Commas, semicolons and tabs part
// them. A line of headings is passed over.
func Parse(text string) (out []Parsed) {
	for i, line := range strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n") {
		line = strings.TrimSpace(strings.TrimPrefix(line, "\ufeff"))
		if line == "" || strings.HasPrefix(line, "#") || i == 0 && heading(line) {
			continue
		}
		out = append(out, parseLine(i+1, line)...)
		if len(out) > maxDays {
			return append(out[:maxDays], Parsed{Line: i + 1, Text: line, Fault: "days_many"})
		}
	}
	return out
}

func heading(line string) bool {
	return !strings.ContainsAny(line, "0123456789")
}

func parseLine(number int, line string) []Parsed {
	first := Parsed{Line: number, Text: line}
	fields := strings.FieldsFunc(line, func(r rune) bool { return r == ',' || r == ';' || r == '\t' || r == '，' || r == '；' })
	if len(fields) == 1 {
		if date, rest, found := strings.Cut(line, " "); found {
			fields = []string{date, rest}
		}
	}
	if len(fields) == 0 {
		first.Fault = "day_date"
		return []Parsed{first}
	}
	from, to, found := strings.Cut(strings.Trim(strings.TrimSpace(fields[0]), `"`), "..")
	if !found {
		to = from
	}
	start, ok := date(from)
	end, ok2 := date(to)
	if !ok || !ok2 || end.Before(start) || end.Sub(start) > maxRange*24*time.Hour {
		first.Fault = "day_date"
		return []Parsed{first}
	}
	for _, f := range fields[1:] {
		f = strings.Trim(strings.TrimSpace(f), `"`)
		if worked, word := workWord(f); word {
			first.Works = worked
		} else if first.Name == "" {
			first.Name = f
		}
	}
	if len(first.Name) > maxName {
		first.Fault = "day_name"
	}
	var out []Parsed
	for day := start; !day.After(end); day = day.AddDate(0, 0, 1) {
		first.Date = day.Format(time.DateOnly)
		out = append(out, first)
	}
	return out
}

func workWord(s string) (works, is bool) {
	switch strings.ToLower(s) {
	case "works", "worked", "work", "1", "上班", "班", "补班":
		return true, true
	case "closed", "holiday", "off", "0", "休", "放假", "休息":
		return false, true
	}
	return false, false
}

// date reads a day in the ways that lists have it.
func date(s string) (time.Time, bool) {
	s = strings.TrimSpace(s)
	for _, layout := range []string{time.DateOnly, "2006/1/2", "2006-1-2", "2006.1.2", "20060102", "2006年1月2日"} {
		if t, err := time.Parse(layout, s); err == nil && t.Year() >= 2000 && t.Year() <= 2199 {
			return t, true
		}
	}
	return time.Time{}, false
}
