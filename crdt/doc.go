// Package crdt says what a stamp is and how two values become one.
//
// It is the ground of bough: identities, stamps and the hybrid clock that
// makes them, values, the schema of kinds and fields (handed in as data), ops,
// and the merge of an op into a row. It knows nobody: no package of bough, no
// file, no network, no wall clock.
//
// # Invariants
//
//   - A stamp orders, it does not detect concurrency. An op names in Saw the
//     stamps its author had on screen; where the current stamp is not among
//     them, the two writes were concurrent and the loser becomes a Conflict.
//   - Merging the same writes in any order that respects Saw and Clear (who
//     names a stamp comes after it) gives the same row and the same open
//     conflicts: the values that lost and that no write names. In any other
//     order the row is the same, no open conflict is missing, and at worst a
//     loser that was named too early stands open. Which closed conflicts are
//     kept depends on the order: central's is the one that counts.
//   - A row merges each change once. A repeated write never changes the row; if
//     it was superseded meanwhile, it would come back as a conflict.
//   - Masks of the entries of a row's Clocks are disjoint, not empty, and the
//     entries ascend by stamp: the packed form is canonical, digests rest on it.
//
// # Locks
//
// None: values are plain data. A Clock is owned by one goroutine at a time.
//
// # Tests
//
// crdttest holds the laws as a suite over every merge type.
package crdt
