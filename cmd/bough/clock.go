package main

import (
	"fmt"

	"bough/node/desk"
)

// clockWords says what is wrong with the clock of the PC; empty: nothing.
func clockWords(c desk.Clock) string {
	off := desk.Rough(c.AheadMS)
	switch c.State {
	case desk.ClockUnsure:
		return fmt.Sprintf("the PC's clock cannot be right (%s off); the last sure time goes on, and what is written is marked. Set it", off)
	case desk.ClockSet:
		return fmt.Sprintf("the PC's clock was set while it ran (%s off, %d times); time goes on as before. If the PC's clock is right now, restart the PC", off, c.Jumps)
	case desk.ClockOff:
		return fmt.Sprintf("the PC's clock is wrong (%s off); central's time counts. Set it", off)
	}
	return ""
}
