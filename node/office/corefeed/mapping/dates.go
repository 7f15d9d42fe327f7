package mapping

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// Dates is how dates are written.
type Dates struct {
	Layout string
	// YearsFrom is the first year that a year of two digits may mean.
	YearsFrom int
	parts     []datePart
}

type datePart struct {
	unit    byte // Y y M W D h m s; 0 for a literal
	literal string
	least   int // digits
	most    int
}

// tokens, the longer first where one begins another.
var tokens = []struct {
	text string
	part datePart
}{
	{"YYYY", datePart{unit: 'Y', least: 4, most: 4}},
	{"YY", datePart{unit: 'y', least: 2, most: 2}},
	{"MM", datePart{unit: 'M', least: 2, most: 2}},
	{"WW", datePart{unit: 'W', least: 2, most: 2}},
	{"DD", datePart{unit: 'D', least: 2, most: 2}},
	{"hh", datePart{unit: 'h', least: 2, most: 2}},
	{"mm", datePart{unit: 'm', least: 2, most: 2}},
	{"ss", datePart{unit: 's', least: 2, most: 2}},
	{"M", datePart{unit: 'M', least: 1, most: 2}},
	{"D", datePart{unit: 'D', least: 1, most: 2}},
}

// NewDates reads a layout.
func NewDates(layout string, yearsFrom int) (Dates, error) {
	d := Dates{Layout: layout, YearsFrom: yearsFrom}
	if yearsFrom < minYear || yearsFrom > maxYear-99 {
		return Dates{}, fmt.Errorf("the first year of YY is between %d and %d", minYear, maxYear-99)
	}
	seen := map[byte]bool{}
	for rest := layout; rest != ""; {
		part := nextPart(rest, &rest)
		if part.unit != 0 && seen[part.unit] {
			return Dates{}, fmt.Errorf("layout %q says %c twice", layout, part.unit)
		}
		seen[part.unit] = true
		d.parts = append(d.parts, part)
	}
	if seen['Y'] == seen['y'] || seen['M'] == seen['W'] || !seen['D'] {
		return Dates{}, fmt.Errorf("layout %q needs one of YYYY and YY, one of MM, M and WW, and DD or D", layout)
	}
	return d, nil
}

func nextPart(text string, rest *string) datePart {
	for _, t := range tokens {
		if strings.HasPrefix(text, t.text) {
			*rest = text[len(t.text):]
			return t.part
		}
	}
	*rest = text[1:]
	return datePart{literal: text[:1]}
}

// errDate is wrapped nowhere: the caller says which layout was expected.
var errDate = errors.New("not a date")

// Parse reads a date and, where the layout has WW, whether it is a woman's.
func (d *Dates) Parse(text string) (at time.Time, woman bool, err error) {
	year, month, day := 0, 0, 0
	var clock [3]int
	for _, p := range d.parts {
		if p.unit == 0 {
			if !strings.HasPrefix(text, p.literal) {
				return time.Time{}, false, errDate
			}
			text = text[len(p.literal):]
			continue
		}
		n, used := digits(text, p.most)
		if used < p.least {
			return time.Time{}, false, errDate
		}
		text = text[used:]
		switch p.unit {
		case 'Y':
			year = n
		case 'y':
			year = d.YearsFrom + (n-d.YearsFrom%100+100)%100
		case 'M':
			month = n
		case 'W':
			if month = n; n > monthsAdded {
				month, woman = n-monthsAdded, true
			}
		case 'D':
			day = n
		case 'h', 'm', 's':
			clock[strings.IndexByte("hms", p.unit)] = n
		}
	}
	at = time.Date(year, time.Month(month), day, clock[0], clock[1], clock[2], 0, time.UTC)
	same := at.Day() == day && at.Month() == time.Month(month) && at.Year() == year
	if text != "" || !same || year < minYear || year > maxYear || clock[0] > 23 || clock[1] > 59 || clock[2] > 59 {
		return time.Time{}, false, errDate
	}
	return at, woman, nil
}

func digits(text string, most int) (n, used int) {
	for used < most && used < len(text) && text[used] >= '0' && text[used] <= '9' {
		n = n*10 + int(text[used]-'0')
		used++
	}
	return n, used
}
