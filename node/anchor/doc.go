// Package anchor tells what time it is on a workstation, whatever its own clock
// says: a time that somebody vouched for, counted on by a clock that only runs.
//
// The time is central's as soon as central was heard since the machine was
// started. Until then it is what the PC's clock said when the machine was
// started, if that can be right: not before the last time that is sure (the
// floor), and not so long after it that no machine would have been off. If it
// cannot be right (a dead battery, a clock decades ahead), the last sure time is
// carried on, and whoever writes meanwhile marks that the time is uncertain.
// What somebody does to the PC's clock while the machine runs moves nothing; it
// is noticed, counted and said.
//
// It is not the hybrid clock of package crdt, which orders and never steps back;
// this one is handed to that as the physical time, and may step when central is
// heard.
//
// # Invariants
//
//   - The floor never steps back, but when central says so.
//   - Between two answers of central, NowMS advances as the ticks do; the PC's
//     clock is believed at the start of a machine, and once more where the time
//     was carried and somebody has set it to what it can be.
//   - A process that starts again while the machine runs goes on with the same
//     time.
//
// # Locks
//
// An Anchor has one, which guards all of it; its methods may be called by anyone.
//
// # Tests
//
// Without a machine: readings are handed in. The simulator (fault clock) has it
// in every workstation.
package anchor
