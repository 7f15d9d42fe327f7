package crm

import (
	. "bough/crdt" //nolint:revive // the table reads as a table
)

// What InteractionClock says.
const (
	ClockUnsure  = 1 // nobody vouched for the time at the workstation when it was written
	ClockRighted = 2 // and the time was set right once head office was heard
)

// Redate sets right when something happened that was written by a wrong clock.
type Redate struct {
	SinceMS  int64 // the time by that clock when it began to be believed
	LaterMS  int64 // how much later it was
	LatestMS int64 // and it was not after this, where nobody knows
}

// redateWithinMS: what happened so shortly before was told by the same clock; what
// is further away somebody looked up elsewhere.
const redateWithinMS = 60 * 60 * 1000

// happened are the fields of events that say when, by kind.
var happened = map[uint8]uint8{Interaction: InteractionHappened, Consent: ConsentHappened, CaseStep: CaseStepHappened, Keying: KeyingHappened}

// value is what a field of the event says once the clock is known.
func (d *Redate) value(kind, field uint8, v Value) Value {
	if v.IsNull() {
		return v
	}
	switch {
	case kind == Interaction && field == InteractionClock && v.I == ClockUnsure && d.LaterMS != 0:
		return IntValue(ClockRighted)
	case field == 0 || happened[kind] != field:
		return v
	case d.LaterMS != 0 && v.I >= d.SinceMS-redateWithinMS:
		return IntValue(v.I + d.LaterMS) // central has said so
	}
	return IntValue(min(v.I, d.LatestMS))
}
