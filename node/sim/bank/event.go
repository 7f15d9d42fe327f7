package bank

import (
	"cmp"
	"slices"

	"bough/crdt"
)

// event is something that will be written: what, when, about whom. Events of
// one instant are written in the order of their kinds.
type event struct {
	at     int64 // ms UTC
	idx    int32 // place of what it is about
	aux    int32
	lag    int32 // seconds between happening and being written
	branch int16
	kind   uint8
}

// Kinds of events. A party comes first, so that whatever names it comes later.
const (
	evParty uint8 = iota
	evProspect
	evHolding
	evOther    // a second role on a holding
	evFigures  // idx: month, counted from year 0
	evBalances // idx: branch, aux: age in workdays
	evDetails
	evHome
	evFirm
	evGroup
	evWarning // aux: level
	evGrants
	evConsent // idx: place in consents, aux: step
	evTalk    // aux: task + 1
	evTask    // a promise is settled
	evCase    // aux: step
	evMove
	evKeying  // aux: which of the staged ones
	evOpinion // aux: likewise
	evAtOnce  // aux: the first or the second of two who write at once
)

// Steps of a consent and of a case.
const (
	stepGrant = iota
	stepWithdraw
	stepRegrant

	stepOpen = iota - 3
	stepWait
	stepResolve
)

// task is a promise, task or appointment in the plan.
type task struct {
	id     crdt.ID
	party  int32
	owner  int32
	typ    uint8 // place in crm.TaskTypes
	final  uint8 // place in crm.TaskStates
	due    int64
	branch int16
}

// caseFile is a case in the plan.
type caseFile struct {
	id       crdt.ID
	party    int32
	owner    int32
	matter   int32 // place in words.Matters
	happened int64
	due      int64
	resolved bool
}

// withdrawal is a consent that was withdrawn, and perhaps granted again.
type withdrawal struct {
	id               crdt.ID
	party            int32
	purpose, channel uint8 // places in crm.Purposes, crm.ConsentChannels
}

func (w *world) add(e event) { w.events = append(w.events, e) }

// inOrder sorts the events; no two are equal in all that is compared.
func (w *world) inOrder() {
	slices.SortFunc(w.events, func(a, b event) int {
		if a.at != b.at {
			return cmp.Compare(a.at, b.at)
		}
		return cmp.Or(cmp.Compare(a.kind, b.kind), cmp.Compare(a.idx, b.idx), cmp.Compare(a.aux, b.aux), cmp.Compare(a.lag, b.lag), cmp.Compare(a.branch, b.branch))
	})
}
