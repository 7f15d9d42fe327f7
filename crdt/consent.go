package crdt

import "slices"

// ConsentAnswer is what may be done with a party for one purpose on one channel.
type ConsentAnswer uint8

// The answers. Unknown means no for marketing, profiling and sharing.
const (
	ConsentUnknown ConsentAnswer = iota
	ConsentGranted
	ConsentWithdrawn
)

// ConsentEvent is a grant or a withdrawal; a grant names the withdrawals it
// overrides.
type ConsentEvent struct {
	ID        ID
	Withdraws bool
	Overrides []ID
}

// ConsentOf reads the events of one party, purpose and channel, in any order
// and any number of times: withdrawn, unless every withdrawal is named by some
// grant. No clock decides.
func ConsentOf(events []ConsentEvent) ConsentAnswer {
	if len(StandingWithdrawals(events)) > 0 {
		return ConsentWithdrawn
	}
	if slices.ContainsFunc(events, func(e ConsentEvent) bool { return !e.Withdraws }) {
		return ConsentGranted
	}
	return ConsentUnknown
}

// StandingWithdrawals are the withdrawals that no grant names.
func StandingWithdrawals(events []ConsentEvent) (out []ID) {
	named := map[ID]bool{}
	for _, e := range events {
		if !e.Withdraws {
			for _, id := range e.Overrides {
				named[id] = true
			}
		}
	}
	for _, e := range events {
		if e.Withdraws && !named[e.ID] {
			out = append(out, e.ID)
		}
	}
	return out
}
