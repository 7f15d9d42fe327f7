package corefeed

// Limits of reading and planning.
const (
	maxLineBytes   = 64 << 10 // a line of a core is below 1 KiB; more is a binary file
	maxColumns     = 512      // widest export known has 60
	MaxListed      = 1000     // refusals listed; the count goes on
	maxExamples    = 3        // changes shown for each kind in the dry run
	progressEvery  = 64 << 10 // bytes between two calls of Progress
	readBuffer     = 64 << 10
	secondPerson   = 100 // one in so many open rows of a kind may end without a second person
	maxRecordBytes = 1 << 30
)
