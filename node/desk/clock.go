package desk

import (
	"fmt"
	"time"

	"bough/crdt"
	"bough/node/crm"
)

// How the time stands on a workstation.
const (
	ClockOK     = "ok"
	ClockOff    = "off"    // the PC's clock is wrong; head office's time is known, and counts
	ClockSet    = "set"    // somebody set the PC's clock while head office could not be heard: time goes on as before
	ClockUnsure = "unsure" // the PC's clock cannot be right, and nobody vouches for the time
)

// ClockStates are all of them.
var ClockStates = []string{ClockOK, ClockOff, ClockSet, ClockUnsure}

// Clock is what a workstation knows of the time.
type Clock struct {
	State    string `json:"state" words:"clock" doc:"off: the PC's clock is wrong, head office's time counts; set: somebody set it meanwhile, time goes on as before; unsure: it cannot be right, what is written is marked"`
	AheadMS  int64  `json:"ahead_ms" doc:"the PC's clock less the time that counts"`
	Jumps    int64  `json:"jumps" doc:"how often the PC's clock was set while the machine ran"`
	JumpMS   int64  `json:"jump_ms" doc:"by how much, the last time"`
	JumpedMS int64  `json:"jumped_ms" doc:"when that was noticed, ms UTC; 0: never"`
}

// ByMS is how far the PC's clock is off, either way.
func (c *Clock) ByMS() int64 { return max(c.AheadMS, -c.AheadMS) }

// Rough is a time of so many ms for operators: to the second, from two days on in
// days.
func Rough(ms int64) string {
	d := time.Duration(ms) * time.Millisecond
	if d.Abs() < 48*time.Hour {
		return d.Round(time.Second).String()
	}
	return fmt.Sprintf("%d days", d.Round(24*time.Hour)/(24*time.Hour))
}

// Clock is how the time stands here.
func (d *Desk) Clock() Clock {
	if d.o.Clock == nil {
		return Clock{State: ClockOK}
	}
	return d.o.Clock()
}

// clockMark marks what is written while nobody vouches for the time.
func (d *Desk) clockMark() crdt.FieldSet {
	mark := crdt.FieldSet{Field: crm.InteractionClock}
	if d.unsure() {
		mark.Value = crdt.IntValue(crm.ClockUnsure)
	}
	return mark
}

// unsure reports whether nobody vouches for the time now.
func (d *Desk) unsure() bool { return d.Clock().State == ClockUnsure }
