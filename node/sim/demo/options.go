package demo

import (
	"context"
	"time"

	"bough/crdt"
	"bough/node/sim/bank"
)

// Limits.
const (
	Nodes       = 2 // workstations of a branch
	MaxBranches = 4 // more do not fit on a map, nor on a small machine

	watchEvery   = 400 * time.Millisecond // quick enough to look live, slow enough to cost nothing
	askFor       = 3 * time.Second        // for an answer of a process on this machine
	startFor     = 30 * time.Second       // for a process to listen, on a slow machine
	stopFor      = 8 * time.Second        // for a process to end by itself, before it is killed
	meetFor      = 90 * time.Second       // for the nodes to hold what central holds, a large bank included
	meetEvery    = 100 * time.Millisecond // while everybody waits for that
	backoff      = "2s"                   // of the nodes: a demo is short
	logLines     = 60                     // that the page remembers
	maxAnswer    = 8 << 20                // bytes of an answer of the JSON API
	maxFormBytes = 4 << 10                // of a form of the start page
)

// Options is what a demo needs; all of it is required but Dir.
type Options struct {
	Exe  string // the program
	Dir  string // where the files go; empty: a new one that is removed at the end
	Port int    // of the start page, the others beside it; 0: any
	Bank bank.Options
	// Found makes central's directory and plants the bank there.
	Found func(ctx context.Context, f Founding) (*Founded, error)
	Now   func() time.Time
	After func(time.Duration) <-chan time.Time
	// Say tells people how far the start is, and what happens.
	Say func(format string, args ...any)
}

// Founding is what is to be founded.
type Founding struct {
	Dir   string // of central; empty
	Bank  *bank.Bank
	Codes []int64 // a branch for each enrolment code that is wanted
}

// Founded is what was founded.
type Founded struct {
	ID    func(provisional crdt.ID) crdt.ID // of a row of the bank
	Codes []string
}
