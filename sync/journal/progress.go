package journal

import "bough/crdt"

// Asking tells the links of a chain after a number, some of them or all, as
// somebody else has it.
type Asking func(origin crdt.Origin, after uint64) ([]Hash, error)

// Progress is how far the changes of an origin have come, as its own file
// knows.
type Progress struct {
	Written  uint64 // last number written
	Taken    uint64 // up to here central has taken or refused them
	Refused  uint64 // of them refused
	Held     uint64 // of them held: head office has yet to decide
	Unsent   uint64 // in the file and not taken: counted, not reckoned from the others
	Safe     uint64 // up to here a neighbour is known to hold them durably
	Aside    uint64 // rows of feeds that were set aside here
	OldestMS int64  // stamp of the oldest change not taken, ms UTC; 0: none
}
