package crm

import (
	"fmt"
	"strings"
	"time"
)

// Names of parameters of the line between a branch and head office.
const (
	SettingLine      = "line_kbit"  // what it carries, kbit a second; none: not to be shared
	SettingLineHours = "line_hours" // business hours, in which sync takes a quarter of it, like 08:00-18:00; 00:00-24:00: always
	LineHours        = "08:00-18:00"
)

// SettingEpoch is the epoch in which head office stamps; none: the first. The row
// tells workstations of it by its own stamp.
const SettingEpoch = "stamp_epoch"

// SettingRest tells when head office, once restored, stopped waiting for who will
// not call again: ms UTC of that restore. Who did is who wrote it.
const SettingRest = "restored_rest"

// How long a customer who was served at another branch is held there, from the
// last service on: months of 30 days, 0 to 120; 0: not at all.
const (
	SettingServedMonths = "served_months"
	ServedMonths        = 13
	MaxServedMonths     = 120
)

// SettingDirectory names the parameter that holds the secret of the keys in the
// directory, base64url.
const SettingDirectory = "directory_secret"

// ParseHours reads hours of a day like 08:00-18:00, as minutes from midnight;
// 24:00 is its end.
func ParseHours(hours string) (from, until int, err error) {
	first, last, found := strings.Cut(hours, "-")
	if found {
		from, err = minuteOf(first)
	}
	if found && err == nil {
		until, err = minuteOf(last)
	}
	if !found || err != nil || from >= until {
		return 0, 0, fmt.Errorf("crm: hours of a day are like 08:00-18:00, not %q", hours)
	}
	return from, until, nil
}

func minuteOf(s string) (int, error) {
	if s == "24:00" {
		return 24 * 60, nil
	}
	t, err := time.Parse("15:04", s)
	return t.Hour()*60 + t.Minute(), err
}
