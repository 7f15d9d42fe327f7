// Package sim is a make-believe bank: real stores, desks and replicas of every
// workstation and a real central, in one goroutine, over a network, clocks and
// disks that misbehave on purpose. A run is a number of random steps, then
// quiet, then checks; one seed decides everything, so that a failure replays.
//
// It is not a mock: what it joins is what node joins. Only the outside world is
// made up. Messages travel as encoded frames; files are real SQLite files,
// copied from templates and opened without fsync. A crash is a copy of the file
// between two transactions. Package bank, below, makes up customers; a
// simulation needs few of them and much contention, and plants its own.
//
// # How it works
//
// World has a queue of events ordered by make-believe time. A Step event makes a
// clerk act, a line break, a workstation crash. Answers, timeouts and the timers
// of replicas are events as well. What every author had on screen is noted on
// the side (truth): the checks compare the files with that, not with what the
// program believes.
//
// # What is checked
//
//   - Digests of every scope are equal at its nodes and at central, and equal to
//     what the rows on the disk add up to.
//   - What a desk acknowledged is at central exactly once, or refused with a row
//     that says so, and then nowhere.
//   - Every value that lost is an open conflict, unless an author saw it.
//   - Nobody who withdrew consent is shown as allowed.
//   - Chains, vectors, counts and SQLite's own check are sound.
//
// # Invariants
//
//   - No map is iterated where the order could show, no wall clock is read, no
//     goroutine is started: two runs of a seed give the same trace.
//   - Time of the world never steps back; clocks of nodes do.
//
// # Locks
//
// A World belongs to one goroutine. A Yard, which keeps the templates, may be
// shared: its lock guards the table of templates.
//
// # Tests
//
// Fifty seeds; a seed twice; and planted faults in the world, each of which must
// be found: a checker that cannot fail proves nothing.
package sim
