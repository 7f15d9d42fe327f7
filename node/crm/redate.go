package crm

import (
	"slices"

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
	PutBack  bool  // that is what is known of it: it is marked, where it can be
}

// Of is what sets right the row that an op makes.
func (d Redate) Of(op *Op) *Redate {
	d.PutBack = op.Kind == Interaction && slices.ContainsFunc(op.Set, func(f FieldSet) bool {
		return f.Field == InteractionHappened && f.Value.I > d.LatestMS && d.when(f.Value.I) == d.LatestMS
	})
	return &d
}

// markOp marks an op that is put back, markRow the row that it makes.
func (d *Redate) markOp(op *Op) {
	if d == nil || !d.PutBack {
		return
	}
	i := slices.IndexFunc(op.Set, func(f FieldSet) bool { return f.Field == InteractionClock })
	if i < 0 {
		i, op.Set = len(op.Set), append(op.Set, FieldSet{Field: InteractionClock})
	}
	if op.Set[i].Value.IsNull() {
		op.Set[i].Value = IntValue(ClockUnsure)
	}
}
func (d *Redate) markRow(row *Row) {
	if d == nil || !d.PutBack || !row.Get(InteractionClock).IsNull() {
		return
	}
	row.Fields[InteractionClock] = IntValue(ClockUnsure)
	for i := range row.Clocks {
		if w := &row.Clocks[i]; w.Mask&(1<<InteractionHappened) != 0 {
			w.Mask |= 1 << InteractionClock
		}
	}
}

// when is what a time by that clock was.
func (d *Redate) when(ms int64) int64 {
	if d.LaterMS != 0 && ms >= d.SinceMS-redateWithinMS {
		return ms + d.LaterMS // central has said so
	}
	return min(ms, d.LatestMS)
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
	}
	return IntValue(d.when(v.I))
}
